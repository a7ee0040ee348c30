"""Test the upload panel in JupyterLab and in Voila, Voila also on a phone."""

import base64
import csv
import io
import json
import re
import struct
import zlib
from pathlib import Path

import pytest
from helpers.browser import SCREENSHOTS, Site, clear_list, log_without_closed_pages, open_page, upload, wait_for_answer
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from payment_ml import paths
from payment_ml.cli.output import REVIEW_COLUMNS
from payment_ml.feedback.store import FeedbackStore

SAMPLES = paths.ROOT / "data" / "samples"
PNG = SAMPLES / "amount-04.png"
PLACES = [("voila", 390), ("voila", 1280), ("lab", 1280)]


@pytest.fixture(scope="module", params=PLACES, ids=lambda place: f"{place[0]}-{place[1]}")
def opened(request, browser) -> tuple[Page, Site, str]:
    """Open one page for all tests of a site and a width, since people use one all day."""
    name, width = request.param
    site = request.getfixturevalue(name)
    page = open_page(browser, site, width)
    yield page, site, f"{name}-{width}"
    page.context.close()


@pytest.fixture
def page(opened) -> Page:
    """Return the page with its list cleared, and check afterwards that no script failed."""
    page, _, _ = opened
    clear_list(page)
    yield page
    assert page.problems == []


