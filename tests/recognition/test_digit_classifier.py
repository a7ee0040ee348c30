"""digit_reader: a digit from any picture, with a decision."""

import io
import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

import payment_ml
from payment_ml.errors import RegistryError
from payment_ml.synthesis import amount_images


@pytest.fixture(scope="module")
def pictures(splits) -> list[tuple[np.ndarray, int]]:
    """Sixty photographs of validation digits."""
    validation = splits["validation"]
    return list(amount_images.render_digits(validation.images, validation.labels, 60, np.random.default_rng(8)))


def clean(image: np.ndarray, size: int = 112) -> np.ndarray:
    """A digit as dark ink on light paper without any fault."""
    strength = cv2.resize(image, (size, size), interpolation=cv2.INTER_CUBIC) / np.float32(255)
    return np.clip(235 - 200 * strength, 0, 255).astype(np.uint8)


def test_probabilities_are_float32_and_sum_to_one(classifier, splits):
    """As the public interface says."""
    probabilities = classifier.predict_proba(splits["validation"].images[:7])
    assert probabilities.dtype == np.float32
    assert probabilities.shape == (7, 10)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert classifier.predict_proba(np.zeros((0, 28, 28), np.uint8)).shape == (0, 10)


def test_a_batch_gives_what_single_digits_give(classifier, splits):
    """Neither chunking nor batching changes an answer."""
    images = splits["validation"].images[:1003]
    batch = classifier.predict_proba(images)
    for i in (0, 500, 999, 1000, 1002):
        assert np.allclose(batch[i], classifier.predict_proba(images[i : i + 1])[0], atol=1e-5)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 28, 28), np.float32), np.zeros((28, 28), np.uint8), np.zeros((2, 32, 32), np.uint8)],
    ids=["floats", "one picture", "another size"],
)
def test_wrong_arrays_are_refused_in_words(classifier, images):
    """Floats from 0 to 1 would be read as all black."""
    with pytest.raises(ValueError, match=r"expected uint8 \[n, 28, 28\].*read\(source\)"):
        classifier.predict_proba(images)


def test_most_photographs_are_read_right(classifier, pictures):
    """Even by a network that trained for seconds."""
    assert np.mean([classifier.read(picture).digit == label for picture, label in pictures]) > 0.8


def test_path_bytes_image_and_array_read_the_same(classifier, pictures, tmp_path):
    """All four kinds of source."""
    image = Image.fromarray(pictures[0][0])
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    (tmp_path / "x.png").write_bytes(buffer.getvalue())
    readings = [classifier.read(source) for source in (tmp_path / "x.png", buffer.getvalue(), image, pictures[0][0])]
    assert len({(reading.digit, reading.confidence, reading.decision) for reading in readings}) == 1


def test_an_inverted_picture_reads_as_the_same_digit(classifier, splits):
    """Dark on light or light on dark."""
    for image in splits["validation"].images[:20]:
        picture = clean(image)
        assert classifier.read(picture).digit == classifier.read(255 - picture).digit


@pytest.mark.parametrize("size", [24, 60, 400, 1500], ids="{} pixels".format)
def test_size_does_not_matter(classifier, splits, size):
    """From a thumbnail to a photograph that fills the screen."""
    images = splits["validation"].images[:20]
    same = [classifier.read(clean(x, size)).digit == classifier.read(clean(x)).digit for x in images]
    assert np.mean(same) >= 0.9


def test_a_digit_off_the_middle_reads_the_same(classifier, splits):
    """Wide margins on one side."""
    images = splits["validation"].images[:20]
    same = [
        classifier.read(np.pad(clean(x), ((30, 0), (0, 40)), constant_values=235)).digit
        == classifier.read(clean(x)).digit
        for x in images
    ]
    assert np.mean(same) >= 0.9


@pytest.mark.parametrize(
    "margins",
    [((100, 100), (100, 100)), ((60, 5), (5, 60)), ((900, 300), (200, 700))],
    ids=["wide", "in the corner", "on a page"],
)
@pytest.mark.parametrize("polarity", ["dark on light", "light on dark"])
def test_a_small_digit_on_a_large_page_reads_the_same(classifier, splits, margins, polarity):
    """However little of the picture is ink, it is found, looked at closely, and known for what is writing."""
    images = splits["validation"].images[:30]
    light = [np.pad(each, margins) for each in images]
    pages = light if polarity == "light on dark" else [255 - each for each in light]
    same = [classifier.read(page).digit == classifier.read(x).digit for page, x in zip(pages, images, strict=True)]
    assert np.mean(same) >= 0.95


def test_a_blank_page_goes_to_review(classifier):
    """Nothing is read into it."""
    reading = classifier.read(np.full((50, 70, 3), 240, np.uint8))
    assert (reading.digit, reading.text, reading.confidence, reading.decision) == (None, "", 0.0, "review")
    assert reading.reason == "no writing was found in the picture"


def test_what_is_no_picture_goes_to_review_with_the_reason(classifier, tmp_path):
    """No exception: one bad picture must not stop a batch."""
    (tmp_path / "slip.png").write_text("not a picture")
    reading = classifier.read(tmp_path / "slip.png")
    assert reading.decision == "review"
    assert "slip.png starts like text" in reading.reason


def test_the_decision_follows_the_threshold(classifier, pictures):
    """Accepted from the threshold on, with a reason below it."""
    threshold = classifier.threshold("pictures")
    for picture, _ in pictures:
        reading = classifier.read(picture)
        assert (reading.decision == "accept") == (reading.confidence >= threshold) == (reading.reason is None)


def test_a_version_that_was_never_evaluated_accepts_nothing(run_copy, pictures):
    """No promise, no acceptance."""
    card = run_copy.folder / "card.json"
    entries = json.loads(card.read_text())
    del entries["promises"]
    card.write_text(json.dumps(entries))
    reading = payment_ml.load_digit_classifier(run_copy.models_dir).read(pictures[0][0])
    assert reading.decision == "review"
    assert "not evaluated yet" in reading.reason


def test_a_champion_with_a_flipped_byte_does_not_load(run_copy):
    """It is named, and what to do is said."""
    path = run_copy.folder / "model.keras"
    content = bytearray(path.read_bytes())
    content[5000] ^= 1
    path.write_bytes(content)
    with pytest.raises(RegistryError, match=rf"{run_copy.version}.*rollback"):
        payment_ml.load_digit_classifier(run_copy.models_dir)


def test_no_champion_says_what_to_run(tmp_path):
    """The newcomer who reads before anything was trained."""
    with pytest.raises(RegistryError, match="none was promoted yet; run make run"):
        payment_ml.load_digit_classifier(tmp_path)


def test_a_version_can_be_chosen_by_name(run_copy):
    """For comparing."""
    (run_copy.models_dir / "champions.json").unlink()
    chosen = payment_ml.load_digit_classifier(run_copy.models_dir, version=run_copy.version)
    assert chosen.version.name == run_copy.version


def test_importing_the_package_does_not_import_tensorflow():
    """import payment_ml is fast; what is heavy comes when a model is loaded."""
    program = "import sys, payment_ml; print(sorted({'tensorflow', 'keras', 'numpy', 'cv2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True).stdout == "[]\n"


def test_the_package_offers_what_it_says():
    """Every public name can be had, and no other."""
    for name in payment_ml.__all__:
        assert getattr(payment_ml, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'load_oracle'"):
        _ = payment_ml.load_oracle
