"""page_data: training the network of pages."""

import numpy as np

from payment_ml.networks import architectures
from payment_ml.networks.backend import keras
from payment_ml.training import input_pipeline, page_data, page_generator, trainer


def test_training_on_pages_is_reproducible_and_learns(splits):
    """Identical weights, though other processes compose the documents; and the loss falls."""
    results = []
    for _ in range(2):
        data = page_data.PageTrainingData(
            splits["train"], splits["validation"], 0, documents=page_generator.CHUNK_SIZE, validation_documents=8
        )
        network = architectures.build("pages", 0)
        loss_before, _, _ = data.validate(keras.Model(network.input, network.get_layer("logits").output))
        settings = architectures.recipe("pages", epochs=1).training_settings()
        results.append(trainer.train(network, data, **settings))
    weights = [result.network.get_weights() for result in results]
    assert all(np.array_equal(x, y) for x, y in zip(*weights, strict=True))
    assert results[0].history["validation_loss"][0] < loss_before


def test_the_task_chooses_the_training_data(splits):
    """Notebook 02 makes them by the task; examples show pages beside their labels."""
    data = input_pipeline.make_training_data(
        "pages",
        splits["train"],
        splits["validation"],
        0,
        documents=2 * page_generator.CHUNK_SIZE,
        validation_documents=8,
    )
    assert isinstance(data, page_data.PageTrainingData)
    assert data.steps_per_epoch(8) == 2 * page_generator.VIEWS * (page_generator.CHUNK_SIZE // 8)
    images, captions = data.examples()
    assert len(images) == len(captions) == 6
    assert all(image.ndim == 2 and image.dtype == np.uint8 for image in images)
    assert data.calibration_batches[0].shape[3] == 1
