"""Provide the training data of the network of pages: batches for every epoch, the loss on a batch, and validation."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import page_images
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.training import losses, page_generator
from payment_ml.training.chunked_epochs import Batch, ChunkedEpochs

_VALIDATION_BATCH_SIZE = 8
_VIEW_DISTANCE = 8  # new chunks between one view of a chunk and the next
_CALIBRATION_BATCHES = 6  # at most


class PageTrainingData:
    """Hold whole pages that worker processes compose during training, each in several views.

    Parameters
    ----------
    training, validation : the splits whose digits the amounts are written with
    seed : of all random numbers
    documents : to compose for each epoch, rounded down to whole chunks of the page generator
    validation_documents : pages to validate on, composed once
    """

    signature = (tf.TensorSpec([None, None, None, 1], tf.uint8), tf.TensorSpec([None, None, None], tf.uint8))
    unit = "pages"

    def __init__(self, training: Split, validation: Split, seed: int, documents: int, validation_documents: int):
        self._training, self._seed = training, seed
        self._chunks_per_epoch = documents // page_generator.CHUNK_SIZE
        pages = page_generator.generate_pages(validation, np.random.default_rng([seed, 0]), validation_documents)
        self._validation_batches = page_generator.stack_batches(pages, _VALIDATION_BATCH_SIZE)
        chosen = self._validation_batches[:: -(-len(self._validation_batches) // _CALIBRATION_BATCHES)]
        self.calibration_batches: Sequence[np.ndarray] = [images for images, _ in chosen]

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Return six pages, each beside the labels of its cells, and their numbers."""
        pages = page_generator.generate_pages(self._training, np.random.default_rng([self._seed, 1]), 6)
        images = []
        for pixels, labels in pages:
            images.append(np.hstack([pixels, page_images.draw_labels(labels)]))
        return images, [f"page {number}" for number in range(1, len(images) + 1)]

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches in an epoch; the last, smaller batch of each chunk is left out."""
        return page_generator.VIEWS * self._chunks_per_epoch * (page_generator.CHUNK_SIZE // batch_size)

    def epochs(self, count: int, batch_size: int, first: int = 0) -> Iterator[Iterator[Batch]]:
        """Yield the batches of each epoch from `first` to `count`, each of pages of about one size."""
        chunks = ChunkedEpochs(
            self._chunks_per_epoch, page_generator.VIEWS, _VIEW_DISTANCE, page_generator.init_worker, self._training
        )
        return chunks.epochs(
            first, count, page_generator.training_batches, lambda number: ((self._seed, 1, number), batch_size)
        )

    def loss(self, scores: tf.Tensor, *batch: tf.Tensor) -> tf.Tensor:
        """Return the weighted cross-entropy of the cells of a batch of pages and labels."""
        return tf.reduce_mean(losses.cell_losses(scores, batch[1]))

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Return mean loss, its standard error over pages, and the share of amounts that are found."""
        values, found = losses.page_losses(logits, self._validation_batches)
        return (*losses.mean_and_standard_error(values), float(np.mean(found)))

    def corrections_loss(self, logits: Any) -> float | None:
        """Return None: no correction says where an amount stands."""
        return None
