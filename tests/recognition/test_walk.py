"""Test how often the walk of one image enters each module: the path through the code is straight."""

import io
import math
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from types import FrameType
from typing import Any

import numpy as np
import pytest
from PIL import Image

from payment_ml import paths
from payment_ml.imaging import line_batches, line_images
from payment_ml.recognition import ctc
from payment_ml.recognition.test_time_augmentation import LineRecognition

PACKAGE = f"{paths.ROOT / 'payment_ml'}/"
MAX_ENTRIES = 2
TEXTS = ("12.34", "905.60", "6.42", "9.46", "9.15", "85.50", "9.36", "20.54", "57.23", "96.74")


@dataclass
class Block:
    """Represent consecutive calls of one module into another."""

    module: str
    callee: "Block | None" = None  # the block that this one entered last


def entries(function: Callable[[], object]) -> Counter[str]:
    """Count how often a call of a function enters each module of the package.

    A call from another module enters a module. Calls that a block makes into one module are one entry if it enters no
    other module between them. Properties of plain data are no entry, nor are calls within a module.
    """
    counts: Counter[str] = Counter()
    stack = [Block("the test")]

    def follow(frame: FrameType, event: str, _: Any) -> None:
        if event not in ("call", "return") or not frame.f_code.co_filename.startswith(PACKAGE):
            return
        if event == "return":
            stack.pop()
            return
        module = frame.f_code.co_filename.removeprefix(PACKAGE).removesuffix(".py")
        caller = stack[-1]
        if module == caller.module or is_property(frame):
            stack.append(caller if module == caller.module else Block(module))
            return
        if caller.callee is None or caller.callee.module != module:
            caller.callee = Block(module)
            counts[module] += 1
        stack.append(caller.callee)

    sys.setprofile(follow)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counts


def is_property(frame: FrameType) -> bool:
    """Return True if a frame computes a property of its first argument."""
    owner = type(frame.f_locals.get("self"))
    return isinstance(getattr(owner, frame.f_code.co_name, None), property | cached_property)


@pytest.fixture(scope="module")
def clear_image(reader, draw) -> bytes:
    """Return the first of ten drawn amounts that one view recognises with at least 99.5%, as a PNG."""
    for image in map(draw, TEXTS):
        line = line_images.extract_line(image)
        (log_probs,) = reader.recognizer.log_probs([line.pixels])
        if LineRecognition(line, log_probs, ctc.beam_search(log_probs)).is_confident:
            buffer = io.BytesIO()
            Image.fromarray(image).save(buffer, "PNG")
            return buffer.getvalue()
    raise AssertionError("expected one of ten clear amounts to be recognised confidently, but got none")


def test_a_confident_image_enters_each_module_at_most_twice(reader, clear_image):
    """From the bytes of a clear image to its reading; the second time it is read, with every cache filled."""
    reader.read(clear_image)
    counts = entries(lambda: reader.read(clear_image))
    assert counts["recognition/amount_reader"] == counts["recognition/line_recognizer"] == 1
    assert {module: count for module, count in counts.items() if count > MAX_ENTRIES} == {}


def test_entries_counts_blocks_of_calls():
    """Two calls in a row into one module are one entry, and a call into another module between them makes it two."""
    log_probs = np.full((4, 22), -math.inf)
    log_probs[:, 0] = 0.0

    def two_calls() -> None:
        ctc.drop_repeated_blanks(log_probs)
        ctc.drop_repeated_blanks(log_probs)

    def interrupted() -> None:
        two_calls()
        line_batches.frame_count(3)
        two_calls()

    assert entries(two_calls) == {"recognition/ctc": 1}
    assert entries(interrupted) == {"recognition/ctc": 2, "imaging/line_batches": 1}
