"""line_data: reproducible batches of lines, and corrections among them."""

import itertools

import numpy as np
import pytest

from payment_ml.imaging import line_batches
from payment_ml.networks import architectures, recipes
from payment_ml.networks.backend import keras
from payment_ml.training import line_data, line_generator, line_sources, trainer

CHUNK_SIZE = 192  # lines; those of real trainings take long to generate


@pytest.fixture(scope="module")
def amount_data(splits) -> line_data.AmountTrainingData:
    """Two new chunks an epoch."""
    return line_data.AmountTrainingData(
        splits["train"], splits["validation"], 3, 2 * CHUNK_SIZE, validation_amounts=100, chunk_size=CHUNK_SIZE
    )


def equal(batches: tuple[np.ndarray, ...], others: tuple[np.ndarray, ...]) -> bool:
    """Return whether two batches are identical."""
    return all(np.array_equal(x, y) for x, y in zip(batches, others, strict=True))


def test_same_seed_gives_the_same_batches_in_every_call(amount_data):
    """It does not matter which worker process generates a chunk."""
    first, second = ([list(batches) for batches in amount_data.epochs(2, 64)] for _ in range(2))
    assert [len(batches) for batches in first] == [amount_data.steps_per_epoch(64)] * 2
    assert all(equal(x, y) for x, y in zip(first[0] + first[1], second[0] + second[1], strict=True))


def test_every_chunk_occurs_in_several_different_views(amount_data):
    """The views of the first chunk have the same texts, and no batch in common."""
    (batches,) = (list(epoch) for epoch in amount_data.epochs(1, 64))
    chunk = CHUNK_SIZE // 64
    assert len(batches) == 2 * amount_data.views * chunk
    views = [batches[i * chunk : (i + 1) * chunk] for i in range(amount_data.views)]
    texts = [sorted(row[row > 0].tobytes() for _, _, labels in view for row in labels) for view in views]
    assert all(view_texts == texts[0] for view_texts in texts)
    pixels = [{images.tobytes() for images, _, _ in view} for view in views]
    assert all(not view & other for view, other in itertools.combinations(pixels, 2))


def test_amount_batches_suit_the_ctc_loss(amount_data):
    """Dtypes, shapes, and frames enough for every text."""
    for images, frame_counts, labels in itertools.chain.from_iterable(amount_data.epochs(1, 64)):
        assert (images.dtype, frame_counts.dtype, labels.dtype) == (np.uint8, np.int32, np.int32)
        assert images.shape[:2] == (64, line_batches.HEIGHT)
        assert images.shape[2] % 16 == 0
        assert (frame_counts <= images.shape[2] // line_batches.FRAME_WIDTH).all()
        assert ((labels > 0).sum(axis=1) >= 1).all()
        assert ((labels > 0).sum(axis=1) <= frame_counts).all()


def test_training_on_amounts_is_reproducible_and_learns(splits):
    """Identical weights, though other processes generate the lines; and the loss falls."""
    results = []
    corrections = line_generator.generate_lines(line_sources.AmountLines(splits["train"]), np.random.default_rng(9), 10)
    for _ in range(2):
        data = line_data.AmountTrainingData(
            splits["train"], splits["validation"], 0, 512, 200, corrections, corrections_share=0.2
        )
        network = architectures.build("reader", 0)
        loss_before, _, _ = data.validate(keras.Model(network.input, network.get_layer("logits").output))
        settings = recipes.recipe("reader", epochs=1).training_settings()
        results.append(trainer.train(network, data, **settings))
    weights = [result.network.get_weights() for result in results]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert results[0].history["validation_loss"][0] < 0.5 * loss_before
    assert len(results[0].history["corrections_loss"]) == 1


@pytest.mark.parametrize(("count", "expected"), [(2, 20), (200, 38)], ids=["few", "many"])
def test_amount_corrections_occur_at_most_twenty_times(splits, count, expected):
    """Many corrections make up a fifth of each chunk; few occur in twenty views each per epoch."""
    corrections = [(np.full((32, 64), 255, np.uint8), [1])] * count
    data = line_data.AmountTrainingData(
        splits["train"], splits["validation"], 0, CHUNK_SIZE * 2, 50, corrections, 0.2, CHUNK_SIZE
    )
    epochs = data.epochs(1, 64)
    chunk = itertools.islice(next(epochs), CHUNK_SIZE // 64)
    shown = sum(int((images[:, 10:20, 20:40] > 120).all(axis=(1, 2)).sum()) for images, _, _ in chunk)
    epochs.close()
    assert 0.9 * expected <= shown <= expected + 2
