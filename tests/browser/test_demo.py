"""payment-ml demo: who gets in, what is served, and whether everybody can use it."""

import re

import psutil
import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.browser import TOKEN, fetch, open_page
from helpers.cli import run_cli
from PIL import Image
from playwright.sync_api import expect

from payment_ml import paths
from payment_ml.feedback.store import FeedbackStore

PNG = paths.ROOT / "data" / "samples" / "amount-04.png"
BAD = ("serious", "critical")


def root_of(address: str) -> str:
    """The server without path and token."""
    return address.split("/?")[0]


def test_nobody_gets_in_without_the_token(voila):
    """Neither to the page nor to a kernel."""
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
def test_no_file_of_the_project_and_no_correction_is_served(voila, path):
    """Not even to those who have the token."""
    saved = FeedbackStore(voila.data_dir / "feedback").save(Image.open(PNG).convert("RGB"), "amounts", "1.00", {})
    status, body = fetch(f"{root_of(voila.address)}/{path.format(name=saved.name)}?token={TOKEN}")
    assert status in (400, 403, 404), body[:200]
    assert "PNG" not in body[:8]


def test_the_page_shows_no_source_and_asks_nobody_else(voila, browser):
    """No code cells, and no request that leaves this computer."""
    asked = []
    page = open_page(browser, voila, 1280)
    page.context.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.wait_for_selector(".pml-drop", timeout=60_000)
    page.wait_for_timeout(1000)
    outside = [url for url in asked if not re.match(r"(https?|wss?)://localhost[:/]|data:|blob:", url)]
    loaded = page.evaluate("() => performance.getEntriesByType('resource').map((each) => each.name)")
    assert all(re.match(r"(https?|wss?)://localhost[:/]|data:|blob:", url) for url in loaded if url not in outside)
    policy = page.request.get(voila.address).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "open_panel" not in page.content()
    assert page.locator(".jp-CodeCell .jp-InputArea-editor").count() == 0
    page.context.close()


def test_everybody_can_use_the_page(voila, browser):
    """axe-core finds nothing serious on the bare page and with an answer, light and dark."""
    for theme in ("light", "dark"):
        page = open_page(browser, voila, 1280)
        page.evaluate("theme => { document.querySelector('.pml').dataset.theme = theme; }", theme)
        if theme == "dark":
            page.add_style_tag(content="body, #rendered_cells, #rendered_cells > div { background: #111 !important; }")
        page.set_input_files(".pml input[type=file]", [PNG, PNG])
        expect(page.locator(".pml-table tbody tr")).to_have_count(2, timeout=15_000)
        found = Axe().run(page, context=".pml" if theme == "dark" else None).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:120]) for each in found if each["impact"] in BAD] == []
        page.context.close()


def test_a_kernel_does_not_grow_with_every_upload(voila, browser):
    """Less than 50 MB over 30 pictures, after the first few have warmed it up."""
    page = open_page(browser, voila, 1280)

    def upload() -> None:
        page.set_input_files(".pml input[type=file]", PNG)
        expect(page.locator(".pml-answer:not([hidden]) .pml-figure")).not_to_be_empty(timeout=15_000)
        page.get_by_role("button", name="Start over").click()

    def memory() -> float:
        children = psutil.Process(voila.process.pid).children(recursive=True)
        kernels = [each for each in children if any("ipykernel" in part for part in each.cmdline())]
        return max(each.memory_info().rss for each in kernels) / 1e6  # ours; those that wait for visitors are smaller

    for _ in range(5):
        upload()
    before = memory()
    for _ in range(30):
        upload()
    assert memory() - before < 50
    page.context.close()


def test_a_demo_without_a_champion_says_what_to_run(tmp_path):
    """In one line."""
    done = run_cli("demo", "--no-browser", "--models", tmp_path)
    assert done.returncode == 1
    assert "expected a champion of amounts" in done.stderr
    assert "make run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_told(voila, models_dir, tmp_path):
    """Rather than serving where nobody looks."""
    port = re.search(r":(\d+)/", voila.address).group(1)
    done = run_cli("demo", "--no-browser", "--models", models_dir, "--port", port, "--data", tmp_path)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
