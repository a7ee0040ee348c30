"""Tests of the digit classifier: one digit from any image, with a decision."""

import io
import json

import cv2
import numpy as np
import pytest
from PIL import Image

from payment_ml.recognition import readers
from payment_ml.synthesis import amount_images


@pytest.fixture(scope="module")
def photographs(splits) -> list[tuple[np.ndarray, int]]:
    """Return sixty photographs of validation digits with their labels."""
    validation = splits["validation"]
    return list(amount_images.render_digits(validation.images, validation.labels, 60, np.random.default_rng(8)))


@pytest.fixture(scope="module")
def digits(splits) -> np.ndarray:
    """Return thirty validation digits, uint8 [30, 28, 28], 0 paper."""
    return splits["validation"].images[:30]


def on_paper(image: np.ndarray, size: int = 112) -> np.ndarray:
    """Return a digit as dark ink on light paper without corruption, uint8 [size, size]."""
    density = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC) / np.float32(255)
    return np.clip(235 - 200 * density, 0, 255).astype(np.uint8)


def share_read_alike(classifier, images: list[np.ndarray], references: list[np.ndarray]) -> float:
    """Return the share of images that are read as the same digit as their references."""
    pairs = zip(images, references, strict=True)
    return float(np.mean([classifier.read(image).digit == classifier.read(other).digit for image, other in pairs]))


def test_probabilities_are_float32_and_sum_to_one(classifier, splits):
    """Each row has a probability for each of the ten digits."""
    probabilities = classifier.predict_proba(splits["validation"].images[:7])
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (7, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_no_digits_have_no_probabilities(classifier):
    """An empty batch gives an empty array."""
    assert classifier.predict_proba(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_a_batch_of_digits_equals_single_digits(classifier, splits):
    """The network takes a thousand digits at a time, and the border between two batches changes nothing."""
    images = splits["validation"].images[:1003]
    indices = [0, 500, 999, 1000, 1002]
    single = np.concatenate([classifier.predict_proba(images[i : i + 1]) for i in indices])
    assert np.allclose(classifier.predict_proba(images)[indices], single, atol=1e-5)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 28, 28), np.float32), np.zeros((28, 28), np.uint8), np.zeros((2, 32, 32), np.uint8)],
    ids=["floats", "one image", "another size"],
)
def test_arrays_of_another_shape_or_dtype_are_refused(classifier, images):
    """Floats from 0 to 1 would count as all black."""
    with pytest.raises(ValueError, match=r"expected uint8 \[n, 28, 28\].*read\(source\)"):
        classifier.predict_proba(images)


def test_most_photographs_are_read_correctly(classifier, photographs):
    """A quick training is enough."""
    assert np.mean([classifier.read(image).digit == label for image, label in photographs]) > 0.8


@pytest.mark.parametrize("kind", ["path", "bytes", "image"])
def test_every_kind_of_source_reads_as_the_array_does(classifier, photographs, tmp_path, kind):
    """A path, bytes and a PIL image give the same digit, confidence and decision."""
    array = photographs[0][0]
    image = Image.fromarray(array)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    path = tmp_path / "x.png"
    path.write_bytes(buffer.getvalue())
    reading = classifier.read({"path": path, "bytes": buffer.getvalue(), "image": image}[kind])
    expected = classifier.read(array)
    assert (reading.digit, reading.confidence, reading.decision) == (
        expected.digit,
        expected.confidence,
        expected.decision,
    )


def test_an_inverted_image_reads_as_the_same_digit(classifier, digits):
    """Dark ink on light paper and light ink on dark paper are alike."""
    images = [on_paper(digit) for digit in digits[:20]]
    assert share_read_alike(classifier, [255 - image for image in images], images) == 1


@pytest.mark.parametrize("size", [24, 60, 400, 1500], ids="{} pixels".format)
def test_the_size_of_an_image_does_not_matter(classifier, digits, size):
    """From a thumbnail to a photograph that fills the screen, at least nine of ten digits stay the same."""
    images, references = [on_paper(digit, size) for digit in digits[:20]], [on_paper(digit) for digit in digits[:20]]
    assert share_read_alike(classifier, images, references) >= 0.9


def test_a_digit_off_the_middle_reads_the_same(classifier, digits):
    """Wide margins on one side change at most one of ten digits."""
    references = [on_paper(digit) for digit in digits[:20]]
    images = [np.pad(image, ((30, 0), (0, 40)), constant_values=235) for image in references]
    assert share_read_alike(classifier, images, references) >= 0.9


@pytest.mark.parametrize(
    "margins",
    [((100, 100), (100, 100)), ((60, 5), (5, 60)), ((900, 300), (200, 700))],
    ids=["wide", "in the corner", "on a page"],
)
@pytest.mark.parametrize("polarity", ["dark on light", "light on dark"])
def test_a_small_digit_on_a_large_page_reads_the_same(classifier, digits, margins, polarity):
    """However little of the image is ink, it is found, cropped, and its polarity is known."""
    light_on_dark = [np.pad(digit, margins) for digit in digits]
    pages = light_on_dark if polarity == "light on dark" else [255 - page for page in light_on_dark]
    assert share_read_alike(classifier, pages, list(digits)) >= 0.95


def test_a_blank_page_has_no_reading(classifier):
    """There is no digit, no text, and a reason for the review."""
    reading = classifier.read(np.full((50, 70, 3), 240, np.uint8))
    assert (reading.digit, reading.text, reading.confidence, reading.decision) == (None, "", 0.0, "review")
    assert reading.reason == "no writing was found in the picture"


def test_a_file_that_is_no_image_goes_to_review(classifier, tmp_path):
    """It raises nothing, because one bad file must not stop a batch."""
    (tmp_path / "slip.png").write_text("not a picture")
    reading = classifier.read(tmp_path / "slip.png")
    assert reading.decision == "review"
    assert reading.reason == "not read: text"


def test_the_outline_holds_the_digit(classifier, digits):
    """The corners are clockwise from the top left, in pixels of the image."""
    reading = classifier.read(np.pad(on_paper(digits[0]), ((30, 0), (0, 40)), constant_values=235))
    (left, top), (right, _), (_, bottom), _ = reading.outline
    assert 0 <= left < right <= 112
    assert 30 <= top < bottom <= 142
    assert (reading.characters[0].left, reading.characters[0].right) == (left, right)


def test_the_decision_follows_the_threshold(classifier, photographs):
    """A reading is accepted from the threshold on, and has a reason below it."""
    threshold = classifier.threshold("pictures")
    for image, _ in photographs:
        reading = classifier.read(image)
        assert (reading.decision == "accept") == (reading.confidence >= threshold) == (reading.reason is None)


def test_a_version_that_was_never_evaluated_accepts_nothing(run_copy, photographs):
    """It has no acceptance rule, and the reason says so."""
    path = run_copy.folder / "card.json"
    metadata = json.loads(path.read_text(encoding="utf-8"))
    del metadata["promises"]
    path.write_text(json.dumps(metadata), encoding="utf-8")
    classifier = readers.load_digit_classifier(run_copy.models_dir)
    assert classifier.threshold() == float("inf")
    reading = classifier.read(photographs[0][0])
    assert reading.decision == "review"
    assert "not evaluated yet" in reading.reason


def test_the_calibration_state_has_the_keys_of_the_metadata(classifier):
    """A version's metadata takes the state as it is."""
    metadata = classifier.version.metadata
    assert classifier.calibration_state == {name: metadata[name] for name in ("temperature", "promises")}
    assert classifier.describe_calibration().startswith("temperature ")
