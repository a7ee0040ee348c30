"""intake: which corrections teach, which judge, and which a person looks at first."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from PIL import Image

from payment_ml import atomic_files, errors
from payment_ml.feedback import curation, dataset, deduplication
from payment_ml.feedback.store import FeedbackStore
from payment_ml.imaging import line_images
from payment_ml.synthesis import amount_images, glyphs
from payment_ml.text import alphabet, amounts

NOTHING_HELD_OUT = deduplication.HeldOutImages(np.zeros((0, 28, 28), np.uint8), [])


@pytest.fixture(scope="module")
def written(splits) -> list[amount_images.Sample]:
    """Photographs in a hand unlike MNIST's."""
    train = splits["train"]
    glyph_bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    rng = np.random.default_rng(5)
    return [amount_images.render_amount(glyph_bank, rng, style=glyphs.out_of_distribution_style) for _ in range(40)]


@pytest.fixture
def saved(tmp_path, written) -> FeedbackStore:
    """Each saved with its truth."""
    feedback = FeedbackStore(tmp_path / "feedback")
    for each in written:
        feedback.save(Image.fromarray(each.image), "amounts", each.label, {}, "a clerk")
    return feedback


def uses(taken: list[dataset.CuratedCorrection]) -> dict[str, int]:
    """How many of each use."""
    return {use: sum(each.use == use for each in taken) for use in dataset.USES}


def test_good_corrections_teach_and_a_part_is_kept_for_evaluation(saved, tmp_path):
    """The same part every time, with pictures that can be read back."""
    taken = curation.curate(saved, {}, NOTHING_HELD_OUT)
    assert uses(taken)["aside"] == 0, [each.reason for each in taken]
    assert 2 <= uses(taken)["keep"] <= 16
    assert curation.curate(saved, {}, NOTHING_HELD_OUT) == taken
    manifest = curation.write(taken, saved, tmp_path / "prepared")
    assert manifest["came_in"] == 40
    assert manifest["uses"] == uses(taken)
    atomic_files.write_json(tmp_path / "prepared" / "manifest.json", {"corrections": manifest})
    assert dataset.read_curated(tmp_path / "prepared") == taken
    lines = dataset.amount_lines(tmp_path / "prepared")
    assert len(lines) == uses(taken)["learn"]
    assert all(levels.shape[0] == line_images.HEIGHT for levels, _ in lines)


