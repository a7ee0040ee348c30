"""Chooses among saved corrections: which to learn from, which to judge by, and which a person should look at first."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from payment_ml import amounts, decoding, drift, feedback, files, fingerprints, images, ink, preparation, strips
from payment_ml.amount_reader import AmountReader
from payment_ml.digit_reader import DigitClassifier
from payment_ml.feedback import Correction, Feedback, FeedbackError
from payment_ml.fingerprints import HeldOut, Known

LEARN, KEEP, ASIDE = "learn", "keep", "aside"
USES = {
    LEARN: "the network learns from them",
    KEEP: "notebook 03 judges by them; none is ever learned from",
    ASIDE: "a person should look at them",
}
_FILE, _FOLDER = "corrections.json", "corrections"
_FREE_OF_LABEL_LIMIT = 20  # corrections of one label; so few teach nothing false
_FREE_OF_SOURCE_LIMIT = 500  # corrections of one source; a clerk's busy day

Readers = dict[str, AmountReader | DigitClassifier]


@dataclass(frozen=True)
class Taken:
    """A correction, and what becomes of it."""

    name: str  # of the correction, sha256 of its pixels
    task: str  # "amounts" or "digits"; empty where the record is damaged
    text: str  # the truth
    use: str  # a key of `USES`
    reason: str | None  # why it was set aside
    written: str = ""  # of an amount: the likeliest of the ways to write it
    cut: int = 0  # of a digit: which of the likely cuts of the picture's middle shows it
    ink: float = 0.0  # share of the writing's box that is ink
    height: int = 0  # pixels of the picture


@dataclass(frozen=True)
class Rules:
    """How much is taken of what."""

    kept_share: float = 0.2  # for evaluation alone
    source_share: float = 0.5  # at most so much from one source, once it gave more than 500
    label_share: float = 0.3  # at most so much of one label, once it has more than 20


def take(saved: Feedback, champions: Readers, held_out: HeldOut, rules: Rules = Rules()) -> list[Taken]:
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
    known = Known(held_out)
    candidates: list[tuple[Taken, str]] = []
    names = sorted(path.stem for path in saved.folder.glob("*.json"))
    for name in tqdm(names, "corrections", mininterval=5, disable=len(names) < 20):
        try:
            correction = saved.get(name)
            taken = _look(correction, np.asarray(images.load_grey(saved.picture(correction))), champions, known)
            candidates.append((taken, correction.source))
        except (files.DamagedError, FeedbackError, images.ImageError) as error:
            candidates.append((Taken(name, "", "", ASIDE, str(error)), ""))
    _limit(candidates, lambda taken, source: (taken.task, source), rules.source_share, _FREE_OF_SOURCE_LIMIT, "source")
    _limit(candidates, lambda taken, _: (taken.task, taken.text), rules.label_share, _FREE_OF_LABEL_LIMIT, "label")
    return [_keep(taken, rules.kept_share) for taken, _ in candidates]


def _look(correction: Correction, grey: np.ndarray, champions: Readers, known: Known) -> Taken:
    """A correction as one to learn from, or set aside."""
    if feedback.truth(correction.task, correction.text) != correction.text:
        raise FeedbackError(f"expected a truth as it is saved, but got {correction.text!r}")
    prepare = _amount if correction.task == "amounts" else _digit
    taken, shown = prepare(correction, grey, champions.get(correction.task))
    reason = taken.reason or known.why_not(correction.task, correction.name, shown)
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
    return replace(taken, use=ASIDE if reason else LEARN, reason=reason)


def _amount(correction: Correction, grey: np.ndarray, champion: AmountReader | None) -> tuple[Taken, np.ndarray | None]:
    strip = strips.cut_strip(grey)
    taken = Taken(correction.name, "amounts", correction.text, LEARN, None, height=grey.shape[0])
    if strip is None:
        return replace(taken, reason="no writing was found in the picture"), None
    value = amounts.parse(correction.text).value
    room = strips.frames(strip.levels.shape[1])
    ways = [each for each in amounts.spellings(value) if decoding.frames_needed(decoding.encode(each)) <= room]
    if not ways:
        return replace(taken, reason=f"the writing is too narrow for {correction.text}"), None
    written = ways[0]
    if champion is not None:
        # People type the value; the network learns marks as well. Which were written, the champion can tell best.
        frames = champion.log_frames([strip.levels])[0]
        written = ways[int(np.argmax(decoding.log_probabilities(frames, [decoding.encode(each) for each in ways])))]
    return replace(taken, written=written, ink=float(strip.levels.mean() / 255)), strip.levels


def _digit(
    correction: Correction, grey: np.ndarray, champion: DigitClassifier | None
) -> tuple[Taken, np.ndarray | None]:
    cuts = ink.middle_digits(ink.find_ink(grey))
    taken = Taken(correction.name, "digits", correction.text, LEARN, None, height=grey.shape[0])
    if not cuts:
        return replace(taken, reason="no writing was found in the picture"), None
    best = 0
    if champion is not None:
        best = int(np.argmax(champion.predict_proba(np.stack(cuts))[:, int(correction.text)]))
    return replace(taken, cut=best, ink=float(cuts[best].mean() / 255)), fingerprints.filled(grey)


def _limit(
    candidates: list[tuple[Taken, str]],
    group: Callable[[Taken, str], tuple[str, str]],
    share: float,
    free: int,
    what: str,
) -> None:
    """Set aside what exceeds a group's share of its task, in place; whose names come first stay, which is by chance."""
    going = [i for i, (taken, _) in enumerate(candidates) if taken.use == LEARN]
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
            candidates[i] = (replace(taken, use=ASIDE, reason=reason), source)


