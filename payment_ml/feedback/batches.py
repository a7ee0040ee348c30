"""Record imported archives as sources with a quota of their own, and count the corrections of every source.

A session of the panel may supply a share of the corrections, so that nobody teaches a version alone. An archive was
imported by the operator, who sets how many of its corrections may be used.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from payment_ml import atomic_files, errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback import dataset
from payment_ml.feedback.dataset import QUARANTINE
from payment_ml.feedback.store import Correction, FeedbackStore

FOLDER = "batches"  # below the folder of corrections
WAITING = "waiting"  # state of a correction of which no notebook 01 has decided the use yet
DOUBT = "doubt"  # key of a correction's reading: why the import put it in quarantine
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SESSIONS = re.compile(r"(panel)-[0-9a-f]{8}")  # sources that are counted together


@dataclass(frozen=True)
class Batch:
    """Hold an imported archive: one source of corrections."""

    source: str  # of its corrections
    quota: int  # corrections of it that retraining may use
    imported: str  # UTC, ISO 8601; the last import
    profile: str  # that it was imported with; empty without one


@dataclass(frozen=True)
class SourceCounts:
    """Hold what became of the corrections of one source."""

    source: str  # empty: unknown; sessions of the panel are counted together
    quota: int | None  # None: a share, see `curation.CurationLimits`
    sessions: int
    first: str  # when the oldest and the newest of them were saved: UTC, ISO 8601
    last: str
    states: Counter[str]  # keys of `dataset.USES`, and `WAITING`


@dataclass(frozen=True)
class State:
    """Hold the state of one correction, and why it is in quarantine; the reason is None in other states."""

    correction: Correction
    state: str
    reason: str | None


def check_source(name: str) -> str:
    """Return the name of a source, which becomes the name of a file.

    Raises
    ------
    FeedbackError : it has other characters than letters, digits, dots, dashes and underscores, or more than 64
    """
    if not _NAME.fullmatch(name):
        raise FeedbackError(f"expected a name of letters, digits, dots, dashes and underscores, but got {name!r}")
    return name


def save(folder: Path, batch: Batch) -> None:
    """Record a batch below a folder of corrections; a second import of it replaces the record."""
    path = folder / FOLDER / f"{check_source(batch.source)}.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    atomic_files.write_json(path, {"format": 1, **asdict(batch)}, mode=0o600)


def quotas(folder: Path) -> dict[str, int]:
    """Return the quota of each batch that was imported into a folder of corrections.

    Raises
    ------
    CorruptFileError : a record is damaged
    """
    found = {}
    for path in sorted((folder / FOLDER).glob("*.json")):
        record = atomic_files.read_json(path)
        try:
            found[str(record["source"])] = int(record["quota"])
        except (TypeError, KeyError, ValueError) as error:
            raise errors.CorruptFileError(
                f"expected a batch in {path}, but it lacks {error}; import it again"
            ) from error
    return found


def states(feedback: FeedbackStore, prepared_dir: Path) -> tuple[list[State], list[str]]:
    """Return the state of each correction, and a sentence for each damaged record.

    Parameters
    ----------
    prepared_dir : folder that the last notebook 01 wrote; without one, every correction waits
    """
    try:
        curated = {correction.name: correction for correction in dataset.read_curated(prepared_dir)}
    except errors.MissingDataError:
        curated = {}
    found, damaged = [], []
    for name in feedback.names():
        try:
            correction = feedback.get(name)
        except errors.CorruptFileError as error:
            damaged.append(str(error))
            continue
        if correction is None:  # removed since the names were listed
            continue
        known, doubt = curated.get(name), correction.reading.get(DOUBT)
        if known is not None and (known.text, known.digits) == (correction.text, correction.digits):
            found.append(State(correction, known.use, known.reason))
        else:
            found.append(State(correction, QUARANTINE if doubt else WAITING, doubt))
    return found, damaged


def count_sources(found: Iterable[State], quota_of: dict[str, int]) -> list[SourceCounts]:
    """Return the counts of each source, the oldest first; all sessions of the panel are one."""
    groups: dict[str, list[State]] = {}
    for state in found:
        match = _SESSIONS.fullmatch(state.correction.source)
        groups.setdefault(match[1] if match else state.correction.source, []).append(state)
    counts = []
    for source, members in groups.items():
        saved = sorted(state.correction.saved for state in members)
        sessions = len({state.correction.source for state in members})
        by_state = Counter(state.state for state in members)
        counts.append(SourceCounts(source, quota_of.get(source), sessions, saved[0], saved[-1], by_state))
    return sorted(counts, key=lambda count: (count.first, count.source))
