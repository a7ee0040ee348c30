"""fingerprints: what was seen before is known again, and what is merely alike is not."""

import numpy as np

from payment_ml.feedback import deduplication


def test_digits_of_other_people_are_no_duplicates(splits):
    """Two ones look alike, and yet both may teach."""
    alike = splits["train"].images[splits["train"].labels == 1][:150]
    prints = deduplication.unit_vectors([deduplication.normalized_digit(each) for each in alike])
    close = prints @ prints.T - np.eye(len(prints))
    assert (close > deduplication.SAME_DIGIT).sum() <= 6