def _keep(taken: Taken, share: float) -> Taken:
    return replace(taken, use=KEEP) if taken.use == LEARN and int(taken.name[:8], 16) < share * 2**32 else taken


def write(taken: list[Taken], saved: Feedback, prepared_dir: Path) -> dict[str, Any]:
    """Write what was taken beside the prepared splits, with the pictures that are learned from or judged by.

    Returns
    -------
    what the manifest says of it: file, sha256, counts by task and use, reasons for setting aside, and a profile of
    each task, for `drift.told`
    """
    folder = prepared_dir / _FOLDER
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    used = {each.name for each in taken if each.use != ASIDE}
    for name in sorted(used):
        if not (folder / f"{name}.png").is_file():
            with files.replacing(folder / f"{name}.png", mode=0o600) as partial:
                shutil.copyfile(saved.picture_path(name), partial)
    files.write_json(prepared_dir / _FILE, {"format": 1, "corrections": [asdict(each) for each in taken]}, mode=0o600)
    for path in folder.glob("*.png"):
        if path.stem not in used:
            path.unlink()
    return {
        "file": _FILE,
        "sha256": files.sha256(prepared_dir / _FILE),
        "came_in": len(taken),
        "uses": {use: sum(each.use == use for each in taken) for use in USES},
        "set_aside": dict(Counter(kind(each.reason) for each in taken if each.use == ASIDE)),
        "profiles": {
            task: drift.profile([each for each in taken if each.task == task and each.use != ASIDE])
            for task in ("amounts", "digits")
        },
    }


def kind(reason: str | None) -> str:
    """The reason without what differs from one correction to the next."""
    return next((told for start, told in _KINDS.items() if (reason or "").startswith(start)), "damaged or not valid")


_KINDS = {
    "no writing": "no writing found",
    "the writing is too narrow": "no writing found",
    "it equals": "equals a held out picture",
    "it shows the same": "duplicate",
    "the champion is": "contradicts a sure champion",
    "its source": "too many from one source",
    "its label": "too many of one label",
}


def described(prepared_dir: Path) -> dict[str, Any] | None:
    """What the manifest of the run before says of its corrections; None when there was none, or it is damaged."""
    try:
        return preparation.read_manifest(prepared_dir).get("corrections")
    except preparation.MissingDataError:
        return None


def read(prepared_dir: Path) -> list[Taken]:
    """What `write` wrote, checked against the manifest; empty when no correction was prepared.

    Raises
    ------
    MissingDataError : a file is missing or damaged
    """
    described = preparation.read_manifest(prepared_dir).get("corrections")
    if described is None:
        return []
    path = prepared_dir / described["file"]
    if not path.is_file() or files.sha256(path) != described["sha256"]:
        raise preparation.MissingDataError(
            f"expected {path} as the manifest describes it, but it is missing or was changed; "
            "run notebooks/01-prepare-data.ipynb again"
        )
    return [Taken(**each) for each in files.read_json(path)["corrections"]]


def pictures(prepared_dir: Path, taken: Iterable[Taken]) -> list[np.ndarray]:
    """The prepared pictures of corrections, uint8 [height, width] or [height, width, 3] each.

    Raises
    ------
    DamagedError : one is missing, or not the one that was saved
    """
    return [np.asarray(feedback.open_picture(prepared_dir / _FOLDER, each.name)) for each in taken]


def of(prepared_dir: Path, task: str, use: str) -> list[Taken]:
    """The corrections of a task with one use; see `read`."""
    return [each for each in read(prepared_dir) if (each.task, each.use) == (task, use)]


def amount_lines(prepared_dir: Path) -> list[tuple[np.ndarray, list[int]]]:
    """Amounts to learn from: levels uint8 [32, width] of each strip, and the symbols that it shows."""
    taken = of(prepared_dir, "amounts", LEARN)
    found = (strips.cut_strip(images.load_grey(each)) for each in pictures(prepared_dir, taken))
    return [(strip.levels, decoding.encode(each.written)) for strip, each in zip(found, taken, strict=True)]


def digits(prepared_dir: Path) -> tuple[np.ndarray, np.ndarray]:
    """Digits to learn from: images uint8 [n, 28, 28], 0 paper, and labels uint8 [n]."""
    taken = of(prepared_dir, "digits", LEARN)
    cuts = [
        ink.middle_digits(ink.find_ink(images.load_grey(picture)))[each.cut]
        for picture, each in zip(pictures(prepared_dir, taken), taken, strict=True)
    ]
    labels = np.array([int(each.text) for each in taken], np.uint8)
    return np.array(cuts, np.uint8).reshape(-1, 28, 28), labels
