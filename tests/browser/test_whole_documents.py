"""Test the page with whole cheques: the amount is found, chosen or drawn, and only its cut-out is kept for learning."""

import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from helpers.browser import SCREENSHOTS, SIZES, TOKEN, Site, free_port, page_of_size, serving, upload, wait_for_answer
from helpers.cli import COMMAND, run_cli
from helpers.composed_documents import AMOUNT_PLACE, OTHER_PLACE, compose_cheque, digits_to_write, turned
from PIL import Image
from playwright.sync_api import Page, expect

from payment_ml.feedback.store import FeedbackStore

AMOUNTS = ("1234.50", "98.75", "560.00", "47.10")
OTHER = "82.15"
INK = 60  # pixels from a written amount's place to a point on it


@pytest.fixture(scope="module")
def cheques(splits) -> list[Image.Image]:
    """Return cheques with the amounts, each with the other one at its top."""
    bank = digits_to_write(splits)
    return [compose_cheque(bank, amount, OTHER) for amount in AMOUNTS]


@pytest.fixture(scope="module")
def served(reader_run, tmp_path_factory) -> Site:
    """Serve the page as it is for documents."""
    port, data_dir = free_port(), tmp_path_factory.mktemp("documents")
    command = [str(COMMAND), "demo", "--no-browser", "--port", str(port), "--token", TOKEN, "--as", "document"]
    command += ["--models", str(reader_run.models_dir), "--data", str(data_dir)]
    with serving(command, f"http://localhost:{port}/?token={TOKEN}", data_dir) as site:
        yield site


@pytest.fixture
def site(served) -> Site:
    """Return the served page without the corrections of other tests."""
    shutil.rmtree(served.data_dir / "feedback", ignore_errors=True)
    return served


@pytest.fixture(params=SIZES, ids=str)
def page(request, browser, site) -> Iterator[Page]:
    """Yield a page of its own in one of two sizes."""
    with page_of_size(browser, site, request.param) as opened:
        yield opened


@pytest.fixture
def wide(browser, site) -> Iterator[Page]:
    """Yield a wide page of its own."""
    with page_of_size(browser, site, "wide-light") as opened:
        yield opened


def file_of(*pages: Image.Image, name: str, image_format: str = "PNG", kind: str = "image/png") -> dict:
    """Return pages as one file to upload."""
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": pages[1:], "resolution": 100} if len(pages) > 1 else {}
    pages[0].save(buffer, image_format, **more)
    return {"name": name, "mimeType": kind, "buffer": buffer.getvalue()}


def read_all(page: Page, *files: dict, count: int) -> None:
    """Upload files, and wait until so many pages of them are read and one is shown."""
    upload(page, *files)
    if count > 1:
        expect(page.locator(".pml-filter label").first).to_have_text(f"All {count}", timeout=60_000)
    expect(page.locator(".pml-progress")).to_be_hidden(timeout=60_000)
    wait_for_answer(page)
    expect(page.locator(".pml-typed")).to_be_focused()


def on_picture(page: Page, x: float, y: float) -> tuple[float, float]:
    """Return the place on the screen of a point in pixels of the picture that is shown."""
    canvas = page.locator(".pml-preview")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    width, height = (int(canvas.get_attribute(side)) for side in ("width", "height"))
    return box["x"] + x / width * box["width"], box["y"] + y / height * box["height"]


