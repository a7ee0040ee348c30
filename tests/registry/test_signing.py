"""Test registry.signing: with a public key set, only versions signed with its private half serve."""

import os
import subprocess
from pathlib import Path

import pytest
from helpers.cli import run_cli

from payment_ml import paths
from payment_ml.errors import SignatureError
from payment_ml.registry import signing
from payment_ml.registry.registry import Registry

SAMPLE = paths.ROOT / "data" / "samples" / "digit-01.png"


@pytest.fixture
def keys(tmp_path) -> tuple[Path, Path]:
    """Return the paths of a private and a public key, made by the command."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    done = run_cli("models", "keygen", "--private", private, "--public", public)
    assert done.returncode == 0, done.stderr
    return private, public


def read(models_dir: Path, **environment: object) -> subprocess.CompletedProcess:
    """Run `payment-ml read` with keys in its environment."""
    complete = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    return run_cli("read", "--as", "digit", "--models", models_dir, SAMPLE, env=complete)


def test_keygen_writes_a_private_key_for_its_owner_and_never_overwrites(keys):
    """A second keygen fails, and the first key stays."""
    private, public = keys
    assert private.stat().st_mode & 0o777 == 0o600
    content = private.read_bytes()
    done = run_cli("models", "keygen", "--private", private, "--public", public)
    assert done.returncode == 2
    assert "there is a file already" in done.stderr
    assert private.read_bytes() == content


def test_an_unsigned_champion_is_refused_until_it_is_signed(run_copy, keys):
    """The message names the version; without a configured key nothing changes."""
    private, public = keys
    assert read(run_copy.models_dir).returncode == 0
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public)
    assert done.returncode == 1
    assert f"expected {run_copy.version} to be signed" in done.stderr
    done = run_cli("models", "sign", run_copy.version, "--private", private, "--models", run_copy.models_dir)
    assert done.returncode == 0, done.stderr
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 0


def test_a_signature_by_another_key_is_refused(run_copy, keys, tmp_path):
    """Anybody can make a key; only one is trusted."""
    _, public = keys
    other = tmp_path / "other.pem"
    signing.make_keys(other, tmp_path / "other-public.pem")
    version = Registry(run_copy.models_dir).get(run_copy.version)
    signing.sign(version.folder, version.metadata, other)
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public)
    assert done.returncode == 1
    assert "its signature is from another key" in done.stderr


def test_a_signature_covers_the_accept_thresholds_but_not_a_pin(run_copy, keys):
    """A lower threshold would let wrong amounts pass; a pin changes no reading."""
    private, public = keys
    registry = Registry(run_copy.models_dir)
    version = registry.get(run_copy.version)
    signing.sign(version.folder, version.metadata, private)
    version = registry.pin(version)
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 0
    promises = {kind: {**rule, "threshold": 0.0} for kind, rule in version.metadata["promises"].items()}
    registry.update_metadata(version, promises=promises)
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 1


def test_promotion_signs_with_the_private_key_and_fails_without(run_copy, keys):
    """The nightly retraining has the private key in its environment."""
    private, public = keys
    registry = Registry(run_copy.models_dir)
    first = registry.get(run_copy.version)
    second = registry.register(lambda path: path.write_bytes(first.network_path.read_bytes()), dict(first.metadata))
    promote = ("models", "promote", second.name, "--models", run_copy.models_dir)
    done = run_cli(*promote, env={**os.environ, signing.PUBLIC: str(public)})
    assert done.returncode == 1
    assert "payment-ml models sign" in done.stderr
    assert registry.champion("digits").name == first.name
    done = run_cli(*promote, env={**os.environ, signing.PUBLIC: str(public), signing.PRIVATE: str(private)})
    assert done.returncode == 0, done.stderr
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 0


def test_a_file_that_is_no_key_is_refused_without_a_traceback(run_copy, tmp_path):
    """Nothing serves, and the message names the file's format."""
    (tmp_path / "key.pem").write_text("no key")
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=tmp_path / "key.pem")
    assert done.returncode == 1
    assert "expected a key in PEM format" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_of_another_kind_is_refused(tmp_path):
    """An RSA key is a key in PEM format, but not of Ed25519."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    path = tmp_path / "rsa.pem"
    path.write_bytes(
        rsa.generate_private_key(65537, 2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(SignatureError, match="another kind than Ed25519"):
        signing.sign(tmp_path, {}, path)


def test_a_signature_covers_the_onnx_model_where_there_is_one(keys, tmp_path, monkeypatch):
    """Signatures of versions from earlier releases, which have none, stay valid."""
    private, public = keys
    monkeypatch.setenv(signing.PUBLIC, str(public))
    earlier = {"task": "digits", "architecture": "cnn", "sha256": "00"}
    signing.sign(tmp_path, earlier, private)
    signing.check_if_configured(tmp_path, earlier)
    with pytest.raises(SignatureError, match="changed after signing"):
        signing.check_if_configured(tmp_path, earlier | {"onnx_sha256": "11"})
    signing.sign(tmp_path, earlier | {"onnx_sha256": "11"}, private)
    signing.check_if_configured(tmp_path, earlier | {"onnx_sha256": "11"})
    with pytest.raises(SignatureError, match="changed after signing"):
        signing.check_if_configured(tmp_path, earlier | {"onnx_sha256": "22"})
    with pytest.raises(SignatureError, match="changed after signing"):
        signing.check_if_configured(tmp_path, earlier)
