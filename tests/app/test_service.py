"""Test service with real readers and without a browser."""

import dataclasses
import io
import json
import struct
import zlib

import numpy as np
import pytest
from helpers.composed_documents import compose_cheque, digits_to_write, turned
from helpers.corrupt_images import encode
from PIL import Image

from payment_ml import paths
from payment_ml.app import answers
from payment_ml.app.service import PredictionService
from payment_ml.feedback.store import FeedbackStore
from payment_ml.imaging import image_loading
from payment_ml.recognition.document_reader import DocumentReader
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile, load_profile

SAMPLES = paths.ROOT / "data" / "samples"


@pytest.fixture
def service(reader, classifier, tmp_path) -> PredictionService:
    """Return a service with the readers of both quick runs."""
    readers = {Task.AMOUNTS: reader, Task.DIGITS: classifier}
    return PredictionService(readers, FeedbackStore(tmp_path / "feedback"))


@pytest.fixture(scope="module")
def amount() -> bytes:
    """Return the file of a sample amount."""
    return (SAMPLES / "amount-04.png").read_bytes()


def test_an_answer_agrees_with_the_reading(service, reader, amount):
    """It is JSON, and its places lie inside the image."""
    answer = json.loads(json.dumps(service.read(amount, "a.png", Task.AMOUNTS)))
    reading = reader.read(amount)
    assert (answer["text"], answer["decision"], answer["reason"]) == (reading.text, reading.decision, reading.reason)
    assert answer["confidence"] == reading.confidence
    assert [character["character"] for character in answer["characters"]] == list(reading.written)
    assert len(answer["outline"]) == 4
    assert all(-20 <= x <= answer["width"] + 20 for x, _ in answer["outline"])
    assert answer["note"] is None


def test_choices_are_what_the_picture_may_show(service, reader, amount):
    """Each can be saved as it stands, and the amount that was read comes first."""
    answer, reading = service.read(amount, "a.png", Task.AMOUNTS), reader.read(amount)
    first, *others = answer["choices"]
    assert (first["typed"], first["confidence"]) == (f"{reading.value:.2f}", reading.confidence)
    assert all(other["confidence"] >= 0.01 for other in others)
    for choice in answer["choices"]:
        assert service.check(choice["typed"], Task.AMOUNTS) == {"amount": choice["typed"], "means": choice["text"]}


def test_an_ambiguous_text_offers_each_of_its_meanings(reader, amount):
    """Meanings that have more than two decimals are no amounts of money."""
    reading = dataclasses.replace(reader.read(amount), text="1.234", value=None, decision="review", alternatives=())
    assert [choice["typed"] for choice in answers.choices(reading, Task.AMOUNTS, None)] == ["1234.00"]
    reading = dataclasses.replace(reading, text="163|46")
    assert [choice["text"] for choice in answers.choices(reading, Task.AMOUNTS, None)] == ["163.46", "16,346.00"]


def test_a_save_can_be_taken_back(service, amount):
    """Once for each save; nothing is left after the first."""
    for typed in ("1250.00", "1250.01"):
        service.save(amount, "a.png", Task.AMOUNTS, typed)
    assert service.undo(amount, "a.png") == {"said": "a.png is saved as 1250.00 again.", "waiting": 1}
    assert service.undo(amount, "a.png") == {"said": "a.png is no longer saved.", "waiting": 0}
    assert "expected a saved correction" in service.undo(amount, "a.png")["refused"]
    assert "starts like text" in service.undo(b"Dear Sir", "a.png")["refused"]


def test_a_profile_holds_for_what_is_read_and_typed(reader, classifier, tmp_path):
    """Without one, that of the reader does."""
    feedback = FeedbackStore(tmp_path / "feedback")
    plain = PredictionService({Task.AMOUNTS: reader}, feedback)
    assert "ambiguous" in plain.check("5,000", Task.AMOUNTS)["refused"]
    american = load_profile("us-cheque")
    readers = {Task.AMOUNTS: reader, Task.DIGITS: classifier}
    for service in (
        PredictionService(readers, feedback, american),
        PredictionService({Task.AMOUNTS: reader.with_profile(american)}, feedback),
    ):
        assert service.check("5,000", Task.AMOUNTS) == {"amount": "5000.00", "means": "5,000.00"}
    assert reader.profile is None


def test_a_question_can_name_the_kind_of_form(service, reader):
    """All profiles of the project are offered, and an unknown name is answered as the service's own."""
    assert {"", "us-cheque", "integer-cheque"} <= set(service.profiles)
    assert service.profile == ""
    assert "means" in service.check("5,000", Task.AMOUNTS, "us-cheque")
    assert service.check("5,000", Task.AMOUNTS, "") == service.check("5,000", Task.AMOUNTS)
    assert service.check("5,000", Task.AMOUNTS, "no such form") == service.check("5,000", Task.AMOUNTS)


