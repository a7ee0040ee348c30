"""amount_reader: a whole amount from any picture, with a decision that can be trusted."""

import io
import itertools
import json
import math
from decimal import Decimal

import cv2
import numpy as np
import pytest
from PIL import Image

import payment_ml
from payment_ml.errors import RegistryError
from payment_ml.evaluation import test_sets
from payment_ml.imaging import line_images
from payment_ml.imaging.image_loading import load_grey
from payment_ml.recognition import ctc
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.test_time_augmentation import LineRecognition
from payment_ml.synthesis import amount_images, glyphs, marks, negatives
from payment_ml.text import alphabet, amounts


@pytest.fixture(scope="module")
def asked(splits) -> list[amount_images.Sample]:
    """Two hundred amounts written with validation digits."""
    return list(test_sets.generate_samples("amounts", splits["validation"], 200, np.random.default_rng(8)))


@pytest.fixture(scope="module")
def readings(reader, asked) -> list[payment_ml.AmountReading]:
    """What the quick reader makes of them."""
    return reader.read_many(each.image for each in asked)


def plain(glyph_bank: glyphs.GlyphBank, text: str, gap: int = 14) -> np.ndarray:
    """Digits and marks in a steady hand, dark on white without any fault; a blank is a wide gap."""
    rng = np.random.default_rng(3)
    hand = glyphs.WriterStyle(size=40, slant=0.05, thickness=2.6, spacing=0.1, unsteadiness=0.2)
    field, x = np.zeros((90, 1200), np.float32), 30
    for character in text:
        if character == " ":
            x += 160
            continue
        if character.isdigit():
            stroke, foot = glyph_bank.draw(glyph_bank.pick(int(character), hand, rng), hand, rng), 0.0
        else:
            stroke, foot = marks.draw_mark(character, hand, rng)
        glyphs.composite(field, stroke, x, round(65 - foot * hand.size) - stroke.shape[0])
        x += stroke.shape[1] + gap
    return np.round(240 - 200 * field[:, : x + 30]).astype(np.uint8)


@pytest.fixture(scope="module")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """The validation digits."""
    return glyphs.GlyphBank(splits["validation"].images, splits["validation"].labels)


def test_many_amounts_are_read_right_even_after_a_minute_of_training(readings, asked):
    """And the confidence knows which."""
    right = np.array([each.text == question.label for each, question in zip(readings, asked, strict=True)])
    confidences = np.array([each.confidence for each in readings])
    assert right.mean() > 0.3
    assert confidences[right].mean() > confidences[~right].mean() + 0.2


def test_text_value_digits_and_characters_belong_together(readings):
    """As DESIGN says: 1234.56, Decimal, 123456, and where each character stands."""
    for reading in readings:
        assert reading.decision in ("accept", "review")
        assert (reading.decision == "accept") == (reading.reason is None)
        assert 0 <= reading.confidence <= 1
        if reading.value is None:
            assert reading.decision == "review"
            continue
        assert reading.text == f"{reading.value:.2f}"
        assert isinstance(reading.value, Decimal)
        assert amounts.parse(reading.written).value == reading.value
        assert reading.digits == "".join(filter(str.isdigit, reading.written))


def test_characters_stand_in_the_picture_from_left_to_right(readings, asked):
    """Inside of it, with confidences that are shares."""
    for reading, question in zip(readings, asked, strict=True):
        width = question.image.shape[1]
        for character in reading.characters:
            assert 0 <= character.left < character.right <= width
            total = character.confidence + sum(share for _, share in character.alternatives)
            assert total == pytest.approx(1)
        lefts = [character.left for character in reading.characters]
        assert lefts == sorted(lefts)


def test_alternatives_are_other_amounts_the_likeliest_first(readings):
    """None of them is what was read."""
    assert any(reading.alternatives for reading in readings)
    for reading in readings:
        confidences = [each.confidence for each in reading.alternatives]
        assert confidences == sorted(confidences, reverse=True)
        assert reading.value not in [each.value for each in reading.alternatives]


