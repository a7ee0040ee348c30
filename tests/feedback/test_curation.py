"""Test feedback.curation: which corrections train, which are held out, and which go to quarantine."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from helpers.drawn_amounts import draw_amount
from PIL import Image

from payment_ml import atomic_files, errors
from payment_ml.feedback import curation, dataset
from payment_ml.feedback.dataset import HOLDOUT, QUARANTINE, TRAIN, CuratedCorrection
from payment_ml.feedback.deduplication import HeldOutImages
from payment_ml.feedback.labels import Label
from payment_ml.feedback.store import FeedbackStore
from payment_ml.imaging import line_batches
from payment_ml.synthesis import amount_images, glyphs
from payment_ml.text import alphabet, amounts
from payment_ml.text.profiles import Profile

NOTHING_HELD_OUT = HeldOutImages(np.zeros((0, 28, 28), np.uint8), [])


@pytest.fixture(scope="module")
def glyph_bank(splits) -> glyphs.GlyphBank:
    """Return the glyphs of some training digits."""
    return glyphs.GlyphBank(splits["train"].images[:3000], splits["train"].labels[:3000])


@pytest.fixture(scope="module")
def samples(glyph_bank) -> list[amount_images.Sample]:
    """Return photographs of amounts in a style unlike MNIST's."""
    rng = np.random.default_rng(5)
    return [amount_images.render_amount(glyph_bank, rng, style=glyphs.out_of_distribution_style) for _ in range(40)]


@pytest.fixture
def feedback(tmp_path, samples) -> FeedbackStore:
    """Return a store that holds every sample with its label."""
    feedback = FeedbackStore(tmp_path / "feedback")
    for sample in samples:
        feedback.save_label(Image.fromarray(sample.image), "amounts", Label(sample.label), sample.label, {}, "a clerk")
    return feedback


def prepare(curated: list[CuratedCorrection], feedback: FeedbackStore, prepared_dir) -> dict:
    """Write curated corrections with a manifest of their own, and return its entry."""
    summary = curation.write(curated, feedback, prepared_dir)
    atomic_files.write_json(prepared_dir / "manifest.json", {"corrections": summary})
    return summary


def test_good_corrections_train_and_a_fixed_part_is_held_out(feedback, tmp_path):
    """The part is the same every time, and what is written can be read back."""
    curated = curation.curate(feedback, {}, NOTHING_HELD_OUT)
    uses = Counter(correction.use for correction in curated)
    assert uses[QUARANTINE] == 0, [correction.reason for correction in curated]
    assert 2 <= uses[HOLDOUT] <= 16
    assert curation.curate(feedback, {}, NOTHING_HELD_OUT) == curated
    summary = prepare(curated, feedback, tmp_path / "prepared")
    assert summary["came_in"] == 40
    assert summary["uses"] == {use: uses[use] for use in dataset.USES}
    assert dataset.read_curated(tmp_path / "prepared") == curated
    lines = dataset.amount_lines(tmp_path / "prepared")
    assert len(lines) == uses[TRAIN]
    assert all(pixels.shape[0] == line_batches.HEIGHT for pixels, _ in lines)


def test_the_champion_finds_the_spelling_that_was_written(feedback, samples, reader):
    """People type 1234.5; the champion recognises the separators, although it reads this style badly."""
    curated = {
        correction.name: correction for correction in curation.curate(feedback, {"amounts": reader}, NOTHING_HELD_OUT)
    }
    written = {
        correction.name: next(
            sample.written for sample in samples if np.array_equal(sample.image, np.asarray(feedback.image(correction)))
        )
        for correction in map(feedback.get, feedback.names())
    }
    spelled = {name: text.replace(" ", "") for name, text in written.items() if curated[name].written}
    assert all(Decimal(item.text) in amounts.parse(item.written).readings for item in curated.values())
    assert np.mean([curated[name].written == text for name, text in spelled.items()]) > 0.5
    assert all(set(correction.written) <= set(alphabet.ALPHABET) for correction in curated.values())


