"""What people's corrections look like, and whether that has changed since the run before."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from payment_ml.text import amounts

_MAX_SHIFT = 0.5  # interquartile ranges by which a median may move from one run to the next
_MAX_SHARE_CHANGE = 0.2  # share of the digits that may be others than in the run before
_MIN_CORRECTIONS = 50  # corrections, from which on their distribution says something


def profile(taken: Sequence[Any]) -> dict[str, Any]:
    """Count, quartiles of ink and height, and how often each digit stands in the truths.

    Parameters
    ----------
    taken : corrections with `text`, `ink` and `height`, as `intake.Taken` has them
    """
    counts = np.bincount([int(digit) for each in taken for digit in amounts.digits_of(each.text)], minlength=10)
    quartiles = [25, 50, 75]
    return {
        "count": len(taken),
        "ink": np.percentile([each.ink for each in taken], quartiles).round(4).tolist() if taken else [],
        "height": np.percentile([each.height for each in taken], quartiles).tolist() if taken else [],
        "digits": counts.tolist(),
    }


def detect_drift(before: dict[str, Any] | None, now: dict[str, Any]) -> list[str]:
    """What is different about the corrections than in the run before, in words; empty when nothing is.

    A median of ink or size has drifted when it moved by more than half of the interquartile range of before, the
    digits when a fifth of them are others (total variation). Fewer than 50 corrections say nothing.

    Parameters
    ----------
    before, now : with a `profile` for each task, as `intake.write` gives them; None: there was no run before
    """
    found = []
    for task, new in now["profiles"].items():
        old = (before or {}).get("profiles", {}).get(task)
        if old is None or min(old["count"], new["count"]) < _MIN_CORRECTIONS:
            continue
        for what, unit in (("ink", "of the writing's box"), ("height", "pixels")):
            low, middle, high = old[what]
            moved = abs(new[what][1] - middle) / max(high - low, 1e-6)
            if moved > _MAX_SHIFT:
                found.append(
                    f"{task}: the median {what} went from {middle:.3g} to {new[what][1]:.3g} {unit}, "
                    f"{moved:.1f} interquartile ranges"
                )
        one, other = (np.array(each["digits"]) / max(1, sum(each["digits"])) for each in (old, new))
        changed = float(np.abs(one - other).sum() / 2)
        if changed > _MAX_SHARE_CHANGE:
            found.append(f"{task}: {changed:.0%} of the digits are others than in the run before")
    return found
