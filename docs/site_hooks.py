"""Add to the documentation site what lies outside of docs/, and point links at it.

MkDocs calls the functions named on_… while it builds the site (mkdocs.yml). Documents of the repository become pages, a
linked source file becomes a page that shows it, and the champions in models/ give the model cards and the executed
notebooks. Without a champion, the model cards say so and the notebooks are shown without outputs.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import CombinedEvent, event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
# Pages of the site, and the documents of the repository that they show.
DOCUMENTS = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
    "notebooks/index.md": "notebooks/README.md",
    "reference/data-card.md": "data/README.md",
    "reference/models.md": "models/README.md",
    "reference/security.md": "SECURITY.md",
}
MODEL_CARDS = "reference/model-cards.md"
TASKS = ("amounts", "digits")
TRAINING_NOTEBOOKS = ("01-prepare-data", "02-train", "03-evaluate")
_NO_CARD = "There is no trained version in this checkout; `make train` trains both readers."
_FENCE = re.compile(r"^( *)(```+).*?^\1\2 *$", re.M | re.S)
_LINK = re.compile(r"(?<=\]\()([^)\s]+)(?=\))")
_INCLUDE = re.compile(r"^<!-- include (\S+) -->$", re.M)
_MERMAID = re.compile(r"^```mermaid$.*?^```$", re.M | re.S)


@event_priority(100)  # before mkdocs-jupyter, which turns notebooks into pages
def _add_files(files: Files, config: MkDocsConfig) -> Files:
    """Add documents, model cards, notebooks, and a page for each source file that one of them links to."""
    for page, document in DOCUMENTS.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / document)))
    models_dir = ROOT / str(config.extra["models"])
    files.append(File.generated(config, MODEL_CARDS, content=model_cards(models_dir)))
    for page, notebook in notebooks(models_dir).items():
        files.append(File.generated(config, page, abs_src_path=str(notebook)))
    for source in sorted(set(_linked_sources(files))):
        page = _source_page(source)
        files.append(File.generated(config, page, content=_show_source(ROOT / source)))
    return files


@event_priority(-100)  # after mkdocs-jupyter, whose pages forget where a notebook outside of docs/ lies
def _locate_notebooks(files: Files, config: MkDocsConfig) -> Files:
    """Give the page of each notebook the path of its file."""
    shown = notebooks(ROOT / str(config.extra["models"]))
    for file in files:
        if file.src_uri in shown:
            file.abs_src_path = str(shown[file.src_uri])
    return files


on_files = CombinedEvent(_add_files, _locate_notebooks)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Insert included documents, and make links between files of the repository links between pages."""
    uri = page.file.src_uri
    if not uri.endswith(".md") or uri.startswith("source/"):
        return markdown
    if uri == "architecture.md":
        markdown = _MERMAID.sub("![The data flow](figures/data-flow.svg)", markdown)
    markdown = _rewrite_links(markdown, _repository_path(uri), uri)
    return _INCLUDE.sub(lambda match: _included(match[1], uri), markdown)


def model_cards(models_dir: Path) -> str:
    """Return a Markdown page with the model card of each champion."""
    cards = ["# Model cards", "", "Each retraining writes the card of the version that it made."]
    for task in TASKS:
        folder = champion_folder(models_dir, task)
        card = _NO_CARD if folder is None else (folder / "README.md").read_text(encoding="utf-8")
        cards += ["", f"## {task.capitalize()}", "", _outside_fences(_demoted, card)]
    return "\n".join(cards) + "\n"


def notebooks(models_dir: Path) -> dict[str, Path]:
    """Return the notebook that each page shows: as it was executed for a champion, or else its source."""
    shown = {}
    for task in TASKS:
        folder = champion_folder(models_dir, task)
        for name in TRAINING_NOTEBOOKS:
            shown[f"notebooks/{task}/{name}.ipynb"] = _executed_or_source(folder, name)
    shown["notebooks/07-evaluate-documents.ipynb"] = _executed_or_source(
        champion_folder(models_dir, "words"), "07-evaluate-documents"
    )
    for name in ("04-predict", "05-history", "06-evaluate-own-pictures", "08-sweep"):
        shown[f"notebooks/{name}.ipynb"] = _executed_or_source(champion_folder(models_dir, "amounts"), name)
    for path in sorted((ROOT / "notebooks" / "research").glob("*.ipynb")):
        shown[f"notebooks/research/{path.name}"] = path
    return shown


