"""Provide the training data of each task: batches for every epoch, the loss on a batch, and validation."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.datasets.splits import Split
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.synthesis import augmentation, drawn_digits
from payment_ml.tasks import Task
from payment_ml.training import losses
from payment_ml.training.chunked_epochs import Batch
from payment_ml.training.line_data import MAX_REPEATS, AmountTrainingData, WordTrainingData
from payment_ml.training.page_data import PageTrainingData


class TrainingData(Protocol):
    """Provide what `trainer.train` needs: batches, a loss and validation."""

    signature: tuple[tf.TensorSpec, ...]  # of a batch
    unit: str  # plural noun, of which the validation accuracy is a share
    # Images of the validation split by which the exported network is quantised; none: it stays float32.
    calibration_batches: Sequence[np.ndarray]

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Return images as the network gets them, uint8 [height, width], 0 paper, and a caption for each."""

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches in an epoch."""

    def epochs(self, count: int, batch_size: int, first: int = 0) -> Iterator[Iterator[Batch]]:
        """Yield the batches of each epoch from `first` to `count`; every call yields the same ones for an epoch."""

    def loss(self, scores: tf.Tensor, *batch: tf.Tensor) -> tf.Tensor:
        """Return the mean loss of a batch in nats, given the output of the network's layer `logits`."""

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Return the mean loss on the validation split in nats, its standard error, and the accuracy, 0 to 1."""

    def corrections_loss(self, logits: Any) -> float | None:
        """Return the mean loss on the user corrections in nats, not augmented; None where there are none."""


def make_training_data(task: str, training: Split, validation: Split, seed: int, **options: Any) -> TrainingData:
    """Make the training data of a task.

    Parameters
    ----------
    task : a value of `Task`
    training, validation : the splits to learn from and to validate on; words need none
    seed : of all random numbers
    options : the data options of a recipe: `augment` and `drawn_share` for digits, `amounts` and `validation_amounts`
        for amounts and words, `documents` and `validation_documents` for pages; and for digits and amounts
        `corrections`, as `feedback.dataset` loads them, and `corrections_share`, their largest share of an epoch
    """
    if task == Task.PAGES:
        return PageTrainingData(training, validation, seed, **options)
    if task == Task.AMOUNTS:
        return AmountTrainingData(training, validation, seed, **options)
    if task == Task.WORDS:
        return WordTrainingData(seed, **options)
    return DigitTrainingData(training, validation, seed, **options)


class DigitTrainingData:
    """Hold single digits that are distorted anew in every epoch.

    Parameters
    ----------
    training, validation : the splits to learn from and to validate on
    seed : of all random numbers
    augment : whether to distort the digits
    corrections : images and labels of user corrections, in the format of a split; None where there are none
    corrections_share : largest share of an epoch that corrections may make up, 0 to 1
    drawn_share : of each epoch, that simulated writers draw anew, 0 to 1
    """

    signature = (tf.TensorSpec([None, SIDE, SIDE], tf.uint8), tf.TensorSpec([None], tf.int32))
    unit = "digits"
    calibration_batches: Sequence[np.ndarray] = ()  # one digit takes little time

    def __init__(
        self,
        training: Split,
        validation: Split,
        seed: int,
        augment: bool = True,
        corrections: tuple[np.ndarray, np.ndarray] | None = None,
        corrections_share: float = 0.0,
        drawn_share: float = 0.0,
    ):
        self._training, self._validation = training, validation
        self._seed, self._augment = seed, augment
        self._drawn_per_epoch = int(drawn_share * len(training.labels))
        if corrections is None:
            corrections = training.images[:0], training.labels[:0]
        self._corrections = corrections
        available = len(corrections[1])
        self._corrections_per_epoch = min(int(corrections_share * len(training.labels)), MAX_REPEATS * available)

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Return twelve digits, each beside its augmented copy, and their labels."""
        images = self._training.images[:12]
        augmented = augmentation.distort(images, np.random.default_rng(self._seed)) if self._augment else images
        pairs = [np.hstack(pair) for pair in zip(images, augmented, strict=True)]
        return pairs, [str(label) for label in self._training.labels[:12]]

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches in an epoch; a last, smaller one is left out."""
        return len(self._training.labels) // batch_size

    def epochs(self, count: int, batch_size: int, first: int = 0) -> Iterator[Iterator[Batch]]:
        """Yield the batches of each epoch from `first` to `count`, shuffled and augmented.

        A thread prepares the next epoch meanwhile.
        """
        if first >= count:
            return
        generators = np.random.default_rng(self._seed).spawn(count)
        with ThreadPoolExecutor(max_workers=1) as executor:
            pending = executor.submit(self._make_epoch, generators[first])
            for epoch in range(first, count):
                images, labels = pending.result()
                if epoch + 1 < count:
                    pending = executor.submit(self._make_epoch, generators[epoch + 1])
                yield self._batches(images, labels, batch_size)

    def loss(self, scores: tf.Tensor, *batch: tf.Tensor) -> tf.Tensor:
        """Return the mean cross-entropy of a batch of images and labels."""
        _, labels = batch
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Return mean cross-entropy in nats, its standard error and the accuracy on the validation digits."""
        values, correct = losses.digit_losses(logits, self._validation.images, self._validation.labels)
        return (*losses.mean_and_standard_error(values), float(np.mean(correct)))

    def corrections_loss(self, logits: Any) -> float | None:
        """Return the mean cross-entropy on the user corrections in nats; None where there are none."""
        if not self._corrections_per_epoch:
            return None
        return float(np.mean(losses.digit_losses(logits, *self._corrections)[0]))

    def _make_epoch(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        order = rng.permutation(len(self._training.labels))
        images = self._training.images[order]
        labels = self._training.labels[order].astype(np.int32)
        # The order is random already, so others may replace the first and the last digits; then all are shuffled again.
        if count := self._corrections_per_epoch:
            chosen = rng.integers(len(self._corrections[1]), size=count)
            images[:count], labels[:count] = (part[chosen] for part in self._corrections)
        if drawn := self._drawn_per_epoch:
            images[-drawn:], labels[-drawn:] = drawn_digits.draw_digits(drawn, rng)
        if count or drawn:
            mixed = rng.permutation(len(labels))
            images, labels = images[mixed], labels[mixed]
        return (augmentation.distort(images, rng) if self._augment else images), labels

    def _batches(self, images: np.ndarray, labels: np.ndarray, batch_size: int) -> Iterator[Batch]:
        for i in range(self.steps_per_epoch(batch_size)):
            batch = slice(i * batch_size, (i + 1) * batch_size)
            yield images[batch], labels[batch]
