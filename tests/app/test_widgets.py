"""widgets: the kernel's half of the panel, driven by the messages that its page sends."""

import logging
import re

import pytest

from payment_ml import paths
from payment_ml.app import service, widgets
from payment_ml.feedback.store import FeedbackStore

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture
def panel(reader, classifier, tmp_path) -> widgets.Panel:
    """A panel with both quick readers, that keeps what it sends."""
    made = widgets.Panel(
        service.PredictionService({"amount": reader, "digit": classifier}, FeedbackStore(tmp_path)), SAMPLES
    )
    made.sent = []
    made.send = lambda content, buffers=None: made.sent.append(content)
    return made


@pytest.fixture
def amount() -> bytes:
    """A sample amount."""
    return (SAMPLES / "amount-04.png").read_bytes()


def ask(panel: widgets.Panel, content: bytes = b"", **question) -> dict:
    """Send a question as the page does, through the widget's own message handling, and give the answer to it."""
    buffers = [memoryview(content)] if content else []
    panel._handle_custom_msg({"id": "7", **question}, buffers)
    (message,) = panel.sent
    panel.sent.clear()
    assert message["id"] == "7"
    return message["answer"]


def test_a_picture_is_read_and_answered_by_its_number(panel, reader, amount):
    """As the reader reads it."""
    said = ask(panel, amount, do="read", kind="amount", name="a.png")
    assert said["text"] == reader.read(amount).text


def test_both_kinds_a_rectangle_and_what_is_typed_are_answered(panel, amount):
    """The switch, the selection, the check."""
    digit = ask(panel, (SAMPLES / "digit-01.png").read_bytes(), do="read", kind="digit", name="d.png", box=None)
    assert len(digit["digits"]) == 1
    small = ask(panel, amount, do="read", kind="amount", name="a.png", box=[0, 0, 2, 2])
    assert "drag a larger one" in small["refused"]
    assert ask(panel, do="check", kind="amount", typed="12.5") == {
        "refused": "expected an amount such as 1,234.56, but got '12.5'"
    }


def test_a_save_counts_among_those_that_wait(panel, amount):
    """In the trait that every view shows."""
    assert panel.waiting == 0
    said = ask(panel, amount, do="save", kind="amount", name="a.png", box=None, typed="1,250.00")
    assert (said["waiting"], panel.waiting) == (1, 1)


@pytest.mark.parametrize(
    "question",
    [{"do": "delete", "kind": "amount", "name": "x"}, {"do": "read", "kind": "cheque", "name": "x"}, {"do": "read"}],
    ids=["verb", "kind", "missing"],
)
def test_what_fails_is_logged_and_answered_never_swallowed(panel, question, caplog):
    """ipywidgets would hide the exception, and the page would wait for ever."""
    with caplog.at_level(logging.ERROR):
        said = ask(panel, **question)
    assert "the log of the kernel says why" in said["refused"]
    assert "the panel failed on the question" in caplog.text


def test_bad_input_leaves_nothing_in_the_log(panel, caplog):
    """It is answered with a sentence."""
    for content in (b"%PDF", b"\x89PNG\r\n\x1a\n broken", bytes(10_000_001)):
        assert "expected" in ask(panel, content, do="read", kind="amount", name="slip.png")["refused"]
    assert not caplog.records


def test_samples_and_limits_are_told_to_the_page(panel):
    """All pictures of data/samples, as data, so that no file need be served."""
    assert len(panel.samples) == 22
    assert all(re.match(r"data:image/png;base64,iVBOR", each["picture"]) for each in panel.samples)
    assert panel.limit == service.MAX_BYTES
    assert panel.kinds == ["amount", "digit"]


def test_a_panel_opens_with_the_champions_that_there_are(reader_run, quick_run, tmp_path):
    """Amounts alone will do; without them the error says what to run."""
    assert widgets.open_panel(reader_run.models_dir, tmp_path).kinds == ["amount"]
    with pytest.raises(LookupError, match="expected a champion of amounts"):
        widgets.open_panel(quick_run.models_dir, tmp_path)
