"""Show how far a batch is: a bar on a terminal, a line a minute elsewhere."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator

from tqdm import tqdm

from payment_ml.errors import unread_kind
from payment_ml.recognition.rows import Row

_SECONDS_BETWEEN_LINES = 60.0


def follow(
    rows: Iterable[Row],
    total: int,
    tell: Callable[[str], None],
    initial: int = 0,
    bar: bool | None = None,
    seconds: float = _SECONDS_BETWEEN_LINES,
) -> Iterator[Row]:
    """Yield rows, and tell how many were read, how fast, what share was accepted, and how long it still takes.

    Parameters
    ----------
    total : number of rows in all, `initial` of which an interrupted run has read
    tell : gets a line from time to time; not where a bar is shown
    bar : whether to show a bar on stderr; None: if that is a terminal
    seconds : from one line to the next
    """
    shows_bar = sys.stderr.isatty() if bar is None else bar
    started = told = time.monotonic()
    accepted = unread = read = 0
    with tqdm(desc="reading", total=total, initial=initial, unit="picture", disable=not shows_bar) as shown:
        for row in rows:
            read += 1
            accepted += row["decision"] == "accept"
            unread += unread_kind(row["reason"]) is not None
            counts = f"{accepted / read:.0%} accepted, {unread:,} not read"
            shown.set_postfix_str(counts, refresh=False)
            shown.update()
            now = time.monotonic()
            if not shows_bar and now - told >= seconds:
                told, rate = now, read / (now - started)
                left = tqdm.format_interval((total - initial - read) / rate)
                tell(f"{initial + read:,} of {total:,} pictures, {rate:.0f} a second, {counts}, {left} left")
            yield row
