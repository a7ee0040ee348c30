"""Sign model versions, so that write access to the models folder is not enough to change which version serves.

Signatures are optional. With PAYMENT_ML_PUBLIC_KEY set, only versions that are signed with its private half serve; with
PAYMENT_ML_PRIVATE_KEY set, promotion signs. Both name files in PEM format, as `payment-ml models keygen` writes them.
The checksum in the metadata shows that a network is whole; the signature shows that the owner of the key wants it to
serve, with its accept thresholds.

Source: Ed25519 (RFC 8032), through the library cryptography of the extra `signing`.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from payment_ml import atomic_files
from payment_ml.errors import SignatureError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PUBLIC, PRIVATE = "PAYMENT_ML_PUBLIC_KEY", "PAYMENT_ML_PRIVATE_KEY"
FILE = "signature"  # in the version's folder
# The entries of the metadata that determine which network serves, and when its readings are accepted.
_SIGNED = ("task", "architecture", "sha256", "promises", "calibration", "temperature")
_SIGNED_IF_PRESENT = ("onnx_sha256",)  # versions of earlier releases lack it, and their signatures stay valid

_Key = TypeVar("_Key")


def make_keys(private: Path, public: Path) -> None:
    """Write a new key pair, the private half readable by its owner alone.

    Raises
    ------
    SignatureError : one of the files exists already, or the extra `signing` is not installed
    """
    _require_cryptography()
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    for path in (private, public):
        if path.exists():
            raise SignatureError(f"expected to write a new key to {path}, but there is a file already; name another")
    key = Ed25519PrivateKey.generate()
    pem = serialization.Encoding.PEM
    private_pem = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    public_pem = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    for path, content, mode in ((private, private_pem, 0o600), (public, public_pem, 0o644)):
        with atomic_files.atomic_write(path.resolve(), mode) as partial:
            partial.touch(0o600)
            partial.write_bytes(content)


def sign_if_configured(folder: Path, metadata: dict[str, Any]) -> bool:
    """Sign a version when PAYMENT_ML_PRIVATE_KEY names a key, and return True; otherwise return False.

    Raises
    ------
    SignatureError : the key cannot be read, or the extra `signing` is not installed
    """
    if not os.environ.get(PRIVATE):
        return False
    sign(folder, metadata, Path(os.environ[PRIVATE]))
    return True


def signature_if_configured(message: bytes) -> str | None:
    """Return the signature of a message as text when PAYMENT_ML_PRIVATE_KEY names a key; otherwise None.

    Raises
    ------
    SignatureError : the key cannot be read, or the extra `signing` is not installed
    """
    if not os.environ.get(PRIVATE):
        return None
    _require_cryptography()
    return base64.b64encode(_load_key(Path(os.environ[PRIVATE]), _parse_private_key).sign(message)).decode()


def signed_content(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a JSON file with a signature, where PAYMENT_ML_PRIVATE_KEY names a key; else as it is.

    `kind` is what the file is, so that none stands in the place of another. Exceptions as of `signature_if_configured`.
    """
    signature = signature_if_configured(_content_message(kind, content))
    return dict(content) if signature is None else {**content, "signature": signature}


def is_trusted_content(kind: str, content: Mapping[str, Any]) -> bool:
    """Return whether the content of a JSON file may be used; parameters and exceptions as of `is_trusted`."""
    return is_trusted(_content_message(kind, content), content.get("signature"))


def is_trusted(message: bytes, signature: str | None) -> bool:
    """Return whether a message may be used: PAYMENT_ML_PUBLIC_KEY is not set, or its private half signed it.

    Raises
    ------
    SignatureError : the key cannot be read, or the extra `signing` is not installed
    """
    if not os.environ.get(PUBLIC):
        return True
    _require_cryptography()
    from cryptography.exceptions import InvalidSignature

    key = _load_key(Path(os.environ[PUBLIC]), _parse_public_key)
    try:
        key.verify(base64.b64decode(signature or "", validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(folder: Path, metadata: dict[str, Any], private: Path) -> None:
    """Write the signature of a version into its folder.

    Raises
    ------
    SignatureError : the key cannot be read, or the extra `signing` is not installed
    """
    _require_cryptography()
    signature = _load_key(private, _parse_private_key).sign(_message(folder, metadata))
    with atomic_files.atomic_write(folder / FILE) as partial:
        partial.write_text(base64.b64encode(signature).decode() + "\n", encoding="ascii")


def check_if_configured(folder: Path, metadata: dict[str, Any]) -> None:
    """Check the signature of a version when PAYMENT_ML_PUBLIC_KEY names a key; otherwise do nothing.

    Raises
    ------
    SignatureError : the version is unsigned or wrongly signed, or the key cannot be read
    """
    if not os.environ.get(PUBLIC):
        return
    _require_cryptography()
    from cryptography.exceptions import InvalidSignature

    key = _load_key(Path(os.environ[PUBLIC]), _parse_public_key)
    path = folder / FILE
    if not path.is_file():
        raise SignatureError(
            f"expected {folder.name} to be signed, as {PUBLIC} is set, but it is not; if you trust it, sign it with "
            "payment-ml models sign"
        )
    try:
        signature = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
        key.verify(signature, _message(folder, metadata))
    except (InvalidSignature, ValueError) as error:
        raise SignatureError(
            f"expected {folder.name} to be signed with the private half of {os.environ[PUBLIC]}, but its signature is "
            "from another key, or the version was changed after signing; it is refused"
        ) from error


def _content_message(kind: str, content: Mapping[str, Any]) -> bytes:
    signed = {name: value for name, value in content.items() if name != "signature"}
    return json.dumps({kind: signed}, sort_keys=True, separators=(",", ":")).encode()


def _require_cryptography() -> None:
    try:
        import cryptography  # noqa: F401 - whether it is there
    except ModuleNotFoundError as error:
        raise SignatureError(
            "expected the extra 'signing' to be installed, since versions are to be signed or verified, but there is "
            "no module cryptography; run pip install 'payment-ml[signing]'"
        ) from error


def _message(folder: Path, metadata: dict[str, Any]) -> bytes:
    signed = {"version": folder.name, **{name: metadata.get(name) for name in _SIGNED}}
    signed |= {name: metadata[name] for name in _SIGNED_IF_PRESENT if name in metadata}
    return json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()


def _parse_private_key(pem: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = serialization.load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("a key of another kind than Ed25519")
    return key


def _parse_public_key(pem: bytes) -> "Ed25519PublicKey":
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = serialization.load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("a key of another kind than Ed25519")
    return key


def _load_key(path: Path, parse: Callable[[bytes], _Key]) -> _Key:
    """Read a key.

    Raises
    ------
    SignatureError : the file cannot be read, or holds no Ed25519 key in PEM format
    """
    try:
        return parse(path.read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise SignatureError(f"expected a key in PEM format in {path}, but got: {error}") from error
