"""Test registry.provenance: a result names the code and the libraries that produced it."""

import subprocess

import payment_ml
from payment_ml import paths
from payment_ml.registry import provenance


def test_the_code_version_is_the_commit():
    """Git's own answer, or the version of the package outside of a checkout."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=paths.ROOT, capture_output=True, text=True, check=False)
    expected = done.stdout or payment_ml.__version__
    assert expected.startswith(provenance.code_version().removesuffix("-dirty"))


def test_library_versions_cover_training_and_inference():
    """Both are needed to reproduce a result."""
    assert {"python", "payment_ml", "tensorflow", "keras", "onnxruntime", "numpy"} <= set(provenance.library_versions())
