"""Load the readers that users call: find a version in models/, verify it, and open its network."""

import logging
from collections.abc import Mapping
from pathlib import Path

from payment_ml import paths
from payment_ml.errors import RegistryError
from payment_ml.networks import inference
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.document_acceptance import find_calibration
from payment_ml.recognition.document_reader import DocumentReader, Networks
from payment_ml.recognition.page_detector import PageDetector
from payment_ml.recognition.reader import Reader
from payment_ml.recognition.readings import (
    Alternative,
    AmountReading,
    Character,
    DigitReading,
    DocumentReading,
    FoundAmount,
)
from payment_ml.registry.profile_calibrations import ProfileCalibrationStore
from payment_ml.registry.registry import Registry, find_champion
from payment_ml.registry.versions import Version
from payment_ml.tasks import DOCUMENT_TASKS, TASKS, Task
from payment_ml.text.profiles import Profile, load_profile

__all__ = [
    "Alternative",
    "AmountReader",
    "AmountReading",
    "Character",
    "DigitClassifier",
    "DigitReading",
    "DocumentReader",
    "DocumentReading",
    "FoundAmount",
    "champions",
    "find_champion",
    "load_amount_reader",
    "load_champion",
    "load_digit_classifier",
    "load_document_reader",
    "load_version",
    "open_reader",
]

_log = logging.getLogger(__name__)


def load_digit_classifier(models_dir: str | Path | None = None, version: str | None = None) -> DigitClassifier:
    """Load the digit classifier that serves, or another version.

    Parameters
    ----------
    models_dir : folder of versions; None is models/ of the home folder (`paths.home`), and where that has no champion,
        the models in the box
    version : name of a version; None is the champion

    Raises
    ------
    RegistryError : no such version, no champion yet, the saved network is not the one that its metadata describes, or
        holds more than a network, or is not signed although signatures are required
    """
    return DigitClassifier(_verified_version(Task.DIGITS, models_dir, version))


def load_amount_reader(
    models_dir: str | Path | None = None,
    version: str | None = None,
    profile: str | Path | Profile | None = None,
) -> AmountReader:
    """Load the amount reader that serves, or another version.

    Where `payment-ml evaluate --recalibrate` filed a calibration for this version and this profile, it decides what is
    accepted. One that was made for another version, or before the profile was changed, is not used, and a warning is
    logged.

    Parameters
    ----------
    models_dir, version : as in `load_digit_classifier`
    profile : of the form on which amounts are written, as `load_profile` takes it; None: nothing is assumed

    Raises
    ------
    ProfileError : no such profile
    RegistryError : as `load_digit_classifier`
    """
    known = load_profile(profile)
    calibrations = ProfileCalibrationStore(_models_folder(models_dir))
    reader = AmountReader(_verified_version(Task.AMOUNTS, models_dir, version), known, calibrations)
    if reader.calibration_note is not None:
        _log.warning("%s", reader.calibration_note)
    return reader


def load_document_reader(
    models_dir: str | Path | None = None,
    version: str | None = None,
    profile: str | Path | Profile | None = None,
) -> DocumentReader:
    """Load the reader of whole cheques, slips and bills; parameters and exceptions as in `load_amount_reader`.

    The champion of pages finds the amount; where there is none, every block of a page is looked at. The champion of
    words reads the amount in words; where there is none, nothing does. What notebook 07 measured of these networks
    decides what is accepted; where it measured others, a person looks at every document.

    Loading takes a second more than that of an amount reader, in which the spellings of all amounts are prepared.
    """
    versions = document_versions(models_dir, version)
    known = load_profile(profile)
    reader = open_document_reader(versions, _models_folder(models_dir), known)
    reader.prepare()
    note = reader.amounts.calibration_note
    if known is not None and known.region is not None and note is not None:
        _log.warning("%s", note)
    return reader


