"""intake: which corrections teach, which judge, and which a person looks at first."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from payment_ml import amounts, decoding, files, fingerprints, handwriting, intake, pens, preparation, strips
from payment_ml.feedback import Feedback

NOTHING_HELD_OUT = fingerprints.HeldOut(np.zeros((0, 28, 28), np.uint8), [])


@pytest.fixture(scope="module")
def written(splits) -> list[handwriting.AmountPicture]:
    """Photographs in a hand unlike MNIST's."""
    train = splits["train"]
    alphabet = pens.Alphabet(train.images[:3000], train.labels[:3000])
    rng = np.random.default_rng(5)
    return [handwriting.amount_picture(alphabet, rng, hand=pens.foreign_hand) for _ in range(40)]


@pytest.fixture
def saved(tmp_path, written) -> Feedback:
    """Each saved with its truth."""
    feedback = Feedback(tmp_path / "feedback")
    for each in written:
        feedback.save(Image.fromarray(each.picture), "amounts", str(each.value), {}, "a clerk")
    return feedback


def uses(taken: list[intake.Taken]) -> dict[str, int]:
    """How many of each use."""
    return {use: sum(each.use == use for each in taken) for use in intake.USES}


def test_good_corrections_teach_and_a_part_is_kept_for_evaluation(saved, tmp_path):
    """The same part every time, with pictures that can be read back."""
    taken = intake.take(saved, {}, NOTHING_HELD_OUT)
    assert uses(taken)["aside"] == 0, [each.reason for each in taken]
    assert 2 <= uses(taken)["keep"] <= 16
    assert intake.take(saved, {}, NOTHING_HELD_OUT) == taken
    manifest = intake.write(taken, saved, tmp_path / "prepared")
    assert manifest["came_in"] == 40
    assert manifest["uses"] == uses(taken)
    files.write_json(tmp_path / "prepared" / "manifest.json", {"corrections": manifest})
    assert intake.read(tmp_path / "prepared") == taken
    lines = intake.amount_lines(tmp_path / "prepared")
    assert len(lines) == uses(taken)["learn"]
    assert all(levels.shape[0] == strips.HEIGHT for levels, _ in lines)


