"""Test pipeline.log_setup: the log that an operations engineer reads in the morning."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from payment_ml.pipeline import log_setup


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """Yield the path of a log file, and restore the loggers afterwards."""
    names = ("payment_ml", "papermill")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in names}
    yield tmp_path / "folder" / "retraining.log"
    for name, (handlers, propagate) in before.items():
        logger = logging.getLogger(name)
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers, logger.propagate = handlers, propagate
    logging.raiseExceptions = True


def lines_without_times(path: Path) -> list[str]:
    """Return the lines of a log from their level on."""
    return [line[20:] for line in path.read_text().splitlines()]


def test_each_line_has_a_time_and_a_level_and_no_colours(log):
    """Progress is no warning although it comes over stderr, and tables that Keras draws stay in the notebook."""
    log_setup.configure_logging(log)
    papermill = logging.getLogger("papermill")
    papermill.info("Executing Cell 3---------------------------")
    papermill.info("\x1b[1m Total params: \x1b[0m520,758\n")
    papermill.info("┃ Layer ┃ Shape ┃")
    papermill.warning(" 46%, 02:27 passed, 02:47 left; epoch 9 of 18")
    papermill.warning("corruptions:  45%|████▌     | 10/22 [00:10<00:12,  1.06s/it]")
    papermill.warning("a real warning")
    log_setup.log_failure("failed", "02-train failed: the reason")
    assert lines_without_times(log) == [
        "INFO    Total params: 520,758",
        "INFO    46%, 02:27 passed, 02:47 left; epoch 9 of 18",
        "INFO    corruptions:  45%|████▌     | 10/22 [00:10<00:12,  1.06s/it]",
        "WARNING a real warning",
        "ERROR   failed: 02-train failed: the reason",
    ]
    assert log.read_text()[:2] == "20"


def test_an_unwritable_log_leaves_everything_to_the_console(log, capsys):
    """The console names the reason, and the retraining goes on."""
    log.parent.write_text("a file, where a folder is expected")
    log_setup.configure_logging(log)
    logging.getLogger("payment_ml").info("step 1")
    errors = capsys.readouterr().err
    assert f"expected to log to {log}, but got" in errors
    assert "step 1" in errors