def take_screenshot(page: Page, opened, name: str) -> None:
    """Save a screenshot of the panel."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.locator(".pml").screenshot(path=SCREENSHOTS / f"{opened[2]}-{name}.png")


def expect_reading(page: Page, reader, content: bytes) -> None:
    """Expect the amount that the reader itself reads in a file; a quick reader may misread it."""
    reading = reader.read(content)
    shown = reading.text if reading.value is None else f"{reading.value:,.2f}"
    expect(wait_for_answer(page)).to_have_text(shown or "no amount")


def as_jpeg(path: Path) -> bytes:
    """Return a sample as a camera would save it."""
    buffer = io.BytesIO()
    Image.open(path).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


def test_an_upload_shows_the_answer(page, opened, reader):
    """It has the amount, the decision with its reason, the confidence, and each character with its own."""
    upload(page, PNG)
    expect_reading(page, reader, PNG.read_bytes())
    expect(page.locator(".pml-badge")).to_have_text(re.compile("accept|review"))
    expect(page.locator(".pml-confidence")).to_contain_text("% sure")
    if "review" in page.locator(".pml-badge").inner_text():
        expect(page.locator(".pml-reason")).to_contain_text("A person should look: ")
    assert page.locator(".pml-characters li").count() >= 1
    expect(page.locator(".pml-characters li").first).to_contain_text("%")
    take_screenshot(page, opened, "answer")


def test_characters_stand_beneath_their_strokes(page):
    """They stand in their order, within the width of the writing, and beneath it."""
    upload(page, PNG)
    wait_for_answer(page)
    writing = page.locator(".pml-writing").bounding_box()
    boxes = [character.bounding_box() for character in page.locator(".pml-characters li").all()]
    middles = [box["x"] + box["width"] / 2 for box in boxes]
    assert middles == sorted(middles)
    assert writing["x"] - 5 <= middles[0] <= middles[-1] <= writing["x"] + writing["width"] + 5
    assert all(box["y"] >= writing["y"] + writing["height"] - 1 for box in boxes)


def test_drop_a_jpg(page, reader):
    """A dropped file is read like an uploaded one."""
    content = as_jpeg(PNG)
    files = page.evaluate_handle(
        """content => {
            const transfer = new DataTransfer();
            const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
            transfer.items.add(new File([bytes], "slip.jpg", { type: "image/jpeg" }));
            return transfer;
        }""",
        base64.b64encode(content).decode(),
    )
    for event in ("dragover", "drop"):
        page.locator(".pml-drop").dispatch_event(event, {"dataTransfer": files})
    expect_reading(page, reader, content)


def test_paste_from_the_clipboard(page, reader):
    """Ctrl+V works while the panel is visible."""
    page.evaluate(
        """async (content) => {
            const bytes = Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
            const blob = new Blob([bytes], { type: "image/png" });
            await navigator.clipboard.write([new ClipboardItem({ "image/png": blob })]);
        }""",
        base64.b64encode(PNG.read_bytes()).decode(),
    )
    page.locator(".pml-drop").click(position={"x": 5, "y": 5})
    page.keyboard.press("Control+V")
    expect_reading(page, reader, PNG.read_bytes())


def test_draw_a_digit(page, opened):
    """A drawing is read when the pen rests, and more strokes make no second image of it."""
    page.get_by_role("button", name="Draw", exact=True).click()
    area = page.locator(".pml-ink")
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    for x in (0.4, 0.6):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + (x - 0.02) * box["width"], box["y"] + 0.8 * box["height"], steps=8)
        page.mouse.up()
        wait_for_answer(page)
        page.wait_for_timeout(1200)
    expect(page.locator(".pml-table")).to_be_hidden()
    take_screenshot(page, opened, "draw")
    page.get_by_role("button", name="Clear", exact=True).click()
    page.get_by_role("button", name="Draw", exact=True).click()


def test_a_dragged_box_is_read_alone(page):
    """A button returns to the whole image."""
    upload(page, PNG)
    wait_for_answer(page)
    whole_text = page.locator(".pml-characters").inner_text()
    preview = page.locator(".pml-preview")
    preview.scroll_into_view_if_needed()
    box = preview.bounding_box()
    preview.hover(position={"x": 0.02 * box["width"], "y": 3})  # waits until nothing covers it
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] - 3, steps=5)
    page.mouse.up()
    read_whole = page.get_by_role("button", name="Read the whole picture")
    expect(read_whole).to_be_visible()
    expect(page.locator(".pml-characters")).not_to_have_text(whole_text)
    read_whole.click()
    expect(read_whole).to_be_hidden()
    page.wait_for_function("text => document.querySelector('.pml-characters').innerText === text", arg=whole_text)


def test_a_box_can_be_made_with_the_keyboard(page):
    """Enter reads it, and Escape returns to the whole image."""
    upload(page, PNG)
    wait_for_answer(page)
    read_whole = page.get_by_role("button", name="Read the whole picture")
    stage = page.locator(".pml-stage")
    stage.focus()
    for key in ("Enter", "ArrowLeft", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(read_whole).to_be_visible()
    stage.focus()
    page.keyboard.press("Escape")
    expect(read_whole).to_be_hidden()


def test_switch_to_one_digit_and_back(page, classifier):
    """The same image is read again."""
    path = SAMPLES / "digit-01.png"
    upload(page, path)
    wait_for_answer(page)
    page.get_by_text("One digit").click()
    expect(page.locator(".pml-figure")).to_have_text(classifier.read(path).text)
    page.get_by_text("Whole amount").click()
    expect(page.get_by_label("Whole amount")).to_be_checked()


def test_the_kind_of_form_settles_what_a_number_means(page):
    """It holds for what is read and for what is typed, and changes the pictures that are not saved yet."""
    form = page.get_by_label("Kind of form")
    expect(form).to_have_value("")
    upload(page, PNG)
    wait_for_answer(page)
    typed, means = page.get_by_label("What does the picture show?"), page.locator(".pml-means")
    typed.fill("1.234")
    expect(means).to_contain_text("ambiguous")
    form.select_option("integer-cheque")
    page.wait_for_timeout(500)
    wait_for_answer(page)
    typed.fill("1.234")
    expect(means).to_have_text("Will be entered as 1,234.00.")
    form.select_option("")
    page.wait_for_timeout(500)
    wait_for_answer(page)
    typed.fill("1.234")
    expect(means).to_contain_text("ambiguous")


def test_correct_and_save(page, opened):
    """Only an amount can be saved; it is then on disk; a second save corrects the first."""
    _, site, _ = opened
    store = FeedbackStore(site.data_dir / "feedback")
    upload(page, PNG)
    wait_for_answer(page)
    typed, save = (
        page.get_by_label("What does the picture show?"),
        page.get_by_role("button", name="Confirm", exact=True),
    )
    typed.fill("1.234")
    expect(page.locator(".pml-means")).to_contain_text("ambiguous")
    expect(save).to_be_disabled()
    typed.fill("1'250,01")
    expect(page.locator(".pml-means")).to_have_text("Will be entered as 1,250.01.")
    typed.press("Enter")
    expect(page.locator(".pml-means")).to_contain_text(re.compile("^✓ .* saved as 1,250.01"))
    (name,) = [name for name in store.names() if store.get(name).text == "1250.01"]
    typed.fill("1250.00")
    expect(page.locator(".pml-means")).to_have_text("Will be entered as 1,250.00.")
    save.click()
    expect(page.locator(".pml-means")).to_contain_text("is now saved as 1,250.00; before, it was 1250.01")
    assert store.get(name).text == "1250.00"
    expect(page.locator(".pml-waiting")).to_contain_text(re.compile(r"corrections? waits? for the next retraining"))
    take_screenshot(page, opened, "saved")


def test_several_files_give_a_table_with_the_most_doubtful_first(page, opened, tmp_path):
    """It can be sorted, each row opens its answer, and a CSV holds all files in the order in which they came."""
    formula = tmp_path / "=cmd() & <b>.png"
    formula.write_bytes(PNG.read_bytes())
    files = [*(SAMPLES / f"amount-{i:02d}.png" for i in range(1, 7)), formula, SAMPLES / "truth.csv"]
    upload(page, *files)
    rows = page.locator(".pml-table tbody tr")
    expect(rows).to_have_count(8, timeout=30_000)
    expect(page.locator(".pml-progress")).to_be_hidden()
    decisions = rows.locator("td:nth-child(5)").all_inner_texts()
    assert decisions[0].startswith("⚠ not read")
    accepted = [decision.startswith("✓") for decision in decisions]
    assert accepted == sorted(accepted)
    take_screenshot(page, opened, "several")
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
    assert tuple(lines[0]) == REVIEW_COLUMNS
    assert [line["file"] for line in lines] == [*(path.name for path in files[:6]), f"'{formula.name}", "truth.csv"]
    assert (lines[-1]["text"], lines[-1]["decision"], lines[-1]["status"]) == ("", "review", "not read")
    assert "starts like text" in lines[-1]["reason"]


QUEUE = [SAMPLES / f"amount-{i:02d}.png" for i in range(1, 9)]


def open_queue(page: Page) -> Locator:
    """Upload eight pictures, and return the rows of the table when all are read."""
    upload(page, *QUEUE)
    rows = page.locator(".pml-table tbody tr")
    expect(rows).to_have_count(len(QUEUE), timeout=30_000)
    expect(page.locator(".pml-progress")).to_be_hidden()
    wait_for_answer(page)
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return rows


def test_a_queue_is_worked_through_with_the_keyboard_alone(page, opened):
    """The box has the focus and its text is selected, so that a correction is its digits and Enter."""
    with (SAMPLES / "truth.csv").open(encoding="utf-8", newline="") as file:
        truth = {row["file"]: row["text"] for row in csv.DictReader(file)}
    open_queue(page)
    typed, left, shown = (page.locator(name) for name in (".pml-typed", ".pml-left", ".pml-result .pml-small"))
    page.get_by_role("button", name=QUEUE[0].name, exact=True).press("Enter")
    expect(shown).to_contain_text(QUEUE[0].name)
    for _ in QUEUE:
        file = shown.inner_text().split(" - ")[0]
        expect(typed).to_be_focused()
        page.keyboard.type(truth[file])
        page.keyboard.press("Enter")
        expect(page.locator(".pml-table tr", has_text=file)).to_contain_text(f"✓ {truth[file]}")
        if left.inner_text() == "Nothing is left to check.":
            break
        expect(shown).not_to_contain_text(file)
    expect(left).to_have_text("Nothing is left to check.")
    take_screenshot(page, opened, "queue-done")
    page.keyboard.press("Control+z")
    expect(left).not_to_have_text("Nothing is left to check.")


def test_keys_move_choose_turn_and_explain(page, opened):
    """With Alt in the text box, alone elsewhere; what was typed is the browser's to take back."""
    rows = open_queue(page)
    names = rows.locator(".pml-name").all_inner_texts()
    page.get_by_role("button", name=names[0], exact=True).click()
    expect(page.locator(".pml-result .pml-small")).to_contain_text(names[0])
    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".pml-result .pml-small")).to_contain_text(names[1])
    page.keyboard.press("Alt+ArrowUp")
    expect(page.locator(".pml-result .pml-small")).to_contain_text(names[0])
    page.locator(".pml-stage").focus()
    page.keyboard.press("j")
    expect(page.locator(".pml-result .pml-small")).to_contain_text(names[1])
    expect(page.locator(".pml-typed")).to_be_focused()
    choices = page.locator(".pml-choice")
    if choices.count():
        page.keyboard.type("7")
        page.keyboard.press("Alt+1")
        text = choices.first.inner_text().split("\n")[-1].replace(",", "")
        expect(page.locator(".pml-typed")).to_have_value(text)
    canvas = page.locator(".pml-preview")
    width, height = (int(canvas.get_attribute(side)) for side in ("width", "height"))
    page.keyboard.press("Alt+r")
    expect(canvas).to_have_attribute("width", str(height))
    expect(canvas).to_have_attribute("height", str(width))
    page.get_by_role("button", name="Keys ?").click()
    expect(page.locator(".pml-keys")).to_be_visible()
    take_screenshot(page, opened, "keys")
    page.get_by_role("button", name="Keys ?").press("?")
    expect(page.locator(".pml-keys")).to_be_hidden()


