"""Show the upload-and-predict panel: a widget for notebooks, its page, and the server that shows it without Jupyter.

Reading itself belongs in `payment_ml.recognition`, saved corrections in `payment_ml.feedback`. This package may import
both and everything below them, but neither `payment_ml.evaluation` nor `payment_ml.cli`.
"""
