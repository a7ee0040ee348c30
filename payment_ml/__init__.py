"""Payment ML reads handwritten payment amounts from pictures.

Importing the package is fast: what reads is imported when a reader is loaded, and TensorFlow when a network is trained.
"""

import importlib

__version__ = "0.1.0"

_MODULE_OF = {
    "AmountReader": "payment_ml.recognition.readers",
    "AmountReading": "payment_ml.recognition.readers",
    "DigitClassifier": "payment_ml.recognition.readers",
    "DigitReading": "payment_ml.recognition.readers",
    "ImageError": "payment_ml.errors",
    "RegistryError": "payment_ml.errors",
    "load_amount_reader": "payment_ml.recognition.readers",
    "load_digit_classifier": "payment_ml.recognition.readers",
}

__all__ = ["__version__", *sorted(_MODULE_OF)]


def __getattr__(name: str):
    """Import what users call at its first use (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
