"""Write the figures of notebooks/README.md anew, from notebooks that ran with the champion of amounts.

Run: .venv/bin/python docs/notebook_figures.py [--models FOLDER]
"""

import base64
import io
import tempfile
from pathlib import Path

import click
import nbformat
import papermill
from PIL import Image

from payment_ml import paths
from payment_ml.recognition.readers import find_champion
from payment_ml.tasks import Task

FIGURES = paths.ROOT / "docs" / "figures"
# The notebook, the heading of the section, and which figure of that section.
SHOWN = {
    "amounts.png": ("01-prepare-data", "## Generated amounts", 0),
    "risk-coverage.png": ("03-evaluate", "## Reliability diagram and risk-coverage curve", 1),
    "reading.png": ("04-predict", "### 2. Run the network", 0),
}
_WIDTH = 1000  # pixels, at most
_COLOURS = (64, 48, 32, 24, 16)  # tried in this order
_MAX_BYTES = 90_000  # tests/test_documents.py allows 100,000


@click.command()
@click.option("--models", "models_dir", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(models_dir: Path | None) -> None:
    """Take each figure from the notebook that shows it: 04, which is run here, or one that the champion came with."""
    champion = find_champion(Task.AMOUNTS, models_dir)
    if champion is None:
        raise click.UsageError("expected a champion of amounts; run make train, or name a folder with --models")
    with tempfile.TemporaryDirectory() as folder:
        predict = Path(folder, "04-predict.ipynb")
        papermill.execute_notebook(
            str(paths.ROOT / "notebooks" / predict.name),
            str(predict),
            {"models_dir": str(champion.folder.parent.resolve()), "feedback_dir": folder},
            progress_bar=False,
        )
        for name, (notebook, heading, number) in SHOWN.items():
            executed = champion.folder / "notebooks" / f"{notebook}.ipynb"
            figure = figures_below(executed if executed.is_file() else predict, heading)[number]
            save_small(figure, FIGURES / name)
            click.echo(f"{name}: {(FIGURES / name).stat().st_size / 1000:.0f} kB")


def figures_below(notebook: Path, heading: str) -> list[bytes]:
    """Return the figures of a section of an executed notebook, as PNG, in their order.

    Raises
    ------
    ValueError : there is no such heading
    """
    cells = nbformat.read(notebook, as_version=4).cells
    starts = [i for i, cell in enumerate(cells) if cell.cell_type == "markdown" and heading in cell.source.splitlines()]
    if not starts:
        raise ValueError(f"expected the heading {heading!r} in {notebook}, but there is none; update SHOWN")
    figures = []
    for cell in cells[starts[0] + 1 :]:
        if cell.cell_type == "markdown" and cell.source.startswith("#"):
            break
        data = (output.get("data", {}) for output in cell.get("outputs", ()))
        figures += [base64.b64decode(content["image/png"]) for content in data if "image/png" in content]
    return figures


def save_small(figure: bytes, path: Path) -> None:
    """Write a figure no wider than a page, with as many colours as keep the file small."""
    image = Image.open(io.BytesIO(figure)).convert("RGB")
    image.thumbnail((_WIDTH, 10 * _WIDTH))
    for colours in _COLOURS:
        image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size < _MAX_BYTES:
            return


if __name__ == "__main__":
    main()
