"""Tests of the amount reader: whole amounts from any image, with decisions that can be trusted."""

import io
import itertools
import json
import math
from collections.abc import Iterator
from decimal import Decimal

import cv2
import numpy as np
import pytest
from helpers.corrupt_images import mutate, seeds
from helpers.drawn_amounts import spell, stub_network
from helpers.set_apart_cents import draw_number
from PIL import Image

from payment_ml.evaluation.evaluator import Predictions
from payment_ml.imaging import line_images
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.recognition.line_recognizer import LineRecognizer
from payment_ml.recognition.readings import AmountReading
from payment_ml.registry.versions import Version
from payment_ml.synthesis import negatives
from payment_ml.text import alphabet, amounts
from payment_ml.text.profiles import Profile, load_profile

NO_TEXT = "no writing was found in the picture"


@pytest.fixture(scope="module")
def readings(reader, samples) -> list[AmountReading]:
    """Return the readings of the samples."""
    return reader.read_many(sample.image for sample in samples)


@pytest.fixture
def read_log_probs(reader, draw):
    """Return a function that reads a clear image with a stub network, which gives the same log_probs for each line."""

    def read(log_probs: np.ndarray, profile: Profile | None = None) -> AmountReading:
        stubbed = reader.with_profile(profile)
        stubbed.recognizer = LineRecognizer(stub_network(lambda pixels: log_probs))
        return stubbed.read(draw("1234.56"))

    return read


def test_the_reader_reads_nearly_all_amounts(readings, samples):
    """The confidence is higher for correct readings than for errors; an ambiguous reading has none."""
    predictions = Predictions(samples, readings)
    assert predictions.correct.mean() > 0.8
    confidences, correct = (
        values[predictions.confidences > 0] for values in (predictions.confidences, predictions.correct)
    )
    pairs = confidences[correct][:, None] > confidences[~correct][None, :]
    assert pairs.mean() > 0.85  # the area under the curve: a correct reading has more than an error


def test_a_decision_has_a_confidence_and_a_reason_for_review(readings):
    """Only accepted readings have no reason, and a reading without a value is never accepted."""
    for reading in readings:
        assert reading.decision in ("accept", "review")
        assert (reading.decision == "accept") == (reading.reason is None)
        assert 0 <= reading.confidence <= 1
        assert reading.value is not None or reading.decision == "review"


def test_text_value_and_digits_of_an_amount_agree(readings):
    """1,234.56 has the text 1234.56, the same value as a Decimal, and the digits 123456."""
    with_value = [reading for reading in readings if reading.value is not None]
    assert with_value
    for reading in with_value:
        assert isinstance(reading.value, Decimal)
        assert reading.text == f"{reading.value:.2f}"
        assert amounts.parse(reading.written).value == reading.value
        assert reading.digits == "".join(filter(str.isdigit, reading.written))


def test_characters_stand_in_the_image_from_left_to_right(readings, samples):
    """Their probabilities, with those of their alternatives, sum to 1."""
    for reading, sample in zip(readings, samples, strict=True):
        width = sample.image.shape[1]
        for character in reading.characters:
            assert 0 <= character.left < character.right <= width
            total = character.confidence + sum(probability for _, probability in character.alternatives)
            assert total == pytest.approx(1)
        lefts = [character.left for character in reading.characters]
        assert lefts == sorted(lefts)


def test_alternatives_are_other_amounts_with_the_likeliest_first(readings):
    """None of them is the value of the reading."""
    assert any(reading.alternatives for reading in readings)
    for reading in readings:
        confidences = [alternative.confidence for alternative in reading.alternatives]
        assert confidences == sorted(confidences, reverse=True)
        assert reading.value not in [alternative.value for alternative in reading.alternatives]


def test_a_batch_equals_single_readings(reader, readings, samples):
    """Neither padding nor the other images of a batch change a reading."""
    for together, sample in zip(readings[::9], samples[::9], strict=True):
        alone = reader.read(sample.image)
        assert (alone.text, alone.decision, alone.digits) == (together.text, together.decision, together.digits)
        assert alone.confidence == pytest.approx(together.confidence, abs=1e-4)