def test_a_batch_reads_as_single_pictures_do(reader, readings, asked):
    """Neither padding nor the neighbours change an answer."""
    for reading, question in zip(readings[::9], asked[::9], strict=True):
        alone = reader.read(question.image)
        assert (alone.text, alone.decision, alone.digits) == (reading.text, reading.decision, reading.digits)
        assert alone.confidence == pytest.approx(reading.confidence, abs=1e-4)


def test_where_the_writing_was_probably_not_found_the_whole_picture_is_read_if_it_says_more(reader, asked):
    """Of what the cuts say and what the whole says the better counts; in some pictures it is the whole."""
    found = [line_images.extract_line(load_grey(each.image)) for each in asked[:80]]
    whole = 0
    for strip, heard in zip(found, reader._say(found), strict=True):
        said = reader._look_again({0: reader._hear(strip.whole())})[0]
        own = np.array_equal(heard.line.pixels, said.line.pixels)
        whole += own
        assert own or not heard.needs_full_image or heard.score >= said.score
    assert 0 < whole < 40


def test_one_bad_source_never_stops_the_others(reader, asked, tmp_path):
    """Absent, empty, text, noise: a reading for review each, in order."""
    (tmp_path / "empty.png").write_bytes(b"")
    sources = [asked[0].image, tmp_path / "absent.png", tmp_path / "empty.png", b"not a picture", asked[1].image]
    read = reader.read_many(sources)
    assert [each.decision for each in read[1:4]] == ["review"] * 3
    for each, reason in zip(read[1:4], ("no such file", "0 bytes", "starts like text"), strict=True):
        assert reason in each.reason
        assert (each.text, each.value, each.digits, each.confidence, each.characters) == ("", None, "", 0.0, ())
    assert read[0].text == reader.read(asked[0].image).text
    assert read[4].text == reader.read(asked[1].image).text


def test_readings_are_given_as_they_come(reader, asked):
    """The first before the last source was asked for: a thousand files need not be in memory."""
    taken = 0

    def sources():
        nonlocal taken
        for each in asked * 5:
            taken += 1
            yield each.image

    next(reader.stream(sources()))
    assert taken <= 200
    assert reader.read_many([]) == []


def test_path_bytes_image_and_array_read_the_same(reader, asked, tmp_path):
    """All four kinds of source."""
    image = Image.fromarray(asked[2].image)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    (tmp_path / "x.png").write_bytes(buffer.getvalue())
    sources = (tmp_path / "x.png", str(tmp_path / "x.png"), buffer.getvalue(), image, asked[2].image)
    assert len({(each.text, each.confidence, each.decision) for each in map(reader.read, sources)}) == 1
    with pytest.raises(TypeError, match="expected a path, bytes, a PIL image or an array, but got int"):
        reader.read(5)


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: 255 - picture,
        lambda picture: np.pad(picture, ((40, 60), (200, 90)), constant_values=240),
        lambda picture: cv2.resize(picture, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA),
        lambda picture: cv2.resize(picture, None, fx=4.4, fy=4.4, interpolation=cv2.INTER_CUBIC),
    ],
    ids=["inverted", "wide margins", "40 pixels high", "400 pixels high"],
)
def test_polarity_margins_and_size_do_not_matter(reader, glyph_bank, change):
    """The same digits come out of the same writing."""
    texts = ("12.34", "905.60", "7316.82", "48.20", "3.75", "66.01", "219.43", "5380.97", "74.15", "802.96")
    pictures = [plain(glyph_bank, text) for text in texts]
    same = [reader.read(change(each)).digits == reader.read(each).digits for each in pictures]
    assert np.mean(same) >= 0.7


