"""Set up logs with times: that of a retraining, to a file and to the console, and that of a batch, to a file."""

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from pythonjsonlogger.json import JsonFormatter

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
FORMATS: dict[str, logging.Formatter] = {
    "text": _FORMAT,
    "json": JsonFormatter(
        "%(asctime)s %(levelname)s %(message)s", rename_fields={"asctime": "time", "levelname": "level"}
    ),
}
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


def log_to_file(path: Path, format_name: str) -> None:
    """Log to a file alone, which is rotated; `format_name` is a key of `FORMATS`.

    Raises
    ------
    OSError : the file cannot be written
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=_MAX_BYTES, backupCount=_BACKUPS, encoding="utf-8")
    handler.setFormatter(FORMATS[format_name])
    logger = logging.getLogger("payment_ml")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logging.raiseExceptions = False


def log_ending(command: str, ending: dict[str, Any]) -> None:
    """Log how a command ended; `ending` is its last line for programs, and becomes fields where the format has some."""
    level = logging.ERROR if ending["status"] else logging.INFO
    told = ", ".join(f"{name} {value}" for name, value in ending.items())
    logging.getLogger(__name__).log(level, "%s ended: %s", command, told, extra=ending)


def log_failure(outcome: str, reason: str, error: BaseException | None = None) -> None:
    """Log a failure in one line, and below it the traceback of an unexpected `error`."""
    logging.getLogger(__name__).error("%s: %s", outcome, reason, exc_info=error)


def _clean_record(record: logging.LogRecord) -> bool:
    """Remove colours, set the level of progress bars to INFO, and return False for lines to leave out."""
    record.msg, record.args = _COLOR_CODES.sub("", record.getMessage()).strip(), None
    if _PROGRESS.search(record.msg):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return bool(record.msg) and not record.msg.startswith(_PAPERMILL_LINES + _TABLE_BORDERS)
