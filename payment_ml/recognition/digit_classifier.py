"""Read a digit from an image, with a confidence and a decision to accept it or to send it to review."""

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
from payment_ml.imaging import digit_segmentation, image_loading
from payment_ml.imaging.image_loading import Source, load_grey_with_note
from payment_ml.networks import inference
from payment_ml.recognition import acceptance, confidence
from payment_ml.recognition.readings import DigitReading
from payment_ml.registry.versions import Version
from payment_ml.tasks import Task
from payment_ml.text.profiles import Profile

_BATCH_SIZE = 1000  # digits per call of the network; more gain no speed and cost memory
_PREFETCH = 8  # images of a batch that are read before the first of them is asked for


class DigitClassifier:
    """Read digits with a digit network, its temperature and its acceptance rules; fulfils the protocol `Reader`."""

    task = Task.DIGITS
    batch_size = 96  # that a process gets at a time; each is read alone
    profile: Profile | None = None  # a digit means the same on every form

    def __init__(self, version: Version):
        """Load a version's network; `load_digit_classifier` finds a version and verifies it first."""
        self.version = version
        self.temperature: float = version.metadata.get("temperature", 1.0)
        self.acceptance_rules = acceptance.rules_from_metadata(version.metadata)
        self._network = inference.load_session(version.inference_path)

    def predict_proba(self, images: np.ndarray) -> np.ndarray:
        """Return the calibrated probability of each digit.

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

    def log_probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the logarithms of the network's own probabilities, before temperature scaling.

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
        batches = [self._network(images[i : i + _BATCH_SIZE]) for i in range(0, len(images), _BATCH_SIZE)]
        return np.concatenate(batches) if batches else np.zeros((0, 10), np.float32)

    def read(self, source: Source) -> DigitReading:
        """Read the digit in the middle of an image of any size and colour, dark on light or light on dark.

        An image that cannot be read raises nothing but becomes a reading for review with the reason.

        Parameters
        ----------
        source : path, bytes, PIL image, or array [height, width] or [height, width, 1 | 3 | 4]; a source of several
            pages goes to review, see `read_pages`

        Raises
        ------
        TypeError : `source` is none of these types
        """
        try:
            grey, note = load_grey_with_note(source)
        except ImageError as error:
            return DigitReading(None, 0.0, "review", error.reason, None)
        ink = digit_segmentation.extract_ink(grey)
        crops, box = digit_segmentation.crop_center_digit(ink), digit_segmentation.center_digit_box(ink)
        if not crops or box is None:
            return DigitReading(None, 0.0, "review", "no writing was found in the picture", None, note=note)
        probabilities = _pool_crops(self.predict_proba(np.stack(crops)))
        certainty = float(probabilities.max())
        reason = acceptance.review_reason(certainty, self.acceptance_rules.get("pictures"), self.version.name)
        decision = "accept" if reason is None else "review"
        left, top, right, bottom = box
        outline = ((left, top), (right, top), (right, bottom), (left, bottom))
        return DigitReading(int(probabilities.argmax()), certainty, decision, reason, probabilities, outline, note)

    def read_many(self, sources: Iterable[Source]) -> list[DigitReading]:
        """Read many images, in their order; a bad one becomes a reading for review and stops nothing."""
        return list(self.stream(sources))

    def with_profile(self, profile: Profile | None) -> "DigitClassifier":
        """Return this reader: a digit means the same on every form."""
        return self

    def read_pages(self, source: Source) -> list[DigitReading]:
        """Read each page of a TIFF or HEIC in their order; any other source is one page."""
        return self.read_many(image_loading.split_pages(source))

    def stream(self, sources: Iterable[Source]) -> Iterator[DigitReading]:
        """Read many images, and yield each reading as soon as it and those before it are ready."""
        remaining = iter(sources)
        with ThreadPoolExecutor(max_workers=2) as pool:
            pending = deque(pool.submit(self.read, source) for source in itertools.islice(remaining, _PREFETCH))
            while pending:
                yield pending.popleft().result()
                pending.extend(pool.submit(self.read, source) for source in itertools.islice(remaining, 1))

    def uncalibrated(self) -> "DigitClassifier":
        """Return the same reader with the network's own confidence, for comparison."""
        reader = copy.copy(self)
        reader.temperature = 1.0
        return reader

    @property
    def calibration_state(self) -> dict[str, Any]:
        """Return what calibration set, as card.json records it."""
        return {
            "temperature": self.temperature,
            "promises": acceptance.rules_as_metadata(self.acceptance_rules),
        }

    def describe_calibration(self) -> str:
        """Return the calibration in words."""
        return f"temperature {self.temperature:.3f} (1 would leave the network as it is)"

    def threshold(self, kind: str | None = None) -> float:
        """Return the lowest accepted confidence; infinite if there is no rule yet, so that nothing is accepted.

        Parameters
        ----------
        kind : "digits" for images in MNIST's format; "pictures" for images of any other kind, as None
        """
        rule = self.acceptance_rules.get(kind or "pictures")
        return math.inf if rule is None else rule.threshold


def _pool_crops(probabilities: np.ndarray) -> np.ndarray:
    """Combine the probabilities of several crops, float32 [crops, 10] -> [10]; a more confident crop weighs more.

    A crop through a neighbour's stroke looks like no digit, and the network is unsure of it. Two confident crops that
    disagree leave the result uncertain, as they should.
    """
    weights = probabilities.max(axis=1) ** 12
    return (weights / weights.sum()) @ probabilities