def test_a_bad_source_does_not_stop_a_batch(reader, samples, tmp_path):
    """Absent, empty and other files become readings for review with the reason, in order."""
    (tmp_path / "empty.png").write_bytes(b"")
    bad = [tmp_path / "absent.png", tmp_path / "empty.png", b"not a picture"]
    first, *reviewed, last = reader.read_many([samples[0].image, *bad, samples[1].image])
    for reading, reason in zip(reviewed, ("no such file", "not read: empty", "not read: text"), strict=True):
        assert reason in reading.reason
        assert reading == AmountReading("", None, "", 0.0, "review", reading.reason)
    assert first.text == reader.read(samples[0].image).text
    assert last.text == reader.read(samples[1].image).text


def test_damaged_images_do_not_stop_a_batch(reader, glyph_bank):
    """Three hundred damaged images give as many readings, and each review has a reason."""
    rng = np.random.default_rng(2)
    images = seeds(glyph_bank, np.random.default_rng(0))
    readings = reader.read_many([mutate(images[i % len(images)], images, rng) for i in range(300)])
    assert len(readings) == 300
    assert all(reading.decision in ("accept", "review") for reading in readings)
    assert all(reading.reason for reading in readings if reading.decision == "review")


def test_a_stream_yields_readings_before_it_has_all_sources(reader, samples):
    """The first reading takes two batches of sources, so that a thousand files need not be in memory."""
    count = 0

    def sources() -> Iterator[np.ndarray]:
        nonlocal count
        for sample in samples * 5:
            count += 1
            yield sample.image

    next(reader.stream(sources()))
    assert count <= 200


def test_no_sources_are_no_readings(reader):
    """An empty batch raises nothing."""
    assert reader.read_many([]) == []


@pytest.mark.parametrize("kind", ["path", "string", "bytes", "image"])
def test_every_kind_of_source_reads_as_the_array_does(reader, samples, tmp_path, kind):
    """A path, its string, bytes and a PIL image give an equal reading."""
    array = samples[2].image
    image = Image.fromarray(array)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = tmp_path / "x.png"
    path.write_bytes(buffer.getvalue())
    sources = {"path": path, "string": str(path), "bytes": buffer.getvalue(), "image": image}
    assert reader.read(sources[kind]) == reader.read(array)


def test_a_source_of_another_type_raises_a_type_error(reader):
    """It is a mistake of the caller."""
    with pytest.raises(TypeError, match="expected a path, bytes, a PIL image or an array, but got int"):
        reader.read(5)


@pytest.mark.parametrize(
    "change",
    [
        lambda image: 255 - image,
        lambda image: np.pad(image, ((40, 60), (200, 90)), constant_values=240),
        lambda image: cv2.resize(image, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA),
        lambda image: cv2.resize(image, None, fx=4.4, fy=4.4, interpolation=cv2.INTER_CUBIC),
    ],
    ids=["inverted", "wide margins", "40 pixels high", "400 pixels high"],
)
def test_polarity_margins_and_size_do_not_matter(reader, draw, change):
    """At least seven of ten changed images have the same digits as the unchanged ones."""
    texts = ("12.34", "905.60", "7316.82", "48.20", "3.75", "66.01", "219.43", "5380.97", "74.15", "802.96")
    images = [draw(text) for text in texts]
    same = [reader.read(change(image)).digits == reader.read(image).digits for image in images]
    assert np.mean(same) >= 0.7


def test_a_single_digit_is_an_amount_of_whole_units(reader, draw):
    """Most digits are recognised, and their text has no cents."""
    digits = "23456789"
    readings = [reader.read(draw(digit)) for digit in digits]
    assert np.mean([reading.digits == digit for reading, digit in zip(readings, digits, strict=True)]) >= 0.6
    single = [reading for reading in readings if reading.value is not None and len(reading.digits) == 1]
    assert all(reading.text == f"{reading.digits}.00" for reading in single)


def test_two_numbers_side_by_side_go_to_review(reader, draw):
    """A wide gap makes two numbers of a line."""
    reading = reader.read(draw("25 83"))
    assert reading.decision == "review"
    assert "two numbers" in reading.reason or "expected an amount" in reading.reason


def test_two_amounts_one_above_the_other_go_to_review(reader, draw):
    """Only one of them is the line."""
    row = draw("482.06")[15:75]
    assert reader.read(np.pad(np.vstack([row, row]), 20, constant_values=240)).decision == "review"


def test_a_blank_page_has_no_reading(reader):
    """There is no text, no value, and a reason."""
    reading = reader.read(np.full((50, 170, 3), 240, np.uint8))
    assert (reading.text, reading.value, reading.decision) == ("", None, "review")
    assert reading.reason == NO_TEXT


