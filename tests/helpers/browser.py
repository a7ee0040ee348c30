"""Start real servers and a real browser: Voila as `payment-ml demo` starts it, and JupyterLab."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect, sync_playwright

from helpers.cli import COMMAND
from payment_ml import paths

TOKEN = "a-token-for-tests"
SCREENSHOTS = paths.ROOT / "build" / "screenshots"
SIZES = {"wide-light": (1280, 800, "light"), "phone-dark": (390, 844, "dark")}  # width, height and theme of a page
# For root in a container without a screen, and without requests to Google's services.
_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_START_UP_SECONDS = 120
# On a busy machine JupyterLab may ask for a kernel before it knows of one; then the page is opened again.
_PAGE_TIMEOUTS = (60_000, 60_000, 60_000, 180_000)  # milliseconds
_CLOSED_PAGE_ERROR = re.compile(
    r"Traceback \(most recent call last\):\n(?:[ \t]+(?!.*Traceback).*\n)*?.*\b(?:StreamClosed|WebSocketClosed)Error\b"
)


@dataclass(frozen=True)
class Site:
    """Represent a running server."""

    address: str  # of the page, with the token
    data_dir: Path
    log: Path
    process: subprocess.Popen


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Debian's chromium; without one, skip the test with the reason."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("no chromium on this machine; apt-get install chromium brings one")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def models_dir(quick_run, reader_run, tmp_path_factory) -> Path:
    """Return a models folder with a champion of each task."""
    folder = tmp_path_factory.mktemp("both") / "models"
    shutil.copytree(quick_run.models_dir, folder)
    shutil.copytree(reader_run.folder, folder / reader_run.version)
    both, amounts = (json.loads((run.models_dir / "champions.json").read_text()) for run in (quick_run, reader_run))
    both["champions"] |= amounts["champions"]
    (folder / "champions.json").write_text(json.dumps(both))
    return folder


@pytest.fixture(scope="session")
def voila(models_dir, tmp_path_factory) -> Iterator[Site]:
    """Run `payment-ml demo`."""
    folder, port = tmp_path_factory.mktemp("voila"), free_port()
    command = [str(COMMAND), "demo", "--no-browser", "--port", str(port), "--token", TOKEN]
    command += ["--models", str(models_dir), "--data", str(folder)]
    with serving(command, f"http://localhost:{port}/?token={TOKEN}", folder) as site:
        yield site


@pytest.fixture(scope="session")
def lab(models_dir, tmp_path_factory) -> Iterator[Site]:
    """Run JupyterLab on a copy of notebook 04 that names the test's folders."""
    folder = tmp_path_factory.mktemp("lab")
    with jupyterlab(folder, "04-predict", models_dir=models_dir, feedback_dir=folder / "feedback") as site:
        yield site


@contextmanager
def jupyterlab(folder: Path, notebook: str, **parameters: object) -> Iterator[Site]:
    """Run JupyterLab with default settings in a folder, on a copy of a notebook with these parameters."""
    port = free_port()
    source = paths.ROOT / "notebooks" / f"{notebook}.ipynb"
    options = [part for name, value in parameters.items() for part in ("-p", name, str(value))]
    command = [sys.executable, "-m", "papermill", "--prepare-only", str(source), str(folder / source.name), *options]
    subprocess.run(command, check=True, capture_output=True)
    allow_root = ["--allow-root"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", *allow_root, f"--ServerApp.port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}", "--LabApp.news_url=None"]
    # At its first start JupyterLab asks whether to show news, in a message that covers the panel of a narrow window.
    notification = folder / ".settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    notification.parent.mkdir(parents=True)
    notification.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    settings = {
        "JUPYTER_CONFIG_DIR": str(folder / ".jupyter"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces"),
    }
    address = f"http://localhost:{port}/lab/tree/{source.name}?token={TOKEN}"
    with serving(command, address, folder, settings) as site:
        yield site


@contextmanager
def serving(
    command: list[str], address: str, folder: Path, environment: dict[str, str] | None = None
) -> Iterator[Site]:
    """Run a server for as long as the block lasts, which begins when the server listens."""
    log = folder / "server.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=os.environ | (environment or {}),
        )
    try:
        deadline = time.monotonic() + _START_UP_SECONDS
        while not is_listening(address):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"no answer from {address}\n{log.read_text()}"
            time.sleep(0.2)
        yield Site(address, folder, log, process)
    finally:
        with suppress(ProcessLookupError):  # a test may have ended it
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def log_without_closed_pages(log: Path) -> str:
    """Return a server's log without the errors that a page causes by closing before its answer arrives.

    The server writes them at any later time, perhaps during another test.
    """
    return _CLOSED_PAGE_ERROR.sub("", log.read_text())


