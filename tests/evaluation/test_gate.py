"""Gate: challenger and champion read the same samples, and every check has a result."""

from dataclasses import replace

import numpy as np
import pytest
from helpers.drawn_amounts import draw_amount
from PIL import Image

from payment_ml import atomic_files
from payment_ml.evaluation import gate, promotion, test_sets
from payment_ml.evaluation.settings import EvaluationSettings
from payment_ml.feedback import curation
from payment_ml.feedback.dataset import HOLDOUT, TRAIN, CuratedCorrection
from payment_ml.feedback.labels import Label
from payment_ml.feedback.store import FeedbackStore
from payment_ml.synthesis import glyphs

FEW_SAMPLES = EvaluationSettings(gate_samples=40, full_training=False)


@pytest.mark.parametrize(
    ("fixture", "units"),
    [("reader", ("amounts", "digits by themselves")), ("classifier", ("digits", "amounts of digits"))],
    ids=["amount reader", "digit classifier"],
)
def test_a_reader_beside_itself_passes_every_check(request, splits, fixture, units):
    """It reads digits, amounts and negatives, whatever its task; a confidence that is no number fails."""
    reader = request.getfixturevalue(fixture)
    readers = {"challenger": reader, "champion": reader}
    results = gate.evaluate_gate(readers, splits["gate"], 40, np.random.default_rng(0))
    challenger = results["challenger"]
    assert (challenger.unit, challenger.other_unit) == units
    assert len(challenger.false_accepts) == 10
    checks = {check.name: check for check in gate.gate_checks(results, 0.2, reader.threshold(), 0.005)}
    assert len(checks) == 7
    assert all(check.passed for check in checks.values()), checks
    results = {"challenger": replace(challenger, confidences=challenger.confidences * np.nan)}
    (finite,) = (check for check in gate.gate_checks(results, 0, 2, 1) if check.name == "finite")
    assert not finite.passed


def test_promotion_checks_report_every_check_once(splits, classifier):
    """Beside itself a challenger is not better, but passes; held-out corrections add a check."""
    samples = test_sets.generate_samples("digits", splits["test"], 4, np.random.default_rng(1))
    corrections = promotion.PairedResults("kept corrections", np.ones(3, bool), np.ones(3, bool))
    report = gate.promotion_checks(
        classifier,
        classifier,
        splits["gate"],
        FEW_SAMPLES,
        seed=0,
        risk=0.005,
        latency_samples=samples,
        corrections=corrections,
    )
    assert [check.name for check in report.checks] == [
        "no worse on digits",
        "accuracy",
        "finite",
        "no digit lost",
        "no worse on amounts of digits",
        "calibration",
        "promise",
        "nothing to read",
        "speed",
        "size",
        "kept corrections",
    ]
    assert not report.is_better
    assert report.champion_name == classifier.version.name


def test_promotion_checks_without_a_champion_compare_with_fixed_limits(splits, classifier):
    """The report then calls the challenger better."""
    samples = test_sets.generate_samples("digits", splits["test"], 2, np.random.default_rng(1))
    report = gate.promotion_checks(
        classifier, None, splits["gate"], FEW_SAMPLES, seed=0, risk=0.005, latency_samples=samples
    )
    assert report.gate.champion is None
    assert report.is_better
    assert report.champion_name == ""


def test_held_out_corrections_are_read_by_both_readers(tmp_path, splits, classifier):
    """Corrections in the training data are left out."""
    samples = test_sets.generate_samples("digits", splits["validation"], 6, np.random.default_rng(1))
    feedback = FeedbackStore(tmp_path / "feedback")
    saved = [feedback.save(Image.fromarray(sample.image), "digits", sample.label, {}) for sample in samples]
    uses = [HOLDOUT, HOLDOUT, HOLDOUT, HOLDOUT, TRAIN, TRAIN]
    curated = [
        CuratedCorrection(correction.name, "digits", correction.text, use, None)
        for correction, use in zip(saved, uses, strict=True)
    ]
    prepared_dir = tmp_path / "prepared"
    atomic_files.write_json(
        prepared_dir / "manifest.json", {"corrections": curation.write(curated, feedback, prepared_dir)}
    )
    results = gate.evaluate_corrections(classifier, classifier, prepared_dir)
    expected = [classifier.read(sample.image).text == sample.label for sample in samples]
    assert results.challenger.tolist() == expected[:4]
    assert results.champion.tolist() == expected[:4]


def test_corrections_are_none_where_none_are_held_out(quick_run, classifier):
    """The quick retraining had no corrections."""
    assert gate.evaluate_corrections(classifier, None, quick_run.data_dir / "prepared") is None


def test_latency_of_both_readers_is_in_milliseconds(splits, classifier):
    """Both read the same samples in turns."""
    samples = test_sets.generate_samples("digits", splits["gate"], 4, np.random.default_rng(1))
    latencies = gate.median_latency_ms({"challenger": classifier, "champion": classifier}, samples)
    assert 0 < latencies["challenger"] < 1000
    assert set(latencies) == {"challenger", "champion"}


def test_held_out_corrections_of_which_only_the_digits_are_known_are_compared_by_digits(tmp_path, splits, reader):
    """An archive gave the digits of three amounts, one of them wrong; it did not say what they mean in money."""
    train, feedback = splits["train"], FeedbackStore(tmp_path / "feedback")
    bank = glyphs.GlyphBank(train.images[:3000], train.labels[:3000])
    curated = []
    for text, digits in (("2,650.00", "265000"), ("880.36", "88036"), ("318.00", "31801")):
        image = Image.fromarray(draw_amount(bank, text))
        name = feedback.save_label(image, "amounts", Label("", digits), digits, {}, "an archive").name
        curated.append(CuratedCorrection(name, "amounts", "", HOLDOUT, None, digits, digits=digits))
    summary = curation.write(curated, feedback, tmp_path)
    atomic_files.write_json(tmp_path / "manifest.json", {"corrections": summary})
    results = gate.evaluate_corrections(reader, None, tmp_path)
    assert results.challenger.tolist() == [True, True, False]
