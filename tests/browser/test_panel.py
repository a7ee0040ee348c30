"""The upload panel as a user meets it, in JupyterLab and in Voila, on a phone and on a wide screen."""

import base64
import csv
import io
import json
import re
import struct
import zlib
from pathlib import Path

import pytest
from helpers.browser import ARTEFACTS, Site, open_page, told
from PIL import Image
from playwright.sync_api import Page, expect

from payment_ml import paths
from payment_ml.feedback.store import FeedbackStore

SAMPLES = paths.ROOT / "data" / "samples"
PNG = SAMPLES / "amount-04.png"
PLACES = [(site, width) for site in ("voila", "lab") for width in (390, 1280)]


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: f"{place[0]}-{place[1]}")
def opened(request, browser) -> tuple[Page, Site, str]:
    """One page for all tests of a place and a width, as one clerk uses it all day."""
    name, width = request.param
    site = request.getfixturevalue(name)
    page = open_page(browser, site, width)
    yield page, site, f"{name}-{width}"
    page.context.close()


@pytest.fixture
def page(opened) -> Page:
    """The page with its list cleared; nothing of the test before may be left, and no script may have failed."""
    page, _, _ = opened
    again = page.get_by_role("button", name="Start over")
    if again.is_visible():
        again.click()
    yield page
    assert page.problems == []