def test_the_table_can_be_filtered(page):
    """Each choice has its number of pictures, and shows them alone."""
    rows = open_queue(page)
    decision = page.locator(".pml-table th", has_text="Decision")
    if decision.get_attribute("aria-sort") != "ascending":
        decision.get_by_role("button").click()
    expect(decision).to_have_attribute("aria-sort", "ascending")
    page.locator(".pml-typed").focus()
    page.keyboard.type("1.00")
    page.keyboard.press("Enter")
    saved = page.locator(".pml-filter label", has_text="Confirmed")
    expect(saved).to_have_text("Confirmed 1")
    saved.click()
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("✓ 1.00")
    page.locator(".pml-filter label", has_text="All").click()
    expect(rows).to_have_count(len(QUEUE))
    assert "✓ 1.00" in rows.last.inner_text(), "what is done sinks"


def png_of_too_many_pixels() -> bytes:
    """Return a file whose header announces 50,000 x 50,000 pixels."""
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
        ("huge.png", png_of_too_many_pixels(), "expected at most 50 million pixels, but huge.png has 2,500 million"),
        ("empty.png", b"", "is empty (0 bytes)"),
    ],
    ids=["no image", "truncated", "12 MB", "50,000 pixels", "empty"],
)
def test_bad_input_gets_a_sentence_and_the_panel_stays_usable(page, opened, reader, name, content, words):
    """The sentence stands on the page, the server logs no failure, and the next image is read."""
    upload(page, {"name": name, "mimeType": "image/png", "buffer": content})
    expect(page.locator(".pml-alarm")).to_contain_text(words)
    take_screenshot(page, opened, f"bad-{name.split('.')[0]}")
    upload(page, PNG)
    expect_reading(page, reader, PNG.read_bytes())
    expect(page.locator(".pml-alarm")).to_be_empty()
    assert "Traceback" not in log_without_closed_pages(opened[1].log)


