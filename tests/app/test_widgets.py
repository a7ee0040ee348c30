"""Test the kernel's side of the panel with the messages that its page sends."""

import io
import logging
import re

import pytest
from helpers.composed_documents import compose_cheque, digits_to_write
from helpers.corrupt_images import encode
from openpyxl import load_workbook
from PIL import Image

from payment_ml import paths
from payment_ml.app import service, widgets
from payment_ml.feedback.store import FeedbackStore
from payment_ml.tasks import Task

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture
def panel(reader, classifier, tmp_path) -> widgets.Panel:
    """Return a panel with both quick readers that keeps the messages it sends."""
    readers = {Task.AMOUNTS: reader, Task.DIGITS: classifier}
    panel = widgets.Panel(service.PredictionService(readers, FeedbackStore(tmp_path)), SAMPLES)
    panel.sent = []
    panel.send = lambda content, buffers=(): panel.sent.append(content | {"buffers": list(buffers)})
    return panel


@pytest.fixture(scope="module")
def cheque(splits) -> Image.Image:
    """Return a whole cheque."""
    return compose_cheque(digits_to_write(splits), "1234.50", "82.15")


@pytest.fixture
def amount() -> bytes:
    """Return the file of a sample amount."""
    return (SAMPLES / "amount-04.png").read_bytes()


def ask(panel: widgets.Panel, content: bytes = b"", **question) -> dict:
    """Send a question as the page does, through the widget's own message handling, and return the answer."""
    buffers = [memoryview(content)] if content else []
    panel._handle_custom_msg({"id": "7", **question}, buffers)  # ipywidgets has no public way
    (message,) = panel.sent
    panel.sent.clear()
    assert message["id"] == "7"
    return message["answer"]


def test_an_answer_carries_the_number_of_its_question(panel, reader, amount):
    """The image is read as the reader reads it."""
    answer = ask(panel, amount, do="read", kind="amount", name="a.png")
    assert answer["text"] == reader.read(amount).text


def test_a_digit_is_read_by_the_digit_classifier(panel):
    """The page's word for the kind of image selects the task."""
    content = (SAMPLES / "digit-01.png").read_bytes()
    answer = ask(panel, content, do="read", kind="digit", name="d.png", box=None)
    assert len(answer["digits"]) == 1


def test_a_box_that_is_too_small_is_refused(panel, amount):
    """The sentence says what to do."""
    answer = ask(panel, amount, do="read", kind="amount", name="a.png", box=[0, 0, 2, 2])
    assert "drag a larger one" in answer["refused"]


def test_typed_text_is_checked(panel):
    """The question carries no image."""
    answer = ask(panel, do="check", kind="amount", typed="12.5")
    assert answer == {"refused": "expected an amount such as 1,234.56, but got '12.5'"}


def test_a_save_updates_the_count_that_every_view_shows(panel, amount):
    """The count is a trait."""
    assert panel.waiting == 0
    answer = ask(panel, amount, do="save", kind="amount", name="a.png", box=None, typed="1,250.00")
    assert (answer["waiting"], panel.waiting) == (1, 1)


@pytest.mark.parametrize(
    "question",
    [{"do": "delete", "kind": "amount", "name": "x"}, {"do": "read", "kind": "cheque", "name": "x"}, {"do": "read"}],
    ids=["verb", "kind", "missing"],
)
def test_a_failure_is_logged_and_answered(panel, question, caplog):
    """Otherwise ipywidgets would hide the exception, and the page would wait until its timeout."""
    with caplog.at_level(logging.ERROR):
        answer = ask(panel, **question)
    assert "the log of the kernel says why" in answer["refused"]
    assert "the panel failed on the question" in caplog.text


@pytest.mark.parametrize(
    "content",
    [b"%PDF", b"\x89PNG\r\n\x1a\n broken", bytes(10_000_001)],
    ids=["pdf", "broken", "10 MB"],
)
def test_bad_input_is_refused_without_a_log_entry(panel, content, caplog):
    """It is no failure of the panel."""
    assert "expected" in ask(panel, content, do="read", kind="amount", name="slip.png")["refused"]
    assert not caplog.records


def test_a_file_of_an_answer_travels_as_a_buffer(panel):
    """JSON holds no bytes: the answer names the file, whose content comes beside it."""
    rows = [["file", "amount", "text"], ["a.png", "1250.50", "=1+1"], ["b.png", "", ""]]
    panel._handle_custom_msg({"id": "7", "do": "workbook", "rows": rows}, [])
    (message,) = panel.sent
    assert (message["answer"], message["files"]) == ({}, ["file"])
    sheet = load_workbook(io.BytesIO(message["buffers"][0])).active
    assert list(sheet.iter_rows(values_only=True)) == [tuple(rows[0]), ("a.png", 1250.5, "=1+1"), ("b.png", None, None)]
    assert sheet["C2"].data_type == "s"


def test_a_ping_is_answered(panel):
    """By it the page knows that its kernel lives."""
    assert ask(panel, do="ping") == {}


def test_samples_and_limits_are_sent_to_the_page(panel):
    """The samples are data URLs, so that no file need be served."""
    assert len(panel.samples) == 22
    assert all(re.match(r"data:image/png;base64,iVBOR", sample["picture"]) for sample in panel.samples)
    assert panel.limit == service.MAX_BYTES
    assert panel.kinds == ["amount", "digit", "document"]


def test_a_panel_opens_without_a_champion_of_digits(reader_run, tmp_path):
    """It then reads amounts alone, also on whole documents."""
    assert widgets.open_panel(reader_run.models_dir, tmp_path).kinds == ["amount", "document"]


def test_the_first_kind_of_picture_is_one_that_can_be_read(reader_run, tmp_path):
    """A wrong word is told at once."""
    assert widgets.open_panel(reader_run.models_dir, tmp_path, kind="document").kind == "document"
    with pytest.raises(ValueError, match="expected a kind of picture among amount, document, but got 'digit'"):
        widgets.open_panel(reader_run.models_dir, tmp_path, kind="digit")


def test_the_amount_on_a_document_is_kept_and_never_the_page(panel, cheque, tmp_path):
    """A question without the place of the amount is refused; with it, the cut-out is a correction of amounts."""
    content = encode(cheque, "PNG")
    answer = ask(panel, content, do="read", kind="document", name="cheque.png", box=None, turned=None)
    assert answer["amounts"][answer["chosen"]]["text"] == answer["text"]
    question = {"do": "save", "kind": "document", "name": "cheque.png", "turned": 0, "typed": "1,234.50"}
    assert "never kept for learning" in ask(panel, content, **question, box=None)["refused"]
    assert panel.waiting == 0
    assert "1,234.50" in ask(panel, content, **question, box=answer["cut"])["said"]
    store = FeedbackStore(tmp_path)
    (correction,) = map(store.get, store.names())
    left, top, right, bottom = answer["cut"]
    assert (correction.task, correction.text) == (Task.AMOUNTS, "1234.50")
    assert store.image(correction).size == (right - left, bottom - top)
    assert store.image(correction).width < cheque.width / 2
    undone = ask(panel, content, do="undo", kind="document", name="cheque.png", turned=0, box=answer["cut"])
    assert (undone["waiting"], len(store)) == (0, 0)


def test_a_panel_needs_a_champion_of_amounts(quick_run, tmp_path):
    """The error names the task."""
    with pytest.raises(LookupError, match="expected a champion of amounts"):
        widgets.open_panel(quick_run.models_dir, tmp_path)