def test_an_unnamed_profile_is_offered_too(reader, tmp_path):
    """It is the choice of the service."""
    service = PredictionService({Task.AMOUNTS: reader}, FeedbackStore(tmp_path), Profile("de_CH", cents="always"))
    assert service.profile in service.profiles
    assert service.check("1'234.50", Task.AMOUNTS) == {"amount": "1234.50", "means": "1,234.50"}


def test_a_digit_has_its_alternatives_and_its_outline(service, classifier):
    """There is one character; its confidence and those of its alternatives are those of the network."""
    content = (SAMPLES / "digit-01.png").read_bytes()
    answer, reading = service.read(content, "d.png", Task.DIGITS), classifier.read(content)
    (character,) = answer["characters"]
    assert character["character"] == answer["text"] == answer["shown"] == reading.text
    probabilities = dict(character["alternatives"])
    assert probabilities == {str(i): pytest.approx(reading.probabilities[i]) for i in map(int, probabilities)}
    assert reading.text not in probabilities
    assert len(probabilities) <= 3
    corners = np.array(answer["outline"])
    assert corners.min() >= 0
    assert (corners.max(axis=0) <= [answer["width"], answer["height"]]).all()


def test_a_box_reads_as_the_same_part_cut_out(service, amount):
    """The places in the answer are those of the whole image."""
    image = Image.open(io.BytesIO(amount)).convert("RGB")
    page = Image.new("RGB", (image.width + 300, image.height + 200), "white")
    page.paste(image, (210, 120))
    box = (210, 120, 210 + image.width, 120 + image.height)
    part = service.read(encode(page, "PNG"), "page.png", Task.AMOUNTS, box)
    alone = service.read(amount, "a.png", Task.AMOUNTS)
    assert (part["text"], part["confidence"]) == (alone["text"], pytest.approx(alone["confidence"], abs=1e-6))
    assert (part["width"], part["height"]) == page.size
    assert np.allclose(np.array(part["outline"]) - [210, 120], alone["outline"])
    assert part["characters"][0]["left"] == pytest.approx(alone["characters"][0]["left"] + 210)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty (0 bytes)"),
        (b"%PDF-1.7 ...", "AVIF or HEIC, but slip.png starts like a PDF"),
        (b"hello", "starts like text"),
        (bytes(12_000_000), "expected at most 10 MB, but slip.png has 12.0 MB"),
    ],
    ids=["empty", "pdf", "text", "12 MB"],
)
@pytest.mark.parametrize(("method", "typed"), [("read", ()), ("save", ("1.00",))], ids=["read", "save"])
def test_bad_input_is_refused_with_one_sentence(service, content, words, method, typed):
    """The sentence names the file, and nothing is saved."""
    answer = getattr(service, method)(content, "slip.png", Task.AMOUNTS, *typed)
    assert list(answer) == ["refused"]
    assert words in answer["refused"]
    assert service.waiting == 0