def test_what_is_learned_is_what_is_written(saved, written, reader):
    """People type 1234.5; the champion tells which marks stand there. It reads this hand badly, and yet."""
    taken = {each.name: each for each in curation.curate(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
    truths = {
        each.name: next(w.written for w in written if np.array_equal(w.image, np.asarray(saved.image(each))))
        for each in saved.corrections()
    }
    plain = {name: truth.replace(" ", "") for name, truth in truths.items() if taken[name].written}
    assert all(amounts.parse(taken[name].written).value == amounts.parse(truth).value for name, truth in truths.items())
    assert np.mean([taken[name].written == truth for name, truth in plain.items()]) > 0.6
    assert all(set(each.written) <= set(alphabet.ALPHABET) for each in taken.values())


def test_damaged_and_doubled_corrections_are_set_aside(saved, written, tmp_path):
    """A record that is no JSON, a picture that was changed, a picture saved again as another file."""
    names = sorted(each.name for each in saved.corrections())
    (saved.folder / f"{names[0]}.json").write_text("{")
    Image.new("L", (30, 30)).save(saved.folder / f"{names[1]}.png")
    (saved.folder / f"{names[2]}.png").unlink()
    softer = np.clip(written[7].image.astype(int) + 3, 0, 255).astype(np.uint8)
    saved.save(Image.fromarray(softer), "amounts", written[7].label, {})
    saved.save(Image.new("L", (300, 60), 255), "amounts", "1.00", {})
    taken = curation.curate(saved, {}, NOTHING_HELD_OUT)
    aside = [each for each in taken if each.use == dataset.QUARANTINE]
    kinds = sorted(curation.reason_category(each.reason) for each in aside)
    assert kinds == [*["damaged or not valid"] * 3, "duplicate", "no writing found"]
    assert all(each.reason for each in aside)


def test_nothing_that_equals_a_picture_held_out_is_learned(saved, written, splits):
    """Neither a photograph that 03 asks about, nor a digit of test, gate or calibration."""
    test = splits["test"]
    saved.save(Image.fromarray(np.pad(255 - test.images[3], 6, constant_values=255)), "digits", "7", {})
    held_out = deduplication.HeldOutImages(test.images[:500], [written[4].image, written[9].image])
    taken = curation.curate(saved, {}, held_out)
    aside = [each for each in taken if each.use == dataset.QUARANTINE]
    assert {each.task for each in aside} == {"amounts", "digits"}
    assert sorted(each.text for each in aside if each.task == "amounts") == sorted(written[i].label for i in (4, 9))
    assert all("kept for calibration, gate or test" in each.reason for each in aside)


def test_where_the_champion_is_sure_of_something_else_a_person_looks_first(tmp_path, splits, reader):
    """Unless it was said at two sittings. Of thirty amounts that the champion reads right and surely, ten are corrected
    to something false."""
    glyph_bank = glyphs.GlyphBank(splits["train"].images[:3000], splits["train"].labels[:3000])
    rng = np.random.default_rng(3)
    threshold = reader.promises["amounts"]["threshold"]
    reader.promises["amounts"]["threshold"] = 0.5  # a quick training promises nothing
    try:
        sure = []
        while len(sure) < 30:
            each = amount_images.render_amount(glyph_bank, rng)
            answer = reader.read(each.image)
            if answer.decision == "accept" and answer.text == each.label:
                sure.append(each)
        saved, false = FeedbackStore(tmp_path / "feedback"), set()
        for i, each in enumerate(sure):
            truth = Decimal(each.label) + (i % 3 == 0)
            name = saved.save(Image.fromarray(each.image), "amounts", str(truth), {}, "one").name
            false |= {name} if i % 3 == 0 else set()
        taken = curation.curate(saved, {"amounts": reader}, NOTHING_HELD_OUT)
        assert {each.name for each in taken if each.use == dataset.QUARANTINE} == false
        meant = saved.get(min(false))
        assert f"whoever means {meant.text}" in next(each.reason for each in taken if each.name == meant.name)
        saved.save(saved.image(meant), "amounts", meant.text, {}, "one")
        again = {each.name: each.use for each in curation.curate(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
        assert again[meant.name] == dataset.QUARANTINE
        saved.save(saved.image(meant), "amounts", meant.text, {}, "another")
        again = {each.name: each.use for each in curation.curate(saved, {"amounts": reader}, NOTHING_HELD_OUT)}
        assert again[meant.name] != dataset.QUARANTINE
    finally:
        reader.promises["amounts"]["threshold"] = threshold


def candidates(count: int, task: str = "amounts", **entries) -> list[dataset.CuratedCorrection]:
    """Corrections with nothing against them."""
    return [
        dataset.CuratedCorrection(f"{i:064x}", task, f"{i}.00", dataset.TRAIN, None, **entries) for i in range(count)
    ]


def test_one_label_and_one_source_may_give_only_so_much():
    """Twenty of a label and five hundred of a source are free; beyond, a share of what the others gave."""
    flood = [(replace(each, text="6.66"), "x") for each in candidates(700)]
    curation._enforce_share(flood, lambda taken, _: (taken.task, taken.text), 0.3, 20, "label")
    assert sum(each.use == dataset.TRAIN for each, _ in flood) == 20
    mixed = [(each, "busy" if i >= 100 else "x") for i, each in enumerate(candidates(800))]
    curation._enforce_share(mixed, lambda taken, source: (taken.task, source), 0.5, 500, "source")
    assert sum(each.use == dataset.TRAIN for each, _ in mixed) == 100 + 500
    assert "its source gave 700 of 800" in mixed[-1][0].reason


def test_a_changed_file_is_refused(saved, tmp_path):
    """The manifest knows its checksum."""
    taken = curation.curate(saved, {}, NOTHING_HELD_OUT)
    manifest = curation.write(taken, saved, tmp_path / "prepared")
    atomic_files.write_json(tmp_path / "prepared" / "manifest.json", {"corrections": manifest})
    path = tmp_path / "prepared" / "corrections.json"
    path.write_text(path.read_text().replace("learn", "keep", 1))
    with pytest.raises(errors.MissingDataError, match="run notebooks/01"):
        dataset.read_curated(tmp_path / "prepared")
