"""chunked_epochs: the order of chunks and of their views."""

import numpy as np
import pytest

from payment_ml.training.chunked_epochs import Chunk, ChunkedEpochs


def generate(number: int) -> Chunk:
    """Return a chunk of two views of one batch each, which say the number of the chunk and of the view."""
    return [[(np.array([number, view]),)] for view in range(2)]


def start() -> None:
    """Prepare nothing."""


@pytest.mark.parametrize("first", [0, 1, 2])
def test_an_epoch_has_the_same_batches_wherever_training_goes_on(first):
    """New chunks in their order, and behind each a second view of the chunk eight before it, or of itself."""
    epochs = ChunkedEpochs(5, 2, 8, start).epochs(first, 3, generate, lambda number: (number,))
    batches = [[tuple(batch.tolist()) for (batch,) in epoch] for epoch in epochs]
    expected = [
        [
            view
            for number in range(5 * epoch, 5 * epoch + 5)
            for view in ((number, 0), (number - 8 if number >= 8 else number, 1))
        ]
        for epoch in range(3)
    ]
    assert batches == expected[first:]
