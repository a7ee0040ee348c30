"""Read handwritten payment amounts from images.

Importing the package is fast: readers are imported when one is loaded, and TensorFlow when a network is trained.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payment_ml.errors import ImageError as ImageError
    from payment_ml.errors import ProfileError as ProfileError
    from payment_ml.errors import RegistryError as RegistryError
    from payment_ml.recognition.readers import AmountReader as AmountReader
    from payment_ml.recognition.readers import AmountReading as AmountReading
    from payment_ml.recognition.readers import DigitClassifier as DigitClassifier
    from payment_ml.recognition.readers import DigitReading as DigitReading
    from payment_ml.recognition.readers import DocumentReader as DocumentReader
    from payment_ml.recognition.readers import DocumentReading as DocumentReading
    from payment_ml.recognition.readers import load_amount_reader as load_amount_reader
    from payment_ml.recognition.readers import load_digit_classifier as load_digit_classifier
    from payment_ml.recognition.readers import load_document_reader as load_document_reader
    from payment_ml.text.profiles import Profile as Profile

__version__ = "0.1.0"

_MODULE_OF = {
    "AmountReader": "payment_ml.recognition.readers",
    "AmountReading": "payment_ml.recognition.readers",
    "DigitClassifier": "payment_ml.recognition.readers",
    "DigitReading": "payment_ml.recognition.readers",
    "DocumentReader": "payment_ml.recognition.readers",
    "DocumentReading": "payment_ml.recognition.readers",
    "ImageError": "payment_ml.errors",
    "Profile": "payment_ml.text.profiles",
    "ProfileError": "payment_ml.errors",
    "RegistryError": "payment_ml.errors",
    "load_amount_reader": "payment_ml.recognition.readers",
    "load_digit_classifier": "payment_ml.recognition.readers",
    "load_document_reader": "payment_ml.recognition.readers",
}

__all__ = ["__version__", *sorted(_MODULE_OF)]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use (PEP 562)."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return __all__
