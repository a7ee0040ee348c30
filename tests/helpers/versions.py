"""Versions with any bytes for a network: what files them never looks inside."""

from datetime import UTC, datetime

from payment_ml.registry.versions import Version, VersionStore


def card(**entries) -> dict:
    """As little as a version needs."""
    return {"architecture": "mlp", "task": "digits", **entries}


def create(versions: VersionStore, content: bytes, second: int = 0) -> Version:
    """A version that was made at a second of one minute."""
    now = datetime(2026, 11, 23, 12, 0, second, tzinfo=UTC)
    return versions.create(lambda path: path.write_bytes(content), card(), now)