def drag(page: Page, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Draw a rectangle between two points in pixels of the picture."""
    for number, point in enumerate((start, end)):
        page.mouse.move(*on_picture(page, *point), steps=1 + 4 * number)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def kept(site: Site) -> dict[str, tuple[int, int]]:
    """Return the size of the picture of each correction, by its amount."""
    store = FeedbackStore(site.data_dir / "feedback")
    corrections = [store.get(name) for name in store.names()]
    assert all(correction.task == "amounts" for correction in corrections)
    return {correction.text: store.image(correction).size for correction in corrections}


def choose_by_key(page: Page, amount: str) -> None:
    """Choose one of the amounts that were found on the page, unless it is chosen already."""
    shown = f"{float(amount):,.2f}"
    (button,) = page.locator(".pml-choice[aria-pressed]").filter(has_text=shown).all()
    if button.get_attribute("aria-pressed") == "false":
        page.keyboard.press(button.get_attribute("aria-keyshortcuts"))
    expect(page.locator(".pml-choice[aria-pressed='true']")).to_contain_text(shown)
    expect(page.locator(".pml-figure")).to_have_text(shown)


def test_documents_are_worked_through_by_keyboard_alone(page, site, cheques):
    """Each page has a row; two keys at most for each besides digits; of a page only the amount is kept."""
    upright, sideways, *others = cheques
    files = [
        file_of(upright, name="first.png"), file_of(turned(sideways), name="sideways.png"),
        file_of(*others, name="scan.pdf", image_format="PDF", kind="application/pdf"),
    ]  # fmt: skip
    read_all(page, *files, count=4)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"documents-{page.size}-open.png")
    names = dict(zip(("first.png", "sideways.png", "scan.pdf, page 1", "scan.pdf, page 2"), AMOUNTS, strict=True))
    for number in range(4):
        name = page.locator(".pml-result .pml-small").inner_text()
        if number == 0:
            choose_by_key(page, OTHER)
            page.screenshot(path=SCREENSHOTS / f"documents-{page.size}-other.png")
        choose_by_key(page, names[name])
        expect(page.locator(".pml-typed")).to_have_value(names[name])
        expect(page.locator(".pml-typed")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text(f"Confirmed {number + 1}")
        if number < 3:
            expect(page.locator(".pml-result .pml-small")).not_to_have_text(name)
    sizes = kept(site)
    assert set(sizes) == set(AMOUNTS)
    assert all(width < upright.width / 2 and height < upright.height / 2 for width, height in sizes.values())
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        lines = {line["file"]: line for line in csv.DictReader(file)}
    assert {name: line["amount"] for name, line in lines.items()} == names
    assert lines["scan.pdf, page 2"]["page"] == "2"
    page.keyboard.press("Control+z")
    expect(page.locator(".pml-filter label", has_text="Confirmed")).to_have_text("Confirmed 3")
    assert len(kept(site)) == 3


def test_a_page_that_was_scanned_sideways_is_shown_upright(wide, cheques):
    """So that the marks lie on the amounts; R turns it on, and the page stays as a person turned it."""
    read_all(wide, file_of(turned(cheques[0]), name="sideways.png"), count=1)
    canvas, figure = wide.locator(".pml-preview"), wide.locator(".pml-figure")
    expect(canvas).to_have_attribute("width", str(cheques[0].width))
    expect(figure).to_have_text("1,234.50")
    x, y = on_picture(wide, AMOUNT_PLACE[0] + INK, AMOUNT_PLACE[1] + 45)
    mark = wide.locator(".pml-chosen").bounding_box()
    assert mark["x"] < x < mark["x"] + mark["width"]
    assert mark["y"] < y < mark["y"] + mark["height"]
    wide.keyboard.press("Alt+r")
    expect(canvas).to_have_attribute("width", str(cheques[0].height))
    for _ in range(3):
        wide.keyboard.press("Alt+r")
        wide.wait_for_timeout(500)
    expect(canvas).to_have_attribute("width", str(cheques[0].width))
    expect(figure).to_have_text("1,234.50")


def test_a_click_on_the_picture_chooses_an_amount_and_a_rectangle_is_read(wide, site, cheques):
    """A rectangle is read as a picture of an amount; the amounts that were found stay, to return to."""
    read_all(wide, file_of(cheques[1], name="cheque.png"), count=1)
    figure, pressed = wide.locator(".pml-figure"), wide.locator(".pml-choice[aria-pressed='true']")
    expect(figure).to_have_text("98.75")
    wide.mouse.click(*on_picture(wide, OTHER_PLACE[0] + INK, OTHER_PLACE[1] + 45))
    expect(figure).to_have_text(OTHER)
    expect(pressed).to_contain_text(OTHER)
    left, top = AMOUNT_PLACE
    drag(wide, (left - 20, top), (left + 240, top + 88))
    expect(wide.get_by_role("button", name="Read the whole picture")).to_be_visible()
    expect(figure).to_have_text("98.75")
    expect(pressed).to_have_count(0)
    assert wide.locator(".pml-place").count() >= 2
    wide.locator(".pml-typed").fill("98.70")  # a correction of what was drawn
    wide.locator(".pml-typed").press("Enter")
    expect(wide.locator(".pml-means")).to_contain_text("✓ cheque.png is saved as 98.70")
    ((width, height),) = kept(site).values()
    assert (width, height) == (pytest.approx(260, abs=4), pytest.approx(88, abs=4))
    wide.get_by_role("button", name="Read the whole picture").click()
    expect(pressed).to_contain_text("98.75")


def test_an_amount_without_a_place_is_entered_and_not_kept(wide, site, cheques):
    """What was found may be another sum, of which the typed amount would be a wrong label."""
    read_all(wide, file_of(cheques[0], name="cheque.png"), count=1)
    typed, learn = wide.locator(".pml-typed"), wide.locator(".pml-learn")
    typed.fill("4711.00")
    expect(learn).to_contain_text("Not kept for learning: first choose or draw the place")
    expect(learn.get_by_role("checkbox")).to_be_disabled()
    typed.press("Enter")
    expect(wide.locator(".pml-means")).to_have_text("✓ cheque.png is entered as 4,711.00.")
    assert kept(site) == {}
    typed.fill(OTHER)  # which was found elsewhere on the page
    expect(learn).to_contain_text("Also keep the amount, cut out, for learning")
    typed.press("Enter")
    expect(wide.locator(".pml-means")).to_contain_text(f"✓ cheque.png is saved: {OTHER} is right.")
    assert list(kept(site)) == [OTHER]


def test_the_switch_reads_the_same_picture_as_a_document(wide, cheques):
    """A rectangle that was drawn before is taken away, since the whole page is read."""
    wide.get_by_text("Whole amount").click()
    read_all(wide, file_of(cheques[0], name="cheque.png"), count=1)
    expect(wide.locator(".pml-place")).to_have_count(0)
    left, top = OTHER_PLACE
    drag(wide, (left - 20, top), (left + 240, top + 88))
    expect(wide.locator(".pml-figure")).to_have_text(OTHER)
    wide.get_by_text("Whole document").click()
    expect(wide.locator(".pml-figure")).to_have_text("1,234.50")
    expect(wide.get_by_role("button", name="Read the whole picture")).to_be_hidden()


def test_axe_finds_nothing_serious_and_nothing_is_wider_than_the_page(page, cheques):
    """With a document and its amounts on the page."""
    read_all(page, file_of(cheques[0], name="one.png"), file_of(cheques[1], name="two.png"), count=2)
    expect(page.locator(".pml")).to_have_attribute("data-theme", page.size.split("-")[1])
    violations = Axe().run(page).response["violations"]
    serious = [violation for violation in violations if violation["impact"] in ("serious", "critical")]
    assert [(violation["id"], violation["nodes"][0]["html"][:120]) for violation in serious] == []
    scroll_width, width = page.evaluate(
        "() => { const panel = document.querySelector('.pml'); return [panel.scrollWidth, panel.clientWidth]; }"
    )
    assert scroll_width <= width + 1


def test_a_rectangle_is_saved_as_a_form_that_the_command_takes(wide, reader_run, cheques, tmp_path):
    """It is offered while all pictures are documents, and needs to know how the form writes amounts."""
    read_all(wide, file_of(cheques[0], name="one.png"), count=1)
    save = wide.get_by_role("button", name="Save the rectangle as a form")
    expect(save).to_be_hidden()
    left, top = AMOUNT_PLACE
    drag(wide, (left - 20, top), (left + 240, top + 88))
    expect(wide.get_by_role("button", name="Read the whole picture")).to_be_visible()
    save.click()
    expect(wide.locator(".pml-alarm")).to_contain_text("expected a kind of form")
    wide.get_by_label("Kind of form").select_option("us-cheque")
    wide.wait_for_timeout(500)
    with wide.expect_download() as download:
        save.click()
    expect(wide.locator(".pml-alarm")).to_be_empty()
    form, picture = tmp_path / "form.toml", tmp_path / "one.png"
    form.write_bytes(Path(download.value.path()).read_bytes())
    cheques[0].save(picture)
    options = ["--as", "document", "--profile", form, "--models", reader_run.models_dir, "--format", "csv"]
    (line,) = csv.DictReader(io.StringIO(run_cli("read", picture, *options).stdout))
    assert (line["value"], line["currency"]) == ("1234.50", "USD")
    wide.get_by_text("Whole amount").click()
    expect(save).to_be_hidden()


def test_a_kind_of_picture_that_nothing_reads_is_refused_at_the_start(reader_run, tmp_path):
    """Without a champion of digits, the page cannot begin with them."""
    completed = run_cli("demo", "--no-browser", "--as", "digit", "--models", reader_run.models_dir, "--data", tmp_path)
    assert completed.returncode == 2
    assert "expected --as amount or document, but got --as digit, of which there is no champion" in completed.stderr
