"""Test app.form_files: what it writes is a profile."""

import tomllib
from dataclasses import replace
from decimal import Decimal

import pytest

from payment_ml.app.form_files import form_file
from payment_ml.text.profiles import Profile, load_profile


@pytest.mark.parametrize(
    "form",
    [load_profile("us-cheque"), load_profile("indian-cheque"), Profile("de_CH", largest=Decimal("9999.95"))],
    ids=["us-cheque", "indian-cheque", "largest"],
)
def test_the_file_is_the_form_with_a_region(form, tmp_path):
    """Loaded, it says the same of the amounts, and where they stand."""
    path = tmp_path / "form.toml"
    path.write_bytes(form_file(form, (620, 300, 980, 460), (1000, 1000)))
    assert load_profile(path) == replace(form, region=(0.62, 0.3, 0.98, 0.46))


def test_a_region_holds_all_of_the_box_and_ends_at_the_page():
    """Rounding makes it larger; a rectangle may be drawn up to the edge."""
    values = tomllib.loads(form_file(Profile("en_US"), (1, 1, 3000, 2001), (3000, 2000)).decode())
    left, top, right, bottom = values["region"]
    assert (left, top, right, bottom) == (0.0003, 0.0005, 1.0, 1.0)
