"""Measure in a real browser how long the page takes to open, and to answer an upload.

Run: make bench; make screenshot takes the README's picture of the page.
"""

import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from playwright.sync_api import Browser, Page, expect, sync_playwright

from payment_ml import paths

UPLOADS = 20
SAMPLE = paths.ROOT / "data" / "samples" / "amount-04.png"
_KERNEL_START_SECONDS = 40  # more than the server needs to make the next kernel ready
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@click.command()
@click.option(
    "--screenshot", type=click.Path(dir_okay=False, path_type=Path), help="Take a screenshot of the page instead."
)
@click.option(
    "--models",
    type=click.Path(path_type=Path),
    default=paths.ROOT / "models",
    help="Folder of the versions whose champions serve.",
)
def main(screenshot: Path | None, models: Path) -> None:
    """Serve the demo with the champions, and measure it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        click.echo("the page is not measured: expected chromium on this machine; apt-get install chromium brings it")
        return
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    token = secrets.token_urlsafe()
    address = f"http://localhost:{port}/?token={token}"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        command = [sys.executable, "-m", "payment_ml.cli.main", "demo", "--no-browser", "--port", str(port)]
        command += ["--token", token, "--data", folder, "--models", str(models)]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        try:
            _wait_for(port)
            if screenshot is None:
                _measure(browser, address)
            else:
                _take_screenshot(browser, address, screenshot)
        finally:
            browser.close()
            server.terminate()
            server.wait(30)


def _measure(browser: Browser, address: str) -> None:
    """Print the time until the page is usable, and from an upload to its answer."""
    _open(browser, address)  # the first page also waits for the server, and takes the kernel that is ready
    opening_seconds = {}
    for state, pause in (("no kernel is warm", 0), ("a kernel is warm", _KERNEL_START_SECONDS)):
        time.sleep(pause)
        started = time.perf_counter()
        page = _open(browser, address)
        opening_seconds[state] = time.perf_counter() - started
    upload_seconds = []
    for _ in range(UPLOADS):
        started = time.perf_counter()
        _upload(page)
        upload_seconds.append(time.perf_counter() - started)
        page.get_by_role("button", name="Start over").click()
    click.echo("the page, in chromium on this machine")
    for state, seconds in opening_seconds.items():
        click.echo(f"{'usable, when ' + state:38}{seconds:8.2f} s")
    click.echo(f"{'upload to answer, median of ' + str(UPLOADS):38}{statistics.median(upload_seconds):8.2f} s")
    click.echo(f"{'upload to answer, the slowest':38}{max(upload_seconds):8.2f} s")


def _take_screenshot(browser: Browser, address: str, path: Path) -> None:
    page = _open(browser, address)
    _upload(page)
    page.wait_for_timeout(1000)  # until the preview and the characters are drawn
    path.parent.mkdir(parents=True, exist_ok=True)
    page.locator(".pml").screenshot(path=path)
    click.echo(f"wrote {path}")


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1000, "height": 1050})
    page.goto(address)
    page.wait_for_selector(".pml-drop", timeout=120_000)
    return page


def _upload(page: Page) -> None:
    page.set_input_files(".pml input[type=file]", SAMPLE)
    expect(page.locator(".pml-answer:not([hidden]) .pml-figure")).not_to_be_empty(timeout=30_000)


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"expected the demo on port {port} within a minute, but nothing listens there")


if __name__ == "__main__":
    main()
