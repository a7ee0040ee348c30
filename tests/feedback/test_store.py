"""Test feedback.store: one record an image, whole or not at all."""

import json
import multiprocessing
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from payment_ml import errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback.labels import Label
from payment_ml.feedback.store import FeedbackStore
from payment_ml.text.profiles import Profile

READING = {"text": "1234.56", "confidence": 0.91, "decision": "review", "version": "v"}


@pytest.fixture
def image(rng) -> Image.Image:
    """Return an image of noise."""
    return Image.fromarray(rng.integers(0, 255, (40, 120), np.uint8))


@pytest.fixture
def feedback(tmp_path) -> FeedbackStore:
    """Return the store of a folder that does not exist yet."""
    return FeedbackStore(tmp_path / "feedback")


def test_a_correction_comes_back_with_its_image(feedback, image):
    """It holds the label as it was typed, and its value."""
    saved = feedback.save(image, "amounts", " 1,234.50 ", READING)
    (name,) = feedback.names()
    correction = feedback.get(name)
    assert correction == saved
    assert (correction.text, correction.typed, correction.task, correction.reading, correction.history) == (
        "1234.50", "1,234.50", "amounts", READING, ()
    )  # fmt: skip
    assert np.array_equal(np.asarray(feedback.image(correction)), np.asarray(image))
    assert len(feedback) == 1


def test_a_second_save_replaces_the_label_and_keeps_the_history(feedback, image):
    """Each image has one record."""
    feedback.save(image, "amounts", "1234.50", READING)
    feedback.save(image, "amounts", "1234.56", READING)
    third = feedback.save(image, "digits", "7", READING)
    assert len(feedback) == 1
    assert (third.task, third.text) == ("digits", "7")
    assert [entry["text"] for entry in third.history] == ["1234.50", "1234.56"]


def test_the_last_save_can_be_taken_back(feedback, image):
    """The label before counts again, with its own history; the first one leaves neither image nor record."""
    first = feedback.save(image, "amounts", "1.00", {"text": "1.00"}, "a")
    feedback.save(image, "amounts", "2.00", {"text": "1.00"}, "b")
    assert feedback.undo(first.name) == first
    assert feedback.get(first.name) == first
    assert feedback.undo(first.name) is None
    assert len(feedback) == 0
    assert [path.name for path in feedback.folder.iterdir()] == [".lock"]
    with pytest.raises(FeedbackError, match="expected a saved correction"):
        feedback.undo(first.name)


def test_images_that_differ_in_a_pixel_or_in_shape_have_own_records(feedback, image):
    """The name is a hash of mode, size and pixels."""
    changed = image.copy()
    changed.putpixel((0, 0), 255 - changed.getpixel((0, 0)))
    reshaped = Image.frombytes("L", (40, 120), image.tobytes())
    names = {feedback.save(saved, "amounts", "1.00", READING).name for saved in (image, changed, reshaped)}
    assert len(names) == len(feedback) == 3


@pytest.mark.parametrize(
    ("task", "typed", "message"),
    [
        pytest.param("amounts", "", "holds no digit", id="empty amount"),
        pytest.param("amounts", "twelve", "holds no digit", id="words"),
        pytest.param("amounts", "1.234", "ambiguous", id="ambiguous amount"),
        pytest.param("amounts", "93.09-", "ambiguous", id="dash that could be a sign"),
        pytest.param("amounts", "1234.", "cents may be missing", id="doubtful amount"),
        pytest.param("amounts", "1234567890123", "at most 12 digits", id="long amount"),
        pytest.param("digits", "12", "one digit from 0 to 9", id="two digits"),
        pytest.param("digits", "", "one digit from 0 to 9", id="empty digit"),
    ],
)
def test_an_invalid_label_is_refused_with_the_reason(feedback, image, task, typed, message):
    """Nothing is written."""
    with pytest.raises(FeedbackError, match=re.escape(message)):
        feedback.save(image, task, typed, READING)
    assert len(feedback) == 0


@pytest.mark.parametrize(
    ("typed", "profile", "text"),
    [
        ("5,000", Profile("en_US"), "5000.00"),
        ("12,34,567/-", Profile("en_IN", "INR"), "1234567.00"),
        ("(93.09)", Profile("en_US", sign="negative"), "-93.09"),
    ],
    ids=["thousands", "lakhs", "negative"],
)
def test_a_profile_settles_what_was_typed(feedback, image, typed, profile, text):
    """The label is written in one way, whatever the profile."""
    correction = feedback.save(image, "amounts", typed, READING, profile=profile)
    assert (correction.text, correction.typed) == (text, typed)
    assert correction.label.is_valid("amounts")


