"""Compose documents with known amounts; other processes compose them while the first ones are read."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from itertools import islice

import numpy as np

from payment_ml import workers
from payment_ml.datasets.splits import Split
from payment_ml.synthesis import documents, glyphs, hands
from payment_ml.synthesis.documents import Document

_CHUNK_SIZE = 20  # documents that one job composes
_AHEAD = 4  # jobs that are given before their documents are asked for
_WRITERS, _WRITERS_SEED = 200, (1998, 12)  # simulated ones, none of which training draws
_PAGES = "pages without an amount"
_LAYOUTS = {False: "documents", True: "documents in layouts not trained on"}

_bank: hands.HandBank | None = None  # in the process that composes


def compose_documents(split: Split, count: int, seed: tuple[int, ...], held_out: bool = False) -> Iterator[Document]:
    """Compose documents with an amount, written with the digits of a split.

    A script that calls this must run under `if __name__ == "__main__"`, as Python's multiprocessing requires; a
    notebook need not.

    Parameters
    ----------
    seed : of all random numbers; the same seed gives the same documents
    held_out : compose them in layouts and fonts that nothing is trained on
    """
    return _compose(split, count, seed, _LAYOUTS[held_out])


def compose_pages_without_amount(split: Split, count: int, seed: tuple[int, ...]) -> Iterator[Document]:
    """Compose letters, envelopes, blank forms and photographs: there is nothing to find on them."""
    return _compose(split, count, seed, _PAGES)


def _compose(split: Split, count: int, seed: tuple[int, ...], kind: str) -> Iterator[Document]:
    starts = iter(range(0, count, _CHUNK_SIZE))
    with workers.WorkerPool(1, _init_worker, split) as pool:

        def submit(start: int) -> Future[list[Document]]:
            return pool.submit(_compose_chunk, (*seed, start), min(_CHUNK_SIZE, count - start), kind)

        pending = deque(submit(start) for start in islice(starts, _AHEAD))
        try:
            while pending:
                chunk = pending.popleft().result()
                pending.extend(submit(start) for start in islice(starts, 1))
                yield from chunk
        finally:  # whoever asked may stop early
            pool.shutdown(wait=False, cancel_futures=True)


def _init_worker(split: Split) -> None:
    global _bank  # noqa: PLW0603 - a pool hands large arguments to its processes once
    workers.limit_worker()
    _bank = hands.HandBank.sample(
        glyphs.GlyphBank(split.images, split.labels), np.random.default_rng(_WRITERS_SEED), _WRITERS
    )


def _compose_chunk(seed: tuple[int, ...], count: int, kind: str) -> list[Document]:
    assert _bank is not None
    rng = np.random.default_rng(seed)
    if kind == _PAGES:
        return [documents.compose_without_amount(rng, _bank) for _ in range(count)]
    return [documents.compose_document(_bank, rng, held_out=kind == _LAYOUTS[True]) for _ in range(count)]
