"""End a command with a line of JSON for programs, whatever happens."""

import functools
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click

from payment_ml.errors import LockedError, PaymentMLError, unread_kind
from payment_ml.pipeline import log_setup

_log = logging.getLogger(__name__)


class BatchSummary:
    """Count the rows of a batch, and end `payment-ml read` with the counts as the last line on stderr."""

    def __init__(self, failures: Iterable[str] = ()):
        """Count rows of which the kind is one of `failures` as failed: they name what was given and not reached."""
        self.files = 0
        self.version: str | None = None
        self._failures = frozenset(failures)
        self._decisions: Counter[str] = Counter()
        self._not_read: Counter[str] = Counter()
        self._failed: list[str] = []

    def count(self, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        """Yield rows, and count each."""
        for row in rows:
            kind = unread_kind(row["reason"])
            if kind:
                _log.info("%s: %s", row["file"], row["reason"])
            if kind in self._failures:
                self._failed.append(f"{row['file']}: {row['reason']}")
            elif kind:
                self._not_read[kind] += 1
            else:
                self._decisions[row["decision"]] += 1
            yield row

    def as_dict(self) -> dict[str, Any]:
        """Return the counts; `pages` is the number of rows, and the sum of the other counts but `files`."""
        accepted, review, failed = self._decisions["accept"], self._decisions["review"], len(self._failed)
        return {
            "files": self.files,
            "pages": accepted + review + self._not_read.total() + failed,
            "accepted": accepted,
            "review": review,
            "not_read": dict(self._not_read),
            "failed": failed,
        }

    @contextmanager
    def last_line(self, report: Callable[[dict[str, Any]], None] | None = None) -> Iterator[None]:
        """Run a batch in the block, and end as `ends_with_counts` does."""
        with ends_with_counts(lambda: (self._failed, self.as_dict(), {"version": self.version}), report):
            yield


@contextmanager
def ends_with_counts(
    ending: Callable[[], tuple[Sequence[str], dict[str, Any], dict[str, Any]]],
    report: Callable[[dict[str, Any]], None] | None = None,
) -> Iterator[None]:
    """Run a command in the block, name on stderr what failed, print a line of JSON as its last line, and exit.

    The exit status is 1 if something failed or the block raised an exception, else 0.

    Parameters
    ----------
    ending : returns a line for each failure, the counts, and further values of the line; called when the block ends
    report : gets what the line holds, to log it; where it fails, the line says so
    """
    started, reason = time.perf_counter(), None
    try:
        with stoppable():
            yield
    except click.ClickException:
        raise  # wrong usage, before the command began
    except BaseException as error:  # noqa: BLE001 - every end is reported
        reason = describe(error)
        _report(error, reason)
    failed, counts, others = ending()
    for line in failed:
        click.echo(f"payment-ml: {line}", err=True)
    status = 1 if reason or failed else 0
    seconds = round(time.perf_counter() - started, 2)
    line_of_json = {"status": status, **counts, "seconds": seconds, **others} | ({"reason": reason} if reason else {})
    if report is not None:
        try:
            report(line_of_json)
        except (PaymentMLError, OSError) as error:
            click.echo(f"payment-ml: {error}", err=True)
            line_of_json |= {"status": 1, "reason": line_of_json.get("reason") or describe(error)}
    click.echo(json.dumps(line_of_json, ensure_ascii=False), err=True)
    sys.exit(line_of_json["status"])


def _report(error: BaseException, reason: str) -> None:
    """Print an exception on stderr: in words, or with a traceback if nobody raised it on purpose."""
    if isinstance(error, BrokenPipeError):  # the reader of a pipe, such as head, has closed it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    elif isinstance(error, PaymentMLError | OSError | KeyboardInterrupt):
        click.echo(f"payment-ml: {reason}", err=True)
    else:
        traceback.print_exception(error)


def describe(error: BaseException) -> str:
    """Return an exception in words; its type is named unless it was raised on purpose or by the system."""
    if isinstance(error, KeyboardInterrupt):
        return str(error) or "interrupted"
    if isinstance(error, PaymentMLError | OSError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error}"


def ends_with_json(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate `retrain`: an exception is logged, and its outcome printed as the last line on stdout.

    The command gets its `log_file` even if none was named.
    """

    @functools.wraps(command)
    def run(log_file: Path | None, models_dir: Path, **options: Any) -> None:
        log_file = log_file or models_dir / "retraining.log"
        try:
            with stoppable():
                command(log_file=log_file, models_dir=models_dir, **options)
        except (SystemExit, click.ClickException):
            raise
        except LockedError as error:
            end_retraining(3, "locked", log_file, str(error))
        except KeyboardInterrupt as error:
            end_retraining(1, "interrupted", log_file, describe(error))
        except (PaymentMLError, OSError) as error:
            end_retraining(1, "failed", log_file, str(error))
        except BaseException as error:  # noqa: BLE001 - every end is reported
            end_retraining(1, "failed", log_file, describe(error), error)

    return run


def end_retraining(
    status: int, outcome: str, log_file: Path, reason: str, error: BaseException | None = None, **details: Any
) -> NoReturn:
    """Print the last line, JSON for programs, log a failure for people, and exit.

    Parameters
    ----------
    error : an unexpected exception, of which the log gets the traceback; None if the reason says it all
    details : further values of the line
    """
    if status:
        log_setup.log_failure(outcome, reason, error)
    click.echo(json.dumps({"status": status, "outcome": outcome, "reason": reason, "log": str(log_file), **details}))
    sys.exit(status)


@contextmanager
def stoppable() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt in the block, so that it ends in order; only in the main thread."""
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def stop(*_: object) -> None:
        raise KeyboardInterrupt("stopped by SIGTERM")

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
