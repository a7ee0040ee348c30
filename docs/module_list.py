"""Write the list of modules in docs/architecture.md anew, from the first sentence of each module's docstring.

Run: .venv/bin/python docs/module_list.py
"""

import ast
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- modules, written by docs/module_list.py -->", "<!-- end of modules -->"


def render(package: Path) -> str:
    """Return a Markdown table for each folder of a package, with a row for each module."""
    folders = [package, *sorted(path.parent for path in package.glob("*/__init__.py"))]
    return "\n".join(_render_folder(folder, package) for folder in folders)


def replace_list(document: str, modules: str) -> str:
    """Return a document with another list of modules between its two markers."""
    head, rest = document.split(BEGIN)
    return f"{head}{BEGIN}\n\n{modules}\n{END}{rest.split(END)[1]}"


def _render_folder(folder: Path, package: Path) -> str:
    name = folder.relative_to(package.parent).as_posix()
    about = [] if folder == package else [_docstring(folder / "__init__.py").replace("\n", " "), ""]
    names = [path.name for path in sorted(folder.glob("*.py")) if folder == package or path.name != "__init__.py"]
    rows = [f"| [{module}](../{name}/{module}) | {_summary(folder / module)} |" for module in names]
    return "\n".join([f"### {name}", "", *about, "| module | purpose |", "| --- | --- |", *rows, ""])


def _summary(module: Path) -> str:
    """Return the first paragraph of a module's docstring as one line for a table."""
    return " ".join(_docstring(module).split("\n\n")[0].split()).replace("|", "\\|")


def _docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    DOCUMENT.write_text(
        replace_list(DOCUMENT.read_text(encoding="utf-8"), render(ROOT / "payment_ml")), encoding="utf-8"
    )
    click.echo(f"wrote the list of modules in {DOCUMENT.relative_to(ROOT)}")