def test_a_truncated_image_is_refused(service, amount):
    """The sentence says so."""
    assert "truncated" in service.read(amount[: len(amount) // 2], "half.png", Task.AMOUNTS)["refused"]


def test_an_image_of_too_many_pixels_is_refused(service):
    """The header is enough, so that no memory is allocated."""
    header = bytearray(encode(Image.new("1", (8, 8)), "PNG"))
    header[16:24] = struct.pack(">II", 50_000, 50_000)
    header[29:33] = struct.pack(">I", zlib.crc32(header[12:29]))
    assert "huge.png has 2,500 million" in service.read(bytes(header), "huge.png", Task.AMOUNTS)["refused"]


def test_an_animation_is_refused(service, amount):
    """Each of its frames may show another amount."""
    first = Image.open(io.BytesIO(amount)).convert("L")
    animation = encode(first, "GIF", save_all=True, append_images=[Image.new("L", first.size, 255)] * 4)
    refused = service.read(animation, "moving.gif", Task.AMOUNTS)["refused"]
    assert "expected a still picture, but moving.gif is a moving one" in refused
    assert service.read(encode(first, "GIF"), "still.gif", Task.AMOUNTS)["note"] is None


def test_a_note_says_what_was_done_to_read_the_picture(service, amount):
    """Light strokes on a transparent background were put on black."""
    levels = Image.open(io.BytesIO(amount)).convert("L")
    strokes = Image.new("RGBA", levels.size, "white")
    strokes.putalpha(levels.point(lambda level: 255 if level < 128 else 0))
    answer = service.read(encode(strokes, "PNG"), "drawn.png", Task.AMOUNTS)
    assert answer["note"] == "light strokes on a transparent background were put on black"


def test_a_blank_image_is_for_review_with_the_reason(service):
    """There is no amount and no place."""
    answer = service.read(encode(Image.new("L", (200, 80), 255), "PNG"), "blank.png", Task.AMOUNTS)
    assert (answer["text"], answer["shown"], answer["decision"]) == ("", "", "review")
    assert answer["reason"] == "no writing was found in the picture"
    assert (answer["outline"], answer["characters"]) == ([], [])


@pytest.mark.parametrize(
    ("typed", "task", "amount", "means"),
    [
        ("1'234,50", Task.AMOUNTS, "1234.50", "1,234.50"),
        ("-0.09", Task.AMOUNTS, "-0.09", "-0.09"),
        ("7", Task.DIGITS, "7", "7"),
    ],
    ids=["amount", "negative", "digit"],
)
def test_typed_text_is_shown_as_it_will_be_saved(service, typed, task, amount, means):
    """Amounts may be typed in any usual spelling; what a choice offers can be typed too, a sign included."""
    assert service.check(typed, task) == {"amount": amount, "means": means}


@pytest.fixture(scope="module")
def cheque(splits) -> Image.Image:
    """Return a whole cheque with two amounts."""
    return compose_cheque(digits_to_write(splits), "1234.50", "82.15")


def test_a_document_has_each_amount_that_was_found(service, reader, cheque):
    """The answer is that of the likeliest; every one has its place and would go to review."""
    answer = json.loads(json.dumps(service.read_document(encode(cheque, "PNG"), "cheque.png")))
    reading = DocumentReader(reader).read(cheque)
    assert (answer["text"], answer["decision"], answer["turned"], answer["words"]) == ("1234.50", "review", 0, None)
    assert answer["doubt"] == "it was found among other text"
    assert [amount["text"] for amount in answer["amounts"]] == [amount.text for amount in reading.amounts]
    assert {"1234.50", "82.15"} <= {amount["text"] for amount in answer["amounts"]}
    assert all(amount["decision"] == "review" and amount["reason"] for amount in answer["amounts"])
    assert answer["amounts"][answer["chosen"]]["cut"] == answer["cut"]
    for amount in answer["amounts"]:
        left, top, right, bottom = amount["place"]
        assert amount["cut"][0] <= left < right <= amount["cut"][2]
        assert amount["cut"][1] <= top < bottom <= amount["cut"][3]


def test_the_part_of_a_document_that_is_kept_is_the_one_that_was_read(service, cheque):
    """Read alone, it is the same amount, and surer than on a page where it might be another one's."""
    content = encode(cheque, "PNG")
    whole = service.read_document(content, "cheque.png")
    part = service.read(content, "cheque.png", Task.AMOUNTS, tuple(whole["cut"]))
    assert part["text"] == whole["text"]
    for alone, on_the_page in zip(part["characters"], whole["characters"], strict=True):
        assert alone["confidence"] == pytest.approx(on_the_page["confidence"], abs=1e-6)
    assert whole["confidence"] <= part["confidence"]
    assert np.allclose(part["outline"], whole["outline"])


def test_a_document_is_turned_until_it_is_upright(service, cheque):
    """Places are those of the upright page, on which a box can then be read; a person's choice goes before."""
    content, upright = encode(turned(cheque), "PNG"), service.read_document(encode(cheque, "PNG"), "cheque.png")
    answer = service.read_document(content, "turned.png")
    assert (answer["turned"], answer["width"], answer["height"]) == (270, *cheque.size)
    assert (answer["text"], answer["cut"]) == (upright["text"], upright["cut"])
    part = service.read(content, "turned.png", Task.AMOUNTS, tuple(answer["cut"]), turned=270)
    assert (part["text"], part["turned"], part["width"]) == (answer["text"], 270, cheque.width)
    as_it_lies = service.read_document(content, "turned.png", turned=0)
    assert (as_it_lies["turned"], as_it_lies["width"]) == (0, cheque.height)
    assert service.read_document(content, "turned.png", turned=270)["text"] == answer["text"]


def test_a_page_without_an_amount_has_none_to_choose(service):
    """It is for review, with the reason."""
    answer = service.read_document(encode(Image.new("L", (600, 400), 240), "PNG"), "blank.png")
    assert (answer["text"], answer["decision"], answer["chosen"], answer["amounts"]) == ("", "review", None, [])
    assert answer["reason"] == "no amount was found on the page"
    assert "starts like text" in service.read_document(b"Dear Sir", "letter.png")["refused"]


def test_a_form_with_a_region_may_be_accepted(reader, cheque, tmp_path):
    """The amount reader decides on what stands there, as it does on a picture that a person cut out."""
    region = (600 / 1100, 140 / 460, 1.0, 250 / 460)
    form = dataclasses.replace(load_profile("us-cheque"), region=region)
    service = PredictionService({Task.AMOUNTS: reader}, FeedbackStore(tmp_path), form)
    answer = service.read_document(encode(cheque, "PNG"), "cheque.png")
    reading = DocumentReader(reader.with_profile(form)).read(cheque)
    assert (answer["text"], answer["decision"], answer["currency"]) == ("1234.50", reading.decision, "USD")
    assert answer["cut"] == [600, 140, 1100, 250]


def test_a_rectangle_becomes_a_form_of_the_kind_that_is_chosen(service):
    """Without a kind nothing says how amounts are written; and a form is read as it lies in its file."""
    box, size = (600, 140, 1100, 250), (1100, 460)
    assert b'locale = "en_US"' in service.form(box, size, 0, "us-cheque")["file"]
    assert "choose one first" in service.form(box, size, 0)["refused"]
    assert "was turned by 270 degrees" in service.form(box, size, 270, "us-cheque")["refused"]


def test_a_page_of_a_file_comes_as_png(service):
    """Browsers show no TIFF; each page comes alone, with the number of all."""
    images = [Image.new("L", (40 + 10 * page, 30), 200) for page in range(3)]
    tiff = io.BytesIO()
    images[0].save(tiff, "TIFF", save_all=True, append_images=images[1:])
    for number, image in enumerate(images, 1):
        answer = service.page(tiff.getvalue(), "scan.tif", number)
        page = Image.open(io.BytesIO(answer["image"]))
        assert (answer["count"], page.format, page.size) == (3, "PNG", image.size)
    assert "a page from 1 to 3 of scan.tif" in service.page(tiff.getvalue(), "scan.tif", 4)["refused"]
    assert "starts like text" in service.page(b"Dear Sir", "scan.tif", 1)["refused"]


@pytest.mark.parametrize(
    ("typed", "task", "words"),
    [("1.234", Task.AMOUNTS, "ambiguous"), ("77", Task.DIGITS, "one digit")],
    ids=["amount", "digit"],
)
def test_typed_text_that_is_no_label_is_refused(service, typed, task, words):
    """The grammar of amounts decides, or one digit is expected."""
    assert words in service.check(typed, task)["refused"]


def test_saving_reports_the_label_and_the_number_of_corrections(service, amount):
    """A correction is saved, then corrected."""
    text = service.read(amount, "a.png", Task.AMOUNTS)["text"]
    first = service.save(amount, "a.png", Task.AMOUNTS, "1,250.01")
    said = f"a.png is saved as 1,250.01; it was read as {text or 'nothing'}."
    assert first == {"amount": "1250.01", "said": said, "waiting": 1}
    second = service.save(amount, "a.png", Task.AMOUNTS, "1250")
    said = "a.png is now saved as 1,250.00; before, it was 1250.01."
    assert second == {"amount": "1250.00", "said": said, "waiting": 1}


def test_saving_stores_only_the_box_that_was_read(service, amount, tmp_path):
    """The rest of a form may be private."""
    service.save(amount, "a.png", Task.AMOUNTS, "1.00", (10, 5, 60, 45))
    store = FeedbackStore(tmp_path / "feedback")
    (name,) = store.names()
    assert store.image(store.get(name)).size == (50, 40)


def test_saving_stores_no_metadata_and_no_trailing_bytes(service, tmp_path):
    """EXIF may hold a place, and anything may follow the image."""
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    image = Image.open(SAMPLES / "amount-01.png").convert("RGB")
    content = encode(image, "JPEG", exif=exif) + b"PK\x03\x04 hidden"
    service.save(content, "a.jpg", Task.AMOUNTS, "1.00")
    (path,) = (tmp_path / "feedback").glob("*.png")
    assert b"secret" not in path.read_bytes()
    assert b"hidden" not in path.read_bytes()
    with Image.open(path) as stored:
        assert not stored.getexif()
        assert not stored.info


def test_a_folder_that_cannot_be_written_is_refused(reader, amount, tmp_path):
    """A file stands where the folder should be."""
    (tmp_path / "feedback").write_text("")
    service = PredictionService({Task.AMOUNTS: reader}, FeedbackStore(tmp_path / "feedback"))
    answer = service.save(amount, "a.png", Task.AMOUNTS, "1.00")
    assert answer["refused"].startswith("expected to save into feedback/, but got:")


def test_a_still_image_has_no_note(amount):
    """Only an animation has one."""
    assert image_loading.note(image_loading.load(amount)) is None
