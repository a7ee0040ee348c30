"""Write the list of modules in docs/architecture.md anew, from what each module says of itself.

A Python module is described by the first paragraph of its docstring, a JavaScript module by the first sentence of the
comment on its first export, or of its first comment.

Run: .venv/bin/python docs/module_list.py
"""

import ast
import re
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- modules, written by docs/module_list.py -->", "<!-- end of modules -->"


def render(package: Path) -> str:
    """Return a Markdown table for each folder of a package, with a row for each module."""
    folders = [package, *sorted({path.parent for path in [*package.glob("*/__init__.py"), *package.rglob("*.js")]})]
    return "\n".join(_render_folder(folder, package) for folder in folders)


def replace_list(document: str, modules: str) -> str:
    """Return a document with another list of modules between its two markers."""
    head, rest = document.split(BEGIN)
    return f"{head}{BEGIN}\n\n{modules}\n{END}{rest.split(END)[1]}"


def _render_folder(folder: Path, package: Path) -> str:
    name = folder.relative_to(package.parent).as_posix()
    described = folder != package and (folder / "__init__.py").is_file()
    about = [_one_line(_docstring(folder / "__init__.py")), ""] if described else []
    modules = [path for path in sorted(folder.glob("*.[jp][sy]")) if not (described and path.name == "__init__.py")]
    rows = [f"| [{module.name}](../{name}/{module.name}) | {_summary(module)} |" for module in modules]
    return "\n".join([f"### {name}", "", *about, "| module | purpose |", "| --- | --- |", *rows, ""])


def _summary(module: Path) -> str:
    """Return what a module says of itself, as one line for a table."""
    if module.suffix == ".py":
        return _one_line(_docstring(module).split("\n\n")[0])
    script = module.read_text(encoding="utf-8")
    comment = re.search(r"/\*\*((?:(?!\*/).)*)\*/\s*export ", script, re.S) or re.search(r"/\*\*(.*?)\*/", script, re.S)
    text = re.sub(r"^\s*\* ?", "", comment.group(1), flags=re.M) if comment else ""
    return _one_line(re.split(r"(?<=\.)\s|\n\n", text.strip())[0])


def _one_line(text: str) -> str:
    """Return a text on one line, with the characters escaped that Markdown would interpret."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _docstring(module: Path) -> str:
    return ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""


if __name__ == "__main__":
    DOCUMENT.write_text(
        replace_list(DOCUMENT.read_text(encoding="utf-8"), render(ROOT / "payment_ml")), encoding="utf-8"
    )
    click.echo(f"wrote the list of modules in {DOCUMENT.relative_to(ROOT)}")