def test_what_is_learned_is_what_is_written(saved, written, reader):
    """People type 1234.5; the champion tells which marks stand there. It reads this hand badly, and yet."""
    taken = {each.name: each for each in intake.take(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
    truths = {
        each.name: next(w.text for w in written if np.array_equal(w.picture, np.asarray(saved.picture(each))))
        for each in saved.corrections()
    }
    plain = {name: truth.replace(" ", "") for name, truth in truths.items() if taken[name].written}
    assert all(amounts.parse(taken[name].written).value == amounts.parse(truth).value for name, truth in truths.items())
    assert np.mean([taken[name].written == truth for name, truth in plain.items()]) > 0.6
    assert all(set(each.written) <= set(decoding.ALPHABET) for each in taken.values())


def test_damaged_and_doubled_corrections_are_set_aside(saved, written, tmp_path):
    """A record that is no JSON, a picture that was changed, a picture saved again as another file."""
    names = sorted(each.name for each in saved.corrections())
    (saved.folder / f"{names[0]}.json").write_text("{")
    Image.new("L", (30, 30)).save(saved.folder / f"{names[1]}.png")
    (saved.folder / f"{names[2]}.png").unlink()
    softer = np.clip(written[7].picture.astype(int) + 3, 0, 255).astype(np.uint8)
    saved.save(Image.fromarray(softer), "amounts", str(written[7].value), {})
    saved.save(Image.new("L", (300, 60), 255), "amounts", "1.00", {})
    taken = intake.take(saved, {}, NOTHING_HELD_OUT)
    aside = [each for each in taken if each.use == intake.ASIDE]
    kinds = sorted(intake.kind(each.reason) for each in aside)
    assert kinds == [*["damaged or not valid"] * 3, "duplicate", "no writing found"]
    assert all(each.reason for each in aside)


def test_nothing_that_equals_a_picture_held_out_is_learned(saved, written, splits):
    """Neither a photograph that 03 asks about, nor a digit of test, gate or calibration."""
    test = splits["test"]
    saved.save(Image.fromarray(np.pad(255 - test.images[3], 6, constant_values=255)), "digits", "7", {})
    held_out = fingerprints.HeldOut(test.images[:500], [written[4].picture, written[9].picture])
    taken = intake.take(saved, {}, held_out)
    aside = [each for each in taken if each.use == intake.ASIDE]
    assert {each.task for each in aside} == {"amounts", "digits"}
    assert sorted(each.text for each in aside if each.task == "amounts") == sorted(
        str(written[i].value) for i in (4, 9)
    )
    assert all("kept for calibration, gate or test" in each.reason for each in aside)


def test_where_the_champion_is_sure_of_something_else_a_person_looks_first(tmp_path, splits, reader):
    """Unless it was said at two sittings. Of thirty amounts that the champion reads right and surely, ten are corrected
    to something false."""
    alphabet = pens.Alphabet(splits["train"].images[:3000], splits["train"].labels[:3000])
    rng = np.random.default_rng(3)
    threshold = reader.promises["amounts"]["threshold"]
    reader.promises["amounts"]["threshold"] = 0.5  # a quick training promises nothing
    try:
        sure = []
        while len(sure) < 30:
            each = handwriting.amount_picture(alphabet, rng)
            answer = reader.read(each.picture)
            if answer.decision == "accept" and answer.value == each.value:
                sure.append(each)
        saved, false = Feedback(tmp_path / "feedback"), set()
        for i, each in enumerate(sure):
            truth = each.value + (i % 3 == 0)
            name = saved.save(Image.fromarray(each.picture), "amounts", str(truth), {}, "one").name
            false |= {name} if i % 3 == 0 else set()
        taken = intake.take(saved, {"amounts": reader}, NOTHING_HELD_OUT)
        assert {each.name for each in taken if each.use == intake.ASIDE} == false
        meant = saved.get(min(false))
        assert f"whoever means {meant.text}" in next(each.reason for each in taken if each.name == meant.name)
        saved.save(saved.picture(meant), "amounts", meant.text, {}, "one")
        again = {each.name: each.use for each in intake.take(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
        assert again[meant.name] == intake.ASIDE
        saved.save(saved.picture(meant), "amounts", meant.text, {}, "another")
        again = {each.name: each.use for each in intake.take(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
        assert again[meant.name] != intake.ASIDE
    finally:
        reader.promises["amounts"]["threshold"] = threshold


def candidates(count: int, task: str = "amounts", **entries) -> list[intake.Taken]:
    """Corrections with nothing against them."""
    return [intake.Taken(f"{i:064x}", task, f"{i}.00", intake.LEARN, None, **entries) for i in range(count)]


def test_one_label_and_one_source_may_give_only_so_much():
    """Twenty of a label and five hundred of a source are free; beyond, a share of what the others gave."""
    flood = [(replace(each, text="6.66"), "x") for each in candidates(700)]
    intake._limit(flood, lambda taken, _: (taken.task, taken.text), 0.3, 20, "label")
    assert sum(each.use == intake.LEARN for each, _ in flood) == 20
    mixed = [(each, "busy" if i >= 100 else "x") for i, each in enumerate(candidates(800))]
    intake._limit(mixed, lambda taken, source: (taken.task, source), 0.5, 500, "source")
    assert sum(each.use == intake.LEARN for each, _ in mixed) == 100 + 500
    assert "its source gave 700 of 800" in mixed[-1][0].reason


def test_a_changed_file_is_refused(saved, tmp_path):
    """The manifest knows its checksum."""
    taken = intake.take(saved, {}, NOTHING_HELD_OUT)
    manifest = intake.write(taken, saved, tmp_path / "prepared")
    files.write_json(tmp_path / "prepared" / "manifest.json", {"corrections": manifest})
    path = tmp_path / "prepared" / "corrections.json"
    path.write_text(path.read_text().replace("learn", "keep", 1))
    with pytest.raises(preparation.MissingDataError, match="run notebooks/01"):
        intake.read(tmp_path / "prepared")