def shoot(page: Page, opened, what: str) -> None:
    """Keep a screenshot of the panel."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.locator(".pml").screenshot(path=ARTEFACTS / f"{opened[2]}-{what}.png")


def upload(page: Page, *files: Path | dict) -> None:
    """Through the file chooser that the button opens."""
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose pictures").click()
    chooser.value.set_files(list(files))


def answer(page: Page):
    """The amount in large figures, once it is there."""
    figure = page.locator(".pml-answer:not([hidden]) .pml-figure")
    expect(figure).not_to_be_empty(timeout=15_000)
    return figure


def as_jpeg(path: Path) -> bytes:
    """A sample as a camera would save it."""
    buffer = io.BytesIO()
    Image.open(path).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def test_upload_a_png_and_see_the_answer(page, opened):
    """Number, decision with its reason in words, confidence, and each character with its own."""
    upload(page, PNG)
    answer(page)
    expect(page.locator(".pml-badge")).to_have_text(re.compile("accept|review"))
    expect(page.locator(".pml-confidence")).to_contain_text("% sure")
    if "review" in page.locator(".pml-badge").inner_text():
        expect(page.locator(".pml-reason")).to_contain_text("A person should look: ")
    assert page.locator(".pml-characters li").count() >= 1
    expect(page.locator(".pml-characters li").first).to_contain_text("%")
    shoot(page, opened, "answer")


def test_characters_stand_beneath_the_strokes_that_they_were_read_from(page):
    """In their order, within the width of the writing, and beneath it."""
    upload(page, PNG)
    answer(page)
    line = page.locator(".pml-writing").bounding_box()
    boxes = [each.bounding_box() for each in page.locator(".pml-characters li").all()]
    middles = [box["x"] + box["width"] / 2 for box in boxes]
    assert middles == sorted(middles)
    assert line["x"] - 5 <= middles[0] <= middles[-1] <= line["x"] + line["width"] + 5
    assert all(box["y"] >= line["y"] + line["height"] - 1 for box in boxes)


def test_drop_a_jpg(page):
    """From another window, by its file."""
    content = base64.b64encode(as_jpeg(PNG)).decode()
    files = page.evaluate_handle(
        """content => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            transfer.items.add(new File([bytes], "slip.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        content,
    )
    for event in ("dragover", "drop"):
        page.locator(".pml-drop").dispatch_event(event, {"dataTransfer": files})
    answer(page)


def test_paste_from_the_clipboard(page):
    """With the keys that everybody knows."""
    page.evaluate(
        """async (content) => {
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            const blob = new Blob([bytes], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(PNG.read_bytes()).decode(),
    )
    page.locator(".pml-drop").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+V")
    answer(page)


def test_draw_a_digit(page, opened):
    """With the mouse; it is read when the hand rests, and drawing on makes it no second picture."""
    page.get_by_role("button", name="Draw", exact=True).click()
    area = page.locator(".pml-ink")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    for x in (0.4, 0.6):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + (x - 0.02) * box["width"], box["y"] + 0.8 * box["height"], steps=8)
        page.mouse.up()
        answer(page)
        page.wait_for_timeout(1200)
    expect(page.locator(".pml-table")).to_be_hidden()
    shoot(page, opened, "draw")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Draw", exact=True).click()


def test_select_a_rectangle_and_read_only_that(page):
    """By dragging; the whole picture comes back by a button, and the keyboard can do it too."""
    upload(page, PNG)
    answer(page)
    whole = page.locator(".pml-characters").inner_text()
    stage = page.locator(".pml-preview")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 0.02 * box["width"], box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] - 3, steps=5)
    page.mouse.up()
    again = page.get_by_role("button", name="Read the whole picture")
    expect(again).to_be_visible()
    expect(page.locator(".pml-characters")).not_to_have_text(whole)
    again.click()
    expect(again).to_be_hidden()
    stage = page.locator(".pml-stage")
    stage.focus()
    for key in ("Enter", "ArrowLeft", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(again).to_be_visible()
    stage.focus()
    page.keyboard.press("Escape")
    expect(again).to_be_hidden()


def test_switch_to_one_digit_and_back(page):
    """The same picture is read again."""
    upload(page, SAMPLES / "digit-01.png")
    answer(page)
    page.get_by_text("One digit").click()
    expect(page.locator(".pml-figure")).to_have_text(re.compile(r"^\d$"))
    page.get_by_text("Whole amount").click()
    expect(page.get_by_label("Whole amount")).to_be_checked()


def test_correct_and_save(page, opened):
    """What is no amount cannot be saved; what is saved is on disk; a second save corrects the first."""
    _, site, _ = opened
    kept = FeedbackStore(site.data_dir / "feedback")
    upload(page, PNG)
    answer(page)
    typed, save = page.get_by_label("What does the picture show?"), page.get_by_role("button", name="Save", exact=True)
    typed.fill("1.234")
    expect(page.locator(".pml-means")).to_contain_text("ambiguous")
    expect(save).to_be_disabled()
    typed.fill("1'250,01")
    expect(page.locator(".pml-means")).to_have_text("Will be saved as 1,250.01.")
    typed.press("Enter")
    expect(page.locator(".pml-means")).to_contain_text(re.compile("^✓ .* saved as 1,250.01"))
    (first,) = [each for each in map(kept.get, kept.names()) if each.text == "1250.01"]
    typed.fill("1250.00")
    expect(page.locator(".pml-means")).to_have_text("Will be saved as 1,250.00.")
    save.click()
    expect(page.locator(".pml-means")).to_contain_text("is now saved as 1,250.00; before, it was 1250.01")
    assert kept.get(first.name).text == "1250.00"
    expect(page.locator(".pml-waiting")).to_contain_text(re.compile(r"corrections? waits? for the next retraining"))
    shoot(page, opened, "saved")


def test_several_files_give_a_table_with_the_doubtful_first(page, opened, tmp_path):
    """Sortable, each row opens its answer, and a CSV holds them all in the order in which they came."""
    evil = tmp_path / "=cmd() & <b>.png"
    evil.write_bytes(PNG.read_bytes())
    files = [*(SAMPLES / f"amount-{i:02d}.png" for i in range(1, 7)), evil, SAMPLES / "truth.csv"]
    upload(page, *files)
    rows = page.locator(".pml-table tbody tr")
    expect(rows).to_have_count(8, timeout=30_000)
    expect(page.locator(".pml-progress")).to_be_hidden()
    decisions = rows.locator("td:nth-child(5)").all_inner_texts()
    assert decisions[0].startswith("⚠ not read")
    order = [decision.startswith("✓") for decision in decisions]
    assert order == sorted(order)
    shoot(page, opened, "several")
    if page.viewport_size["width"] > 600:
        page.get_by_role("button", name=re.compile("^Picture")).click()
        names = rows.locator(".pml-name").all_inner_texts()
        assert names == sorted(names, key=str.lower)
    page.get_by_role("button", name="amount-02.png", exact=True).click()
    expect(page.locator(".pml-answer .pml-small").first).to_contain_text("amount-02.png")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert list(lines[0]) == ["file", "text", "digits", "confidence", "decision", "reason", "saved"]
    assert [line["file"] for line in lines] == [*(each.name for each in files[:6]), f"'{evil.name}", "truth.csv"]
    assert (lines[-1]["text"], lines[-1]["decision"]) == ("", "review")
    assert "starts like text" in lines[-1]["reason"]


def huge() -> bytes:
    """The header of a picture of 50,000 x 50,000 pixels."""
    buffer = io.BytesIO()
    Image.new("1", (8, 8)).save(buffer, "PNG")
    header = bytearray(buffer.getvalue())
    header[16:24] = struct.pack(">II", 50_000, 50_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    return bytes(header)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("letter.png", b"Dear Sir", "starts like text"),
        ("half.png", PNG.read_bytes()[:9000], "truncated or damaged"),
        ("large.png", bytes(12_000_000), "expected at most 10 MB, but large.png has 12.0 MB"),
        ("huge.png", huge(), "expected at most 50 million pixels, but huge.png has 2,500 million"),
        ("empty.png", b"", "is empty (0 bytes)"),
    ],
    ids=["no image", "truncated", "12 MB", "50,000 pixels", "empty"],
)
def test_bad_input_gets_a_sentence_and_the_panel_stays_usable(page, opened, name, content, words):
    """Where the user looks; and the next picture is read."""
    upload(page, {"name": name, "mimeType": "image/png", "buffer": content})
    expect(page.locator(".pml-alarm")).to_contain_text(words)
    shoot(page, opened, f"bad-{name.split('.')[0]}")
    upload(page, PNG)
    answer(page)
    expect(page.locator(".pml-alarm")).to_be_empty()
    assert "Traceback" not in told(opened[1].log)


def test_an_animation_and_a_blank_page_are_read_and_said_to_be_so(page):
    """The first frame of one; no number on the other."""
    buffer, blank = io.BytesIO(), io.BytesIO()
    frames = [Image.open(PNG).convert("L"), *[Image.new("L", (80, 40), 255)] * 3]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    Image.new("L", (300, 100), 255).save(blank, "PNG")
    upload(page, {"name": "moving.gif", "mimeType": "image/gif", "buffer": buffer.getvalue()})
    answer(page)
    expect(page.locator(".pml-said .pml-small")).to_contain_text("its first frame was read")
    upload(page, {"name": "blank.png", "mimeType": "image/png", "buffer": blank.getvalue()})
    expect(page.locator(".pml-reason")).to_contain_text("no writing was found in the picture")
    expect(page.locator(".pml-figure")).to_have_text("no amount")


def test_a_sample_can_be_tried_by_those_who_have_no_picture(page):
    """One click."""
    page.get_by_role("button", name="Try amount-01.png").click()
    answer(page)


def test_nothing_is_wider_than_the_page(page, opened):
    """No sideways scrolling, with an answer and a table on it."""
    upload(page, PNG, SAMPLES / "amount-03.png")
    answer(page)
    expect(page.locator(".pml-table tbody tr")).to_have_count(2)
    wide = page.evaluate("() => { const e = document.querySelector('.pml'); return [e.scrollWidth, e.clientWidth]; }")
    assert wide[0] <= wide[1] + 1


def test_the_answer_is_spoken_by_labels_and_signs_not_by_colour_alone(page):
    """What a screen reader finds."""
    upload(page, PNG)
    answer(page)
    tree = json.dumps(page.locator(".pml").aria_snapshot(), ensure_ascii=False)
    for words in (
        "Choose pictures",
        "Picture. Drag a rectangle",
        "What does the picture show?",
        "Each character with its confidence",
    ):
        assert words in tree
    assert re.search("[✓⚠]", page.locator(".pml-badge").inner_text())
