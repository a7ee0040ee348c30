"""Import Keras and TensorFlow without the start-up messages that they write past Python's own streams.

The messages (CPU instructions in use, no GPU) come from C++ before any log level takes effect. To a user they look like
errors, and their timestamps would make every executed notebook differ from the next.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _import_tensorflow() -> Iterator[None]:
    """Hold back what the process writes to standard error, and write it only when the block raises."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(stderr, held.read())
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for later messages, such as a missing GPU at the first product

with _import_tensorflow():
    import keras
    import tensorflow

__all__ = ["bfloat16_multiplication", "keras", "tensorflow"]

_PROCESSOR = Path("/proc/cpuinfo")  # on Linux
_OPTION = "auto_mixed_precision_onednn_bfloat16"


@contextmanager
def bfloat16_multiplication(enabled: bool = True) -> Iterator[None]:
    """Let every graph that first runs inside the block convolve and multiply in bfloat16; weights stay float32.

    Where the processor has no instructions for it, or the system does not say so, nothing changes.

    Source: Kalamkar et al. 2019, "A study of bfloat16 for deep learning training", arXiv 1905.12322.
    """
    before = tensorflow.config.optimizer.get_experimental_options().get(_OPTION, False)
    supported = _PROCESSOR.is_file() and "bf16" in _PROCESSOR.read_text(encoding="utf-8", errors="replace")
    tensorflow.config.optimizer.set_experimental_options({_OPTION: enabled and supported})
    try:
        yield
    finally:
        tensorflow.config.optimizer.set_experimental_options({_OPTION: before})
