"""Test the panel as a clerk's queue: by keyboard alone, across reloads and lost kernels, and out into spreadsheets."""

import csv
import io
import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from helpers.browser import (
    SCREENSHOTS,
    SIZES,
    TOKEN,
    Site,
    clear_list,
    free_port,
    open_page,
    page_of_size,
    serving,
    upload,
    wait_for_answer,
)
from helpers.cli import COMMAND
from openpyxl import load_workbook
from PIL import Image
from playwright.sync_api import Download, Locator, Page, TimeoutError, expect

from payment_ml import paths
from payment_ml.cli.output import REVIEW_COLUMNS
from payment_ml.feedback.store import FeedbackStore
from payment_ml.synthesis import amount_images, glyphs

SAMPLES = [paths.ROOT / "data" / "samples" / f"amount-{i:02d}.png" for i in range(1, 9)]


@pytest.fixture(params=SIZES, ids=str)
def page(request, browser, voila) -> Iterator[Page]:
    """Yield a page of its own in one of two sizes."""
    with page_of_size(browser, voila, request.param) as opened:
        yield opened


@pytest.fixture
def wide(browser, voila) -> Iterator[Page]:
    """Yield a wide page of its own."""
    with page_of_size(browser, voila, "wide-light") as opened:
        yield opened


def take_screenshot(page: Page, name: str) -> None:
    """Save what one sees of the page."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"queue-{page.size}-{name}.png")


def rows_of(page: Page) -> Locator:
    """Return the rows of pictures in the table."""
    return page.locator(".pml-table tbody tr:not(.pml-space)")


def wait_until_read(page: Page, count: int) -> None:
    """Wait until so many pictures are in the list and all of them are read."""
    expect(page.locator(".pml-filter label").first).to_have_text(f"All {count}", timeout=60_000)
    expect(page.locator(".pml-progress")).to_be_hidden(timeout=120_000)
    wait_for_answer(page)
    expect(page.locator(".pml-typed")).to_be_focused()


def wait_for_panel(page: Page) -> None:
    """Wait for the panel after a reload; on a busy machine Voila may need a second one, as at any first opening."""
    try:
        page.wait_for_selector(".pml-drop", timeout=60_000)
    except TimeoutError:
        page.reload()
        page.wait_for_selector(".pml-drop", timeout=60_000)


def read_csv(download: Download, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of a csv that was downloaded."""
    with Path(download.path()).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def forty(tmp_path_factory, splits) -> dict[str, tuple[Path, str]]:
    """Return forty generated pictures, and the amount on each, by the name of its file."""
    folder, rng = tmp_path_factory.mktemp("forty"), np.random.default_rng(21)
    glyph_bank = glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)
    pictures = {}
    for number in range(40):
        sample = amount_images.render_amount(glyph_bank, rng)
        path = folder / f"slip-{number:02d}.png"
        Image.fromarray(sample.image.squeeze()).save(path)
        pictures[path.name] = path, sample.label
    return pictures