def test_digits_are_saved_beside_the_value_and_kept_in_the_history(feedback, image):
    """Only archives say which digits are written; a person who types the value later does not."""
    feedback.save_label(image, "amounts", Label("", "1500"), "1500", READING, "an archive")
    first = feedback.get(feedback.names()[0])
    assert (first.text, first.digits, first.label) == ("", "1500", Label("", "1500"))
    feedback.save(image, "amounts", "15.00", READING, "a session")
    second = feedback.get(first.name)
    assert (second.text, second.digits) == ("15.00", "")
    assert [entry["digits"] for entry in second.history] == ["1500"]


def test_records_of_earlier_releases_have_no_digits(feedback, image):
    """They lack the entry."""
    name = feedback.save(image, "amounts", "1.00", READING).name
    path = feedback.folder / f"{name}.json"
    record = json.loads(path.read_text())
    del record["digits"]
    path.write_text(json.dumps(record))
    assert feedback.get(name).label == Label("1.00")


def test_only_the_owner_can_read_folder_image_and_record(feedback, image):
    """Corrections are private, whatever the umask."""
    name = feedback.save(image, "amounts", "1.00", READING).name
    modes = [stat.S_IMODE((feedback.folder / file).stat().st_mode) for file in ("", f"{name}.png", f"{name}.json")]
    assert modes == [0o700, 0o600, 0o600]


def test_a_full_folder_refuses_new_images_but_not_new_labels(tmp_path, image):
    """The quota is checked before anything is written."""
    small = FeedbackStore(tmp_path, quota=1000)
    small.save(image, "amounts", "1.00", READING)
    with pytest.raises(FeedbackError, match=r"expected at most 0 MB of corrections.*retrain, then move old ones away"):
        small.save(image.rotate(180), "amounts", "1.00", READING)
    assert small.save(image, "amounts", "2.00", READING).text == "2.00"


@pytest.mark.parametrize("damage", ["replaced", "truncated"])
def test_a_damaged_image_is_refused_by_name(feedback, image, damage):
    """Neither other pixels nor half a file pass for the image that was saved."""
    correction = feedback.save(image, "amounts", "1.00", READING)
    path = feedback.image_path(correction.name)
    if damage == "replaced":
        Image.new("L", (120, 40), 255).save(path)
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    message = "its pixels differ" if damage == "replaced" else correction.name
    with pytest.raises(errors.CorruptFileError, match=message):
        feedback.image(correction)


def test_a_record_that_lacks_an_entry_is_refused(feedback, image):
    """The message names the entry."""
    name = feedback.save(image, "amounts", "1.00", READING).name
    (feedback.folder / f"{name}.json").write_text('{"text": "1.00"}')
    with pytest.raises(errors.CorruptFileError, match="lacks"):
        feedback.get(name)


@pytest.mark.parametrize(
    "entry",
    [{"task": "cheques"}, {"task": None}, {"text": 5}, {"history": None}],
    ids=["unknown task", "no task", "label is a number", "no history"],
)
def test_a_record_with_an_impossible_entry_is_refused(feedback, image, entry):
    """Curation puts it in quarantine; the retraining goes on."""
    name = feedback.save(image, "amounts", "1.00", READING).name
    path = feedback.folder / f"{name}.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entry))
    with pytest.raises(errors.CorruptFileError, match="task, text or history"):
        feedback.get(name)


def _save_all(folder: Path, pixels: np.ndarray, labels: list[str]) -> None:
    """Save several labels of one image; runs in a process of its own."""
    feedback = FeedbackStore(folder)
    for label in labels:
        feedback.save(Image.fromarray(pixels), "amounts", label, READING)


def test_two_processes_that_save_at_once_lose_no_label(feedback, image):
    """Every label is either the current one or in the history."""
    context = multiprocessing.get_context("spawn")
    labels = [[f"{100 * person + i}.00" for i in range(8)] for person in range(2)]
    processes = [
        context.Process(target=_save_all, args=(feedback.folder, np.asarray(image), person_labels))
        for person_labels in labels
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    (name,) = feedback.names()
    correction = feedback.get(name)
    saved = [correction.text, *(entry["text"] for entry in correction.history)]
    assert sorted(saved) == sorted([*labels[0], *labels[1]])


def test_a_kill_between_image_and_record_leaves_no_correction(feedback, image, tmp_path):
    """An image without a record does not count, and the next save is whole."""
    image.save(tmp_path / "given.png")
    script = (
        "import os, signal; from pathlib import Path; from PIL import Image\n"
        "from payment_ml import atomic_files; from payment_ml.feedback.store import FeedbackStore\n"
        "atomic_files.write_json = lambda *arguments, **options: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"FeedbackStore(Path({str(feedback.folder)!r}))"
        f".save(Image.open({str(tmp_path / 'given.png')!r}), 'amounts', '1.00', {{}})\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(feedback.folder.glob("*.png"))) == 1
    assert len(feedback) == 0
    correction = feedback.save(image, "amounts", "1.00", READING)
    assert correction.history == ()
    assert FeedbackStore(feedback.folder).get(correction.name) == correction
