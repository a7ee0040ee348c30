"""Test feedback.spelling: the text and the crop that the network learns from an amount."""

import numpy as np
import pytest
from helpers.drawn_amounts import draw_amount, spell, stub_network

from payment_ml.feedback import dataset, spelling
from payment_ml.feedback.labels import Label
from payment_ml.imaging import line_images
from payment_ml.imaging.line_images import LineImage
from payment_ml.recognition.line_recognizer import LineRecognizer
from payment_ml.synthesis import glyphs


@pytest.fixture(scope="module")
def line(splits) -> LineImage:
    """Return a line wide enough for ten characters."""
    train = splits["train"]
    image = draw_amount(glyphs.GlyphBank(train.images[:2000], train.labels[:2000]), "1234567890")
    found = line_images.extract_line(image)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shown", "label", "written"),
    [
        ("1.500.-", Label("1500.00", "1500"), "1.500.-"),
        ("1.500.-", Label("1500.00"), "1.500.-"),
        ("$1,500.00", Label("1500.00"), "$1,500.00"),
        ("#15.00", Label("", "1500"), "#15.00"),
        ("1500", Label("", "1500"), "1500"),
    ],
    ids=["digits and value", "value", "cents", "digits", "no marks"],
)
def test_the_network_says_which_marks_stand_between_the_digits(line, shown, label, written):
    """A label says the digits or the value, and the picture shows more."""
    found = spelling.find_spelling(line, label, LineRecognizer(stub_network(lambda _: spell(shown))))
    assert found is not None
    assert (found.written, found.cut, found.is_impossible) == (written, 0, False)


def test_the_likeliest_text_that_means_the_value_is_learned(line):
    """The network takes a mark between thousands for a decimal mark; the value says that it is none."""
    network = stub_network(lambda _: spell("15.00", 0.9, "15/00"))
    found = spelling.find_spelling(line, Label("1500.00", "1500"), LineRecognizer(network))
    assert found is not None
    assert found.written == "1500"
    assert not found.is_impossible


def test_digits_of_another_picture_are_impossible(line):
    """They are neither the likeliest nor nearly so in any crop."""
    found = spelling.find_spelling(line, Label("", "2680"), LineRecognizer(stub_network(lambda _: spell("1.500"))))
    assert found is not None
    assert found.is_impossible


def test_the_crop_that_shows_all_digits_is_learned(line):
    """The first one has lost a digit, as the network sees it."""
    crops = dataset.crops(line)
    assert len(crops) > 1

    def recognize(pixels: np.ndarray) -> np.ndarray:
        width = line.pixels.shape[1]
        is_first = np.array_equal(pixels[:, :width], line.pixels)
        return spell("500" if is_first else "1500")

    found = spelling.find_spelling(line, Label("", "1500"), LineRecognizer(stub_network(recognize)))
    assert found is not None
    assert found.cut > 0
    assert not np.array_equal(crops[found.cut].pixels, line.pixels)
    assert found.written == "1500"


@pytest.mark.parametrize("label", [Label("1500.00"), Label("1500.00", "1500"), Label("", "1500")], ids=str)
def test_without_a_network_the_plainest_spelling_is_learned(line, label):
    """Nothing says which marks there are."""
    found = spelling.plain_spelling(line, label)
    assert found is not None
    assert found.written in ("1500.00", "1500.-", "1500")
    assert not found.is_impossible
