"""Signed champions: who may write to the models folder cannot thereby choose what serves.

Optional. With PAYMENT_ML_PUBLIC_KEY set, nothing serves that is not signed with its private half; with
PAYMENT_ML_PRIVATE_KEY set, promotion signs. Both name files in PEM format, as `payment-ml models keygen` writes them.
The checksum in a card says that a network is whole, the signature that somebody with the key wanted it to serve, with
the thresholds that it promises by.

Source: Ed25519 (RFC 8032), through the library cryptography.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

from payment_ml import atomic_files
from payment_ml.errors import SignatureError

PUBLIC, PRIVATE = "PAYMENT_ML_PUBLIC_KEY", "PAYMENT_ML_PRIVATE_KEY"
FILE = "signature"  # in the version's folder
# What a signature covers: which network it is, and when what it reads is accepted. The rest of a card may change.
_SIGNED = ("task", "architecture", "sha256", "promises", "calibration", "temperature")


def make_keys(private: Path, public: Path) -> None:
    """Write a new key pair; the private half is for its owner's eyes alone.

    Raises
    ------
    SignatureError : one of the files is there already
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for path in (private, public):
        if path.exists():
            raise SignatureError(f"expected to write a new key to {path}, but there is a file already; name another")
    key = Ed25519PrivateKey.generate()
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    shared = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    for path, content, mode in ((private, secret, 0o600), (public, shared, 0o644)):
        with atomic_files.atomic_write(path.resolve(), mode) as partial:
            partial.touch(0o600)
            partial.write_bytes(content)


def sign_if_configured(folder: Path, card: dict[str, Any]) -> bool:
    """Sign a version when PAYMENT_ML_PRIVATE_KEY names a key; whether it was signed.

    Raises
    ------
    SignatureError : the key cannot be read
    """
    if not os.environ.get(PRIVATE):
        return False
    sign(folder, card, Path(os.environ[PRIVATE]))
    return True


def sign(folder: Path, card: dict[str, Any], private: Path) -> None:
    """Write a version's signature into its folder.

    Raises
    ------
    SignatureError : the key cannot be read
    """
    from cryptography.hazmat.primitives import serialization

    signature = _key(private, lambda pem: serialization.load_pem_private_key(pem, None)).sign(_message(folder, card))
    with atomic_files.atomic_write(folder / FILE) as partial:
        partial.write_text(base64.b64encode(signature).decode() + "\n", encoding="ascii")


def check_if_configured(folder: Path, card: dict[str, Any]) -> None:
    """Refuse a version without a right signature when PAYMENT_ML_PUBLIC_KEY names a key.

    Raises
    ------
    SignatureError : unsigned, wrongly signed, or the key cannot be read
    """
    if not os.environ.get(PUBLIC):
        return
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import serialization

    key = _key(Path(os.environ[PUBLIC]), serialization.load_pem_public_key)
    path = folder / FILE
    if not path.is_file():
        raise SignatureError(
            f"expected {folder.name} to be signed, as {PUBLIC} is set, but it is not; whoever trusts it signs it with "
            "payment-ml models sign"
        )
    try:
        key.verify(base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True), _message(folder, card))
    except (InvalidSignature, ValueError) as error:
        raise SignatureError(
            f"expected {folder.name} to be signed with the private half of {os.environ[PUBLIC]}, but its signature is "
            "another's, or it was changed after signing; it is refused"
        ) from error


def _message(folder: Path, card: dict[str, Any]) -> bytes:
    signed = {"version": folder.name, **{name: card.get(name) for name in _SIGNED}}
    return json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()


def _key(path: Path, load):
    try:
        return load(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise SignatureError(f"expected a key in PEM format in {path}, but got: {error}") from error
