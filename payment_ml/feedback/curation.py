"""Decide the use of each saved correction: training, evaluation, or quarantine until a person reviewed it."""

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from tqdm import tqdm

from payment_ml import atomic_files, errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback import batches, deduplication, drift, spelling
from payment_ml.feedback.dataset import FILE, FOLDER, HOLDOUT, QUARANTINE, TRAIN, USES, CuratedCorrection
from payment_ml.feedback.deduplication import HeldOutImages, NearDuplicateIndex
from payment_ml.feedback.store import Correction, FeedbackStore
from payment_ml.imaging import digit_segmentation, image_loading, line_images
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.reader import Reader, Reading
from payment_ml.tasks import Task

_LABEL_ALLOWANCE = 20  # corrections of one label that are accepted whatever their share; so few do little harm
_SOURCE_ALLOWANCE = 500  # the same of one source; about a clerk's busy day

Champions = Mapping[str, Reader]


@dataclass(frozen=True)
class CurationLimits:
    """Hold the shares of the corrections that go to evaluation, and that one source or one label may supply.

    An imported archive is a source with a quota of its own, see `batches`.
    """

    holdout_fraction: float = 0.2  # of the accepted corrections, for evaluation alone
    source_share: float = 0.5  # of a task's corrections from one source, once it supplied more than 500
    label_share: float = 0.3  # of a task's corrections with one label, once more than 20 have it


def curate(
    feedback: FeedbackStore,
    champions: Champions,
    held_out: HeldOutImages,
    limits: CurationLimits = CurationLimits(),
) -> list[CuratedCorrection]:
    """Assign a use to each saved correction.

    A correction goes to quarantine when it is damaged, shows no writing, has no valid label, equals an earlier
    correction or a held-out image, contradicts a champion that is confident enough to accept its own reading, has
    digits that the champion finds impossible, or exceeds the share of its source or label. A correction that the
    champion contradicts passes once it was saved in two sessions. A fraction of the others, chosen by the image's own
    hash, is held out for evaluation; it is the same in every run.

    Parameters
    ----------
    feedback : saved corrections
    champions : reader by task; corrections of a task without one contradict nothing
    held_out : images that no correction may equal
    limits : fraction to hold out, and shares of sources and labels

    Returns
    -------
    one item for each record, by name
    """
    known_writing = NearDuplicateIndex(held_out)
    candidates: list[tuple[CuratedCorrection, str]] = []
    names = feedback.names()
    for name in tqdm(names, "corrections", mininterval=5, disable=len(names) < 20):
        try:
            correction = feedback.get(name)
            if correction is None:  # removed since the names were listed
                continue
            grey = np.asarray(image_loading.load_grey(feedback.image(correction)))
            candidates.append((check(correction, grey, champions, known_writing), correction.source))
        except (errors.CorruptFileError, FeedbackError, errors.ImageError) as error:
            candidates.append((CuratedCorrection(name, "", "", QUARANTINE, str(error)), ""))
    limited = enforce_limits(candidates, limits, batches.quotas(feedback.folder))
    return [_assign_holdout(curated, limits.holdout_fraction) for curated in limited]


def enforce_limits(
    candidates: Sequence[tuple[CuratedCorrection, str]],
    limits: CurationLimits = CurationLimits(),
    quotas: Mapping[str, int] = MappingProxyType({}),
) -> list[CuratedCorrection]:
    """Move corrections that exceed the share of their source or their label to quarantine.

    The first in order stay. Since names are hashes of images, this order is as good as random.

    Parameters
    ----------
    candidates : corrections, each with its source
    limits : shares of sources and labels
    quotas : source -> corrections that it may supply, instead of the share
    """
    curated = [correction for correction, _ in candidates]
    sources = [source for _, source in candidates]
    curated = _enforce_share(curated, sources, limits.source_share, _SOURCE_ALLOWANCE, "source", quotas)
    labels = [correction.label for correction in curated]
    return _enforce_share(curated, labels, limits.label_share, _LABEL_ALLOWANCE, "label", {})


