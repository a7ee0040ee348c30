"""page_data: training the network of pages."""

import numpy as np

from payment_ml.training import input_pipeline, page_data, page_generator


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
