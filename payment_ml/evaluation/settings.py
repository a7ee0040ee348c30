"""Set the number of samples for each part of an evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from payment_ml.tasks import Task


@dataclass(frozen=True)
class EvaluationSettings:
    """Hold the number of samples of each part of an evaluation; the defaults are those of a full one."""

    calibration_samples: Mapping[Task, int] = field(
        default_factory=lambda: {Task.DIGITS: 3_000, Task.AMOUNTS: 16_000}
    )  # read to fit the calibration and the acceptance threshold
    test_samples: Mapping[Task, int] = field(default_factory=lambda: {Task.DIGITS: 1_000, Task.AMOUNTS: 2_000})
    presegmented_digits: int = 3_000  # read by an amount reader, one by one; a digit network reads all of the split
    negatives: int = 1_000  # images without an amount
    corrupted_samples: int = 120  # of the test set; each is read once for every corruption and severity
    gate_samples: int = 2_000  # amounts written with digits of the gate split
    latency_samples: int = 40  # of the test set; each is read once by every reader
    calibration_documents: int = 3_000  # whole documents, to choose which are accepted
    test_documents: int = 1_000  # in layouts that nothing was trained on
    gate_documents: int = 400  # that decide on the promotion of a network that reads documents
    full_training: bool = True  # expect the accuracy that a full training of the architecture reaches

    @classmethod
    def quick(cls) -> "EvaluationSettings":
        """Return settings for a version of a quick training: fewer samples, and a lower accuracy to reach."""
        return cls(
            calibration_samples={Task.DIGITS: 800, Task.AMOUNTS: 600},
            test_samples={Task.DIGITS: 300, Task.AMOUNTS: 300},
            presegmented_digits=1_000,
            negatives=200,
            corrupted_samples=20,
            gate_samples=400,
            calibration_documents=100,
            test_documents=60,
            gate_documents=40,
            full_training=False,
        )