def test_forty_pictures_are_worked_through_by_keyboard_alone(page, forty):
    """One key for each picture besides its amount; the CSV then has what was confirmed or accepted."""
    upload(page, *(path for path, _ in forty.values()))
    wait_until_read(page, 40)
    shown, left = page.locator(".pml-result .pml-small"), page.locator(".pml-left")
    take_screenshot(page, "open")
    expect(page.locator(".pml-figure")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Confirm", exact=True)).to_be_in_viewport()
    expect(left).to_have_text(re.compile(r"^\d+ of 40 left$"))
    done = set()
    while left.inner_text() != "Nothing is left to check.":
        name = shown.inner_text().split(" - ")[0]
        assert name not in done
        expect(page.locator(".pml-typed")).to_be_focused()
        page.keyboard.type(forty[name][1])
        page.keyboard.press("Enter")
        done.add(name)
        expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text(f"Confirmed {len(done)}")
        if left.inner_text() != "Nothing is left to check.":
            expect(shown).not_to_contain_text(name)
    assert len(done) >= 5
    take_screenshot(page, "done")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    lines = read_csv(download.value)
    assert tuple(lines[0]) == REVIEW_COLUMNS
    assert [line["file"] for line in lines] == list(forty)
    for line in lines:
        if line["file"] in done:
            assert (line["amount"], line["checked"], line["status"]) == (forty[line["file"]][1], "yes", "confirmed")
        else:
            assert (line["amount"], line["checked"], line["status"]) == (line["value"], "no", "accepted")


def test_what_is_typed_while_an_amount_is_entered_is_for_the_next_picture(wide):
    """Nobody has to wait for the page, and no digit is lost."""
    upload(wide, *SAMPLES)
    wait_until_read(wide, len(SAMPLES))
    wide.locator(".pml-typed").press("Control+a")
    wide.keyboard.type("11.00\n22.00\n")
    expect(rows_of(wide).filter(has_text="✓ 11.00")).to_have_count(1)
    expect(rows_of(wide).filter(has_text="✓ 22.00")).to_have_count(1)


def test_a_reload_brings_everything_back(page):
    """Confirmed amounts, what was typed, a rectangle, and pictures that were not read yet."""
    upload(page, *SAMPLES)
    wait_until_read(page, len(SAMPLES))
    first = page.locator(".pml-result .pml-small").inner_text().split(" - ")[0]
    page.keyboard.type("12.50")
    page.keyboard.press("Enter")
    expect(page.locator(".pml-result .pml-small")).not_to_contain_text(first)
    second = page.locator(".pml-result .pml-small").inner_text().split(" - ")[0]
    stage = page.locator(".pml-stage")
    stage.focus()
    for key in ("Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("button", name="Read the whole picture")).to_be_visible()
    page.locator(".pml-typed").fill("77.1")
    page.wait_for_timeout(300)
    page.reload()
    wait_until_read(page, len(SAMPLES))
    expect(rows_of(page).filter(has_text=first)).to_contain_text("✓ 12.50")
    page.get_by_role("button", name=second, exact=True).click()
    expect(page.locator(".pml-typed")).to_have_value("77.1")
    expect(page.get_by_role("button", name="Read the whole picture")).to_be_visible()
    clear_list(page)
    page.reload()
    page.wait_for_selector(".pml-drop")
    page.wait_for_timeout(500)
    expect(page.locator(".pml-table")).to_be_hidden()


def test_start_over_asks_while_something_was_not_downloaded(wide):
    """After a download it does not, until something changes."""
    upload(wide, *SAMPLES[:3])
    wait_until_read(wide, 3)
    start_over = wide.get_by_role("button", name="Start over")
    start_over.click()
    expect(wide.get_by_text("were not downloaded")).to_be_visible()
    wide.get_by_role("button", name="Cancel").click()
    expect(rows_of(wide)).to_have_count(3)
    with wide.expect_download():
        wide.get_by_role("button", name="Download CSV").click()
    start_over.click()
    expect(wide.locator(".pml-table")).to_be_hidden()


def kernel_of(site: Site, page: Page) -> psutil.Process:
    """Return the kernel that serves a page: the one that its answers come from uses the processor."""
    processes = psutil.Process(site.process.pid).children(recursive=True)
    kernels = [process for process in processes if any("ipykernel" in part for part in process.cmdline())]
    before = {kernel.pid: kernel.cpu_times().user for kernel in kernels}
    for _ in range(3):
        upload(page, SAMPLES[0])
        page.wait_for_timeout(400)
    return max(kernels, key=lambda kernel: kernel.cpu_times().user - before[kernel.pid])


def serve_alone(models_dir: Path, folder: Path, port: int, *options: str):
    """Serve a page that a test may break."""
    command = [str(COMMAND), "demo", "--no-browser", "--port", str(port), "--token", TOKEN]
    command += ["--models", str(models_dir), "--data", str(folder), *options]
    return serving(command, f"http://localhost:{port}/?token={TOKEN}", folder)


def test_a_killed_kernel_loses_nothing(models_dir, browser, tmp_path):
    """A banner tells within five seconds, and a new kernel goes on with the same list."""
    with serve_alone(models_dir, tmp_path, free_port()) as site:
        page = open_page(browser, site, 1280, 800)
        upload(page, *SAMPLES)
        wait_until_read(page, len(SAMPLES))
        page.keyboard.type("12.50")
        page.keyboard.press("Enter")
        expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text("Confirmed 1")
        kernel = kernel_of(site, page)
        wait_until_read(page, len(SAMPLES) + 3)
        kernel.send_signal(signal.SIGKILL)
        expect(page.locator(".pml-banner", has_text="The connection to the reader is gone")).to_be_visible(
            timeout=5_000
        )
        page.wait_for_event("load", timeout=60_000)
        wait_for_panel(page)
        wait_until_read(page, len(SAMPLES) + 3)
        expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text("Confirmed 1")
        upload(page, SAMPLES[1])
        wait_until_read(page, len(SAMPLES) + 4)
        page.context.close()


def test_a_server_that_is_started_again_goes_on_with_the_same_list(models_dir, browser, tmp_path):
    """The page waits for it, and needs no hand."""
    port = free_port()
    with serve_alone(models_dir, tmp_path, port) as site:
        page = open_page(browser, site, 1280, 800)
        upload(page, *SAMPLES)
        wait_until_read(page, len(SAMPLES))
        page.locator(".pml-typed").fill("4711.00")
        page.wait_for_timeout(300)
        os.killpg(site.process.pid, signal.SIGKILL)
        site.process.wait(20)
        expect(page.locator(".pml-banner", has_text="The connection to the reader is gone")).to_be_visible(
            timeout=5_000
        )
    with serve_alone(models_dir, tmp_path, port):
        page.wait_for_event("load", timeout=60_000)
        wait_for_panel(page)
        wait_until_read(page, len(SAMPLES))
        upload(page, SAMPLES[0])
        wait_until_read(page, len(SAMPLES) + 1)
        page.context.close()


def test_five_hundred_pictures_are_a_screenful_of_rows(wide, tmp_path):
    """The page draws what can be seen, and scrolls to the rest."""
    files = []
    for number in range(500):
        files.append(tmp_path / f"slip-{number:03d}.png")
        files[-1].write_bytes(SAMPLES[number % 8].read_bytes())
    upload(wide, *files)
    expect(rows_of(wide).first).to_be_visible(timeout=3_000)
    wait_until_read(wide, 500)
    assert rows_of(wide).count() < 80
    wide.locator(".pml-scroll").evaluate("element => { element.scrollTop = element.scrollHeight; }")
    expect(wide.locator(".pml-table tr[aria-rowindex='501']")).to_be_in_viewport()
    wide.get_by_role("button", name=re.compile("^Picture")).click()
    wide.locator(".pml-scroll").evaluate("element => { element.scrollTop = 0; }")
    expect(rows_of(wide).first).to_contain_text("slip-000.png")
    clear_list(wide)


def test_amounts_go_into_spreadsheets_as_the_language_writes_them(browser, voila):
    """A decimal comma comes with semicolons; a workbook has numbers; the clipboard has what one pastes."""
    page = open_page(browser, voila, 1280, 800)
    upload(page, *SAMPLES[:3])
    wait_until_read(page, 3)
    name = page.locator(".pml-result .pml-small").inner_text().split(" - ")[0]
    page.keyboard.type("1250.50")
    page.keyboard.press("Enter")
    expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text("Confirmed 1")
    page.get_by_text("Settings", exact=True).click()
    page.get_by_label("Decimal mark").select_option(",")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    (line,) = [line for line in read_csv(download.value, ";") if line["file"] == name]
    assert (line["amount"], line["checked"], line["status"]) == ("1250,50", "yes", "confirmed")
    page.get_by_role("button", name="Copy for a spreadsheet").click()
    expect(page.get_by_role("button", name="✓ Copied")).to_be_visible()
    copied = page.evaluate("() => navigator.clipboard.readText()").splitlines()
    assert f"{name}\t1250,50\tyes\tconfirmed" in copied
    assert len(copied) == 3
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Excel").click()
    sheet = load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    header, *cells = sheet.iter_rows(values_only=True)
    assert header == REVIEW_COLUMNS
    (row,) = [row for row in cells if row[0] == name]
    assert row[1] == 1250.5
    page.reload()
    page.wait_for_selector(".pml-drop")
    expect(page.get_by_label("Decimal mark")).to_have_value(",")
    page.context.close()


def test_confirming_is_not_keeping(models_dir, browser, tmp_path):
    """An operator switches it off; a person may still keep one picture, and take that back."""
    with serve_alone(models_dir, tmp_path, free_port(), "--no-keep") as site:
        page, store = open_page(browser, site, 1280, 800), FeedbackStore(tmp_path / "feedback")
        upload(page, *SAMPLES[:3])
        wait_until_read(page, 3)
        keep, confirmed = (
            page.get_by_label("Also keep the picture"),
            page.locator(".pml-filter label", has_text="Confirmed"),
        )
        expect(keep).not_to_be_checked()
        page.keyboard.type("12.50")
        page.keyboard.press("Enter")
        expect(confirmed).to_have_text("Confirmed 1")
        assert len(store) == 0
        keep.check()
        page.locator(".pml-typed").fill("13.50")
        page.locator(".pml-typed").press("Enter")
        expect(confirmed).to_have_text("Confirmed 2")
        assert len(store) == 1
        page.keyboard.press("Control+z")
        expect(confirmed).to_have_text("Confirmed 1")
        assert len(store) == 0
        page.context.close()


def test_all_that_are_shown_can_be_confirmed_at_once(wide, voila):
    """After one question; it is one step to take back, and nothing of it is kept for learning."""
    store = FeedbackStore(voila.data_dir / "feedback")
    before = len(store)
    upload(wide, *SAMPLES)
    wait_until_read(wide, len(SAMPLES))
    assert not wide.get_by_role("button", name=re.compile("^Accept all shown")).is_visible()
    kinds = {kind: wide.locator(".pml-filter label", has_text=kind) for kind in ("To check", "Accepted")}
    chosen = max(kinds.values(), key=lambda label: int(label.inner_text().split()[-1]))
    chosen.click()
    button = wide.get_by_role("button", name=re.compile("^Accept all shown"))
    count = int(re.search(r"\((\d+)\)", button.inner_text())[1])
    button.click()
    expect(wide.get_by_text(f"Confirm {count} amounts as they were read")).to_be_visible()
    wide.get_by_role("button", name="Confirm all of them").click()
    confirmed = wide.locator(".pml-filter label", has_text="Confirmed")
    expect(confirmed).to_have_text(f"Confirmed {count}")
    assert len(store) == before
    wide.locator(".pml-stage").focus()
    wide.keyboard.press("Control+z")
    expect(confirmed).to_have_text("Confirmed 0")


def encode(path: Path, image_format: str, **options) -> dict:
    """Return a sample in another format, as an upload."""
    buffer = io.BytesIO()
    Image.open(path).convert("RGB").save(buffer, image_format, **options)
    return {"name": f"slip.{image_format.lower()}", "mimeType": "", "buffer": buffer.getvalue()}


@pytest.mark.parametrize("image_format", ["WEBP", "BMP", "TIFF", "HEIF"])
def test_every_format_that_the_command_reads_is_read_on_the_page(wide, reader, image_format):
    """Also those that browsers cannot show."""
    if image_format == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener()
    upload(wide, encode(SAMPLES[3], image_format))
    expect(wide.locator(".pml-characters li").first).to_be_visible(timeout=15_000)
    assert wide.locator(".pml-preview").get_attribute("aria-label").startswith("Preview of slip.")
    expect(wide.locator(".pml-alarm")).to_be_empty()


@pytest.mark.parametrize(
    ("image_format", "kind"), [("TIFF", "image/tiff"), ("PDF", "application/pdf")], ids=["tiff", "pdf"]
)
def test_each_page_of_a_file_is_a_picture_of_its_own(wide, image_format, kind):
    """In their order, each with its number."""
    pages = [Image.open(path).convert("RGB") for path in SAMPLES[:3]]
    buffer = io.BytesIO()
    pages[0].save(buffer, image_format, save_all=True, append_images=pages[1:])
    upload(wide, {"name": "scan", "mimeType": kind, "buffer": buffer.getvalue()})
    wait_until_read(wide, 3)
    assert sorted(wide.locator(".pml-name").all_inner_texts()) == [f"scan, page {page}" for page in (1, 2, 3)]


def test_a_picture_over_the_limit_is_made_smaller_in_the_browser(wide):
    """A photograph of many megabytes is read all the same."""
    noise = np.random.default_rng(0).integers(0, 256, (2000, 2000, 3), np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG", compress_level=0)
    assert len(buffer.getvalue()) > 10_000_000
    upload(wide, {"name": "photo.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    expect(wide.locator(".pml-answer:not([hidden]) .pml-figure")).not_to_be_empty(timeout=30_000)
    expect(wide.locator(".pml-alarm")).to_be_empty()


def test_a_folder_can_be_dropped(wide, tmp_path):
    """The pictures in it and in its folders come in the order of their names."""
    (tmp_path / "batch" / "more").mkdir(parents=True)
    for folder, path in zip(("batch", "batch", "batch/more"), SAMPLES, strict=False):
        (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    box = wide.locator(".pml-drop").bounding_box()
    place = {"x": box["x"] + 20, "y": box["y"] + 20}
    data = {"items": [], "files": [str(tmp_path / "batch")], "dragOperationsMask": 1}
    session = wide.context.new_cdp_session(wide)
    for event in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": event, **place, "data": data})
    wait_until_read(wide, 3)
    assert sorted(wide.locator(".pml-name").all_inner_texts()) == [path.name for path in SAMPLES[:3]]


def test_a_rectangle_has_handles_and_serves_all_pictures_of_its_size(wide, tmp_path):
    """The wheel zooms where the pointer is, and 0 shows everything again."""
    files = [tmp_path / f"same-{number}.png" for number in range(3)]
    for path in files:
        path.write_bytes(SAMPLES[3].read_bytes())
    upload(wide, *files)
    wait_until_read(wide, 3)
    stage = wide.locator(".pml-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    wide.mouse.move(*middle)
    wide.mouse.wheel(0, -200)
    expect(stage).to_have_class(re.compile("pml-zoomed"))
    stage.focus()
    wide.keyboard.press("0")
    expect(stage).not_to_have_class(re.compile("pml-zoomed"))
    wide.keyboard.press("Enter")
    wide.keyboard.press("Enter")
    expect(wide.get_by_role("button", name="Read the whole picture")).to_be_visible()
    before = wide.locator(".pml-box").bounding_box()
    handle = wide.locator(".pml-e").bounding_box()
    wide.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    wide.mouse.down()
    wide.mouse.move(handle["x"] + 40, handle["y"] + 8, steps=4)
    wide.mouse.up()
    wide.wait_for_timeout(500)
    after = wide.locator(".pml-box").bounding_box()
    assert after["x"] == pytest.approx(before["x"], abs=2)
    assert after["width"] > before["width"] + 20
    wide.get_by_role("button", name="Same rectangle for all 2 others of this size").click()
    for path in files:
        wide.get_by_role("button", name=path.name, exact=True).click()
        expect(wide.locator(".pml-result .pml-small")).to_contain_text(path.name)
        expect(wide.get_by_role("button", name="Read the whole picture")).to_be_visible()


def test_the_answer_stays_in_sight_and_fits_the_window(page):
    """The figure and Confirm, with a table beside or above; nothing is wider than the window."""
    upload(page, *SAMPLES)
    wait_until_read(page, len(SAMPLES))
    for _ in range(3):
        expect(page.locator(".pml-figure")).to_be_in_viewport(ratio=1)
        expect(page.get_by_role("button", name="Confirm", exact=True)).to_be_in_viewport(ratio=1)
        page.mouse.move(page.viewport_size["width"] / 3, 300)
        page.mouse.wheel(0, 60)
        page.wait_for_timeout(100)
    assert page.evaluate(
        "() => document.querySelector('.pml').scrollWidth <= document.querySelector('.pml').clientWidth + 1"
    )
    take_screenshot(page, "answer")


def test_the_theme_is_the_systems_unless_a_person_chose_one(wide):
    """The whole page follows, and the browser remembers the choice."""
    panel = wide.locator(".pml")
    for theme in ("dark", "light"):
        wide.emulate_media(color_scheme=theme)
        expect(panel).to_have_attribute("data-theme", theme)
    wide.get_by_text("Settings", exact=True).click()
    wide.get_by_label("Theme").select_option("dark")
    expect(panel).to_have_attribute("data-theme", "dark")
    assert wide.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(11, 14, 19)"
    wide.reload()
    expect(wide.locator(".pml")).to_have_attribute("data-theme", "dark")


def test_the_page_has_a_title_and_a_folded_explanation(wide):
    """In place of the notebook's chapters."""
    expect(wide.get_by_role("heading", name="Payment ML")).to_be_visible()
    expect(wide.get_by_text("The line of writing is found")).to_be_hidden()
    wide.get_by_text("How it works").click()
    expect(wide.get_by_text("The line of writing is found")).to_be_visible()
    expect(wide.get_by_text("How an amount is read, step by step")).to_have_count(0)