def test_the_answer_has_a_note_where_something_was_done_to_read_the_picture(page):
    """Light strokes on a transparent background were put on black."""
    buffer = io.BytesIO()
    levels = Image.open(PNG).convert("L")
    strokes = Image.new("RGBA", levels.size, "white")
    strokes.putalpha(levels.point(lambda level: 255 if level < 128 else 0))
    strokes.save(buffer, "PNG")
    upload(page, {"name": "drawn.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    wait_for_answer(page)
    expect(page.locator(".pml-result .pml-small")).to_contain_text("were put on black")


def test_a_blank_image_has_no_amount(page):
    """The reason says that there is nothing to read."""
    buffer = io.BytesIO()
    Image.new("L", (300, 100), 255).save(buffer, "PNG")
    upload(page, {"name": "blank.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    expect(page.locator(".pml-reason")).to_contain_text("no writing was found in the picture")
    expect(page.locator(".pml-figure")).to_have_text("no amount")


def test_a_sample_can_be_tried_with_one_click(page, reader):
    """No image of one's own is needed."""
    page.get_by_role("button", name="Try amount-01.png").click()
    expect_reading(page, reader, (SAMPLES / "amount-01.png").read_bytes())


def test_the_samples_are_one_tab_stop(page):
    """Arrows move among them, and Enter reads the one with the focus."""
    samples = page.locator(".pml-sample")
    assert [sample.get_attribute("tabindex") for sample in samples.all()].count("0") == 1
    samples.first.focus()
    page.keyboard.press("ArrowRight")
    expect(samples.nth(1)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(samples.first).to_be_focused()
    page.keyboard.press("Enter")
    wait_for_answer(page)


def test_nothing_is_wider_than_the_page(page):
    """The page does not scroll sideways with an answer and a table on it."""
    upload(page, PNG, SAMPLES / "amount-03.png")
    wait_for_answer(page)
    expect(page.locator(".pml-table tbody tr")).to_have_count(2)
    scroll_width, width = page.evaluate(
        "() => { const panel = document.querySelector('.pml'); return [panel.scrollWidth, panel.clientWidth]; }"
    )
    assert scroll_width <= width + 1


def test_a_screen_reader_finds_labels_and_the_decision_needs_no_colour(page):
    """The decision has a sign, and each control has a name."""
    upload(page, PNG)
    wait_for_answer(page)
    tree = json.dumps(page.locator(".pml").aria_snapshot(), ensure_ascii=False)
    for words in (
        "Choose pictures",
        "Picture. Drag a rectangle",
        "What does the picture show?",
        "Each character with its confidence",
    ):
        assert words in tree
    assert re.search("[✓⚠]", page.locator(".pml-badge").inner_text())
