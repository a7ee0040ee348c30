"""What a retraining says while it runs: with times, to a file and to the console."""

import logging
import re
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

_LOGGERS = ("payment_ml", "papermill")
# Papermill's marks around each cell, which tell people nothing.
_MARKS = ("Executing Cell", "Ending Cell", "Executing notebook", "Input Notebook", "Output Notebook", "<Figure")
# Colours that Keras prints into its tables; the tables, which the executed notebook shows; and progress bars, which
# papermill takes for warnings because they come over stderr.
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_TABLE = tuple("┏┡┃┌├│└")
_PROGRESS = re.compile(r"\d+%.* left|\d+%\|.*\d+/\d+ \[")
_FORMAT = logging.Formatter("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%d %H:%M:%S")
_SIZE, _COPIES = 2_000_000, 5  # bytes of a log file, and how many earlier ones are kept


def configure_logging(path: Path) -> None:
    """Log steps, what the notebooks print as they print it, and what goes wrong, to stderr and to a file.

    A log that cannot be written costs no retraining: the console says so, and gets everything.
    """
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    trouble = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(RotatingFileHandler(path, maxBytes=_SIZE, backupCount=_COPIES, encoding="utf-8"))
    except OSError as error:
        trouble = f"expected to log to {path}, but got: {error.strerror}; the console has it all"
    for handler in handlers:
        handler.setFormatter(_FORMAT)
        handler.addFilter(_is_for_people)
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = list(handlers)
        logger.setLevel(logging.INFO)
        logger.propagate = False
    # A full disk must not fill the console with what logging itself has to say about it.
    logging.raiseExceptions = False
    if trouble:
        logging.getLogger(__name__).warning(trouble)


def log_failure(outcome: str, reason: str) -> None:
    """What went wrong, in one line."""
    logging.getLogger(__name__).error("%s: %s", outcome, reason)


def _is_for_people(record: logging.LogRecord) -> bool:
    record.msg, record.args = _COLOURS.sub("", record.getMessage()).strip(), None
    if _PROGRESS.search(record.msg):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return bool(record.msg) and not record.msg.startswith(_MARKS + _TABLE)
