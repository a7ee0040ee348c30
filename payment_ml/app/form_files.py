"""Write the profile of a form on which a person has drawn where the amount stands."""

import math
from dataclasses import fields, replace
from typing import Any

import tomli_w

from payment_ml.text.profiles import Profile, Region

_STEPS = 10_000  # in which a share of the page is given; one is less than a pixel of most scans
_HEADER = (
    "# Where the amount stands on a form, as shares of the page: left, top, right, bottom.\n"
    "# payment-ml read scans/ --as document --profile form.toml --output amounts.csv\n"
)


def form_file(form: Profile, box: tuple[float, float, float, float], size: tuple[int, int]) -> bytes:
    """Return a TOML file, as `load_profile` takes it, of a form with the place of its amount.

    Parameters
    ----------
    form : what is known of the amounts on it
    box : left, top, right and bottom of the amount in pixels of the page
    size : width and height of the page in pixels
    """
    known = replace(form, region=_region(box, size))
    values = {entry.name: _plain(getattr(known, entry.name)) for entry in fields(known) if entry.compare}
    said = {name: value for name, value in values.items() if value is not None}
    return (_HEADER + tomli_w.dumps(said)).encode()


def _region(box: tuple[float, float, float, float], size: tuple[int, int]) -> Region:
    """Return a box in shares of the page, not smaller than it was drawn, and within the page."""
    (left, top, right, bottom), (width, height) = box, size
    return (
        max(0, math.floor(left / width * _STEPS)) / _STEPS,
        max(0, math.floor(top / height * _STEPS)) / _STEPS,
        min(_STEPS, math.ceil(right / width * _STEPS)) / _STEPS,
        min(_STEPS, math.ceil(bottom / height * _STEPS)) / _STEPS,
    )


def _plain(value: Any) -> Any:
    """Return a value as TOML has it; a tuple becomes an array."""
    return list(value) if isinstance(value, tuple) else value
