"""Store corrections from users, curate them for retraining, and load the curated ones.

Training, evaluation and the user interface belong elsewhere. Modules here import from `recognition` and every package
below it; `dataset` and `store`, which training and the panel need, import no reader.
"""
