"""lessons and writing: batches that repeat themselves, and a loss that goes down."""

import itertools

import cv2
import numpy as np
import pytest

from payment_ml.datasets.splits import Split
from payment_ml.imaging import line_images
from payment_ml.networks import architectures
from payment_ml.networks.backend import keras
from payment_ml.recognition import ctc
from payment_ml.synthesis import augmentation
from payment_ml.text import alphabet
from payment_ml.training import input_pipeline, line_generator, trainer


@pytest.fixture(scope="module")
def learning(splits) -> input_pipeline.AmountTrainingData:
    """Two new sheets an epoch."""
    return input_pipeline.AmountTrainingData(
        splits["train"], splits["validation"], 3, 2 * line_generator.CHUNK_SIZE, validation_amounts=200
    )


def same(one: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> bool:
    """Whether two batches are one."""
    return all(np.array_equal(x, y) for x, y in zip(one, other, strict=True))


def test_the_same_seed_writes_the_same_batches_whatever_process_does(learning):
    """Two epochs asked for twice; and no epoch is like another."""
    once, again = ([list(batches) for batches in learning.epochs(2, 64)] for _ in range(2))
    assert [len(batches) for batches in once] == [learning.steps_per_epoch(64)] * 2
    assert all(same(one, other) for one, other in zip(once[0] + once[1], again[0] + again[1], strict=True))


def test_every_sheet_is_looked_at_several_times_and_never_the_same(learning, rng):
    """The strips as written, then other looks at them, with the same texts; between them other sheets."""
    (batches,) = (list(each) for each in learning.epochs(1, 64))
    sheet = line_generator.CHUNK_SIZE // 64
    assert len(batches) == 2 * line_generator.VIEWS * sheet
    looks = [batches[i * sheet : (i + 1) * sheet] for i in range(line_generator.VIEWS)]
    texts = [sorted(row[row > 0].tobytes() for each in look for row in each[2]) for look in looks]
    assert all(each == texts[0] for each in texts)
    levels = [{each[0].tobytes() for each in look} for look in looks]
    assert all(not one & other for one, other in itertools.combinations(levels, 2))


def test_another_look_at_a_strip_shows_the_same_writing(splits, rng):
    """A little larger or smaller, the ink in about the same columns; in long ones the ends move by half a digit."""
    alike, sizes = [], []
    for levels, _ in line_generator.generate_lines(splits["validation"], rng, 100, distort=False):
        look = augmentation.augment_line(levels, rng)
        assert (look.shape[0], look.dtype) == (levels.shape[0], np.uint8)
        sizes.append(look.shape[1] / levels.shape[1])
        look = cv2.resize(look, levels.shape[::-1])
        one, other = (np.convolve(each.sum(axis=0, dtype=float), np.ones(9), "same") for each in (levels, look))
        alike.append(np.corrcoef(one, other)[0, 1])
        assert 0.6 < other.sum() / one.sum() < 1.5
    assert min(alike) > 0.5
    assert np.mean(np.array(alike) > 0.9) > 0.9
    assert np.median(alike) > 0.97
    assert 0.85 < min(sizes) < 0.92
    assert 1.09 < max(sizes) < 1.18


def test_another_look_is_taken_from_the_picture_or_left_alone_where_it_would_be_too_narrow(splits, rng):
    """Taken anew it shows what a bent copy of the strip does; a text that needs all of its frames keeps them."""
    for strip, symbols in line_generator._write(splits["validation"], rng, 40, distort=False):
        looks = [
            look(seen, symbols, np.random.default_rng(strip.pixels.shape[1]))
            for look, seen in ((line_generator._look, strip), (line_generator._look_again, strip.pixels))
        ]
        assert looks[0].shape == looks[1].shape
        assert np.corrcoef(*(each[6:-6].ravel() for each in looks))[0, 1] > 0.9
        long = [1] * line_images.frame_count(strip.pixels.shape[1])
        assert line_generator._look(strip, long, rng) is strip.pixels
        assert line_generator._look_again(strip.pixels, long, rng) is strip.pixels


def test_batches_are_strips_with_frames_and_symbols(learning):
    """As the loss takes them: dtypes, shapes, and every text possible in its frames."""
    for images, frames, symbols in itertools.chain.from_iterable(learning.epochs(1, 64)):
        assert (images.dtype, frames.dtype, symbols.dtype) == (np.uint8, np.int32, np.int32)
        assert images.shape[:2] == (64, line_images.HEIGHT)
        assert images.shape[2] % 16 == 0
        assert (frames <= images.shape[2] // line_images.FRAME_WIDTH).all()
        assert ((symbols > 0).sum(axis=1) >= 1).all()
        assert ((symbols > 0).sum(axis=1) <= frames).all()


def test_some_strips_hold_no_amount(splits):
    """And say so by a symbol of its own."""
    lines = line_generator.generate_lines(splits["validation"], np.random.default_rng(0), 300, distort=False)
    nothing = alphabet.encode(alphabet.NO_AMOUNT)
    assert 8 <= sum(symbols == nothing for _, symbols in lines) <= 45
    assert all(symbols == nothing or nothing[0] not in symbols for _, symbols in lines)


def test_only_digits_of_its_own_split_are_written(splits):
    """A split of ones writes ones."""
    train = splits["train"]
    alike = train.labels == 1
    ones = Split(train.images[alike], np.arange(alike.sum(), dtype=np.uint8) % 10, train.indices[alike])
    lines = line_generator.generate_lines(ones, np.random.default_rng(1), 100, distort=False)
    usual = line_generator.generate_lines(train, np.random.default_rng(1), 100, distort=False)
    narrow, wide = (np.median([x.shape[1] / len(symbols) for x, symbols in each]) for each in (lines, usual))
    assert narrow < 0.8 * wide


def test_the_loss_is_that_of_each_text(learning, rng):
    """Against the decoder's own sum over all alignments."""
    images, frames, symbols = next(line_generator.pad_batches(learning._validation, 8))
    scores = rng.normal(size=(8, images.shape[2] // 4, 22)).astype(np.float32)
    logarithms = scores - np.logaddexp.reduce(scores, axis=2, keepdims=True)
    expected = [
        -ctc.ctc_log_likelihood(rows[:length], [[s for s in text if s]])[0]
        for rows, length, text in zip(logarithms, frames, symbols.tolist(), strict=True)
    ]
    assert float(learning.loss(scores, images, frames, symbols)) == pytest.approx(np.mean(expected), rel=1e-4)


def test_training_on_amounts_repeats_itself_and_learns(splits):
    """Bit by bit, though other processes write; and the loss falls."""
    trained = []
    corrections = line_generator.generate_lines(splits["train"], np.random.default_rng(9), 10, distort=False)
    for _ in range(2):
        learning = input_pipeline.AmountTrainingData(
            splits["train"], splits["validation"], 0, line_generator.CHUNK_SIZE, 200, corrections, corrections_share=0.2
        )
        recipe, _ = architectures.recipe("reader", epochs=1)
        network = architectures.build("reader", 0)
        before, _, _ = learning.validate(trainer.keras.Model(network.input, network.get_layer("logits").output))
        trained.append(trainer.train(network, learning, **recipe))
    weights = [each.network.get_weights() for each in trained]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert trained[0].history["validation_loss"][0] < 0.5 * before
    assert len(trained[0].history["corrections_loss"]) == 1


def test_corrections_are_mixed_in_but_never_too_often(splits):
    """A fifth of the strips where there are enough, twenty looks at each where there are few."""
    marked = [(np.full((32, 64), 200 + i, np.uint8), [1 + i]) for i in range(2)]
    train, validation = splits["train"], splits["validation"]
    few = input_pipeline.AmountTrainingData(train, validation, 0, 2 * line_generator.CHUNK_SIZE, 50, marked, 0.2)
    many = input_pipeline.AmountTrainingData(train, validation, 0, 2 * line_generator.CHUNK_SIZE, 50, marked * 100, 0.2)
    assert (few._corrected, many._corrected) == (20, 204)
    line_generator.init_worker(train, marked)
    looks = line_generator.training_batches((0, 1), 64, corrected=20)
    for batches in looks:
        assert sum(len(images) for images, _, _ in batches) == line_generator.CHUNK_SIZE
        bright = sum(int((images[:, 10:20, 20:40] > 120).all(axis=(1, 2)).sum()) for images, _, _ in batches)
        assert 18 <= bright <= 24


def test_corrected_digits_are_mixed_in(splits):
    """As many as their share allows; an epoch stays as long."""
    corrections = np.full((30, 28, 28), 255, np.uint8), np.full(30, 7, np.uint8)
    train = Split(*(part[:2000] for part in splits["train"]))
    learning = input_pipeline.DigitTrainingData(train, splits["validation"], 0, False, corrections, 0.2)
    (batches,) = (list(each) for each in learning.epochs(1, 100))
    shown = [(images == 255).all(axis=(1, 2)) for images, _ in batches]
    assert sum(each.sum() for each in shown) == 400
    assert all((labels[each] == 7).all() for each, (_, labels) in zip(shown, batches, strict=True))
    assert len(batches) == 20


def test_validation_counts_texts_that_are_right_to_the_last_mark(learning):
    """A network that says what is written on each strip, one that says nothing."""
    logits = keras.Sequential([keras.Input((32, None), dtype="uint8"), keras.layers.Lambda(_silence)])
    loss, error, accuracy = learning.validate(logits)
    assert accuracy == 0
    assert loss > 0
    assert error > 0


def _silence(images):
    """Scores that are all for the blank, float32 [n, width / 4, 22]."""
    import tensorflow as tf

    scores = tf.one_hot(tf.zeros(tf.stack([tf.shape(images)[0], tf.shape(images)[2] // 4]), tf.int32), 22)
    return 5 * scores
