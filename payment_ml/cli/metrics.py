"""Write the counts of a batch for Prometheus, in the format of node_exporter's textfile collector."""

import time
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile


def write_metrics(path: Path, ending: dict[str, Any]) -> None:
    """Write a file of metrics, atomically.

    Parameters
    ----------
    path : ends in .prom, and lies in the folder that node_exporter reads
    ending : the line of JSON that ends `payment-ml read`
    """
    registry = CollectorRegistry()

    def gauge(name: str, description: str, **labels: str) -> Gauge:
        metric = Gauge(f"payment_ml_read_{name}", description, list(labels), registry=registry)
        return metric.labels(**labels) if labels else metric

    pages = Gauge("payment_ml_read_pages", "Pages of the last batch by outcome.", ["outcome"], registry=registry)
    for outcome in ("accepted", "review", "failed"):
        pages.labels(outcome=outcome).set(ending[outcome])
    pages.labels(outcome="not_read").set(sum(ending["not_read"].values()))
    gauge("files", "Files that were given to the last batch.").set(ending["files"])
    gauge("seconds", "Duration of the last batch in seconds.").set(ending["seconds"])
    gauge("status", "Exit status of the last batch; 0 is success.").set(ending["status"])
    gauge("ended_timestamp_seconds", "End of the last batch, in seconds since 1970.").set(time.time())
    if ending["version"]:
        gauge("version_info", "Version that read the last batch.", version=ending["version"]).set(1)
    write_to_textfile(str(path), registry)
