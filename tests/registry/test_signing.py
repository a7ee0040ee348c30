"""signatures: with a public key set, nothing serves that was not signed with its private half."""

import os
from pathlib import Path

import pytest
from helpers.cli import run_cli

from payment_ml import paths
from payment_ml.registry import signing
from payment_ml.registry.registry import Registry

SAMPLE = paths.ROOT / "data" / "samples" / "digit-01.png"


@pytest.fixture
def keys(tmp_path) -> tuple[Path, Path]:
    """A pair, made by the command."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    done = run_cli("models", "keygen", "--private", private, "--public", public)
    assert done.returncode == 0, done.stderr
    return private, public


def read(models_dir: Path, **environment: object):
    """`payment-ml read` with keys in its environment."""
    given = {**os.environ, **{name: str(value) for name, value in environment.items()}}
    return run_cli("read", "--as", "digit", "--models", models_dir, SAMPLE, env=given)


def test_the_private_key_is_for_its_owner_alone_and_never_overwritten(keys):
    """Whoever runs keygen twice has not lost the first key."""
    private, public = keys
    assert private.stat().st_mode & 0o777 == 0o600
    before = private.read_bytes()
    done = run_cli("models", "keygen", "--private", private, "--public", public)
    assert done.returncode == 2
    assert "there is a file already" in done.stderr
    assert private.read_bytes() == before


def test_an_unsigned_champion_is_refused_until_it_is_signed(run_copy, keys):
    """By name, with what to do; without a key configured nothing changes."""
    private, public = keys
    assert read(run_copy.models_dir).returncode == 0
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public)
    assert done.returncode == 1
    assert f"expected {run_copy.version} to be signed" in done.stderr
    done = run_cli("models", "sign", run_copy.version, "--private", private, "--models", run_copy.models_dir)
    assert done.returncode == 0, done.stderr
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 0


def test_a_signature_of_somebody_else_or_of_another_card_is_refused(run_copy, keys, tmp_path):
    """A lower accept threshold would let money out: it is signed as well."""
    private, public = keys
    other = tmp_path / "other.pem"
    signing.make_keys(other, tmp_path / "other-public.pem")
    registry = Registry(run_copy.models_dir)
    version = registry.get(run_copy.version)
    signing.sign(version.folder, version.metadata, other)
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public)
    assert done.returncode == 1
    assert "its signature is another's" in done.stderr
    signing.sign(version.folder, version.metadata, private)
    version = registry.pin(version)  # what does not matter may change
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 0
    promises = {kind: {**each, "threshold": 0.0} for kind, each in version.metadata["promises"].items()}
    registry.update_metadata(version, promises=promises)
    assert read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=public).returncode == 1


def test_promotion_signs_with_the_private_key_and_refuses_without(run_copy, keys):
    """What retraining does at night, where the key lies."""
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


def test_a_key_that_is_none_is_said_so(run_copy, tmp_path):
    """Not a traceback, and nothing serves."""
    (tmp_path / "key.pem").write_text("no key")
    done = read(run_copy.models_dir, PAYMENT_ML_PUBLIC_KEY=tmp_path / "key.pem")
    assert done.returncode == 1
    assert "expected a key in PEM format" in done.stderr
    assert "Traceback" not in done.stderr