def test_text_that_looks_like_a_ruled_line_is_recognised_in_the_full_image(reader):
    """A one in a close crop is as long as the side of a box: nothing is accepted, and the one is offered."""
    rng = np.random.default_rng(8)
    offered = []
    for thickness, margin in itertools.product((3, 4, 5, 6), (8, 10, 12)):
        page = rng.normal(225, 2, (40, 2 * margin + thickness))
        page[2:37, margin : margin + thickness] = rng.normal(60, 2, (35, thickness))
        image = cv2.GaussianBlur(np.clip(page, 0, 255).astype(np.uint8), (0, 0), 0.7)
        assert line_images.extract_line(image) is None
        reading = reader.read(image)
        assert reading.decision == "review"
        offered.append(reading.digits or reading.alternatives[0].text)
    assert sum(text in ("1", "1.00") for text in offered) >= 10


@pytest.mark.parametrize("level", [90, 150, 210])
def test_grainy_paper_has_no_reading(reader, level):
    """The full image is recognised, and shows no text."""
    rng = np.random.default_rng(8)
    grainy = np.clip(rng.normal(level, 6, (60, 240)), 0, 255).astype(np.uint8)
    assert reader.read(grainy).reason == NO_TEXT


def test_images_without_an_amount_are_not_accepted(reader):
    """At most one of two hundred signatures, words, shapes, noise and empty forms is."""
    rng = np.random.default_rng(21)
    readings = reader.read_many(negatives.negative_image(rng) for _ in range(200))
    assert sum(reading.decision == "accept" for reading in readings) <= 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1.234", "ambiguous"),
        ("12.3.4", "expected an amount such as 1,234.56, but got '12.3.4'"),
        (alphabet.NO_AMOUNT, "no amount was found"),
        ("$", "holds no digit"),
    ],
    ids=["ambiguous", "not in the grammar", "no amount", "no digit"],
)
def test_a_text_that_is_no_single_amount_goes_to_review(read_log_probs, text, reason):
    """However confident the network is, there is no value, and the reason says why."""
    reading = read_log_probs(spell(text))
    assert (reading.value, reading.decision, reading.confidence) == (None, "review", 0.0)
    assert reason in reading.reason


def test_texts_of_one_value_count_together(read_log_probs, reader):
    """With a decimal point at 60% and a comma at 40%, the amount is certain."""
    reading = read_log_probs(spell("12.34", 0.6, "12,34"))
    assert reading.value == Decimal("12.34")
    assert reading.confidence == pytest.approx(reader.calibrated(1.0), abs=1e-3)


@pytest.mark.parametrize("mark_probability", [0.3, 0.7], ids=["mostly without a mark", "mostly with one"])
def test_spellings_that_the_picture_gives_the_same_value_count_together(reader, glyph_bank, mark_probability):
    """Where cents stand raised, 1346 and 13|46 are both 13.46 under a profile that always has cents."""
    log_probs = spell("13|46")
    mark = log_probs[3 * 2 + 2]
    mark[:] = math.log(1e-9)
    mark[alphabet.encode("|")[0]] = math.log(mark_probability)
    mark[alphabet.BLANK] = math.log(1 - mark_probability)
    stubbed = reader.with_profile(load_profile("us-cheque"))
    stubbed.recognizer = LineRecognizer(stub_network(lambda pixels: log_probs))
    reading = stubbed.read(draw_number(glyph_bank, "1346", "raised").image)
    assert reading.value == Decimal("13.46")
    assert reading.confidence > reader.calibrated(0.8)  # neither spelling alone has more than 0.7
    plain = stubbed.read(draw_number(glyph_bank, "1346").image)
    assert plain.confidence < reader.calibrated(0.75)


def test_texts_of_two_values_are_alternatives(read_log_probs, reader):
    """The likelier value has its own probability, as has its uncertain character."""
    reading = read_log_probs(spell("12.34", 0.6, "12.84"))
    assert reading.value == Decimal("12.34")
    assert reading.confidence == pytest.approx(reader.calibrated(0.6), abs=1e-3)
    assert [alternative.text for alternative in reading.alternatives] == ["12.84"]
    assert reading.characters[3].confidence == pytest.approx(0.6, abs=1e-3)


def test_an_amount_counts_before_a_likelier_text_that_is_none(read_log_probs):
    """The likeliest amount is offered for review."""
    reading = read_log_probs(spell("12.3-", 0.7, "12.34"))
    assert reading.value == Decimal("12.34")
    assert reading.decision == "review"


