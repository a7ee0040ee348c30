"""Provide a cluster of two workers and pictures to read on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.dask_clusters import DaskCluster
from helpers.slip_folders import fill


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Return a cluster with two workers, which the tests of this folder share."""
    with DaskCluster(tmp_path_factory.mktemp("dask")) as started:
        started.start_worker()
        started.start_worker()
        yield started


@pytest.fixture
def slips(tmp_path: Path) -> Path:
    """Return a folder of twelve pictures."""
    return fill(tmp_path / "slips", [f"{i:02}.png" for i in range(12)])
