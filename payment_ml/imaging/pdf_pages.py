"""Render the pages of a PDF in a process of their own, with limits on time and memory.

A PDF may hold anything, and its library is written in C: what it does to its process must not reach the one that reads.
"""

import atexit
import importlib.util
import json
import os
import selectors
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from PIL import Image

from payment_ml.errors import ImageError

START = b"%PDF"  # of a file, within its first bytes
RESOLUTION = 200  # dots per inch at which pages are rendered
_MAX_SIDE = 4000  # pixels; larger pages are rendered at a lower resolution
_TIME_LIMIT = 10.0  # seconds for one answer
_MEMORY_LIMIT = 1_500_000_000  # bytes of the process
_INSTALL = "pip install 'payment-ml[documents]'"
LENGTH_BYTES = 4  # in front of an answer: how long it is, the highest byte first
_MAX_HEADER = 1000  # bytes of an answer without its pixels


def is_pdf(head: bytes) -> bool:
    """Return True for the first bytes of a PDF."""
    return head.startswith(START)


def count_pages(source: str | Path | bytes, name: str) -> int:
    """Return the number of pages of a PDF.

    Raises
    ------
    ImageError : the library is missing; or the PDF is encrypted, damaged, or takes too long or too much memory
    """
    return int(_renderer.ask(source, name, {"do": "count"})[0]["count"])


def render(source: str | Path | bytes, number: int, name: str) -> Image.Image:
    """Render a page, from 1, in grey levels.

    Raises
    ------
    ImageError : as `count_pages`
    """
    header, content = _renderer.ask(source, name, {"do": "render", "page": number})
    return Image.frombytes("L", (header["width"], header["height"]), content)


class _Renderer:
    """Own the process that renders, which keeps the last PDF open; it is started anew after it failed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0  # process that started it; a fork must not use it

    def ask(self, source: str | Path | bytes, name: str, question: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Ask the process about a PDF; returns its answer and the bytes that come with it."""
        if importlib.util.find_spec("pypdfium2") is None:
            problem = f"it is a PDF and pypdfium2 is not installed; run {_INSTALL}"
            raise ImageError(f"expected a decoder for {name}, but {problem}", "a PDF", _INSTALL)
        content = source if isinstance(source, bytes) else b""
        key = f"{len(content)} bytes {hash(content)}" if content else _file_key(Path(source), name)  # type: ignore[arg-type]
        asked = {**question, "key": key, "path": None if content else os.fspath(source), "bytes": len(content)}
        with self._lock:
            answer, body = self._answer(asked, content, name, may_retry=self._is_running())
        if "problem" in answer:
            raise _refused(name, answer["problem"])
        return answer, body

    def _answer(
        self, asked: dict[str, Any], content: bytes, name: str, may_retry: bool
    ) -> tuple[dict[str, Any], bytes]:
        """Return the answer; where a process that had served before fails, that of a new one, which has no excuse."""
        try:
            return self._exchange(asked, content)
        except TimeoutError as error:
            self.stop()
            raise _refused(name, "takes too long to render") from error
        except (OSError, ValueError, EOFError) as error:
            self.stop()
            if may_retry:
                return self._answer(asked, content, name, may_retry=False)
            raise _refused(name, "makes its renderer fail, or needs too much memory") from error

    def _exchange(self, asked: dict[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._started()
        self._send(process, json.dumps(asked).encode() + b"\n" + content)
        deadline = time.monotonic() + _TIME_LIMIT
        length = int.from_bytes(self._read(process, LENGTH_BYTES, deadline), "big")
        if length > _MAX_HEADER:
            raise ValueError(f"expected an answer of at most {_MAX_HEADER} bytes, but its length is {length}")
        answer = json.loads(self._read(process, length, deadline))
        return answer, self._read(process, answer.get("bytes", 0), deadline)

    def _is_running(self) -> bool:
        return self._process is not None and self._owner == os.getpid() and self._process.poll() is None

    def stop(self) -> None:
        """End the process, if there is one."""
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _started(self) -> subprocess.Popen[bytes]:
        if not self._is_running():
            self.stop()
            command = [sys.executable, "-m", "payment_ml.imaging.pdf_renderer", str(_MEMORY_LIMIT), str(_MAX_SIDE)]
            self._process = subprocess.Popen(
                [*command, str(RESOLUTION), str(LENGTH_BYTES)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            self._owner = os.getpid()
        assert self._process is not None
        return self._process

    def _send(self, process: subprocess.Popen[bytes], content: bytes) -> None:
        assert process.stdin is not None
        process.stdin.write(content)
        process.stdin.flush()

    def _read(self, process: subprocess.Popen[bytes], count: int, deadline: float) -> bytes:
        assert process.stdout is not None
        descriptor, parts = process.stdout.fileno(), []
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while count > 0:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TimeoutError
                part = os.read(descriptor, min(count, 1 << 20))
                if not part:
                    raise EOFError
                parts.append(part)
                count -= len(part)
        return b"".join(parts)


def _file_key(path: Path, name: str) -> str:
    """Return a text that changes with the file."""
    try:
        status = path.stat()
    except OSError as error:
        raise _refused(name, f"cannot be opened ({error.strerror})") from error
    return f"{path.absolute()} {status.st_size} {status.st_mtime_ns}"


def _refused(name: str, problem: str) -> ImageError:
    advice = "open it in another program, and save the page as a picture"
    return ImageError(
        f"expected a PDF that can be rendered, but {name} {problem}; {advice}", f"a PDF that {problem}", advice
    )


_renderer = _Renderer()
atexit.register(_renderer.stop)
