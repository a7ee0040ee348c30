"""feedback: what people said pictures show, one record a picture, whole or not at all."""

import multiprocessing
import re
import stat
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from payment_ml import errors
from payment_ml.errors import FeedbackError
from payment_ml.feedback import store
from payment_ml.feedback.store import FeedbackStore

READ = {"text": "1234.56", "confidence": 0.91, "decision": "review", "version": "v"}


@pytest.fixture
def image(rng) -> Image.Image:
    """Some grey picture."""
    return Image.fromarray(rng.integers(0, 255, (40, 120), np.uint8))


@pytest.fixture
def kept(tmp_path) -> FeedbackStore:
    """Feedback in a folder that does not exist yet."""
    return FeedbackStore(tmp_path / "feedback")


def test_a_saved_correction_comes_back_with_its_picture(kept, picture):
    """As it was typed, and as what it means."""
    saved = kept.save(picture, "amounts", " 1,234.50 ", READ)
    (found,) = kept.corrections()
    assert found == saved
    assert (found.text, found.typed, found.task, found.reading, found.history) == (
        "1234.50", "1,234.50", "amounts", READ, ()
    )  # fmt: skip
    assert np.array_equal(np.asarray(kept.image(found)), np.asarray(picture))
    assert len(kept) == 1


def test_a_second_save_corrects_the_first_and_keeps_the_history(kept, picture):
    """One record a picture."""
    kept.save(picture, "amounts", "1234.50", READ)
    kept.save(picture, "amounts", "1234.56", READ)
    third = kept.save(picture, "digits", "7", READ)
    assert len(kept) == 1
    assert (third.task, third.text) == ("digits", "7")
    assert [each["text"] for each in third.history] == ["1234.50", "1234.56"]


def test_pictures_that_differ_in_one_pixel_have_records_of_their_own(kept, picture):
    """And one with the same bytes in another shape."""
    other = picture.copy()
    other.putpixel((0, 0), 255 - other.getpixel((0, 0)))
    reshaped = Image.frombytes("L", (40, 120), picture.tobytes())
    names = {kept.save(each, "amounts", "1.00", READ).name for each in (picture, other, reshaped)}
    assert len(names) == len(kept) == 3


@pytest.mark.parametrize(
    ("task", "typed", "message"),
    [
        ("amounts", "", "holds no digit"),
        ("amounts", "twelve", "holds no digit"),
        ("amounts", "1.234", "ambiguous: it could mean 1.23"),
        ("amounts", "1234567890123", "at most 12 digits"),
        ("digits", "12", "one digit from 0 to 9"),
        ("digits", "", "one digit from 0 to 9"),
    ],
)
def test_what_is_no_truth_is_refused_with_words(kept, picture, task, typed, message):
    """And nothing is written."""
    with pytest.raises(FeedbackError, match=re.escape(message) if "ambiguous" not in message else "ambiguous"):
        kept.save(picture, task, typed, READ)
    assert len(kept) == 0


def test_only_the_owner_can_read_what_was_saved(kept, picture):
    """Folder, picture and record."""
    saved = kept.save(picture, "amounts", "1.00", READ)
    modes = [
        stat.S_IMODE((kept.folder / name).stat().st_mode) for name in ("", f"{saved.name}.png", f"{saved.name}.json")
    ]
    assert modes == [0o700, 0o600, 0o600]


def test_a_full_folder_says_so(tmp_path, picture):
    """Before anything is written; what is there can still be corrected."""
    small = FeedbackStore(tmp_path, quota=1000)
    small.save(picture, "amounts", "1.00", READ)
    with pytest.raises(FeedbackError, match=r"expected at most 0 MB of corrections.*retrain, then move old ones away"):
        small.save(picture.rotate(180), "amounts", "1.00", READ)
    assert small.save(picture, "amounts", "2.00", READ).text == "2.00"


def test_a_damaged_record_or_picture_is_named(kept, picture):
    """Never half a correction."""
    saved = kept.save(picture, "amounts", "1.00", READ)
    path = kept.folder / f"{saved.name}.png"
    whole = path.read_bytes()
    Image.new("L", (120, 40), 255).save(path)
    with pytest.raises(errors.CorruptFileError, match="its pixels differ"):
        kept.image(saved)
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(errors.CorruptFileError, match=saved.name):
        kept.image(saved)
    (kept.folder / f"{saved.name}.json").write_text('{"text": "1.00"}')
    with pytest.raises(errors.CorruptFileError, match="lacks"):
        list(kept.corrections())


def _save_many(folder, levels, texts):
    """In a process of its own."""
    here = FeedbackStore(folder)
    for text in texts:
        here.save(Image.fromarray(levels), "amounts", text, READ)


def test_two_people_saving_at_once_lose_nothing(kept, picture):
    """Every save is either the truth or in the history."""
    levels = np.asarray(picture)
    context = multiprocessing.get_context("spawn")
    texts = [[f"{100 * person + i}.00" for i in range(8)] for person in range(2)]
    people = [context.Process(target=_save_many, args=(kept.folder, levels, each)) for each in texts]
    for each in people:
        each.start()
    for each in people:
        each.join()
    (found,) = kept.corrections()
    assert sorted([found.text, *(each["text"] for each in found.history)]) == sorted([*texts[0], *texts[1]])


def test_a_save_that_is_killed_leaves_no_half_record(kept, picture, tmp_path):
    """Killed at once after the picture: it does not count, and the next save is whole."""
    picture.save(tmp_path / "given.png")
    script = (
        "import os, signal; from PIL import Image; from payment_ml import feedback, files;"
        "files.write_json = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL);"
        f"feedback.Feedback(__import__('pathlib').Path({str(kept.folder)!r}))"
        f".save(Image.open({str(tmp_path / 'given.png')!r}), 'amounts', '1.00', {{}})"
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False)
    assert killed.returncode == -9
    assert len(kept) == 0
    assert kept.save(picture, "amounts", "1.00", READ).history == ()
    assert store.FeedbackStore(kept.folder).get(kept.save(picture, "amounts", "1.00", READ).name).text == "1.00"
