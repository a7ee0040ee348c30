"""Test feedback.curation_report: everything that notebook 01 shows of the corrections, with and without any."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image

from payment_ml.feedback import curation_report
from payment_ml.feedback.curation import CurationLimits
from payment_ml.feedback.store import FeedbackStore
from payment_ml.synthesis import amount_images

NO_DIGITS = np.zeros((0, 28, 28), np.uint8)


@pytest.fixture
def feedback(tmp_path, splits) -> FeedbackStore:
    """Return a store with photographs of twelve digits and an empty page."""
    train, rng = splits["train"], np.random.default_rng(2)
    feedback = FeedbackStore(tmp_path / "feedback")
    for image, digit in amount_images.render_digits(train.images[:12], train.labels[:12], 12, rng):
        feedback.save(Image.fromarray(image), "digits", str(digit), {}, "a program")
    feedback.save(Image.new("L", (60, 60), 255), "digits", "1", {}, "a program")
    return feedback


@pytest.fixture
def figures():
    """Return the function that counts open figures; close them afterwards."""
    plt.close("all")
    yield lambda: len(plt.get_fignums())
    plt.close("all")


def test_a_report_without_corrections_shows_and_writes_nothing(tmp_path, rng, figures):
    """A newcomer runs the same cells, and the images that are held out are not even rendered."""

    def fail() -> list[np.ndarray]:
        raise AssertionError("expected no call")

    report = curation_report.run(
        tmp_path / "feedback", tmp_path / "models", tmp_path / "prepared", NO_DIGITS, fail, CurationLimits()
    )
    report.plot_quarantine()
    report.plot_training(rng)
    assert figures() == 0
    assert report.summary() == "no corrections were saved yet"
    assert (report.manifest, report.uses, len(report.quarantine_table())) == (None, {}, 0)
    assert not (tmp_path / "prepared").exists()


def test_a_report_counts_and_plots_corrections_by_use(tmp_path, feedback, rng, figures):
    """One empty page is in quarantine; the digits train or are held out."""
    report = curation_report.run(
        feedback.folder, tmp_path / "models", tmp_path / "prepared", NO_DIGITS, list, CurationLimits()
    )
    assert sum(report.uses.values()) == 13
    assert report.uses["quarantine"] == 1
    counts = f"{report.uses['train']} train, {report.uses['holdout']} holdout, 1 quarantine"
    assert report.summary() == f"13 corrections: {counts}"
    assert report.quarantine_table()["corrections"].to_dict() == {"no writing found": 1}
    report.plot_quarantine()
    assert plt.gcf().axes[0].get_title() == "1\nno writing found"
    report.plot_training(rng)
    assert figures() == 2
    labels = [correction.text for correction in report.curated if correction.use == "train"]
    assert sorted(axis.get_title() for axis in plt.gcf().axes if axis.get_title()) == sorted(labels)
