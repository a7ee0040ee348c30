"""Test that documents link to files that exist, state commands that exist, and the version of the package."""

import html
import json
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from payment_ml import __version__, paths
from payment_ml.cli.main import cli
from payment_ml.pipeline import notebook_runner

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


def texts() -> dict[str, str]:
    """Return the Markdown of each document and of each notebook, by its path."""
    found = {str(path): (paths.ROOT / path).read_text(encoding="utf-8") for path in documents()}
    for path in sorted((paths.ROOT / "notebooks").glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        markdown = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
        found[f"notebooks/{path.name}"] = "\n\n".join(markdown)
    return found


def shell_commands(line: str) -> list[list[str]]:
    """Return the words behind payment-ml for each call of it in a line of shell; a container's image counts as one."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # prose with an apostrophe, or a line of another language
        return []
    calls: list[list[str]] = [[]]
    for word in words:
        if word in ("&&", "||", "|", ";", "&"):
            calls.append([])
        elif calls[-1] or not re.match(r"[A-Z_]+=", word):  # a variable before the command is no part of it
            calls[-1].append(word)
    containers = [call for call in calls if call[:2] == ["docker", "run"] and "payment-ml" in call]
    in_containers = [call[call.index("payment-ml") :] for call in containers]
    return [call[1:] for call in (*calls, *in_containers) if call and Path(call[0]).name == "payment-ml"]


def commands() -> list[tuple[str, list[str], bool]]:
    """Return document, words, and whether it is a whole command, not a mention in prose, for each payment-ml."""
    found = []
    for document, text in texts().items():
        fences = re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)
        unfenced = re.sub(r"^```\w*\n.*?^```", "", text, flags=re.M | re.S)
        lines = [line for fence in fences for line in fence.splitlines()] + re.findall(r"^ {4}(\S.*)", unfenced, re.M)
        spans = re.findall(r"`([^`]+)`", re.sub(r"^ {4}\S.*", "", unfenced, flags=re.M))
        found += [(document, words, True) for line in lines for words in shell_commands(line)]
        found += [(document, words, False) for span in spans for words in shell_commands(span.replace("\n", " "))]
    return found


def parse_command(words: list[str], whole: bool) -> None:
    """Have the real command line parse words; raise UsageError for an unknown command, option or choice."""
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        if words[0] not in command.commands:
            raise click.UsageError(f"expected one of {sorted(command.commands)}, but got {words[0]}")
        command, words = command.commands[words[0]], words[1:]
    if isinstance(command, click.Group) and not words:
        return
    try:
        context = command.make_context(command.name, list(words))
    except click.exceptions.Exit:  # --help or --version
        return
    except click.MissingParameter:
        if whole:
            raise
        return
    given = dict(context.params.get("parameters") or ())
    notebook_runner.parse_parameters({name: value for name, value in given.items() if name != "NAME"})


COMMANDS = commands()


@pytest.mark.parametrize(
    ("document", "words", "whole"), COMMANDS, ids=[f"{document}: {' '.join(words)}" for document, words, _ in COMMANDS]
)
def test_every_command_in_a_document_parses(document, words, whole):
    """Its subcommands, options, choices, and the notebooks' parameters exist."""
    parse_command(words, whole)


@pytest.mark.parametrize(
    "line",
    ["payment-ml red x.png", "payment-ml read", "payment-ml read --as word x.png", "payment-ml retrain -p epoch 3"],
    ids=["unknown command", "no picture", "unknown choice", "unknown parameter"],
)
def test_a_wrong_command_would_be_found(line):
    """The parser that the test above relies on refuses it."""
    ((*words,),) = shell_commands(line)
    with pytest.raises((click.UsageError, ValueError)):
        parse_command(words, whole=True)


def test_every_make_target_in_a_document_exists():
    """In every document, not only in the README."""
    targets = set(re.findall(r"^([a-z-]+):", (paths.ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    named = {
        (document, target)
        for document, text in texts().items()
        for target in re.findall(r"(?:`|^ {4})make ([a-z][a-z-]*)", text, re.M)
    }
    assert len(named) > 20
    assert [(document, target) for document, target in sorted(named) if target not in targets] == []


def test_the_drawing_of_the_data_flow_has_the_words_of_the_diagram():
    """The site shows the drawing in the place of the diagram in architecture.md, which needs a script to draw it."""
    architecture = (paths.ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    diagram = architecture.split("```mermaid")[1].split("```")[0]
    quoted = re.findall(r'\["([^"]+)"\]|\|"?([^|"]+)"?\|', diagram)
    drawing = (paths.ROOT / "docs" / "figures" / "data-flow.svg").read_text(encoding="utf-8")
    drawn = {html.unescape(text) for text in re.findall(r"<text[^>]*>([^<]+)</text>", drawing)}
    assert drawn == {html.unescape(node or label) for node, label in quoted}
    assert len(re.findall(r"<path d=", drawing)) - 1 == diagram.count("-->")  # one path is the arrow's head


@pytest.mark.parametrize("figure", ["amounts.png", "reading.png", "risk-coverage.png"])
def test_a_figure_of_the_documents_is_small(figure):
    """The script docs/notebook_figures.py reduces its colours."""
    assert 0 < (paths.ROOT / "docs" / "figures" / figure).stat().st_size < 100_000


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
