"""Set up the log of a retraining: with times, to a file and to the console."""

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

_LOGGERS = ("payment_ml", "papermill")
# Lines that papermill writes around each cell, of no use to the reader of a log.
_PAPERMILL_LINES = (
    "Executing Cell", "Ending Cell", "Executing notebook", "Input Notebook", "Output Notebook", "<Figure",
)  # fmt: skip
# Keras colours its tables, which the executed notebook shows anyway; papermill logs progress bars as warnings because
# they come over stderr.
_COLOR_CODES = re.compile(r"\x1b\[[0-9;]*m")
_TABLE_BORDERS = tuple("┏┡┃┌├│└")
_PROGRESS = re.compile(r"\d+%.* left|\d+%\|.*\d+/\d+ \[")
_FORMAT = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
_MAX_BYTES = 2_000_000  # of a log file
_BACKUPS = 5  # earlier log files that are kept


def configure_logging(path: Path) -> None:
    """Log steps, the notebooks' output as it appears, and failures, to stderr and to a file.

    If the file cannot be written, a warning on the console says so, and the console alone gets everything.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    warning = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8"))
    except OSError as error:
        warning = f"expected to log to {path}, but got: {error.strerror}; the console has it all"
    for handler in handlers:
        handler.setFormatter(_FORMAT)
        handler.addFilter(_clean_record)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = list(handlers)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    # On a full disk, logging would otherwise print a traceback to the console for every line.
    logging.raiseExceptions = False
    if warning:
        logging.getLogger(__name__).warning(warning)


def log_failure(outcome: str, reason: str, error: BaseException | None = None) -> None:
    """Log a failure in one line, and below it the traceback of an unexpected `error`."""
    logging.getLogger(__name__).error("%s: %s", outcome, reason, exc_info=error)


def _clean_record(record: logging.LogRecord) -> bool:
    """Remove colours, set the level of progress bars to INFO, and return False for lines to leave out."""
    record.msg, record.args = _COLOR_CODES.sub("", record.getMessage()).strip(), None
    if _PROGRESS.search(record.msg):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return bool(record.msg) and not record.msg.startswith(_PAPERMILL_LINES + _TABLE_BORDERS)
