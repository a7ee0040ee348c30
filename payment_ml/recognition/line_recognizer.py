"""Recognise lines of text: run the network, decode its output, and add views and crops where it is uncertain."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np

from payment_ml.imaging import line_batches, line_images
from payment_ml.imaging.line_images import LineImage
from payment_ml.networks.inference import Network
from payment_ml.recognition import ctc
from payment_ml.recognition.test_time_augmentation import (
    LineRecognition,
    likely_crops,
    linear_opinion_pool,
    logarithmic_opinion_pool,
)

# Lines that are recognised together. An interrupted batch resumes at a multiple of it, so that the network gets the
# same groups of lines again; other groups round differently.
BATCH_SIZE = 96

Item = TypeVar("Item")
Result = TypeVar("Result")


class LineRecognizer:
    """Own a line network, its decoding and its test-time augmentation."""

    def __init__(self, network: Network):
        self._network = network

    def recognize(self, lines: Sequence[LineImage]) -> list[LineRecognition]:
        """Recognise lines, each as it is recognised alone.

        A confident line is recognised in one view, other lines in three. Below 95% probability, alternative crops are
        recognised too, each in three views unless it is too unlikely to count. If the result is still below 80%, so is
        the full image, and the more likely result counts. The thresholds are those of `test_time_augmentation`.

        Parameters
        ----------
        lines : of different images

        Returns
        -------
        a recognition for each line, in their order
        """
        first = self.recognize_once(lines)
        uncertain = {i: [recognition] for i, recognition in enumerate(first) if not recognition.is_confident}
        crops = {i: line_images.alternative_crops(lines[i]) for i in uncertain if first[i].needs_other_crops}
        for i, recognitions in _in_groups(self.recognize_once, crops).items():
            uncertain[i] += recognitions
        pooled = self._pool_views(uncertain)
        # Where no text was detected, the alternative crops included the full image already.
        full_images = {
            i: line_images.full_image_crops(recognition.line)
            for i, recognition in pooled.items()
            if recognition.needs_full_image and lines[i].text_detected
        }
        for i, recognition in self._pool_views(_in_groups(self.recognize_once, full_images)).items():
            pooled[i] = max(pooled[i], recognition, key=lambda candidate: candidate.score)
        return [pooled.get(i, recognition) for i, recognition in enumerate(first)]

    def log_probs(self, pixels: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Run the network on line images.

        Parameters
        ----------
        pixels : uint8 [32, width] each, 0 paper, 255 ink, as `LineImage.pixels`

        Returns
        -------
        float32 [width / 4, labels + 1] each, see `ctc`
        """
        outputs: dict[int, np.ndarray] = {}
        # Lines of one padded width go together, so that padding never changes what is recognised.
        widths = [line_batches.padded_width(line.shape[1]) for line in pixels]
        for _, group in itertools.groupby(sorted(range(len(pixels)), key=widths.__getitem__), key=widths.__getitem__):
            indices = list(group)
            batch = self._network(line_batches.stack_lines([pixels[i] for i in indices]))
            for i, log_probs in zip(indices, batch, strict=True):
                outputs[i] = log_probs[: line_batches.frame_count(pixels[i].shape[1])]
        return [outputs[i] for i in range(len(pixels))]

    def recognize_once(self, lines: Sequence[LineImage], width: int = ctc.BEAM_WIDTH) -> list[LineRecognition]:
        """Recognise each line in one view, however doubtful; a fraction of the time of `recognize`.

        Parameters
        ----------
        width : number of prefixes that are followed; two find the likeliest text nearly always, and a quarter as many
            take a third of the time on lines of words
        """
        outputs = self.log_probs([line.pixels for line in lines])
        found = ctc.beam_searches([log_probs[ctc.drop_repeated_blanks(log_probs)] for log_probs in outputs], width)
        return list(map(LineRecognition, lines, outputs, found))

    def _pool_views(self, crops: Mapping[int, list[LineRecognition]]) -> dict[int, LineRecognition]:
        """Recognise two further views of each likely crop and combine all crops and views of an image."""
        views = {
            i: [view for crop in likely_crops(recognitions) for view in line_images.rescaled_views(crop.line)]
            for i, recognitions in crops.items()
        }
        log_probs = _in_groups(self.log_probs, views)
        return {
            i: linear_opinion_pool(recognitions, log_probs[i])
            if recognitions[0].needs_other_crops or len(recognitions) > 1
            else logarithmic_opinion_pool(recognitions[0], log_probs[i])
            for i, recognitions in crops.items()
        }


def _in_groups(
    function: Callable[[list[Item]], list[Result]], groups: Mapping[int, list[Item]]
) -> dict[int, list[Result]]:
    """Call a function once for the items of all groups, and return its results in the same groups."""
    results = iter(function(list(itertools.chain.from_iterable(groups.values()))))
    return {i: list(itertools.islice(results, len(items))) for i, items in groups.items()}
