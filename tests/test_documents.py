"""Test that documents link to files that exist, and state the version of the package."""

import re
from pathlib import Path

import pytest
import yaml

from payment_ml import __version__, paths

GENERATED = ("data/raw", "data/prepared", "data/feedback", "models/", "build", "node_modules")


def documents() -> list[Path]:
    """Return all Markdown files of the repository, without those of environments and trained versions."""
    found = (path.relative_to(paths.ROOT) for path in paths.ROOT.rglob("*.md"))
    hidden = (path for path in found if not any(part.startswith(".") and part != ".github" for part in path.parts))
    kept = [path for path in hidden if not path.as_posix().startswith(GENERATED)]
    return sorted([*kept, Path("models", "README.md")])


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_relative_link_of_a_document_resolves(document):
    """To a file or folder, and to a heading where the link names one."""
    path = paths.ROOT / document
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.S)
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]
    broken = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = path if not name else path.parent / name
        if name.startswith("../blob/"):  # an issue form links to the file as the site shows it
            continue
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_that_the_code_mentions_is_recorded():
    """Comments link to notes by name."""
    sources = [path for folder in ("payment_ml", "tests", "benchmarks") for path in (paths.ROOT / folder).rglob("*.py")]
    mentioned = {
        name for path in sources for name in re.findall(r"docs/decisions/([\w-]+\.md)", path.read_text("utf-8"))
    }
    assert mentioned
    assert [name for name in sorted(mentioned) if not (paths.ROOT / "docs" / "decisions" / name).is_file()] == []


def test_the_index_of_decisions_names_every_note():
    """A note that nobody finds records nothing."""
    folder = paths.ROOT / "docs" / "decisions"
    notes = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))) == notes


def test_citation_and_changelog_know_the_version_of_the_package():
    """The package has the version; the others repeat it."""
    assert yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"] == __version__
    assert f"\n## {__version__}" in (paths.ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_workflow_calls_make_on_every_supported_python():
    """From the least version of pyproject.toml on."""
    workflow = yaml.safe_load((paths.ROOT / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8"))
    job = workflow["jobs"]["test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13"]
    assert "make test" in [step.get("run") for step in job["steps"]]


def test_pre_commit_runs_make_lint_and_needs_no_network():
    """Every hook is local and runs a tool of the project's environment."""
    repositories = yaml.safe_load((paths.ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    assert {repository["repo"] for repository in repositories} == {"local"}
    assert {hook["language"] for hook in hooks} == {"system"}
    assert {"make lint", ".venv/bin/codespell"} < {hook["entry"] for hook in hooks}
