"""input_pipeline: reproducible batches, and corrections among them."""

import itertools

import numpy as np
import pytest

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_batches
from payment_ml.networks import architectures
from payment_ml.networks.backend import keras
from payment_ml.training import input_pipeline, line_generator, trainer


@pytest.fixture(scope="module")
def amount_data(splits) -> input_pipeline.AmountTrainingData:
    """Two new chunks an epoch."""
    return input_pipeline.AmountTrainingData(
        splits["train"], splits["validation"], 3, 2 * line_generator.CHUNK_SIZE, validation_amounts=200
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
    chunk = line_generator.CHUNK_SIZE // 64
    assert len(batches) == 2 * line_generator.VIEWS * chunk
    views = [batches[i * chunk : (i + 1) * chunk] for i in range(line_generator.VIEWS)]
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
    corrections = line_generator.generate_lines(splits["train"], np.random.default_rng(9), 10, distort=False)
    for _ in range(2):
        data = input_pipeline.AmountTrainingData(
            splits["train"], splits["validation"], 0, line_generator.CHUNK_SIZE, 200, corrections, corrections_share=0.2
        )
        network = architectures.build("reader", 0)
        loss_before, _, _ = data.validate(keras.Model(network.input, network.get_layer("logits").output))
        settings = architectures.recipe("reader", epochs=1).training_settings()
        results.append(trainer.train(network, data, **settings))
    weights = [result.network.get_weights() for result in results]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert results[0].history["validation_loss"][0] < 0.5 * loss_before
    assert len(results[0].history["corrections_loss"]) == 1


@pytest.mark.parametrize(("count", "expected"), [(2, 20), (200, 204)], ids=["few", "many"])
def test_amount_corrections_occur_at_most_twenty_times(splits, count, expected):
    """Many corrections make up a fifth of each chunk; few occur in twenty views each per epoch."""
    corrections = [(np.full((32, 64), 255, np.uint8), [1])] * count
    data = input_pipeline.AmountTrainingData(
        splits["train"], splits["validation"], 0, line_generator.CHUNK_SIZE * 2, 50, corrections, 0.2
    )
    epochs = data.epochs(1, 64)
    chunk = itertools.islice(next(epochs), line_generator.CHUNK_SIZE // 64)
    shown = sum(int((images[:, 10:20, 20:40] > 120).all(axis=(1, 2)).sum()) for images, _, _ in chunk)
    epochs.close()
    assert 0.9 * expected <= shown <= expected + 4


def test_digit_corrections_are_mixed_in_up_to_their_share(splits):
    """An epoch stays as long as it is without corrections."""
    corrections = np.full((30, 28, 28), 255, np.uint8), np.full(30, 7, np.uint8)
    train = Split(*(part[:2000] for part in splits["train"]))
    data = input_pipeline.DigitTrainingData(train, splits["validation"], 0, False, corrections, 0.2)
    (batches,) = (list(epoch) for epoch in data.epochs(1, 100))
    is_correction = [(images == 255).all(axis=(1, 2)) for images, _ in batches]
    assert sum(mask.sum() for mask in is_correction) == 400
    assert all((labels[mask] == 7).all() for mask, (_, labels) in zip(is_correction, batches, strict=True))
    assert len(batches) == 20


def test_simulated_writers_draw_their_share_of_each_epoch_anew(splits):
    """All ten labels alike; the other digits are MNIST's."""
    training = Split(*(part[:2000] for part in splits["train"]))
    data = input_pipeline.DigitTrainingData(training, splits["validation"], 0, augment=False, drawn_share=0.2)
    known = {image.tobytes() for image in training.images}
    drawn = []
    for epoch in data.epochs(2, 100):
        images, labels = (np.concatenate(parts) for parts in zip(*epoch, strict=True))
        is_drawn = np.array([image.tobytes() not in known for image in images])
        assert is_drawn.sum() == 400
        assert np.bincount(labels[is_drawn], minlength=10).tolist() == [40] * 10
        drawn.append({image.tobytes() for image in images[is_drawn]})
    assert not drawn[0] & drawn[1]


@pytest.mark.parametrize(
    ("task", "kind", "options"),
    [
        ("digits", input_pipeline.DigitTrainingData, {"augment": False}),
        ("amounts", input_pipeline.AmountTrainingData, {"amounts": 1024, "validation_amounts": 10}),
    ],
    ids=["digits", "amounts"],
)
def test_task_determines_the_training_data(splits, task, kind, options):
    """Data options reach the constructor."""
    data = input_pipeline.make_training_data(task, splits["train"], splits["validation"], 0, **options)
    assert isinstance(data, kind)
    images, captions = data.examples()
    assert len(images) == len(captions) > 0
