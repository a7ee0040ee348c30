"""Tests of the names that `import payment_ml` offers."""

import subprocess
import sys

import pytest

import payment_ml


def test_importing_the_package_imports_no_heavy_library():
    """Readers and their libraries are imported when one is loaded."""
    heavy = ("cv2", "keras", "numpy", "onnxruntime", "tensorflow", "dask", "distributed", "fsspec")
    program = f"import sys, payment_ml; print(*sorted(set({heavy}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", payment_ml.__all__)
def test_every_public_name_exists(name):
    """`payment_ml.__all__` lists nothing that is missing."""
    assert getattr(payment_ml, name) is not None
    assert name in dir(payment_ml)


def test_an_unknown_name_raises_an_attribute_error():
    """The message names the package and the attribute."""
    with pytest.raises(AttributeError, match="'payment_ml' has no attribute 'load_oracle'"):
        _ = payment_ml.load_oracle