def test_a_single_digit_is_an_amount_of_length_one(reader, glyph_bank):
    """Nine whole units, no cents."""
    read = [reader.read(plain(glyph_bank, digit)) for digit in "23456789"]
    assert np.mean([each.digits == digit for each, digit in zip(read, "23456789", strict=True)]) >= 0.6
    assert all(each.text == f"{each.digits}.00" for each in read if each.value is not None and len(each.digits) == 1)


def test_two_numbers_go_to_review(reader, glyph_bank):
    """Side by side, and one above the other."""
    beside = reader.read(plain(glyph_bank, "25 83"))
    assert beside.decision == "review"
    assert "two numbers" in beside.reason or "expected an amount" in beside.reason
    lines = np.vstack([plain(glyph_bank, "482.06")[15:75], plain(glyph_bank, "482.06")[15:75]])
    assert reader.read(np.pad(lines, 20, constant_values=240)).decision == "review"


def test_a_blank_page_holds_no_writing(reader):
    """Nothing is read into it."""
    reading = reader.read(np.full((50, 170, 3), 240, np.uint8))
    assert (reading.text, reading.value, reading.decision) == ("", None, "review")
    assert reading.reason == "no writing was found in the picture"


def test_writing_that_is_taken_for_a_line_is_read_all_the_same(reader):
    """A one in a close crop is as long as the side of a box; paper with nothing but grain still holds no writing.

    A network that learned for a minute knows some of these ones; without a look at the whole picture it sees none.
    """
    rng = np.random.default_rng(8)
    read = []
    for thick, room in itertools.product((3, 4, 5, 6), (8, 10, 12)):
        page = rng.normal(225, 2, (40, 2 * room + thick))
        page[2:37, room : room + thick] = rng.normal(60, 2, (35, thick))
        picture = cv2.GaussianBlur(np.clip(page, 0, 255).astype(np.uint8), (0, 0), 0.7)
        assert line_images.extract_line(picture) is None
        read.append(reader.read(picture).digits)
    assert read.count("1") >= 4
    for level in (90, 150, 210):
        grainy = np.clip(rng.normal(level, 6, (60, 240)), 0, 255).astype(np.uint8)
        assert reader.read(grainy).reason == "no writing was found in the picture"


def test_what_holds_no_amount_is_not_accepted(reader):
    """Signatures, words, shapes, noise, empty forms."""
    rng = np.random.default_rng(21)
    read = reader.read_many(negatives.negative_image(rng) for _ in range(200))
    assert sum(each.decision == "accept" for each in read) <= 1


def spoken(text: str, runner_up: str = "", share: float = 0.0) -> np.ndarray:
    """Frames of a network that says a text, and with a share of the probability another of the same length."""
    symbols, others = alphabet.encode(text), alphabet.encode(runner_up or text)
    probabilities = np.full((3 * len(symbols) + 2, len(alphabet.ALPHABET) + 1), 1e-9)
    probabilities[:, 0] = 1
    for place, (symbol, other) in enumerate(zip(symbols, others, strict=True)):
        probabilities[3 * place + 2, 0] = 1e-9
        probabilities[3 * place + 2, symbol] = 1 if symbol == other else 1 - share
        if symbol != other:
            probabilities[3 * place + 2, other] = share
    return np.log(probabilities / probabilities.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture
def judge(reader, glyph_bank):
    """Judges frames as if they came from a strip of plain writing."""
    strip = line_images.extract_line(plain(glyph_bank, "1234.56"))
    return lambda frames: reader._judge(LineRecognition(strip, frames, ctc.beam_search(frames)), None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "'1.234' is ambiguous: it could mean 1.23 or 1234.00|ambiguous"),
        ("12.3.4", "expected an amount such as 1,234.56, but got '12.3.4'"),
        (alphabet.NO_AMOUNT, "no amount was found"),
        ("$", "holds no digit"),
    ],
    ids=["ambiguous", "not in the grammar", "no amount", "no digit"],
)
def test_what_is_no_single_amount_goes_to_review_with_the_reason(judge, text, reason):
    """However sure the network is of it."""
    reading = judge(spoken(text))
    assert (reading.value, reading.decision, reading.confidence) == (None, "review", 0.0)
    assert any(each in reading.reason for each in reason.split("|"))


