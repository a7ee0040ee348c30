"""What a network learns from: batches for every epoch, the loss on a batch, and how validation judges it."""

import itertools
import math
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from payment_ml.datasets.mnist_format import SIDE
from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_images
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.synthesis import augmentation
from payment_ml.text import alphabet
from payment_ml.training import line_generator

Batch = tuple[np.ndarray, ...]


class TrainingData(Protocol):
    """What `training.train` asks for."""

    signature: tuple[tf.TensorSpec, ...]  # of a batch
    unit: str  # what the validation accuracy is a share of
    sample_batch: np.ndarray  # some pictures of the validation split, to compare networks by

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Pictures uint8 [height, width], 0 paper, as the network gets to see them, and a caption for each."""

    def steps_per_epoch(self, batch_size: int) -> int:
        """Batches in an epoch."""

    def epochs(self, count: int, batch_size: int) -> Iterator[Iterator[Batch]]:
        """For each epoch its batches; the same ones whenever it is asked."""

    def loss(self, scores: tf.Tensor, *batch: tf.Tensor) -> tf.Tensor:
        """Mean loss in nats of what the network's layer `logits` says of a batch."""

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Mean loss on the validation split in nats, its standard error, and the share read right."""

    def corrections_loss(self, logits: Any) -> float | None:
        """Mean loss in nats on people's corrections, as they are; None when it learns from none."""


class DigitTrainingData:
    """Single digits, distorted anew in every epoch."""

    signature = (tf.TensorSpec([None, SIDE, SIDE], tf.uint8), tf.TensorSpec([None], tf.int32))
    unit = "digits"

    def __init__(
        self,
        training: Split,
        validation: Split,
        seed: int,
        augment: bool = True,
        corrections: tuple[np.ndarray, np.ndarray] | None = None,
        corrections_share: float = 0.0,
    ):
        """`corrections`, images and labels as of a split, make up at most their share of every epoch."""
        self._training, self._validation = training, validation
        self._seed, self._augment = seed, augment
        self._corrections = corrections if corrections is not None and len(corrections[1]) else None
        known = 0 if self._corrections is None else len(corrections[1])
        self._corrected = min(int(corrections_share * len(training.labels)), _MAX_REPEATS * known)
        self.sample_batch = validation.images[:200]

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Twelve digits, each beside what became of it."""
        images = self._training.images[:12]
        shown = augmentation.distort(images, np.random.default_rng(self._seed)) if self._augment else images
        pairs = [np.hstack(pair) for pair in zip(images, shown, strict=True)]
        return pairs, [str(label) for label in self._training.labels[:12]]

    def steps_per_epoch(self, batch_size: int) -> int:
        """Batches in an epoch; a last, smaller one is left out."""
        return len(self._training.labels) // batch_size

    def epochs(self, count: int, batch_size: int) -> Iterator[Iterator[Batch]]:
        """Each epoch's digits, shuffled and distorted; the next epoch's are made beside the training of this one."""
        generators = np.random.default_rng(self._seed).spawn(count)
        with ThreadPoolExecutor(max_workers=1) as beside:
            waiting = beside.submit(self._make, generators[0])
            for epoch in range(count):
                ready = waiting.result()
                if epoch + 1 < count:
                    waiting = beside.submit(self._make, generators[epoch + 1])
                yield self._batches(*ready, batch_size)

    def _make(self, rng: np.random.Generator) -> Batch:
        order = rng.permutation(len(self._training.labels))
        images = self._training.images[order]
        labels = self._training.labels[order].astype(np.int32)
        if self._corrected:
            # In an order of chance already, so the first places are as good as any; then they are shuffled in.
            chosen = rng.integers(len(self._corrections[1]), size=self._corrected)
            mixed = rng.permutation(len(labels))
            images[: self._corrected], labels[: self._corrected] = (part[chosen] for part in self._corrections)
            images, labels = images[mixed], labels[mixed]
        return (augmentation.distort(images, rng) if self._augment else images), labels

    def _batches(self, images: np.ndarray, labels: np.ndarray, batch_size: int) -> Iterator[Batch]:
        for i in range(self.steps_per_epoch(batch_size)):
            batch = slice(i * batch_size, (i + 1) * batch_size)
            yield images[batch], labels[batch]

    def loss(self, scores: tf.Tensor, images: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
        """Cross-entropy."""
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, scores))

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Cross-entropy and accuracy on the validation digits."""
        losses, right = _digit_losses(logits, self._validation.images, self._validation.labels)
        return (*_mean_and_error(losses), float(np.mean(right)))

    def corrections_loss(self, logits: Any) -> float | None:
        """Cross-entropy of the corrected digits."""
        return float(np.mean(_digit_losses(logits, *self._corrections)[0])) if self._corrected else None


