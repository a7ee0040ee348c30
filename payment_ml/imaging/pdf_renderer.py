"""Run as the process that renders PDF pages: `pdf_pages` asks it on standard input.

A question is a line of JSON, with the PDF behind it where it is no file; the answer is JSON with its length in front,
and the pixels of a page behind it, one byte each.
"""

import json
import sys
from typing import Any, BinaryIO

import pypdfium2

_POINTS_PER_INCH = 72


def serve(questions: BinaryIO, answers: BinaryIO, largest_side: int, resolution: int, length_bytes: int) -> None:
    """Answer questions until there are no more."""
    key, document = None, None
    for line in iter(questions.readline, b""):
        question = json.loads(line)
        content = questions.read(question["bytes"])
        try:
            if question["key"] != key:
                key, document = None, None
                document = pypdfium2.PdfDocument(question["path"] or content)
                key = question["key"]
            assert document is not None
            answer, pixels = _answer(document, question, largest_side, resolution)
        except Exception as error:  # noqa: BLE001 - whatever a hostile PDF brings about is told, and stops nothing
            answer, pixels = {"problem": _problem(error)}, b""
        header = json.dumps({**answer, "bytes": len(pixels)}).encode()
        answers.write(len(header).to_bytes(length_bytes, "big") + header)
        answers.write(pixels)
        answers.flush()


def _answer(
    document: "pypdfium2.PdfDocument", question: dict[str, Any], largest_side: int, resolution: int
) -> tuple[dict[str, Any], bytes]:
    if question["do"] == "count":
        return {"count": len(document)}, b""
    page = document[question["page"] - 1]
    scale = min(resolution / _POINTS_PER_INCH, largest_side / max(*page.get_size(), 1))
    bitmap = page.render(scale=scale, grayscale=True)
    array = bitmap.to_numpy()
    pixels = array.reshape(bitmap.height, -1)[:, : bitmap.width].tobytes()
    answer = {"width": bitmap.width, "height": bitmap.height}
    bitmap.close()
    page.close()
    return answer, pixels


def _problem(error: Exception) -> str:
    text = str(error).lower()
    if "password" in text:
        return "is encrypted"
    if isinstance(error, MemoryError):
        return "needs too much memory"
    return "is damaged"


def _main() -> None:
    memory, largest_side, resolution, length_bytes = map(int, sys.argv[1:])
    try:
        import resource
    except ImportError:  # Windows has no such limit
        pass
    else:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    serve(sys.stdin.buffer, sys.stdout.buffer, largest_side, resolution, length_bytes)


if __name__ == "__main__":
    _main()