def write(curated: Sequence[CuratedCorrection], feedback: FeedbackStore, prepared_dir: Path) -> dict[str, Any]:
    """Write curated corrections beside the prepared splits, with the images of those in use.

    Returns
    -------
    the manifest's entry: file, sha256, came_in (number of corrections), uses (counts), set_aside (counts of the
    reasons for quarantine), and for each task a profile for `drift.detect_drift`
    """
    folder = prepared_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    in_use = [correction for correction in curated if correction.use != QUARANTINE]
    names = {correction.name for correction in in_use}
    for name in sorted(names):
        if not (folder / f"{name}.png").is_file():
            with atomic_files.atomic_write(folder / f"{name}.png", mode=0o600) as partial:
                shutil.copyfile(feedback.image_path(name), partial)
    atomic_files.write_json(
        prepared_dir / FILE,
        {"format": 1, "corrections": [asdict(correction) for correction in curated]},
        mode=0o600,
    )
    for path in folder.glob("*.png"):
        if path.stem not in names:
            path.unlink()
    uses = Counter(correction.use for correction in curated)
    reasons = Counter(reason_category(correction.reason) for correction in curated if correction.use == QUARANTINE)
    return {
        "file": FILE,
        "sha256": atomic_files.sha256(prepared_dir / FILE),
        "came_in": len(curated),
        "uses": {use: uses[use] for use in USES},
        "set_aside": dict(reasons),
        "profiles": {
            task: drift.profile([correction for correction in in_use if correction.task == task])
            for task in (Task.AMOUNTS, Task.DIGITS)
        },
    }


def reason_category(reason: str | None) -> str:
    """Return a reason for quarantine without the details that differ from one correction to the next."""
    return next(
        (category for start, category in _REASON_CATEGORIES.items() if (reason or "").startswith(start)),
        "damaged or not valid",
    )


_REASON_CATEGORIES = {
    "no writing": "no writing found",
    "the writing is too narrow": "no writing found",
    "it equals": "equals a held out picture",
    "it shows the same": "duplicate",
    "the champion is": "contradicts a sure champion",
    "the champion finds": "impossible for the champion",
    "its source": "too many from one source",
    "its label": "too many of one label",
}


def check(
    correction: Correction,
    grey: np.ndarray,
    champions: Champions,
    known_writing: NearDuplicateIndex,
    reading: Reading | None = None,
) -> CuratedCorrection:
    """Return a correction with its use, training or quarantine, before any limit and before a part is held out.

    Parameters
    ----------
    grey : uint8 [height, width], its image
    champions, known_writing : that it may contradict or repeat; new writing is remembered
    reading : of the image by the champion; None: the champion reads it when that matters

    Raises
    ------
    FeedbackError : the label is not valid
    """
    if not correction.label.is_valid(correction.task):
        raise FeedbackError(f"expected a label as it is saved, but got {str(correction.label)!r}")
    champion = champions.get(correction.task)
    if correction.task == Task.AMOUNTS:
        curated, writing = _prepare_amount(correction, grey, cast(AmountReader | None, champion))
    else:
        curated, writing = _prepare_digit(correction, grey, cast(DigitClassifier | None, champion))
    reason = curated.reason or known_writing.rejection_reason(correction.task, correction.name, writing)
    if reason is None and champion is not None:
        reason = _contradiction(correction, champion.read(grey) if reading is None else reading)
    return replace(curated, use=QUARANTINE if reason else TRAIN, reason=reason)


