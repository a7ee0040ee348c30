"""Keras and TensorFlow, imported without the start-up notes that they write past Python's own streams.

The notes (which CPU instructions are in use, that no GPU was found) come from C++ before any log level counts. In front
of a clerk they look like errors, and their times would make every executed notebook differ from the next.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what is written to the standard error of the process; show it when the block raises."""
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(kept, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # what comes later, such as an absent GPU at the first product

with _quiet():
    import keras
    import tensorflow

__all__ = ["keras", "tensorflow"]