def _digit_losses(logits: Any, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cross-entropy of each digit in nats, and which are read right."""
    scores = np.concatenate([logits(images[i : i + 1000], training=False) for i in range(0, len(labels), 1000)])
    losses = np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(scores)), labels]
    return losses, scores.argmax(axis=1) == labels


class AmountTrainingData:
    """Whole amounts, which other processes write beside the training; each is looked at several times, differently."""

    signature = (
        tf.TensorSpec([None, line_images.HEIGHT, None], tf.uint8),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, None], tf.int32),
    )
    unit = "amounts"

    def __init__(
        self,
        training: Split,
        validation: Split,
        seed: int,
        amounts: int,
        validation_amounts: int = 2000,
        corrections: line_generator.LabelledLines = (),
        corrections_share: float = 0.0,
    ):
        """Write with the digits of two splits: `amounts` for each epoch, and once those to validate on.

        `corrections` make up at most their share of every epoch.
        """
        self._training, self._seed = training, seed
        self._sheets = amounts // line_generator.CHUNK_SIZE
        self._corrections = corrections
        often = math.ceil(_MAX_REPEATS * len(corrections) / max(1, self._sheets))
        self._corrected = min(int(corrections_share * line_generator.CHUNK_SIZE), often)
        rng = np.random.default_rng([seed, 0])
        self._validation = line_generator.generate_lines(validation, rng, validation_amounts, distort=False)
        self.sample_batch = next(line_generator.pad_batches(self._validation, 64))[0]

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Twenty-four strips, with what is written on them."""
        lines = line_generator.generate_lines(self._training, np.random.default_rng([self._seed, 1]), 24, distort=True)
        texts = ["".join(alphabet.ALPHABET[symbol - 1] for symbol in symbols) for _, symbols in lines]
        return [levels for levels, _ in lines], [text.replace("$", r"\$") for text in texts]

    def steps_per_epoch(self, batch_size: int) -> int:
        """Batches in an epoch; each sheet that is written leaves its last, smaller one out."""
        return line_generator.VIEWS * self._sheets * (line_generator.CHUNK_SIZE // batch_size)

    def epochs(self, count: int, batch_size: int) -> Iterator[Iterator[Batch]]:
        """Each epoch's strips, in batches of about one width."""
        # Spawned, not forked: a fork of a process that runs TensorFlow's threads may hang.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(
            os.cpu_count(), context, line_generator.init_worker, (self._training, self._corrections)
        ) as pool:
            seeds = iter([(self._seed, 1, i) for i in range(count * self._sheets)])
            pending = deque(self._submit(pool, seed, batch_size) for seed in itertools.islice(seeds, _PREFETCH))
            shown: deque[list[list[Batch]]] = deque(maxlen=(line_generator.VIEWS - 1) * _VIEW_DISTANCE + 1)
            try:
                for _ in range(count):
                    yield self._batches(pool, pending, seeds, shown, batch_size)
            finally:  # training may stop early
                pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self, pool: ProcessPoolExecutor, seed: tuple[int, ...], batch_size: int) -> Future:
        return pool.submit(line_generator.training_batches, seed, batch_size, self._corrected)

    def _batches(
        self,
        pool: ProcessPoolExecutor,
        pending: deque[Future],
        seeds: Iterator[tuple[int, ...]],
        shown: deque[list[list[Batch]]],
        batch_size: int,
    ) -> Iterator[Batch]:
        """New sheets, and between them other looks at earlier ones; of the very first, at themselves."""
        for _ in range(self._sheets):
            shown.appendleft(pending.popleft().result())
            pending.extend(self._submit(pool, seed, batch_size) for seed in itertools.islice(seeds, 1))
            for look in range(line_generator.VIEWS):
                yield from shown[min(look * _VIEW_DISTANCE, len(shown) - 1)][look]

    def loss(self, scores: tf.Tensor, images: tf.Tensor, frames: tf.Tensor, symbols: tf.Tensor) -> tf.Tensor:
        """Connectionist temporal classification (Graves et al. 2006)."""
        return tf.reduce_mean(_ctc_loss(scores, frames, symbols))

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Loss on the validation amounts, and the share whose every character is read right."""
        losses, right = _amount_losses(logits, self._validation)
        return (*_mean_and_error(losses), float(np.mean(right)))

    def corrections_loss(self, logits: Any) -> float | None:
        """Loss on the corrected amounts."""
        return float(np.mean(_amount_losses(logits, self._corrections)[0])) if self._corrected else None


def _amount_losses(logits: Any, lines: line_generator.LabelledLines) -> tuple[np.ndarray, list[bool]]:
    """Loss of each strip in nats, and which are read right to the last mark; in no order to rely on."""
    losses, right = [], []
    for images, frames, symbols in line_generator.pad_batches(lines, 100):
        scores = tf.convert_to_tensor(logits(images, training=False))
        losses.append(_ctc_loss(scores, frames, symbols).numpy())
        best = scores.numpy().argmax(axis=2)
        right += [
            alphabet.collapse(row[:length]) == [symbol for symbol in truth if symbol]
            for row, length, truth in zip(best, frames, symbols.tolist(), strict=True)
        ]
    return np.concatenate(losses), right


_MAX_REPEATS = (
    20  # times that a correction may be seen in an epoch; a few corrections must not become all that there is
)
_PREFETCH = 6  # sheets that are written before they are needed; each takes about 10 MB
_VIEW_DISTANCE = 8  # sheets that are new between one look at a sheet and the next


def _ctc_loss(scores: tf.Tensor, frames: tf.Tensor, symbols: tf.Tensor) -> tf.Tensor:
    """Negative logarithm of each text's probability in nats; symbols int32 [n, longest], padded with 0."""
    return tf.nn.ctc_loss(
        tf.sparse.from_dense(symbols), scores, None, frames, logits_time_major=False, blank_index=alphabet.BLANK
    )


def _mean_and_error(losses: np.ndarray) -> tuple[float, float]:
    return float(np.mean(losses)), float(np.std(losses) / math.sqrt(len(losses)))


def make_training_data(task: str, training: Split, validation: Split, seed: int, **numbers: Any) -> TrainingData:
    """The lessons of a task.

    Parameters
    ----------
    task : "digits" or "amounts"
    numbers : of a recipe: `augment` for digits; `amounts`, written for each epoch; and for both `corrections`, as
        `intake` gives them, with `corrections_share`, at most so much of every epoch
    """
    return {"digits": DigitTrainingData, "amounts": AmountTrainingData}[task](training, validation, seed, **numbers)