def _prepare_amount(
    correction: Correction, grey: np.ndarray, champion: AmountReader | None
) -> tuple[CuratedCorrection, np.ndarray | None]:
    """Return an amount with what is learned from it, and its line's pixels, uint8 [32, width]; None without writing."""
    curated = CuratedCorrection(
        correction.name, Task.AMOUNTS, correction.text, TRAIN, None, height=grey.shape[0], digits=correction.digits
    )
    line = line_images.extract_line(grey)
    if line is None:
        return replace(curated, reason="no writing was found in the picture"), None
    if champion is None:
        learned = spelling.plain_spelling(line, correction.label)
    else:
        learned = spelling.find_spelling(line, correction.label, champion.recognizer)
    if learned is None:
        return replace(curated, reason=f"the writing is too narrow for {correction.label}"), None
    curated = replace(curated, written=learned.written, cut=learned.cut, ink=float(line.pixels.mean() / 255))
    if learned.is_impossible and not (learned.written and _is_confirmed(correction)):
        reason = f"the champion finds {correction.label} impossible in the picture: is it the amount of another one?"
        return replace(curated, reason=reason), line.pixels
    return curated, line.pixels


def _prepare_digit(
    correction: Correction, grey: np.ndarray, champion: DigitClassifier | None
) -> tuple[CuratedCorrection, np.ndarray | None]:
    """Return a digit with its likeliest crop, and its normalized strokes, float32 [16, 16]; None without writing."""
    curated = CuratedCorrection(correction.name, Task.DIGITS, correction.text, TRAIN, None, height=grey.shape[0])
    crops = digit_segmentation.crop_center_digit(digit_segmentation.extract_ink(grey))
    if not crops:
        return replace(curated, reason="no writing was found in the picture"), None
    best = 0
    if champion is not None:
        best = int(np.argmax(champion.predict_proba(np.stack(crops))[:, int(correction.text)]))
    return replace(curated, cut=best, ink=float(crops[best].mean() / 255)), deduplication.normalized_digit(grey)


def _contradiction(correction: Correction, reading: Reading) -> str | None:
    """Return the reason for quarantine where a confident champion reads another label; None where it does not.

    A label that was saved in two sessions stands against the champion.
    """
    digits = correction.digits
    agrees = reading.digits == digits if digits else reading.text == correction.text
    if reading.decision != "accept" or agrees or _is_confirmed(correction):
        return None
    return (
        f"the champion is {reading.confidence:.1%} sure of {reading.digits if digits else reading.text}; if "
        f"{digits or correction.text} is right, save it again in another session"
    )


def _is_confirmed(correction: Correction) -> bool:
    """Return whether the same label was saved in two sessions."""
    label = correction.text, correction.digits
    return any(
        (entry["text"], entry.get("digits", "")) == label and entry.get("source", "") != correction.source
        for entry in correction.history
    )


def _enforce_share(
    curated: Sequence[CuratedCorrection],
    groups: Sequence[str],
    share: float,
    allowance: int,
    quantity: str,
    quotas: Mapping[str, int],
) -> list[CuratedCorrection]:
    """Move to quarantine what exceeds a group's share of its task and the allowance of every group, or its quota."""
    keys = [(correction.task, group) for correction, group in zip(curated, groups, strict=True)]
    in_use = [correction.use == TRAIN for correction in curated]
    counts = Counter(key for key, used in zip(keys, in_use, strict=True) if used)
    totals = Counter(task for (task, _), used in zip(keys, in_use, strict=True) if used)
    accepted: Counter[tuple[str, str]] = Counter()
    limited = []
    for correction, key, used in zip(curated, keys, in_use, strict=True):
        total = totals[correction.task]
        shared = max(allowance, int(share / (1 - share) * (total - counts[key])))
        limit = quotas.get(key[1], shared)
        accepted[key] += used
        if used and accepted[key] > limit:
            reason = f"its {quantity} gave {counts[key]} of {total} corrections, of which {limit} are used"
            limited.append(replace(correction, use=QUARANTINE, reason=reason))
        else:
            limited.append(correction)
    return limited


def _assign_holdout(curated: CuratedCorrection, fraction: float) -> CuratedCorrection:
    """Hold a correction out for evaluation when its name, as a number, is among the lowest fraction of all names."""
    if curated.use == TRAIN and int(curated.name[:8], 16) < fraction * 2**32:
        return replace(curated, use=HOLDOUT)
    return curated
