"""Keras and TensorFlow, imported without the start-up notes that they write past Python's own streams.

The notes (which CPU instructions are in use, that no GPU was found) come from C++ before any log level counts. In front
of a clerk they look like errors, and their times would make every executed notebook differ from the next.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _import_tensorflow() -> Iterator[None]:
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

with _import_tensorflow():
    import keras
    import tensorflow

__all__ = ["bfloat16_multiplication", "keras", "tensorflow"]

_PROCESSOR = Path("/proc/cpuinfo")  # of Linux
_OPTION = "auto_mixed_precision_onednn_bfloat16"


@contextmanager
def bfloat16_multiplication(wanted: bool = True) -> Iterator[None]:
    """Let every graph that first runs inside the block convolve and multiply in bfloat16; weights stay float32.

    Where the processor has no instructions for it, or nothing tells, nothing changes.

    Source: Kalamkar et al. 2019, "A study of bfloat16 for deep learning training", arXiv 1905.12322.
    """
    before = tensorflow.config.optimizer.get_experimental_options().get(_OPTION, False)
    able = _PROCESSOR.is_file() and "bf16" in _PROCESSOR.read_text(encoding="utf-8", errors="replace")
    tensorflow.config.optimizer.set_experimental_options({_OPTION: wanted and able})
    try:
        yield
    finally:
        tensorflow.config.optimizer.set_experimental_options({_OPTION: before})