def test_ways_of_writing_one_value_count_together(judge, reader):
    """A point or a comma: the amount is as sure as both together."""
    reading = judge(spoken("12.34", "12,34", 0.4))
    assert reading.value == Decimal("12.34")
    assert reading.confidence == pytest.approx(reader.calibrated(1.0), abs=1e-3)
    torn = judge(spoken("12.34", "12.84", 0.4))
    assert torn.value == Decimal("12.34")
    assert torn.confidence == pytest.approx(reader.calibrated(0.6), abs=1e-3)
    assert [each.text for each in torn.alternatives] == ["12.84"]
    assert torn.characters[3].confidence == pytest.approx(0.6, abs=1e-3)


def test_what_is_no_amount_gives_way_to_what_is_one(judge):
    """Beam search over the grammar: the likeliest amount is offered, not the likeliest nonsense."""
    reading = judge(spoken("12.3-", "12.34", 0.3))
    assert reading.value == Decimal("12.34")
    assert reading.decision == "review"


def test_a_version_that_was_never_evaluated_accepts_nothing(reader_run, reader, asked):
    """No promise, no acceptance."""
    fresh = AmountReader(type(reader.version)(reader.version.folder, {"task": "amounts"}))
    read = fresh.read(asked[0].image)
    assert read.decision == "review"
    assert fresh.threshold() == math.inf


def test_calibration_keeps_the_order(reader):
    """A line with a positive slope through the log-odds."""
    confidences = [reader.calibrated(each) for each in (0.0, 0.1, 0.5, 0.9, 0.999, 1.0)]
    assert confidences == sorted(confidences)
    assert 0 < confidences[0] < confidences[-1] < 1 + 1e-12


def test_without_its_calibration_a_reader_says_the_same_less_or_more_surely(reader, asked):
    """The line through the log-odds is all that lies between; the reader itself keeps it."""
    pictures = [each.image for each in asked[:20]]
    raw, calibrated = reader.uncalibrated().read_many(pictures), reader.read_many(pictures)
    assert [each.text for each in raw] == [each.text for each in calibrated]
    for one, other in zip(raw, calibrated, strict=True):
        assert other.confidence == pytest.approx(reader.calibrated(one.confidence) if other.value is not None else 0)
    assert reader.calibration != (1.0, 0.0)


def test_each_loader_takes_versions_of_its_own_task(reader_run, quick_run):
    """A digit network cannot read amounts, and the message says what it reads."""
    with pytest.raises(RegistryError, match=f"reads amounts, but {quick_run.version} reads digits"):
        payment_ml.load_amount_reader(quick_run.models_dir, version=quick_run.version)
    with pytest.raises(RegistryError, match="expected a champion of amounts"):
        payment_ml.load_amount_reader(quick_run.models_dir)
    assert payment_ml.load_amount_reader(reader_run.models_dir).version.name == reader_run.version


def test_the_card_of_a_reader_holds_its_findings(reader_run):
    """Promise, calibration, money, robustness."""
    card = json.loads((reader_run.folder / "card.json").read_text())
    assert card["promises"]["amounts"]["risk"] == 0.005
    assert len(card["calibration"]) == 2
    assert Decimal(card["pictures"]["money_written"]) > Decimal(card["pictures"]["money_error_accepted"]) >= 0
    assert {row["fault"] for row in card["robustness"]} >= {"none", "noise", "blur", "tilt", "low contrast"}
    assert card["parameters"]["amounts"] == 4096
    text = (reader_run.folder / "README.md").read_text()
    assert "Reads a whole handwritten amount of money" in text
    assert "money wrong in all readings" in text
