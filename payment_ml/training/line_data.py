"""Provide lines to train on with CTC: amounts, and words; worker processes generate them during training."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_batches
from payment_ml.networks.backend import tensorflow as tf
from payment_ml.text import alphabet, word_alphabet
from payment_ml.training import line_generator, losses
from payment_ml.training.chunked_epochs import Batch, ChunkedEpochs
from payment_ml.training.line_sources import AmountLines, WordLines

# Times that a correction may occur in an epoch: a few corrections must not become most of what the network sees.
MAX_REPEATS = 20
_CALIBRATION_BATCHES = 8  # at most, of 64 lines each; they are spread over all widths


class LineTrainingData:
    """Hold lines that worker processes generate during training, each in several views.

    Parameters
    ----------
    training, validation : render the lines to learn from and to validate on
    decode : returns the text of labels
    seed : of all random numbers
    lines : to generate for each epoch, rounded down to whole chunks
    validation_lines : number of lines to validate on, generated once
    corrections : lines of user corrections
    corrections_share : largest share of an epoch that corrections may make up, 0 to 1
    chunk_size : lines that a worker process generates at once, at most
    """

    signature = (
        tf.TensorSpec([None, line_batches.HEIGHT, None], tf.uint8),
        tf.TensorSpec([None], tf.int32),
        tf.TensorSpec([None, None], tf.int32),
    )
    unit = "lines"
    # Views of each line that the network learns from. Generating a line is slow beside learning from it, so more views
    # save time; with too many the network memorises the lines (docs/decisions/network-and-training.md).
    views = 2
    view_distance = 8  # new chunks between one view of a chunk and the next

    def __init__(
        self,
        training: line_generator.LineSource,
        validation: line_generator.LineSource,
        decode: Callable[[Sequence[int]], str],
        seed: int,
        lines: int,
        validation_lines: int,
        corrections: line_generator.LabelledLines = (),
        corrections_share: float = 0.0,
        chunk_size: int = line_generator.CHUNK_SIZE,
    ):
        self._training, self._decode, self._seed = training, decode, seed
        self._chunk_size = max(1, min(chunk_size, lines))
        self._chunks_per_epoch = lines // self._chunk_size
        self._corrections = corrections
        most = math.ceil(MAX_REPEATS * len(corrections) / max(1, self._chunks_per_epoch))
        self._corrections_per_chunk = min(int(corrections_share * self._chunk_size), most)
        rng = np.random.default_rng([seed, 0])
        self.validation_lines = line_generator.generate_lines(validation, rng, validation_lines)
        batches = [batch[0] for batch in line_generator.pad_batches(self.validation_lines, 64)]
        self.calibration_batches: Sequence[np.ndarray] = batches[:: math.ceil(len(batches) / _CALIBRATION_BATCHES)]

    def examples(self) -> tuple[list[np.ndarray], list[str]]:
        """Return 24 lines with their texts; a dollar sign is escaped for matplotlib."""
        lines = line_generator.generate_lines(self._training, np.random.default_rng([self._seed, 1]), 24)
        texts = [self._decode(labels) for _, labels in lines]
        return [pixels for pixels, _ in lines], [text.replace("$", r"\$") for text in texts]

    def steps_per_epoch(self, batch_size: int) -> int:
        """Return the number of batches in an epoch; the last, smaller batch of each chunk is left out."""
        return self.views * self._chunks_per_epoch * (self._chunk_size // batch_size)

    def epochs(self, count: int, batch_size: int, first: int = 0) -> Iterator[Iterator[Batch]]:
        """Yield the batches of each epoch from `first` to `count`, each of lines of about one width."""
        chunks = ChunkedEpochs(
            self._chunks_per_epoch,
            self.views,
            self.view_distance,
            line_generator.init_worker,
            self._training,
            self._corrections,
        )
        return chunks.epochs(
            first,
            count,
            line_generator.training_batches,
            lambda number: (
                (self._seed, 1, number),
                batch_size,
                self._corrections_per_chunk,
                self.views,
                self._chunk_size,
            ),
        )

    def loss(self, scores: tf.Tensor, *batch: tf.Tensor) -> tf.Tensor:
        """Return the mean CTC loss of a batch of images, frame counts and labels."""
        _, frame_counts, labels = batch
        return tf.reduce_mean(losses.ctc_loss(scores, frame_counts, labels))

    def validate(self, logits: Any) -> tuple[float, float, float]:
        """Return mean CTC loss in nats, its standard error and the share of validation lines read without an error."""
        values, correct = losses.line_losses(logits, self.validation_lines)
        return (*losses.mean_and_standard_error(values), float(np.mean(correct)))

    def corrections_loss(self, logits: Any) -> float | None:
        """Return the mean CTC loss on the user corrections in nats; None where there are none."""
        if not self._corrections_per_chunk:
            return None
        return float(np.mean(losses.line_losses(logits, self._corrections)[0]))


class AmountTrainingData(LineTrainingData):
    """Hold lines of whole amounts in figures.

    Parameters
    ----------
    training, validation : the splits whose digits the amounts are written with
    seed : of all random numbers
    amounts : lines to generate for each epoch, rounded down to whole chunks
    validation_amounts : lines to validate on, generated once
    corrections, corrections_share, chunk_size : as of `LineTrainingData`
    """

    unit = "amounts"

    def __init__(
        self,
        training: Split,
        validation: Split,
        seed: int,
        amounts: int,
        validation_amounts: int,
        corrections: line_generator.LabelledLines = (),
        corrections_share: float = 0.0,
        chunk_size: int = line_generator.CHUNK_SIZE,
    ):
        sources = AmountLines(training), AmountLines(validation, distorted_share=0)
        lines = amounts, validation_amounts
        super().__init__(*sources, alphabet.decode, seed, *lines, corrections, corrections_share, chunk_size)


class WordTrainingData(LineTrainingData):
    """Hold lines of words in handwriting fonts; those to validate on are in other fonts.

    Parameters
    ----------
    seed : of all random numbers
    amounts : lines to generate for each epoch, rounded down to whole chunks
    validation_amounts : lines to validate on, generated once
    """

    unit = "lines of words"
    views, view_distance = 4, 3  # a line of words takes ten times as long to generate as one of digits

    def __init__(self, seed: int, amounts: int, validation_amounts: int):
        sources = WordLines(), WordLines(held_out=True)
        decode = word_alphabet.decode_words
        super().__init__(*sources, decode, seed, amounts, validation_amounts)
