"""What users call: the readers that serve, found in models/ and checked before they are loaded."""

from collections.abc import Callable
from pathlib import Path

from payment_ml import paths
from payment_ml.errors import RegistryError
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.digit_classifier import DigitClassifier
from payment_ml.recognition.readings import Alternative, AmountReading, Character, DigitReading
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import TASKS

__all__ = [
    "READERS",
    "Alternative",
    "AmountReader",
    "AmountReading",
    "Character",
    "DigitClassifier",
    "DigitReading",
    "load_amount_reader",
    "load_digit_classifier",
]

READERS: dict[str, Callable[[Version], AmountReader | DigitClassifier]] = {
    "digits": DigitClassifier,
    "amounts": AmountReader,
}


def load_digit_classifier(models_dir: str | Path | None = None, version: str | None = None) -> DigitClassifier:
    """The digit classifier that serves, or another version of it.

    Parameters
    ----------
    models_dir : folder of versions; None is models/ of this project
    version : name of a version; None is the champion

    Raises
    ------
    RegistryError : no such version, no champion yet, the saved network is not the one that its card describes, or is
        more than a network, or is not signed although signatures are asked for
    """
    return _load("digits", models_dir, version)


def load_amount_reader(models_dir: str | Path | None = None, version: str | None = None) -> AmountReader:
    """The amount reader that serves, or another version of it; parameters and errors as `load_digit_classifier`."""
    return _load("amounts", models_dir, version)


def champions(models_dir: Path) -> dict[str, AmountReader | DigitClassifier]:
    """A reader for each task that has a champion.

    Raises
    ------
    RegistryError : a champion is not what its card describes
    """
    registry = Registry(models_dir)
    return {task: _load(task, models_dir, None) for task in TASKS if registry.champion(task) is not None}


def _load(task: str, models_dir: str | Path | None, version: str | None) -> AmountReader | DigitClassifier:
    registry = Registry(paths.ROOT / "models" if models_dir is None else Path(models_dir))
    found = registry.champion(task) if version is None else registry.get(version)
    if found is None:
        raise RegistryError(
            f"expected a champion of {task} in {registry.models_dir}, but none was promoted yet; "
            "run make run, or payment-ml retrain"
        )
    if found.task != task:
        raise RegistryError(f"expected a version that reads {task}, but {found.name} reads {found.task}")
    return load_version(registry, found.name)


def load_version(registry: Registry, name: str) -> AmountReader | DigitClassifier:
    """The reader of a version, whatever it reads.

    Raises
    ------
    RegistryError : no such version, or the saved network is not the one that its card describes
    """
    version = registry.get(name)
    registry.verify_serving(version)
    return READERS[version.task](version)