def test_a_negative_correction_is_learned_with_its_dash(feedback, samples):
    """A profile settled what was typed; the label alone says that it is negative."""
    image = Image.fromarray(np.pad(samples[0].image, ((9, 9), (9, 9), (0, 0)), mode="edge"))
    name = feedback.save(image, "amounts", "(93.09)", {}, profile=Profile("en_US", sign="negative")).name
    (curated,) = [
        correction for correction in curation.curate(feedback, {}, NOTHING_HELD_OUT) if name == correction.name
    ]
    assert (curated.text, curated.written) == ("-93.09", "-93.09")


def test_damaged_empty_and_duplicate_corrections_go_to_quarantine(feedback, samples):
    """A record that is not JSON, a changed and a missing image, a lighter copy, and an empty page."""
    names = feedback.names()
    (feedback.folder / f"{names[0]}.json").write_text("{")
    Image.new("L", (30, 30)).save(feedback.image_path(names[1]))
    feedback.image_path(names[2]).unlink()
    lighter = np.clip(samples[7].image.astype(int) + 3, 0, 255).astype(np.uint8)
    feedback.save_label(Image.fromarray(lighter), "amounts", Label(samples[7].label), "", {}, "")
    feedback.save(Image.new("L", (300, 60), 255), "amounts", "1.00", {})
    curated = curation.curate(feedback, {}, NOTHING_HELD_OUT)
    quarantined = [correction for correction in curated if correction.use == QUARANTINE]
    categories = sorted(curation.reason_category(correction.reason) for correction in quarantined)
    assert categories == [*["damaged or not valid"] * 3, "duplicate", "no writing found"]
    assert all(correction.reason for correction in quarantined)


def test_corrections_that_equal_held_out_images_go_to_quarantine(feedback, samples, splits):
    """Neither a test image of notebook 03 nor a digit of test, gate or calibration is ever learned from."""
    test = splits["test"]
    feedback.save(Image.fromarray(np.pad(255 - test.images[3], 6, constant_values=255)), "digits", "7", {})
    held_out = HeldOutImages(test.images[:500], [samples[4].image, samples[9].image])
    curated = curation.curate(feedback, {}, held_out)
    quarantined = [correction for correction in curated if correction.use == QUARANTINE]
    assert sorted((correction.task, correction.text) for correction in quarantined) == sorted(
        [("amounts", samples[4].label), ("amounts", samples[9].label), ("digits", "7")]
    )
    assert all("held out for calibration, gate or test" in correction.reason for correction in quarantined)


@pytest.fixture
def confident_reader(reader, monkeypatch):
    """Return the reader with an accept threshold of 50%: a quick training accepts nothing."""
    rule = reader.acceptance_rules["amounts"]
    monkeypatch.setitem(reader.acceptance_rules, "amounts", replace(rule, threshold=0.5))
    return reader


def test_contradicting_a_confident_champion_takes_two_sessions(tmp_path, glyph_bank, confident_reader):
    """Ten of thirty amounts that the champion accepts with the correct value get a false label."""
    rng = np.random.default_rng(3)
    accepted: list[amount_images.Sample] = []
    while len(accepted) < 30:
        sample = amount_images.render_amount(glyph_bank, rng)
        reading = confident_reader.read(sample.image)
        if reading.decision == "accept" and reading.text == sample.label:
            accepted.append(sample)
    feedback, false_names = FeedbackStore(tmp_path / "feedback"), set()
    for i, sample in enumerate(accepted):
        label = Decimal(sample.label) + (i % 3 == 0)
        image = Image.fromarray(sample.image)
        name = feedback.save_label(image, "amounts", Label(str(label)), str(label), {}, "first session").name
        if i % 3 == 0:
            false_names.add(name)

    def curate() -> dict[str, CuratedCorrection]:
        curated = curation.curate(feedback, {"amounts": confident_reader}, NOTHING_HELD_OUT)
        return {correction.name: correction for correction in curated}

    curated = curate()
    assert {name for name, correction in curated.items() if correction.use == QUARANTINE} == false_names
    # Where the champion finds the label impossible, another session does not help.
    repeated = feedback.get(min(name for name in false_names if " is right" in curated[name].reason))
    assert f"if {repeated.text} is right" in curated[repeated.name].reason
    feedback.save_label(feedback.image(repeated), "amounts", repeated.label, repeated.text, {}, "first session")
    assert curate()[repeated.name].use == QUARANTINE
    feedback.save_label(feedback.image(repeated), "amounts", repeated.label, repeated.text, {}, "second session")
    assert curate()[repeated.name].use != QUARANTINE