def is_listening(address: str) -> bool:
    """Return whether a server listens at an address."""
    host, port = re.match(r"http://([^:/]+):(\d+)", address).groups()
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def free_port() -> int:
    """Return a port on which no server listens."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def fetch(address: str) -> tuple[int, str]:
    """Return the status and the body of a page."""
    try:
        with urllib.request.urlopen(address, timeout=30) as response:
            return response.status, response.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def upload(page: Page, *files: Path | dict) -> None:
    """Choose files in the dialog that the button opens."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(list(files))


def wait_for_answer(page: Page) -> Locator:
    """Wait for the amount in large figures."""
    figure = page.locator(".pml-answer:not([hidden]) .pml-figure")
    expect(figure).not_to_be_empty(timeout=15_000)
    return figure


def clear_list(page: Page) -> None:
    """Start over, whether or not the page asks first."""
    start_over, discard = page.get_by_role("button", name="Start over"), page.get_by_role("button", name="Discard them")
    if start_over.is_visible():
        start_over.click()
    if discard.is_visible():
        discard.click()


def open_page(browser: Browser, site: Site, width: int, height: int = 900) -> Page:
    """Open a page and wait for the panel; in JupyterLab, run all cells first.

    The page gets an attribute `problems`: a list of the errors of its scripts.
    """
    context = browser.new_context(viewport={"width": 1280, "height": height}, accept_downloads=True)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    for timeout in _PAGE_TIMEOUTS:
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error, problems=page.problems: problems.append(str(error)))
        page.goto(site.address)
        try:
            if "/lab/" in site.address:
                run_all_cells(page)
            page.wait_for_selector(".pml-drop", timeout=timeout)
            break
        except TimeoutError:
            if timeout == _PAGE_TIMEOUTS[-1]:
                raise
            page.close()
    if width < 600 and "/lab/" in site.address:
        page.keyboard.press("Control+B")  # hides the list of files and the menus, for which a phone has no room
    page.set_viewport_size({"width": width, "height": height})
    return page


@contextmanager
def page_of_size(browser: Browser, site: Site, size: str) -> Iterator[Page]:
    """Open a page in one of `SIZES`, which is its attribute `size`, and check afterwards that no script failed."""
    width, height, theme = SIZES[size]
    page = open_page(browser, site, width, height)
    page.emulate_media(color_scheme=theme)
    page.size = size
    yield page
    assert page.problems == []
    page.context.close()


def run_all_cells(page: Page) -> None:
    """Choose Run All Cells from the menu, once the kernel is idle, and again while no cell has begun to run."""
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=90_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", state="attached", timeout=90_000)
    begun = page.locator(".jp-InputPrompt", has_text=re.compile(r"\[(\*|\d+)\]"))
    for is_last in (False, False, True):
        page.locator(".lm-MenuBar-item", has_text=re.compile("^Run$")).click()
        page.locator(".lm-Menu-item", has_text=re.compile("^Run All Cells")).click()
        try:
            begun.first.wait_for(state="attached", timeout=40_000)
            return
        except TimeoutError:  # on a busy machine a kernel that seems idle may not be connected yet
            if is_last:
                raise
