"""input_pipeline: batches of digits, corrections among them, and the data of each task."""

import numpy as np
import pytest

from payment_ml.datasets.splits import Split
from payment_ml.training import input_pipeline, line_data


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
        ("amounts", line_data.AmountTrainingData, {"amounts": 1024, "validation_amounts": 10}),
        ("words", line_data.WordTrainingData, {"amounts": 1024, "validation_amounts": 10}),
    ],
    ids=["digits", "amounts", "words"],
)
def test_task_determines_the_training_data(splits, task, kind, options):
    """Data options reach the constructor."""
    data = input_pipeline.make_training_data(task, splits["train"], splits["validation"], 0, **options)
    assert isinstance(data, kind)
    images, captions = data.examples()
    assert len(images) == len(captions) > 0