def amount_corrections(count: int) -> list[CuratedCorrection]:
    """Return corrections with distinct labels, all accepted."""
    return [CuratedCorrection(f"{i:064x}", "amounts", f"{i}.00", TRAIN, None) for i in range(count)]


def test_one_label_may_supply_only_its_share():
    """Twenty corrections of a label are always accepted; beyond, a share of what the others supply."""
    candidates = [(replace(correction, text="6.66"), "a clerk") for correction in amount_corrections(700)]
    limited = curation.enforce_limits(candidates)
    assert Counter(correction.use for correction in limited)[TRAIN] == 20


def test_one_source_may_supply_only_its_share():
    """Five hundred corrections of a source are always accepted; beyond, a share of what the others supply."""
    candidates = [
        (correction, "busy" if i >= 100 else "a clerk") for i, correction in enumerate(amount_corrections(800))
    ]
    limited = curation.enforce_limits(candidates)
    assert Counter(correction.use for correction in limited)[TRAIN] == 100 + 500
    assert "its source gave 700 of 800" in limited[-1].reason


def test_a_batch_has_a_quota_of_its_own():
    """The operator who imported it trusts it with more, or with less, than a session."""
    candidates = [(correction, "archive") for correction in amount_corrections(800)]
    for quota, expected in ((700, 700), (100, 100)):
        limited = curation.enforce_limits(candidates, quotas={"archive": quota})
        assert Counter(correction.use for correction in limited)[TRAIN] == expected


def test_impossible_digits_go_to_quarantine_until_they_are_confirmed(tmp_path, glyph_bank, reader):
    """An archive gave the amount of another picture; a second session that agrees overrules the champion."""
    feedback = FeedbackStore(tmp_path / "feedback")
    image = Image.fromarray(draw_amount(glyph_bank, "1,407.55"))
    feedback.save_label(image, "amounts", Label("", "98632"), "98632", {}, "an archive")
    (curated,) = curation.curate(feedback, {"amounts": reader}, NOTHING_HELD_OUT)
    assert curated.use == QUARANTINE
    assert curation.reason_category(curated.reason) == "impossible for the champion"
    feedback.save_label(image, "amounts", Label("", "98632"), "98632", {}, "another")
    (curated,) = curation.curate(feedback, {"amounts": reader}, NOTHING_HELD_OUT)
    assert curated.use != QUARANTINE


def test_a_changed_corrections_file_is_refused(feedback, tmp_path):
    """The manifest holds its checksum."""
    prepare(curation.curate(feedback, {}, NOTHING_HELD_OUT), feedback, tmp_path / "prepared")
    path = tmp_path / "prepared" / "corrections.json"
    path.write_text(path.read_text().replace('"train"', '"holdout"', 1))
    with pytest.raises(errors.MissingDataError, match="run notebooks/01"):
        dataset.read_curated(tmp_path / "prepared")


def test_uses_of_an_earlier_release_are_refused(feedback, tmp_path):
    """Otherwise training would silently learn from none of the corrections."""
    former = [replace(correction, use="learn") for correction in curation.curate(feedback, {}, NOTHING_HELD_OUT)[:3]]
    prepare(former, feedback, tmp_path / "prepared")
    with pytest.raises(errors.MissingDataError, match="got learn, as earlier releases wrote; run notebooks/01"):
        dataset.read_curated(tmp_path / "prepared")
