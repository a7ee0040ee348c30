"""File the champions of one models folder as the models in the box of another: those that travel with the code.

Run as a program, with the two folders: `python -m payment_ml.registry.box build/box/models models`. `make box` does.
"""

import base64
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image

from payment_ml import atomic_files
from payment_ml.errors import RegistryError
from payment_ml.registry import document_calibrations
from payment_ml.registry.registry import Registry
from payment_ml.registry.versions import Version
from payment_ml.tasks import ALL_TASKS, TASKS

_PNG = "image/png"
_COLOURS = 64  # of a figure: lines, bars and grey levels need no more


def file_champions(source_dir: Path, target_dir: Path) -> list[str]:
    """Copy the champions of `source_dir` to `target_dir`, where they replace the champions, and return their names.

    The figures in their executed notebooks are compressed. The champions so far are removed, and with them what
    `champions.json` remembers of earlier ones. A reader of documents goes without networks of its own where there are
    none; where `source_dir` has none, those of `target_dir` stay. The calibration of documents goes with them.

    Raises
    ------
    RegistryError : `source_dir` has no champion of digits or amounts, or one is not what its metadata describes
    """
    source, target = Registry(source_dir), Registry(target_dir)
    filed = [task for task in ALL_TASKS if task in TASKS or source.champion(task) is not None]
    champions = [_champion(source, task) for task in filed]
    before = {task: champion for task in ALL_TASKS if (champion := target.champion(task)) is not None}
    for champion in champions:
        _copy(champion, target_dir)
    names = {champion.name for champion in champions}
    (target_dir / "champions.json").unlink(missing_ok=True)
    for name in sorted(names | {version.name for task, version in before.items() if task not in filed}):
        target.promote(target.pin(target.get(name)))
    calibration = source_dir / document_calibrations.FILE
    if calibration.is_file():
        shutil.copy(calibration, target_dir / calibration.name)
    for task, version in before.items():
        if task in filed and version.name not in names:
            target.remove(version)
    return sorted(names)


def compress_notebook(notebook: dict[str, Any]) -> None:
    """Reduce the colours of the PNG figures of an executed notebook, in place, where that makes them smaller."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            if _PNG in output.get("data", {}):
                content = base64.b64decode("".join(output["data"][_PNG]))
                smaller = _compress_png(content)
                if len(smaller) < len(content):
                    output["data"][_PNG] = base64.b64encode(smaller).decode("ascii")


def _champion(registry: Registry, task: str) -> Version:
    champion = registry.champion(task)
    if champion is None:
        raise RegistryError(f"expected a champion of {task} in {registry.models_dir}, but there is none; train one")
    registry.verify(champion)
    return champion


def _copy(version: Version, target_dir: Path) -> None:
    target_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target_dir, prefix=".box-") as folder:
        copy = Path(folder) / version.name
        shutil.copytree(version.folder, copy, ignore=shutil.ignore_patterns(".*"))
        for path in sorted((copy / "notebooks").glob("*.ipynb")):
            # Paths of the machine that trained mean nothing elsewhere.
            text = path.read_text(encoding="utf-8").replace(f"{version.folder.parent.parent.resolve()}/", "")
            notebook = json.loads(text)
            compress_notebook(notebook)
            atomic_files.write_json(path, notebook)
        shutil.rmtree(target_dir / version.name, ignore_errors=True)
        copy.rename(target_dir / version.name)


def _compress_png(content: bytes) -> bytes:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    stream = io.BytesIO()
    image.quantize(_COLOURS).save(stream, "PNG", optimize=True)
    return stream.getvalue()


if __name__ == "__main__":
    print(*file_champions(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")
