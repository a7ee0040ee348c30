"""Store when the readings of whole documents are accepted: one calibration, for the networks that read together.

It is a file `documents.json` in the models folder, beside `champions.json`: what reads a document are several versions,
and a version stays as it was filed.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from payment_ml import atomic_files, errors
from payment_ml.registry import signing
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task

FILE = "documents.json"
_FORMAT = 1
_KIND = "document calibration"  # that a signature is of
_CHECKSUM = "sha256"  # of a version's metadata


def write(models_dir: Path, versions: Mapping[Task, Version], entries: Mapping[str, Any], **about: Any) -> Path:
    """File the calibration of the versions that read documents together, in the place of an earlier one.

    Parameters
    ----------
    models_dir : made when missing
    versions : by task
    entries : calibration and promise, as `recognition.document_acceptance` has them
    about : further entries, of the documents that it was fitted on

    Raises
    ------
    SignatureError : PAYMENT_ML_PRIVATE_KEY names a key that cannot be read
    OSError : the folder cannot be written
    """
    content = {
        "format": _FORMAT,
        "versions": _identity(versions),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        **entries,
        **about,
    }
    models_dir.mkdir(parents=True, exist_ok=True)
    atomic_files.write_json(models_dir / FILE, signing.signed_content(_KIND, content))
    return models_dir / FILE


def find(models_dir: Path, versions: Mapping[Task, Version]) -> tuple[dict[str, Any] | None, str | None]:
    """Return the calibration of the versions that read documents together, or why there is none.

    Returns
    -------
    the content of the file and None; or None and a sentence
    """
    path = models_dir / FILE
    if not path.is_file():
        return None, "no documents were evaluated yet with the networks that serve"
    try:
        content = atomic_files.read_json(path)
        if content["versions"] != _identity(versions):
            return None, "documents were evaluated with other networks than those that serve"
        if not signing.is_trusted_content(_KIND, content):
            return None, f"{signing.PUBLIC} is set, and {path} is not signed with the private half of that key"
        return dict(content), None
    except (errors.CorruptFileError, OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        return None, f"{path} is damaged ({error!r})"
    except errors.SignatureError as error:
        return None, str(error)


def _identity(versions: Mapping[Task, Version]) -> dict[str, dict[str, str]]:
    return {
        str(task): {"name": version.name, _CHECKSUM: version.metadata[_CHECKSUM]}
        for task, version in sorted(versions.items())
    }
