"""Reads a digit from a picture, says how sure it is, and whether a person should look."""

import copy
import itertools
import math
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.errors import ImageError
from payment_ml.imaging import digit_segmentation
from payment_ml.imaging.image_loading import Source, load_grey_with_note
from payment_ml.networks import inference
from payment_ml.recognition import confidence
from payment_ml.recognition.acceptance import review_reason
from payment_ml.recognition.readings import DigitReading
from payment_ml.registry.versions import Version

_CHUNK = 1000  # digits a call of the network; more gains no speed and costs memory
_AHEAD = 8  # pictures of a batch that are read before the first of them is asked for


class DigitClassifier:
    """A trained digit network with its temperature and its accept threshold."""

    def __init__(self, version: Version):
        """Load a version's network; `load_digit_classifier` finds one and checks it first."""
        self.version = version
        self.temperature = version.metadata.get("temperature", 1.0)
        self.promises = version.metadata.get("promises", {})
        self._network = inference.load_session(version.network_path)

    def log_probabilities(self, images: np.ndarray) -> np.ndarray:
        """Logarithms of what the network says by itself, before temperature scaling.

        Parameters
        ----------
        images : uint8 [n, 28, 28], 0 paper, 255 ink

        Returns
        -------
        float32 [n, 10]

        Raises
        ------
        ValueError : another shape or dtype
        """
        images = np.asarray(images)
        if images.dtype != np.uint8 or images.shape[1:] != (SIDE, SIDE):
            raise ValueError(
                f"expected uint8 [n, {SIDE}, {SIDE}] with 0 for paper, but got {images.dtype} {list(images.shape)}; "
                "read(source) takes pictures of any kind"
            )
        chunks = [self._network(images[i : i + _CHUNK]) for i in range(0, len(images), _CHUNK)]
        return np.concatenate(chunks) if chunks else np.zeros((0, 10), np.float32)

    def predict_proba(self, images: np.ndarray) -> np.ndarray:
        """Calibrated probability of each digit.

        Parameters
        ----------
        images : uint8 [n, 28, 28], MNIST's polarity: 0 paper, 255 ink

        Returns
        -------
        float32 [n, 10], rows sum to 1

        Raises
        ------
        ValueError : another shape or dtype
        """
        return confidence.temperature_scale(self.log_probabilities(images), self.temperature)

    def read(self, source: Source) -> DigitReading:
        """Read the digit in the middle of a picture: any size and colour, dark on light or light on dark.

        A picture that cannot be read is no exception here but a reading for review with the reason, as one bad
        picture must not stop a batch.

        Parameters
        ----------
        source : path, bytes, PIL image, or array [height, width] or [height, width, 1 | 3 | 4]

        Raises
        ------
        TypeError : `source` is none of these types
        """
        try:
            grey, note = load_grey_with_note(source)
        except ImageError as error:
            return DigitReading(None, 0.0, "review", str(error), None)
        found = digit_segmentation.extract_ink(grey)
        cuts = digit_segmentation.crop_center_digit(found)
        if not cuts:
            return DigitReading(None, 0.0, "review", "no writing was found in the picture", None, note=note)
        probabilities = _weigh(self.predict_proba(np.stack(cuts)))
        confidence = float(probabilities.max())
        reason = review_reason(confidence, self.promises.get("pictures"), self.version.name)
        decision = "accept" if reason is None else "review"
        left, top, right, bottom = digit_segmentation.center_digit_box(found)
        outline = ((left, top), (right, top), (right, bottom), (left, bottom))
        return DigitReading(int(probabilities.argmax()), confidence, decision, reason, probabilities, outline, note)

    def read_many(self, sources: Iterable[Source]) -> list[DigitReading]:
        """Read many pictures, in their order; a bad one becomes a reading for review and stops nothing."""
        return list(self.stream(sources))

    def stream(self, sources: Iterable[Source]) -> Iterator[DigitReading]:
        """As `read_many`, but each reading is given as soon as it and those before it are there."""
        remaining = iter(sources)
        with ThreadPoolExecutor(max_workers=2) as readers:
            ahead = deque(readers.submit(self.read, each) for each in itertools.islice(remaining, _AHEAD))
            while ahead:
                yield ahead.popleft().result()
                ahead.extend(readers.submit(self.read, each) for each in itertools.islice(remaining, 1))

    def uncalibrated(self) -> "DigitClassifier":
        """The same reader, as sure as its network is by itself; to compare with."""
        other = copy.copy(self)
        other.temperature = 1.0
        return other

    @property
    def calibration_state(self) -> dict[str, Any]:
        """What calibration set, as the version's card keeps it."""
        return {"temperature": self.temperature, "promises": self.promises}

    def describe_calibration(self) -> str:
        """The calibration in words."""
        return f"temperature {self.temperature:.3f} (1 would leave the network as it is)"

    def threshold(self, kind: str = "pictures") -> float:
        """The least confidence at which to accept: of "digits" as MNIST cuts them, or of "pictures".

        Infinite when nothing was promised yet, so that nothing is accepted.
        """
        return self.promises[kind]["threshold"] if kind in self.promises else math.inf


def _weigh(probabilities: np.ndarray) -> np.ndarray:
    """One distribution out of those of several cuts, float32 [cuts, 10] -> [10]: the surer a cut, the more it counts.

    A cut through a neighbour's stroke looks like no digit, and the network says so by being unsure. Two sure cuts that
    disagree leave doubt, as they should.
    """
    weights = probabilities.max(axis=1) ** 12
    return (weights / weights.sum()) @ probabilities
