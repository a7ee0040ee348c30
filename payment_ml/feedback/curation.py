"""Chooses among saved corrections: which to learn from, which to judge by, and which a person should look at first."""

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from payment_ml import atomic_files, errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback import deduplication, drift, store
from payment_ml.feedback.dataset import FILE, FOLDER, HOLDOUT, QUARANTINE, TRAIN, USES, CuratedCorrection
from payment_ml.feedback.deduplication import HeldOutImages, NearDuplicateIndex
from payment_ml.feedback.store import Correction, FeedbackStore
from payment_ml.imaging import digit_segmentation, image_loading, line_images
from payment_ml.recognition import ctc
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.text import alphabet, amounts

_LABEL_ALLOWANCE = 20  # corrections of one label; so few teach nothing false
_SOURCE_ALLOWANCE = 500  # corrections of one source; a clerk's busy day

Readers = dict[str, AmountReader | DigitClassifier]


@dataclass(frozen=True)
class CurationLimits:
    """How much is taken of what."""

    holdout_fraction: float = 0.2  # for evaluation alone
    source_share: float = 0.5  # at most so much from one source, once it gave more than 500
    label_share: float = 0.3  # at most so much of one label, once it has more than 20


def curate(
    saved: FeedbackStore, champions: Readers, held_out: HeldOutImages, rules: CurationLimits = CurationLimits()
) -> list[CuratedCorrection]:
    """Decide for each saved correction what becomes of it.

    Set aside is what is damaged, holds no writing or no valid truth, equals an earlier correction or a picture that
    is kept for judging, contradicts a champion that is sure enough to accept, or exceeds what one source or one label
    may give. Whoever means it in spite of the champion saves it again at another sitting. Of the rest, a share chosen
    by the picture's own hash is kept for evaluation, the same ones in every run.

    Parameters
    ----------
    saved : the folder that people's corrections are in
    champions : a reader for each task that has one; without, none can contradict
    held_out : what corrections must not equal
    rules : shares

    Returns
    -------
    a Taken for each record, by name
    """
    known = NearDuplicateIndex(held_out)
    candidates: list[tuple[CuratedCorrection, str]] = []
    names = sorted(path.stem for path in saved.folder.glob("*.json"))
    for name in tqdm(names, "corrections", mininterval=5, disable=len(names) < 20):
        try:
            correction = saved.get(name)
            taken = _curate_correction(
                correction, np.asarray(image_loading.load_grey(saved.image(correction))), champions, known
            )
            candidates.append((taken, correction.source))
        except (errors.CorruptFileError, FeedbackError, errors.ImageError) as error:
            candidates.append((CuratedCorrection(name, "", "", QUARANTINE, str(error)), ""))
    _enforce_share(
        candidates, lambda taken, source: (taken.task, source), rules.source_share, _SOURCE_ALLOWANCE, "source"
    )
    _enforce_share(candidates, lambda taken, _: (taken.task, taken.text), rules.label_share, _LABEL_ALLOWANCE, "label")
    return [_assign_holdout(taken, rules.holdout_fraction) for taken, _ in candidates]


def _curate_correction(
    correction: Correction, grey: np.ndarray, champions: Readers, known: NearDuplicateIndex
) -> CuratedCorrection:
    """A correction as one to learn from, or set aside."""
    if store.parse_label(correction.task, correction.text) != correction.text:
        raise FeedbackError(f"expected a truth as it is saved, but got {correction.text!r}")
    prepare = _amount if correction.task == "amounts" else _digit
    taken, shown = prepare(correction, grey, champions.get(correction.task))
    reason = taken.reason or known.rejection_reason(correction.task, correction.name, shown)
    champion = champions.get(correction.task)
    if reason is None and champion is not None:
        reading = champion.read(grey)
        insisted = any(
            said["text"] == correction.text and said.get("source", "") != correction.source
            for said in correction.history
        )
        if reading.decision == "accept" and reading.text != correction.text and not insisted:
            reason = (
                f"the champion is {reading.confidence:.1%} sure of {reading.text}; whoever means {correction.text} "
                "saves it again at another sitting"
            )
    return replace(taken, use=QUARANTINE if reason else TRAIN, reason=reason)