def document_versions(models_dir: str | Path | None = None, version: str | None = None) -> dict[Task, Version]:
    """Return the versions that read documents together, by task; each is verified.

    Parameters
    ----------
    models_dir, version : as in `load_amount_reader`; the networks for documents are champions

    Raises
    ------
    RegistryError : no reader of amounts serves yet, or a saved network is not the one that its metadata describes
    """
    tasks = [task for task in DOCUMENT_TASKS if find_champion(task, models_dir) is not None]
    amounts = {Task.AMOUNTS: _verified_version(Task.AMOUNTS, models_dir, version)}
    return amounts | {task: _verified_version(task, models_dir, None) for task in tasks}


def open_document_reader(
    versions: Mapping[Task, Version], models_dir: Path, profile: Profile | None = None
) -> DocumentReader:
    """Open a reader of documents with versions that were verified before.

    Parameters
    ----------
    versions : by task; pages and words may be missing
    models_dir : folder of calibrations
    profile : of the form; None: nothing is assumed
    """
    amounts = AmountReader(versions[Task.AMOUNTS], profile, ProfileCalibrationStore(models_dir))
    return DocumentReader(amounts, open_document_networks(versions, models_dir))


def open_document_networks(versions: Mapping[Task, Version], models_dir: Path) -> Networks:
    """Open what reads documents beside the reader of amounts; parameters as of `open_document_reader`."""
    detector = verifier = None
    if Task.PAGES in versions:
        detector = PageDetector(inference.load_session(versions[Task.PAGES].inference_path), versions[Task.PAGES])
    if Task.WORDS in versions:
        from payment_ml.recognition.word_verifier import WordVerifier  # spelling takes a while to import

        verifier = WordVerifier(inference.load_session(versions[Task.WORDS].inference_path))
    calibration, note = find_calibration(models_dir, versions)
    beside = {task: version for task, version in versions.items() if task in DOCUMENT_TASKS}
    return Networks(detector, verifier, beside, calibration, note)


def load_champion(
    task: Task, models_dir: str | Path | None = None, profile: str | Path | Profile | None = None
) -> Reader:
    """Load the reader that serves a task; parameters and errors as `load_amount_reader`. Digits have no profile."""
    if task == Task.AMOUNTS:
        return load_amount_reader(models_dir, profile=profile)
    return load_digit_classifier(models_dir)


def load_version(registry: Registry, name: str) -> Reader:
    """Load the reader of a version of any task.

    Raises
    ------
    RegistryError : no such version, or the saved network is not the one that its metadata describes
    """
    version = registry.get(name)
    registry.verify_serving(version)
    return open_reader(version)


def open_reader(version: Version) -> Reader:
    """Open the reader of a version that was verified before.

    Raises
    ------
    RegistryError : the network reads no picture by itself
    """
    if version.task in DOCUMENT_TASKS:
        raise RegistryError(
            f"expected a version that reads pictures by itself, but {version.name} serves the reader of documents; "
            "notebook 07 evaluates it"
        )
    return DigitClassifier(version) if version.task == Task.DIGITS else AmountReader(version)


def champions(models_dir: Path) -> dict[str, Reader]:
    """Load a reader for each task that has a champion.

    Raises
    ------
    RegistryError : a champion is not what its metadata describes
    """
    return {task: load_champion(task, models_dir) for task in TASKS if find_champion(task, models_dir) is not None}


def _models_folder(models_dir: str | Path | None) -> Path:
    return paths.resolve("models") if models_dir is None else Path(models_dir)


def _verified_version(task: Task, models_dir: str | Path | None, name: str | None) -> Version:
    folder = _models_folder(models_dir)
    version = find_champion(task, models_dir) if name is None else Registry(folder).get(name)
    if version is None:
        raise RegistryError(
            f"expected a champion of {task} in {folder}, but none was promoted yet; "
            "run make train, or payment-ml retrain"
        )
    if version.task != task:
        raise RegistryError(f"expected a version that reads {task}, but {version.name} reads {version.task}")
    Registry(version.folder.parent).verify_serving(version)
    return version
