"""Keep the range of the readings that an acceptance rule was calibrated on, and tell which readings lie outside of it.

A promise holds for images like those that it was made on. The confidence of a network does not say that an image is
unlike them; its size, its strokes, its slope and the length of its number do.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from decimal import Decimal
from typing import Any

import cv2
import numpy as np

from payment_ml.errors import RegistryError
from payment_ml.imaging.line_images import TEXT_HEIGHT, LineImage

_TAIL = 0.0005  # share of the calibration readings that lie beyond either end of the range, except for these:
_EXACT = ("digits", "value")


@dataclass(frozen=True)
class Measures:
    """Hold what of a reading its calibrated range is about."""

    digits: int
    value: float  # in the currency's unit, without its sign
    digit_height: float  # pixels of the image, of which at most 96 are used for its whole height
    stroke_width: float  # share of the height of a digit
    tilt: float  # degrees, downwards


_WORDS = {  # for the fields of `Measures`, in their order
    "digits": ("it has {:.0f} digits", "{:.0f}"),
    "value": ("it is an amount of {:,.2f}", "{:,.2f}"),
    "digit_height": ("its digits are {:.0f} pixels high", "{:.0f}"),
    "stroke_width": ("its strokes are {:.1%} as wide as a digit is high", "{:.1%}"),
    "tilt": ("it slopes by {:.1f} degrees", "{:.1f}"),
}


def measure(line: LineImage, digits: int, value: Decimal) -> Measures:
    """Measure a line and what was read of it."""
    ink = line.pixels.astype(np.float32) / np.float32(255)
    # Sobel's weights add up to 8 times the slope; the slope's integral is the length of the edge.
    across, down = (cv2.Sobel(ink, cv2.CV_32F, *axis, scale=1 / 8) for axis in ((1, 0), (0, 1)))
    edge = max(float(cv2.magnitude(across, down).sum()), 1.0)
    slope = float(line.transform[1, 0] / line.transform[0, 0])
    return Measures(
        digits,
        abs(float(value)),
        line.digit_height * line.page.scale,
        2 * float(ink.sum()) / edge / TEXT_HEIGHT,
        math.degrees(math.atan(slope)),
    )


@dataclass(frozen=True)
class CalibratedRange:
    """Hold the lowest and the highest value of each of the measures."""

    bounds: Mapping[str, tuple[float, float]]

    @classmethod
    def of(cls, measures: Iterable[Measures]) -> "CalibratedRange":
        """Return the range of the readings that a rule is calibrated on; at least one."""
        columns = np.array([astuple(reading) for reading in measures], float).T
        bounds = {}
        for name, values in zip(_WORDS, columns, strict=True):
            tail = 0.0 if name in _EXACT else _TAIL
            bounds[name] = (float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail)))
        return cls(bounds)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> "CalibratedRange | None":
        """Return the range of a version; None where it was evaluated before there were ranges.

        Raises
        ------
        RegistryError : the entry is damaged
        """
        entry = metadata.get("range")
        if entry is None:
            return None
        try:
            bounds = {name: (float(entry[name][0]), float(entry[name][1])) for name in _WORDS}
        except (TypeError, KeyError, IndexError, ValueError) as error:
            raise RegistryError(
                f"expected the calibrated range of a version in its card.json, but it is damaged ({error!r}); "
                "restore the file, or go back with payment-ml models rollback"
            ) from error
        return cls(bounds)

    def as_metadata(self) -> dict[str, list[float]]:
        """Return the range as the entry `range` of card.json."""
        return {name: [round(low, 4), round(high, 4)] for name, (low, high) in self.bounds.items()}

    def widened(self, share: float) -> "CalibratedRange":
        """Return the range with a margin on either side, a share of its width; digits and value have none."""
        margins = {name: 0.0 if name in _EXACT else share * (high - low) for name, (low, high) in self.bounds.items()}
        return CalibratedRange(
            {name: (low - margins[name], high + margins[name]) for name, (low, high) in self.bounds.items()}
        )

    def within(self, outer: "CalibratedRange") -> "CalibratedRange":
        """Return the part of the range that lies inside of another."""
        bounds = {}
        for name, (low, high) in self.bounds.items():
            lowest, highest = outer.bounds[name]
            bounds[name] = (max(low, lowest), min(high, highest))
        return CalibratedRange(bounds)

    def reason(self, measures: Measures) -> str | None:
        """Return which measure of a reading lies outside, in words; None if none does."""
        for name, value in asdict(measures).items():
            low, high = self.bounds[name]
            if not low - 1e-4 <= value <= high + 1e-4:
                what, bound = _WORDS[name]
                return (
                    f"{what.format(value)}, but the accept threshold was calibrated from {bound.format(low)} "
                    f"to {bound.format(high)}"
                )
        return None