def _amount(
    correction: Correction, grey: np.ndarray, champion: AmountReader | None
) -> tuple[CuratedCorrection, np.ndarray | None]:
    strip = line_images.extract_line(grey)
    taken = CuratedCorrection(correction.name, "amounts", correction.text, TRAIN, None, height=grey.shape[0])
    if strip is None:
        return replace(taken, reason="no writing was found in the picture"), None
    value = amounts.parse(correction.text).value
    room = line_images.frame_count(strip.pixels.shape[1])
    ways = [each for each in amounts.spellings(value) if alphabet.frames_needed(alphabet.encode(each)) <= room]
    if not ways:
        return replace(taken, reason=f"the writing is too narrow for {correction.text}"), None
    written = ways[0]
    if champion is not None:
        # People type the value; the network learns marks as well. Which were written, the champion can tell best.
        frames = champion.log_probs([strip.pixels])[0]
        written = ways[int(np.argmax(ctc.ctc_log_likelihood(frames, [alphabet.encode(each) for each in ways])))]
    return replace(taken, written=written, ink=float(strip.pixels.mean() / 255)), strip.pixels


def _digit(
    correction: Correction, grey: np.ndarray, champion: DigitClassifier | None
) -> tuple[CuratedCorrection, np.ndarray | None]:
    cuts = digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(grey))
    taken = CuratedCorrection(correction.name, "digits", correction.text, TRAIN, None, height=grey.shape[0])
    if not cuts:
        return replace(taken, reason="no writing was found in the picture"), None
    best = 0
    if champion is not None:
        best = int(np.argmax(champion.predict_proba(np.stack(cuts))[:, int(correction.text)]))
    return replace(taken, cut=best, ink=float(cuts[best].mean() / 255)), deduplication.normalized_digit(grey)


def _enforce_share(
    candidates: list[tuple[CuratedCorrection, str]],
    group: Callable[[CuratedCorrection, str], tuple[str, str]],
    share: float,
    free: int,
    what: str,
) -> None:
    """Set aside what exceeds a group's share of its task, in place; whose names come first stay, which is by chance."""
    going = [i for i, (taken, _) in enumerate(candidates) if taken.use == TRAIN]
    counts = Counter(group(*candidates[i]) for i in going)
    totals = Counter(candidates[i][0].task for i in going)
    given: Counter[tuple[str, str]] = Counter()
    for i in going:
        taken, source = candidates[i]
        key = group(taken, source)
        others = totals[taken.task] - counts[key]
        most = max(free, int(share / (1 - share) * others))
        given[key] += 1
        if given[key] > most:
            reason = f"its {what} gave {counts[key]} of {totals[taken.task]} corrections, of which {most} are taken"
            candidates[i] = (replace(taken, use=QUARANTINE, reason=reason), source)


def _assign_holdout(taken: CuratedCorrection, share: float) -> CuratedCorrection:
    return replace(taken, use=HOLDOUT) if taken.use == TRAIN and int(taken.name[:8], 16) < share * 2**32 else taken


def write(taken: list[CuratedCorrection], saved: FeedbackStore, prepared_dir: Path) -> dict[str, Any]:
    """Write what was taken beside the prepared splits, with the pictures that are learned from or judged by.

    Returns
    -------
    what the manifest says of it: file, sha256, counts by task and use, reasons for setting aside, and a profile of
    each task, for `drift.told`
    """
    folder = prepared_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    used = {each.name for each in taken if each.use != QUARANTINE}
    for name in sorted(used):
        if not (folder / f"{name}.png").is_file():
            with atomic_files.atomic_write(folder / f"{name}.png", mode=0o600) as partial:
                shutil.copyfile(saved.image_path(name), partial)
    atomic_files.write_json(
        prepared_dir / FILE, {"format": 1, "corrections": [asdict(each) for each in taken]}, mode=0o600
    )
    for path in folder.glob("*.png"):
        if path.stem not in used:
            path.unlink()
    return {
        "file": FILE,
        "sha256": atomic_files.sha256(prepared_dir / FILE),
        "came_in": len(taken),
        "uses": {use: sum(each.use == use for each in taken) for use in USES},
        "set_aside": dict(Counter(reason_category(each.reason) for each in taken if each.use == QUARANTINE)),
        "profiles": {
            task: drift.profile([each for each in taken if each.task == task and each.use != QUARANTINE])
            for task in ("amounts", "digits")
        },
    }


def reason_category(reason: str | None) -> str:
    """The reason without what differs from one correction to the next."""
    return next(
        (told for start, told in _REASON_CATEGORIES.items() if (reason or "").startswith(start)), "damaged or not valid"
    )


_REASON_CATEGORIES = {
    "no writing": "no writing found",
    "the writing is too narrow": "no writing found",
    "it equals": "equals a held out picture",
    "it shows the same": "duplicate",
    "the champion is": "contradicts a sure champion",
    "its source": "too many from one source",
    "its label": "too many of one label",
}
