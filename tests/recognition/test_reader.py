"""Tests of the protocols that all readers and readings fulfil."""

import inspect
from typing import Any, Protocol

import numpy as np
import pytest

from payment_ml.recognition.reader import Reader, Reading
from payment_ml.recognition.readings import AmountReading, DigitReading


def members(protocol: type) -> list[str]:
    """Return the names that a protocol declares."""
    declared = set(vars(protocol)) | set(protocol.__annotations__)
    return sorted(name for name in declared - set(vars(Protocol)) if not name.startswith("_"))


def parameters(function: Any) -> list[tuple[str, Any]]:
    """Return the names and defaults of a method's parameters, without `self`."""
    signature = inspect.signature(function).parameters.values()
    return [(parameter.name, parameter.default) for parameter in signature if parameter.name != "self"]


@pytest.fixture(params=["classifier", "reader"])
def any_reader(request) -> Reader:
    """Return each of the readers."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("name", members(Reader))
def test_every_reader_has_the_members_of_the_protocol(any_reader, name):
    """Attributes exist, and methods take the parameters that the protocol declares."""
    member = getattr(any_reader, name)
    if callable(member):
        assert parameters(member) == parameters(getattr(Reader, name))


@pytest.mark.parametrize("name", members(Reading))
def test_every_reading_has_the_members_of_the_protocol(any_reader, name):
    """Readings of an image with and without writing have each property."""
    written = np.full((60, 60), 230, np.uint8)
    written[15:45, 28:33] = 30
    for image in (written, np.full((60, 60), 230, np.uint8)):
        assert hasattr(any_reader.read(image), name)


def test_the_protocol_of_readings_declares_what_both_have_in_common():
    """Public names of only one kind of reading are no part of the protocol."""
    amount = AmountReading("", None, "", 0.0, "review", "blank")
    digit = DigitReading(None, 0.0, "review", "blank", None)
    common = {name for name in dir(amount) if not name.startswith("_")} & set(dir(digit))
    assert common == set(members(Reading))


def test_a_batch_equals_single_readings(any_reader, samples):
    """`read_many` and `stream` give the readings of `read`, in the order of the sources."""
    images = [samples[0].image, b"not a picture", np.full((50, 90), 240, np.uint8), samples[1].image]
    single = [any_reader.read(image) for image in images]
    for batch in (any_reader.read_many(images), list(any_reader.stream(iter(images)))):
        for together, alone in zip(batch, single, strict=True):
            assert (together.text, together.decision, together.reason) == (alone.text, alone.decision, alone.reason)
            assert together.confidence == pytest.approx(alone.confidence, abs=1e-4)


def test_an_uncalibrated_reader_reads_the_same_text(any_reader, samples):
    """Calibration changes the confidence alone, and the reader itself keeps its calibration."""
    state = any_reader.calibration_state
    uncalibrated = any_reader.uncalibrated()
    assert uncalibrated.read(samples[0].image).text == any_reader.read(samples[0].image).text
    assert uncalibrated.calibration_state != state
    assert any_reader.calibration_state == state
