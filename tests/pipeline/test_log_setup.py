"""logs: what an operations engineer reads in the morning."""

import logging

import pytest

from payment_ml.pipeline import log_setup


@pytest.fixture
def log(tmp_path):
    """A log file, and loggers that are as before afterwards."""
    names = ("payment_ml", "papermill")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in names}
    yield tmp_path / "folder" / "retraining.log"
    for name, (handlers, propagate) in before.items():
        logger = logging.getLogger(name)
        for handler in set(logger.handlers) - set(handlers):
            handler.close()
        logger.handlers, logger.propagate = handlers, propagate
    logging.raiseExceptions = True


def lines(path) -> list[str]:
    """Without their times."""
    return [line[20:] for line in path.read_text().splitlines()]


def test_each_line_has_a_time_and_a_level_and_no_colours(log):
    """Progress is no warning, though it comes over stderr; what Keras draws as a table stays in its notebook."""
    log_setup.configure_logging(log)
    papermill = logging.getLogger("papermill")
    papermill.info("Executing Cell 3---------------------------")
    papermill.info("\x1b[1m Total params: \x1b[0m520,758\n")
    papermill.info("┃ Layer ┃ Shape ┃")
    papermill.warning(" 46%, 02:27 passed, 02:47 left; epoch 9 of 18")
    papermill.warning("faults:  45%|████▌     | 10/22 [00:10<00:12,  1.06s/it]")
    papermill.warning("something is the matter")
    log_setup.log_failure("failed", "02-train failed: the reason")
    assert lines(log) == [
        "INFO    Total params: 520,758",
        "INFO    46%, 02:27 passed, 02:47 left; epoch 9 of 18",
        "INFO    faults:  45%|████▌     | 10/22 [00:10<00:12,  1.06s/it]",
        "WARNING something is the matter",
        "ERROR   failed: 02-train failed: the reason",
    ]
    assert log.read_text()[:2] == "20"


def test_a_log_that_cannot_be_written_costs_no_retraining(log, capsys):
    """The console says so and gets everything."""
    log.parent.write_text("a file, where a folder is expected")
    log_setup.configure_logging(log)
    logging.getLogger("payment_ml").info("step 1")
    errors = capsys.readouterr().err
    assert f"expected to log to {log}, but got" in errors
    assert "step 1" in errors
