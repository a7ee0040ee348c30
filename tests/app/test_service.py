"""desk: what the panel answers, with real readers and no browser."""

import io
import json
import struct
import zlib

import numpy as np
import pytest
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml import paths
from payment_ml.app import service
from payment_ml.feedback.store import FeedbackStore
from payment_ml.imaging import image_loading

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture
def here(reader, classifier, tmp_path) -> service.PredictionService:
    """A desk with both readers of the quick runs."""
    return service.PredictionService({"amount": reader, "digit": classifier}, FeedbackStore(tmp_path / "feedback"))


@pytest.fixture(scope="module")
def amount() -> bytes:
    """A sample amount."""
    return (SAMPLES / "amount-04.png").read_bytes()


def test_an_answer_says_what_the_reader_says(here, reader, amount):
    """And is JSON, with places inside of the picture."""
    said, reading = json.loads(json.dumps(here.read(amount, "a.png", "amount"))), reader.read(amount)
    assert (said["text"], said["decision"], said["reason"]) == (reading.text, reading.decision, reading.reason)
    assert said["confidence"] == reading.confidence
    assert [each["character"] for each in said["characters"]] == list(reading.written)
    assert len(said["outline"]) == 4
    assert all(-20 <= x <= said["width"] + 20 for x, _ in said["outline"])
    assert said["note"] is None


def test_a_digit_has_its_rivals_and_its_outline(here, classifier):
    """One character; its confidence and those of the others are those of the network."""
    content = (SAMPLES / "digit-01.png").read_bytes()
    said, reading = here.read(content, "d.png", "digit"), classifier.read(content)
    (character,) = said["characters"]
    assert character["character"] == said["text"] == reading.text
    shares = dict(character["alternatives"])
    assert shares == {str(i): pytest.approx(reading.probabilities[i]) for i in map(int, shares)}
    assert reading.text not in shares
    corners = np.array(said["outline"])
    assert corners.min() >= 0
    assert (corners.max(axis=0) <= [said["width"], said["height"]]).all()


def test_a_rectangle_reads_as_the_same_part_cut_out(here, amount):
    """With places that are those of the whole picture."""
    picture = Image.open(io.BytesIO(amount)).convert("RGB")
    page = Image.new("RGB", (picture.width + 300, picture.height + 200), "white")
    page.paste(picture, (210, 120))
    box = (210, 120, 210 + picture.width, 120 + picture.height)
    part, alone = here.read(encode(page, "PNG"), "page.png", "amount", box), here.read(amount, "a.png", "amount")
    assert (part["text"], part["confidence"]) == (alone["text"], pytest.approx(alone["confidence"], abs=1e-6))
    assert (part["width"], part["height"]) == page.size
    assert np.allclose(np.array(part["outline"]) - [210, 120], alone["outline"])
    assert part["characters"][0]["left"] == pytest.approx(alone["characters"][0]["left"] + 210)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"%PDF-1.7 ...", "expected a PNG, JPEG or GIF, but slip.png starts like a PDF"),
        (b"hello", "starts like text"),
        (encode(Image.new("L", (90, 30)), "TIFF"), "slip.png is a TIFF; save it again as PNG"),
        (bytes(12_000_000), "expected at most 10 MB, but slip.png has 12.0 MB"),
    ],
    ids=["empty", "pdf", "text", "tiff", "12 MB"],
)
@pytest.mark.parametrize("do", ["read", "save"])
def test_bad_input_is_refused_with_one_sentence(here, content, words, do):
    """That names the file; nothing is saved."""
    more = {"read": (), "save": ("1.00",)}[do]
    said = getattr(here, do)(content, "slip.png", "amount", *more)
    assert list(said) == ["refused"]
    assert words in said["refused"]
    assert here.waiting == 0


def test_half_a_picture_and_an_absurd_one_are_refused(here, amount):
    """Before memory is spent on the second."""
    assert "truncated" in here.read(amount[: len(amount) // 2], "half.png", "amount")["refused"]
    header = bytearray(encode(Image.new("1", (8, 8)), "PNG"))
    header[16:24] = struct.pack(">II", 50_000, 50_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    assert "huge.png has 2,500 million" in here.read(bytes(header), "huge.png", "amount")["refused"]


def test_of_a_moving_picture_the_first_frame_is_read_and_that_is_said(here, amount):
    """As the first frame alone."""
    first = Image.open(io.BytesIO(amount)).convert("L")
    moving = encode(first, "GIF", save_all=True, append_images=[Image.new("L", first.size, 255)] * 4)
    said = here.read(moving, "moving.gif", "amount")
    assert said["note"] == "a moving picture: its first frame was read"
    assert said["text"] == here.read(encode(first, "GIF"), "still.gif", "amount")["text"]


def test_a_picture_without_writing_is_for_review_with_the_reason(here):
    """No number, and nothing to place."""
    said = here.read(encode(Image.new("L", (200, 80), 255), "PNG"), "blank.png", "amount")
    assert (said["text"], said["shown"], said["decision"]) == ("", "", "review")
    assert said["reason"] == "no writing was found in the picture"
    assert (said["outline"], said["characters"]) == ([], [])


def test_what_is_typed_is_checked_as_it_will_be_saved(here):
    """Against the grammar of amounts, or for one digit."""
    assert here.check("1'234,50", "amount") == {"means": "1,234.50"}
    assert here.check("7", "digit") == {"means": "7"}
    assert "ambiguous" in here.check("1.234", "amount")["refused"]
    assert "one digit" in here.check("77", "digit")["refused"]


def test_saving_tells_what_was_saved_and_how_many_wait(here, amount):
    """A correction, then a correction of it."""
    read_as = here.read(amount, "a.png", "amount")["text"]
    first = here.save(amount, "a.png", "amount", "1,250.01")
    assert first == {"said": f"a.png is saved as 1,250.01; it was read as {read_as or 'nothing'}.", "waiting": 1}
    second = here.save(amount, "a.png", "amount", "1250")
    assert second == {"said": "a.png is now saved as 1,250.00; before, it was 1250.01.", "waiting": 1}


def test_saving_keeps_only_the_rectangle_that_was_read(here, amount, tmp_path):
    """The rest of a form is nobody's business."""
    here.save(amount, "a.png", "amount", "1.00", (10, 5, 60, 45))
    kept = FeedbackStore(tmp_path / "feedback")
    (correction,) = map(kept.get, kept.names())
    assert kept.image(correction).size == (50, 40)


def test_what_came_with_the_file_is_not_stored(here, tmp_path):
    """Metadata and trailing bytes stay behind."""
    picture = Image.open(SAMPLES / "amount-01.png")
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    content = encode(picture.convert("RGB"), "JPEG", exif=exif) + b"PK\x03\x04 hidden"
    here.save(content, "a.jpg", "amount", "1.00")
    (stored,) = (tmp_path / "feedback").glob("*.png")
    assert b"secret" not in stored.read_bytes()
    assert b"hidden" not in stored.read_bytes()
    with Image.open(stored) as again:
        assert not again.getexif()
        assert not again.info


def test_a_folder_that_cannot_be_written_is_told_and_not_raised(reader, amount, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "feedback").write_text("")
    said = service.PredictionService({"amount": reader}, FeedbackStore(tmp_path / "feedback")).save(
        amount, "a.png", "amount", "1.00"
    )
    assert said["refused"].startswith("expected to save into feedback/, but got:")


def test_of_a_still_picture_there_is_nothing_to_remark(amount):
    """Only of a moving one."""
    assert image_loading.note(image_loading.load(amount)) is None