def test_a_likely_text_that_is_no_amount_is_not_replaced_by_an_unlikely_amount(read_log_probs):
    """It goes to a person with its own digits; the amount is an alternative."""
    reading = read_log_probs(spell("12/3-", 0.97, "12.34"))
    assert (reading.text, reading.value, reading.digits, reading.decision) == ("12/3-", None, "123", "review")
    assert reading.reason.startswith("not an amount that the grammar knows: ")
    assert "12.34" in [alternative.text for alternative in reading.alternatives]


@pytest.mark.parametrize(
    ("text", "profile", "value", "reason"),
    [
        pytest.param("5,000", None, None, "ambiguous", id="three digits, without a profile"),
        pytest.param("5,000", "us-cheque", "5000", None, id="three digits on an American cheque"),
        pytest.param("1.338.-", "integer-cheque", "1338", None, id="whole units with an ending"),
        pytest.param("12,34,567/-", "indian-cheque", "1234567", None, id="lakhs"),
        pytest.param("-93.09", "us-cheque", None, "ambiguous", id="a dash in front"),
        pytest.param("€93.09", "us-cheque", "93.09", "expected USD", id="another currency"),
    ],
)
def test_a_profile_settles_what_a_reading_means(read_log_probs, text, profile, value, reason):
    """The digits stay as they are written."""
    reading = read_log_probs(spell(text), load_profile(profile))
    assert reading.value == (None if value is None else Decimal(value))
    assert reading.digits == amounts.digits_of(text)
    assert reason is None or reason in reading.reason


def test_a_reader_with_a_profile_leaves_the_other_as_it_was(reader):
    """Both share the network."""
    profiled = reader.with_profile(Profile("en_US"))
    assert (reader.profile, profiled.profile) == (None, Profile("en_US"))
    assert profiled.recognizer is reader.recognizer


def test_a_version_that_was_never_evaluated_accepts_nothing(reader, samples):
    """It has no acceptance rule, and the reason says so."""
    unevaluated = {
        name: value for name, value in reader.version.metadata.items() if name not in ("promises", "calibration")
    }
    fresh = AmountReader(Version(reader.version.folder, unevaluated))
    assert fresh.threshold() == math.inf
    assert fresh.calibration == (1.0, 0.0)
    assert fresh.read(samples[0].image).decision == "review"


def test_calibration_is_monotonic(reader):
    """The order of probabilities stays, and both ends are finite."""
    confidences = [reader.calibrated(probability) for probability in (0.0, 0.1, 0.5, 0.9, 0.999, 1.0)]
    assert confidences == sorted(confidences)
    assert 0 < confidences[0] < confidences[-1] < 1 + 1e-12


def test_an_uncalibrated_reader_differs_by_the_calibration_alone(reader, samples):
    """Calibrating its confidences gives those of the reader, which keeps its own calibration."""
    images = [sample.image for sample in samples[:20]]
    uncalibrated, calibrated = reader.uncalibrated().read_many(images), reader.read_many(images)
    assert [reading.text for reading in uncalibrated] == [reading.text for reading in calibrated]
    expected = [reader.calibrated(reading.confidence) if reading.value is not None else 0 for reading in uncalibrated]
    assert [reading.confidence for reading in calibrated] == pytest.approx(expected)
    assert reader.calibration != (1.0, 0.0)


def test_the_calibration_state_has_the_keys_of_the_metadata(reader):
    """A version's metadata takes the state as it is."""
    state = reader.calibration_state
    assert state == {name: reader.version.metadata.get(name) for name in ("calibration", "promises", "range")}
    assert "log-odds times" in reader.describe_calibration()


def test_the_metadata_of_an_evaluated_reader_holds_its_results(reader_run):
    """Acceptance rule, calibration, error in money and robustness are filed with the version."""
    metadata = json.loads((reader_run.folder / "card.json").read_text(encoding="utf-8"))
    assert metadata["promises"]["amounts"]["risk"] == 0.005
    assert len(metadata["calibration"]) == 2
    results = metadata["pictures"]
    assert Decimal(results["money_written"]) > Decimal(results["money_error_accepted"]) >= 0
    assert {row["fault"] for row in metadata["robustness"]} >= {"none", "noise", "blur", "tilt", "low contrast"}
    assert metadata["parameters"]["amounts"] >= 12_288
