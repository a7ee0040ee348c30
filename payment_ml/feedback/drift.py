"""Profile the corrections of a run, and compare the profile with that of the previous run."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from payment_ml.feedback.dataset import CuratedCorrection
from payment_ml.text import amounts

_MAX_SHIFT = 0.5  # interquartile ranges by which a median may move from one run to the next
_MAX_SHARE_CHANGE = 0.2  # total variation distance of the digits' distributions from one run to the next
_MIN_CORRECTIONS = 50  # fewer give no usable distribution


def profile(corrections: Sequence[CuratedCorrection]) -> dict[str, Any]:
    """Return count, quartiles of ink and height, and how often each digit occurs in the labels.

    Parameters
    ----------
    corrections : of one task

    Returns
    -------
    count; ink, three shares from 0 to 1, and height, three numbers of pixels, or empty lists without corrections;
    digits, ten counts
    """
    counts = np.bincount(
        [int(digit) for correction in corrections for digit in amounts.digits_of(correction.digits or correction.text)],
        minlength=10,
    )
    quartiles = [25, 50, 75]
    ink = [correction.ink for correction in corrections]
    heights = [correction.height for correction in corrections]
    return {
        "count": len(corrections),
        "ink": np.percentile(ink, quartiles).round(4).tolist() if ink else [],
        "height": np.percentile(heights, quartiles).tolist() if heights else [],
        "digits": counts.tolist(),
    }


def detect_drift(previous: dict[str, Any] | None, current: dict[str, Any]) -> list[str]:
    """Return a sentence for each way in which corrections differ from those of the previous run.

    The median ink or height has drifted when it moved by more than half of the previous interquartile range, the
    digits when the total variation distance of their distributions exceeds a fifth. Tasks with fewer than 50
    corrections in either run are not compared.

    Parameters
    ----------
    previous, current : with a `profile` for each task, as `curation.write` returns them; None: no previous run
    """
    messages = []
    for task, profile_now in current["profiles"].items():
        profile_before = (previous or {}).get("profiles", {}).get(task)
        if profile_before is None or min(profile_before["count"], profile_now["count"]) < _MIN_CORRECTIONS:
            continue
        for quantity, unit in (("ink", "of the crop"), ("height", "pixels")):
            low, median_before, high = profile_before[quantity]
            median_now = profile_now[quantity][1]
            shift = abs(median_now - median_before) / max(high - low, 1e-6)
            if shift > _MAX_SHIFT:
                messages.append(
                    f"{task}: the median {quantity} went from {median_before:.3g} to {median_now:.3g} {unit}, "
                    f"{shift:.1f} interquartile ranges"
                )
        change = _total_variation(profile_before["digits"], profile_now["digits"])
        if change > _MAX_SHARE_CHANGE:
            messages.append(f"{task}: {change:.0%} of the digits differ from those of the previous run")
    return messages


def _total_variation(counts_before: Sequence[int], counts_now: Sequence[int]) -> float:
    """Return the total variation distance, 0 to 1, of two distributions that are given as counts."""
    shares_before, shares_now = (np.array(counts) / max(1, sum(counts)) for counts in (counts_before, counts_now))
    return float(np.abs(shares_before - shares_now).sum() / 2)
