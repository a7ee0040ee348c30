"""Read batches and run sweeps on many machines with Dask.

The command line belongs in `payment_ml.cli`. This package may import `payment_ml.recognition` and the floors below it,
and needs the extra `cluster`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from payment_ml.cluster.reading import BatchResult as BatchResult
    from payment_ml.cluster.reading import read_many as read_many

__all__ = ["BatchResult", "read_many"]


def __getattr__(name: str) -> Any:
    """Import a public name at its first use: the processes that read need no Dask."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from payment_ml.cluster import reading

    return getattr(reading, name)
