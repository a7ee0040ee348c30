"""Test `payment-ml demo`: access, served files, and accessibility."""

import re

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.browser import TOKEN, clear_list, fetch, free_port, open_page, serving
from helpers.cli import COMMAND, run_cli
from helpers.kernelspecs import install_broken_kernel
from PIL import Image
from playwright.sync_api import expect

from payment_ml import paths
from payment_ml.feedback.store import FeedbackStore

PNG = paths.ROOT / "data" / "samples" / "amount-04.png"
SERIOUS = ("serious", "critical")  # axe-core's impacts


def root_of(address: str) -> str:
    """Return the address of the server without path and token."""
    return address.split("/?")[0]


def test_the_page_requires_the_token(voila):
    """Without it there is neither the page nor a file."""
    status, body = fetch(root_of(voila.address))
    assert "pml" not in body
    assert status in (200, 403)
    assert "login" in body.lower() or "forbidden" in body.lower()
    assert fetch(f"{root_of(voila.address)}/?token=wrong")[1].count("panel") == 0
    assert fetch(f"{root_of(voila.address)}/voila/files/04-predict.ipynb")[0] in (403, 404)


@pytest.mark.parametrize(
    "path",
    [
        "voila/files/04-predict.ipynb", "voila/files/feedback/{name}.png", "voila/files/../feedback/{name}.png",
        "voila/files/%2e%2e/feedback/{name}.png", "files/feedback/{name}.png", "feedback/{name}.png",
        "voila/files/server.log", "voila/render/feedback/{name}.png", "api/contents/feedback",
    ],
)  # fmt: skip
def test_no_file_and_no_correction_is_served(voila, path):
    """The token does not change that."""
    correction = FeedbackStore(voila.data_dir / "feedback").save(Image.open(PNG).convert("RGB"), "amounts", "1.00", {})
    status, body = fetch(f"{root_of(voila.address)}/{path.format(name=correction.name)}?token={TOKEN}")
    assert status in (400, 403, 404), body[:200]
    assert "PNG" not in body[:8]


def test_the_page_shows_no_code_and_requests_nothing_from_elsewhere(voila, browser):
    """All that it loads comes from this computer."""
    requested = []
    page = open_page(browser, voila, 1280)
    page.context.on("request", lambda request: requested.append(request.url))
    page.reload()
    page.wait_for_selector(".pml-drop", timeout=60_000)
    page.wait_for_timeout(1000)
    outside = [url for url in requested if not re.match(r"(https?|wss?)://localhost[:/]|data:|blob:", url)]
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert all(re.match(r"(https?|wss?)://localhost[:/]|data:|blob:", url) for url in loaded if url not in outside)
    policy = page.request.get(voila.address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "open_panel" not in page.content()
    assert page.locator(".jp-CodeCell .jp-InputArea-editor").count() == 0
    page.context.close()


def test_the_browser_remembers_the_kind_of_form(voila, browser):
    """A person chooses it once, not every morning."""
    page = open_page(browser, voila, 1280)
    page.get_by_label("Kind of form").select_option("indian-cheque")
    page.reload()
    page.wait_for_selector(".pml-drop", timeout=60_000)
    expect(page.get_by_label("Kind of form")).to_have_value("indian-cheque")
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_serious(voila, browser, theme):
    """The whole page, with an answer and a table on it; it follows the system's theme."""
    page = open_page(browser, voila, 1280)
    page.emulate_media(color_scheme=theme)
    expect(page.locator(".pml")).to_have_attribute("data-theme", theme)
    page.set_input_files(".pml input[type=file]", [PNG, PNG])
    expect(page.locator(".pml-table tbody tr")).to_have_count(2, timeout=15_000)
    violations = Axe().run(page).response["violations"]
    serious = [violation for violation in violations if violation["impact"] in SERIOUS]
    assert [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in serious] == []
    page.context.close()


def test_a_kernel_does_not_grow_with_every_upload(voila, browser):
    """It grows by less than 50 MB over 30 images, after a few have warmed it up."""
    page = open_page(browser, voila, 1280)

    def upload() -> None:
        page.set_input_files(".pml input[type=file]", PNG)
        expect(page.locator(".pml-answer:not([hidden]) .pml-figure")).not_to_be_empty(timeout=15_000)
        clear_list(page)

    def memory() -> float:
        processes = psutil.Process(voila.process.pid).children(recursive=True)
        kernels = [process for process in processes if any("ipykernel" in part for part in process.cmdline())]
        # The largest is this page's; those that wait for visitors are smaller.
        return max(kernel.memory_info().rss for kernel in kernels) / 1e6

    for _ in range(5):
        upload()
    before = memory()
    for _ in range(30):
        upload()
    assert memory() - before < 50
    page.context.close()


def test_a_demo_without_a_champion_says_what_to_run(tmp_path):
    """The message is one line."""
    completed = run_cli("demo", "--no-browser", "--models", tmp_path)
    assert completed.returncode == 1
    assert "expected a champion of amounts" in completed.stderr
    assert "make train" in completed.stderr
    assert "Traceback" not in completed.stderr


def test_a_taken_port_is_an_error(voila, models_dir, tmp_path):
    """Another port would not be the one that was announced."""
    port = re.search(r":(\d+)/", voila.address).group(1)
    completed = run_cli("demo", "--no-browser", "--models", models_dir, "--port", port, "--data", tmp_path)
    assert completed.returncode == 1
    assert f"port {port}" in completed.stderr


def test_the_page_works_on_another_address_and_path(models_dir, browser, tmp_path):
    """As behind a proxy that passes /payments/ on: the page is there, reads a picture, and nothing is at the root."""
    port = free_port()
    command = [str(COMMAND), "demo", "--no-browser", "--port", str(port), "--token", TOKEN]
    command += ["--host", "127.0.0.1", "--base-url", "payments", "--models", str(models_dir), "--data", str(tmp_path)]
    with serving(command, f"http://127.0.0.1:{port}/payments/?token={TOKEN}", tmp_path) as site:
        page = open_page(browser, site, 1280)
        page.set_input_files(".pml input[type=file]", PNG)
        expect(page.locator(".pml-figure")).not_to_be_empty(timeout=15_000)
        assert page.problems == []
        assert fetch(f"http://127.0.0.1:{port}/?token={TOKEN}")[0] == 404
        assert f"http://127.0.0.1:{port}/payments/?token={TOKEN}" in site.log.read_text()
        page.context.close()


def test_the_page_works_whatever_kernel_the_user_has_installed(models_dir, browser, tmp_path):
    """A python3 kernel of another environment would serve a dead page."""
    port, environment = free_port(), install_broken_kernel(tmp_path / "jupyter")
    command = [str(COMMAND), "demo", "--no-browser", "--port", str(port), "--token", TOKEN]
    command += ["--models", str(models_dir), "--data", str(tmp_path)]
    with serving(command, f"http://localhost:{port}/?token={TOKEN}", tmp_path, environment) as site:
        page = open_page(browser, site, 1280)
        page.set_input_files(".pml input[type=file]", PNG)
        expect(page.locator(".pml-figure")).not_to_be_empty(timeout=15_000)
        page.context.close()