def champion_folder(models_dir: Path, task: str) -> Path | None:
    """Return the folder of the version that serves a task; None without a champion.

    Raises
    ------
    PluginError : the list of champions names a version that is missing
    """
    path = models_dir / "champions.json"
    champions = json.loads(path.read_text(encoding="utf-8"))["champions"] if path.is_file() else {}
    if task not in champions:
        return None
    folder = models_dir / champions[task]["version"]
    if not (folder / "README.md").is_file():
        raise PluginError(f"expected the version {folder.name}, which {path} names, but {folder}/README.md is missing")
    return folder


def _executed_or_source(folder: Path | None, name: str) -> Path:
    executed = None if folder is None else folder / "notebooks" / f"{name}.ipynb"
    return executed if executed is not None and executed.is_file() else ROOT / "notebooks" / f"{name}.ipynb"


def _demoted(markdown: str) -> str:
    """Return Markdown with every heading two levels lower."""
    return re.sub(r"^(#+ )", r"##\1", markdown, flags=re.M)


def _outside_fences(change: Callable[[str], str], markdown: str) -> str:
    """Return Markdown with `change` applied to everything but fenced code."""
    parts, end = [], 0
    for fence in _FENCE.finditer(markdown):
        parts += [change(markdown[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(markdown[end:])])


def _repository_path(uri: str) -> str:
    """Return the path from the project's root of the document that a page shows."""
    return DOCUMENTS.get(uri, f"docs/{uri}")


def _source_page(path: str) -> str:
    return f"source/{path}.md"


def _page_of(path: str) -> str | None:
    """Return the page that shows a file of the repository; None for a path that is no file."""
    pages = {document: page for page, document in DOCUMENTS.items()}
    for candidate in (path, f"{path}/README.md"):
        if candidate in pages:
            return pages[candidate]
    if path.startswith("docs/") and not path.endswith(".py"):
        return path.removeprefix("docs/")
    if path.startswith("notebooks/") and path.endswith(".ipynb"):
        name = PurePosixPath(path).name
        return f"notebooks/amounts/{name}" if PurePosixPath(name).stem in TRAINING_NOTEBOOKS else path
    return _source_page(path) if (ROOT / path).is_file() else None


def _target(link: str, document: str) -> tuple[str, str]:
    """Return the path from the project's root, and the anchor, to which a document's link leads."""
    path, hash_sign, anchor = link.partition("#")
    return os.path.normpath(PurePosixPath(document).parent / path) if path else document, hash_sign + anchor


def _is_relative(link: str) -> bool:
    return not re.match(r"[a-z]+:|#|/", link)


def _rewrite_links(markdown: str, document: str, uri: str) -> str:
    """Return a document's text with its links to other files leading to their pages, seen from the page `uri`."""

    def rewrite(match: re.Match[str]) -> str:
        if not _is_relative(match[0]):
            return match[0]
        path, anchor = _target(match[0], document)
        page = _page_of(path)
        if page is None:
            raise PluginError(f"expected a file, but {document} links to {match[0]}; link to a file in that folder")
        return os.path.relpath(page, PurePosixPath(uri).parent) + anchor

    return _outside_fences(lambda text: _LINK.sub(rewrite, text), markdown)


def _included(document: str, uri: str) -> str:
    """Return a document of the repository without its title, to stand on the page `uri`."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return _rewrite_links(re.sub(r"\A# .*\n", "", text), document, uri)


def _linked_sources(files: Files) -> Iterator[str]:
    """Yield the path of each source file to which a document links."""
    for file in files.documentation_pages():
        if not file.src_uri.endswith(".md"):
            continue
        document, text = _repository_path(file.src_uri), file.content_string
        included = {name: (ROOT / name).read_text(encoding="utf-8") for name in _INCLUDE.findall(text)}
        for name, content in {document: text, **included}.items():
            links = _LINK.findall(_FENCE.sub("", content))
            for path, _ in (_target(link, name) for link in links if _is_relative(link)):
                if (page := _page_of(path)) is not None and page == _source_page(path):
                    yield path


def _show_source(path: Path) -> str:
    """Return a Markdown page that shows a source file and stays out of the search."""
    language = {".js": "javascript", ".md": "markdown", ".sh": "bash"}.get(
        path.suffix, path.suffix.lstrip(".") or "text"
    )
    front_matter = "---\nsearch:\n  exclude: true\nhide: [toc]\n---\n"
    name = path.relative_to(ROOT).as_posix()
    code = path.read_text(encoding="utf-8")
    return f"{front_matter}# {name}\n\n`````{language}\n{code}\n`````\n"
