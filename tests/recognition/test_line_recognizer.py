"""Tests of the line recogniser: how often it runs the network, on which crops, and how it combines the results."""

import cv2
import numpy as np
import pytest
from helpers.drawn_amounts import spell, stub_network

from payment_ml.imaging import line_batches, line_images
from payment_ml.imaging.image_loading import load_grey
from payment_ml.imaging.line_images import LineImage
from payment_ml.recognition import ctc
from payment_ml.recognition.line_recognizer import LineRecognizer
from payment_ml.recognition.test_time_augmentation import LineRecognition, linear_opinion_pool


class CountingNetwork:
    """Spell one text on every line, or another on the given crops, and record the lines it was run on."""

    def __init__(
        self, log_probs: np.ndarray, crops: tuple[LineImage, ...] = (), crop_log_probs: np.ndarray | None = None
    ):
        self.lines: list[np.ndarray] = []
        self._crops = [line_batches.stack_lines([crop.pixels])[0] for crop in crops]
        self._log_probs, self._crop_log_probs = log_probs, crop_log_probs
        self._network = stub_network(self._recognize)

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        """Return log_probs for a batch of lines."""
        return self._network(batch)

    def _recognize(self, pixels: np.ndarray) -> np.ndarray:
        self.lines.append(pixels)
        is_crop = self._crop_log_probs is not None and any(np.array_equal(pixels, crop) for crop in self._crops)
        return self._crop_log_probs if is_crop else self._log_probs


@pytest.fixture(scope="module")
def lines(samples) -> list[LineImage]:
    """Return the lines of eighty rendered amounts."""
    extracted = [line_images.extract_line(load_grey(sample.image)) for sample in samples[:80]]
    return [line for line in extracted if line is not None]


@pytest.fixture
def boxed_line(draw) -> LineImage:
    """Return the line of an amount in a thick dark box, which has alternative crops."""
    image = draw("12.34").copy()
    cv2.rectangle(image, (4, 8), (image.shape[1] - 5, 81), 0, 5)
    line = line_images.extract_line(image)
    assert line is not None
    return line


def recognize_once(recognizer: LineRecognizer, crops: list[LineImage]) -> list[LineRecognition]:
    """Recognise each crop in one view."""
    log_probs = recognizer.log_probs([crop.pixels for crop in crops])
    return [
        LineRecognition(crop, rows, ctc.beam_search(rows[ctc.drop_repeated_blanks(rows)]))
        for crop, rows in zip(crops, log_probs, strict=True)
    ]


def recognize_full_image(recognizer: LineRecognizer, line: LineImage) -> LineRecognition:
    """Recognise the full image of a line in all its crops and views."""
    crops = line_images.full_image_crops(line)
    views = [view for crop in crops for view in line_images.rescaled_views(crop)]
    return linear_opinion_pool(recognize_once(recognizer, crops), recognizer.log_probs(views))


def test_a_confident_line_is_recognised_once(clear_line):
    """One run of the network on the line itself, and no other view."""
    network = CountingNetwork(spell("12.34"))
    (recognition,) = LineRecognizer(network).recognize([clear_line])
    assert recognition.hypotheses[0].text == "12.34"
    assert recognition.line is clear_line
    assert len(network.lines) == 1
    assert np.array_equal(network.lines[0], line_batches.stack_lines([clear_line.pixels])[0])


@pytest.mark.parametrize("probability", [0.97, 0.9], ids=["further views", "no alternative crops exist"])
def test_an_uncertain_line_is_recognised_in_three_views(clear_line, probability):
    """Clear text has no alternative crop, so that more doubt asks for no more than that."""
    network = CountingNetwork(spell("12.34", probability, "12.84"))
    (recognition,) = LineRecognizer(network).recognize([clear_line])
    assert recognition.hypotheses[0].text == "12.34"
    assert len(network.lines) == 3


def test_low_confidence_adds_the_alternative_crops(boxed_line):
    """The line and each alternative crop are recognised in three views."""
    crops = line_images.alternative_crops(boxed_line)
    assert crops
    network = CountingNetwork(spell("12.34", 0.9, "12.84"))
    LineRecognizer(network).recognize([boxed_line])
    assert len(network.lines) == 3 * (1 + len(crops))


def test_low_confidence_falls_back_to_full_image(clear_line):
    """A full-image crop on which the network is certain replaces a line on which it is not."""
    crops = tuple(line_images.full_image_crops(clear_line))
    hesitant = spell("12.3", 0.6, "78.9")  # three characters at 60% are 22%
    (recognition,) = LineRecognizer(CountingNetwork(hesitant, crops, spell("1234.56"))).recognize([clear_line])
    assert recognition.hypotheses[0].text == "1234.56"
    assert any(np.array_equal(recognition.line.pixels, crop.pixels) for crop in crops)


def test_a_full_image_with_a_lower_score_changes_nothing(clear_line):
    """The extracted line keeps its text where the full image shows fewer digits as uncertainly."""
    crops = tuple(line_images.full_image_crops(clear_line))
    network = CountingNetwork(spell("1234.56", 0.7, "1234.89"), crops, spell("1", 0.6, "7"))
    (recognition,) = LineRecognizer(network).recognize([clear_line])
    assert len(network.lines) > 3
    assert recognition.line is clear_line
    assert recognition.hypotheses[0].text == "1234.56"


def test_the_better_of_extracted_line_and_full_image_counts(reader, lines):
    """With a trained network, a few of the rendered amounts are recognised in the full image."""
    fallbacks = 0
    for line, recognition in zip(lines, reader.recognizer.recognize(lines), strict=True):
        full_image = recognize_full_image(reader.recognizer, line)
        is_full_image = np.array_equal(recognition.line.pixels, full_image.line.pixels)
        fallbacks += is_full_image
        assert is_full_image or not recognition.needs_full_image or recognition.score >= full_image.score - 1e-3
    assert 0 < fallbacks < 40


def test_a_batch_of_lines_equals_single_lines(reader, lines):
    """Neither padding nor the other lines change a recognition."""
    batch = reader.recognizer.recognize(lines[:20])
    for line, together in zip(lines[:20], batch, strict=True):
        (alone,) = reader.recognizer.recognize([line])
        assert alone.hypotheses[0].text == together.hypotheses[0].text
        assert alone.log_probs == pytest.approx(together.log_probs, abs=1e-3)


def test_log_probs_come_in_the_order_of_the_lines(rng):
    """Lines of different widths run in different batches, and each gets a frame for every four pixels."""
    widths = [100, 17, 100, 40, 16]
    pixels = [np.full((line_batches.HEIGHT, width), i + 1, np.uint8) for i, width in enumerate(widths)]
    network = stub_network(lambda line: spell("") - line[0, 0])
    rows = LineRecognizer(network).log_probs(pixels)
    assert [len(log_probs) for log_probs in rows] == [25, 5, 25, 10, 4]
    assert [round(float(spell("")[0, 0] - log_probs[0, 0])) for log_probs in rows] == [1, 2, 3, 4, 5]


def test_no_lines_are_no_recognitions():
    """The network is not run."""
    network = CountingNetwork(spell("1"))
    assert LineRecognizer(network).recognize([]) == []
    assert network.lines == []
