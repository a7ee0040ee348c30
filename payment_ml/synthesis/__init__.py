"""Generate images of amounts and digits from MNIST's digits: writing, paper, photographs, and images without an amount.

Distortions of training images and corruptions for robustness tests belong here too; the choice of training batches
and test sets does not. These modules import from `payment_ml.datasets`, `text`, `paths` and `errors` alone.
"""
