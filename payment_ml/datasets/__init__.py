"""Download and verify MNIST's digits, and write the five splits with their manifest.

Corrections of users belong to `payment_ml.feedback`, generated images to `payment_ml.synthesis`. These modules import
only `payment_ml.atomic_files`, `errors` and `paths`.
"""
