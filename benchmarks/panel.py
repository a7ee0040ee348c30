"""Measure in a real browser how long the page takes to open, to answer an upload, to read a queue, and to come back.

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
QUEUE = 300  # pictures dropped at once
RELOADED = 40  # pictures in the list when the page is loaded anew
SAMPLE = paths.ROOT / "data" / "samples" / "amount-04.png"
_KERNEL_START_SECONDS = 40  # more than the server needs to make the next kernel ready
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

# Note when the first row stands in the table, and when the last picture is read, in milliseconds after the files came.
_WATCH = """() => {
    const input = document.querySelector(".pml input[type=file]");
    let started = null;
    input.addEventListener("change", () => { started = performance.now(); }, true);
    const watch = () => {
        const passed = performance.now() - started;
        if (started !== null && document.querySelector(".pml-table tbody tr")) window.firstRow ??= passed;
        if (window.firstRow && document.querySelector(".pml-progress").hidden) window.allRead ??= passed;
        requestAnimationFrame(watch);
    };
    watch();
}"""
# Type a character, and resolve to the milliseconds until the page says what the text means, or that it means nothing.
_TYPE = """async (character) => {
    const input = document.querySelector(".pml-typed"), message = document.querySelector(".pml-means");
    const started = performance.now();
    input.value += character;
    input.dispatchEvent(new Event("input"));
    while (!message.textContent) await new Promise((resolve) => setTimeout(resolve, 1));
    return performance.now() - started;
}"""


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
    page.context.close()
    queue = _measure_queue(browser, address)
    click.echo("the page, in chromium on this machine")
    for state, seconds in opening_seconds.items():
        click.echo(f"{'usable, when ' + state:38}{seconds:8.2f} s")
    click.echo(f"{'upload to answer, median of ' + str(UPLOADS):38}{statistics.median(upload_seconds):8.2f} s")
    click.echo(f"{'upload to answer, the slowest':38}{max(upload_seconds):8.2f} s")
    for what, seconds in queue.items():
        click.echo(f"{what:38}{seconds:8.2f} s")


def _measure_queue(browser: Browser, address: str) -> dict[str, float]:
    """Return the seconds that a queue takes: its first row, a key meanwhile, all answers; and a reload of the page."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"slip-{number:03d}.png" for number in range(QUEUE)]
        samples = sorted((paths.ROOT / "data" / "samples").glob("amount-*.png"))
        for number, path in enumerate(files):
            path.write_bytes(samples[number % len(samples)].read_bytes())
        page = _open(browser, address)
        page.evaluate(_WATCH)
        page.set_input_files(".pml input[type=file]", files)
        expect(page.locator(".pml-typed")).to_be_focused(timeout=30_000)
        keys = []
        for digit in "1234567890":
            keys.append(page.evaluate(_TYPE, digit))
            page.wait_for_timeout(200)
        read_while_typing = page.locator(".pml-progress").is_visible()
        page.wait_for_function("() => window.allRead", timeout=120_000)
        first, everything = page.evaluate("() => [window.firstRow, window.allRead]")
        page.context.close()
        page = _open(browser, address)
        page.set_input_files(".pml input[type=file]", files[:RELOADED])
        _wait_for_rows(page)
        page.wait_for_timeout(500)
        time.sleep(_KERNEL_START_SECONDS)
        started = time.perf_counter()
        page.reload()
        _wait_for_rows(page)
        reload_seconds = time.perf_counter() - started
        page.context.close()
    return {
        f"{QUEUE} pictures, first row": first / 1000,
        f"{QUEUE} pictures, all answered": everything / 1000,
        f"a key{' while they are read' if read_while_typing else ''}, the slowest": max(keys) / 1000,
        f"reload with {RELOADED} pictures": reload_seconds,
    }


def _take_screenshot(browser: Browser, address: str, path: Path) -> None:
    page = _open(browser, address)
    _upload(page)
    page.wait_for_timeout(1000)  # until the preview and the characters are drawn
    path.parent.mkdir(parents=True, exist_ok=True)
    page.locator(".pml").screenshot(path=path)
    click.echo(f"wrote {path}")


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1000, "height": 1050}).new_page()
    page.goto(address)
    page.wait_for_selector(".pml-drop", timeout=120_000)
    return page


def _upload(page: Page) -> None:
    page.set_input_files(".pml input[type=file]", SAMPLE)
    expect(page.locator(".pml-answer:not([hidden]) .pml-figure")).not_to_be_empty(timeout=30_000)


def _wait_for_rows(page: Page) -> None:
    expect(page.locator(".pml-filter label").first).to_have_text(f"All {RELOADED}", timeout=60_000)
    expect(page.locator(".pml-progress")).to_be_hidden(timeout=60_000)
    expect(page.locator(".pml-answer")).to_be_visible()


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("localhost", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"expected the demo on port {port} within a minute, but nothing listens there")


if __name__ == "__main__":
    main()
