"""Compare operations on arrays with the ones of numpy and OpenCV that they replace, as ratios within one run.

See docs/decisions/line-detection.md and docs/decisions/generator.md.

Run: .venv/bin/python benchmarks/array_operations.py
"""

import timeit
from collections.abc import Callable

import click
import cv2
import numpy as np

from payment_ml.imaging import background, line_detection


def best_microseconds(call: Callable[[], object]) -> float:
    """Return the shortest time of a call in microseconds, over five series of a tenth of a second."""
    timer = timeit.Timer(call)
    repeats, seconds = timer.autorange()
    repeats = max(1, int(repeats * 0.1 / seconds))
    return 1e6 * min(timer.repeat(5, repeats)) / repeats


def main() -> None:
    """Measure each pair and print a table."""
    rng = np.random.default_rng(0)
    page = rng.integers(0, 256, (96, 480), np.uint8)
    levels = page.astype(np.float32)
    heights = rng.integers(5, 60, 12)
    mask = (rng.random((96, 480)) < 0.1).astype(np.uint8)
    pairs: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "upper_median / numpy.median, a third of a page": (
            lambda: background.upper_median(levels.ravel()[::3]),
            lambda: np.median(levels.ravel()[::3]),
        ),
        "grey_quantiles / numpy.quantile, a page": (
            lambda: background.grey_quantiles(page, 0.02, 0.5, 0.98),
            lambda: np.quantile(page, [0.02, 0.5, 0.98]),
        ),
        "_rank_quantile / numpy.percentile, 12 heights": (
            lambda: line_detection._rank_quantile(heights, 0.8),
            lambda: np.percentile(heights, 80),
        ),
        "components numbered in 16 bits / 32 bits": (
            lambda: cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_16U),
            lambda: cv2.connectedComponentsWithStats(mask, connectivity=8, ltype=cv2.CV_32S),
        ),
        "numpy.minimum of maximum / numpy.clip, a digit": (
            lambda: np.minimum(np.maximum(levels[:28, :28], 0), 1),
            lambda: np.clip(levels[:28, :28], 0, 1),
        ),
    }
    click.echo(f"{'ours / instead of':50}{'µs':>9}{'µs':>9}{'ratio':>8}")
    for name, (ours, replaced) in pairs.items():
        own_time, replaced_time = best_microseconds(ours), best_microseconds(replaced)
        click.echo(f"{name:50}{own_time:9.1f}{replaced_time:9.1f}{own_time / replaced_time:8.2f}")


if __name__ == "__main__":
    main()
