"""Tests of profiles: those of the project load by name, others from a TOML file, and mistakes have a message."""

import dataclasses
from decimal import Decimal
from pathlib import Path

import pytest

import payment_ml
from payment_ml import paths
from payment_ml.errors import ProfileError
from payment_ml.text.profiles import Profile, load_profile, profile_names

NAMES = [
    "brazilian-cheque", "euro-slip", "indian-cheque", "integer-cheque", "swiss-slip", "uk-cheque", "us-cheque",
]  # fmt: skip


def test_the_project_has_a_profile_for_each_kind_of_form():
    """Their names are listed in alphabetical order."""
    assert [name for name in profile_names() if name in NAMES] == NAMES


@pytest.mark.parametrize("name", profile_names())
def test_every_profile_of_the_project_loads_by_name(name):
    """It is the same as from the path of its file."""
    profile = load_profile(name)
    assert profile.name == name
    assert profile == load_profile(paths.ROOT / "profiles" / f"{name}.toml")


def test_a_profile_is_public_and_frozen():
    """`payment_ml.Profile` is the class that users construct."""
    profile = payment_ml.Profile(locale="en_US")
    assert profile == Profile("en_US", None, "any", None, "refuse", None)
    assert hash(profile) == hash(load_profile(profile))
    with pytest.raises(dataclasses.FrozenInstanceError):
        profile.cents = "never"


def test_a_file_may_set_every_field(tmp_path):
    """Amounts become exact decimals."""
    path = tmp_path / "slip.toml"
    path.write_text(
        """locale = "de_CH"
currency = "CHF"
cents = "always"
largest = 5000.10
sign = "negative"
region = [0.5, 0, 1.0, 0.25]
"""
    )
    expected = Profile("de_CH", "CHF", "always", Decimal("5000.10"), "negative", (0.5, 0, 1.0, 0.25))
    assert load_profile(path) == load_profile(str(path)) == expected
    path.write_text('locale = "de_CH"\nlargest = 5000')
    assert load_profile(path).largest == Decimal(5000)


def test_a_form_is_the_content_of_a_picture_beside_the_profile(tmp_path):
    """The profile may travel to where the file is not; another picture is another profile."""
    path, picture = tmp_path / "slip.toml", tmp_path / "pictures" / "blank-slip.png"
    picture.parent.mkdir()
    picture.write_bytes(b"one picture")
    path.write_text('locale = "en_US"\nregion = [0, 0, 1, 1]\nform = "pictures/blank-slip.png"')
    first = load_profile(path)
    assert first == Profile("en_US", region=(0, 0, 1, 1), form=b"one picture")
    assert "one picture" not in repr(first)
    picture.write_bytes(b"another picture")
    second = load_profile(path)
    without = dataclasses.replace(first, form=None)
    assert len({profile.fingerprint for profile in (first, second, without)}) == 3
    assert without.fingerprint == Profile("en_US", region=(0, 0, 1, 1)).fingerprint


def test_a_missing_or_empty_picture_of_the_form_is_refused(tmp_path):
    """When the profile is loaded, with what to do."""
    path = tmp_path / "slip.toml"
    path.write_text('locale = "en_US"\nregion = [0, 0, 1, 1]\nform = "blank.png"')
    advice = "name a picture of the empty form, relative to the profile's folder, or take the line form out"
    with pytest.raises(ProfileError, match=f"in .*blank.png, but got: No such file or directory; {advice}"):
        load_profile(path)
    (tmp_path / "blank.png").touch()
    with pytest.raises(ProfileError, match=f"but it is empty .0 bytes.; {advice}"):
        load_profile(path)


def test_no_profile_is_none():
    """Nothing is assumed."""
    assert load_profile(None) is None


def test_an_unknown_name_is_refused_with_the_names():
    """A typing mistake is seen at once."""
    with pytest.raises(ProfileError, match=f"expected a profile among .*{', .*'.join(NAMES)}.* but got 'us-check'"):
        load_profile("us-check")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "No such file or directory; profiles by name are brazilian-cheque", id="absent"),
        pytest.param("locale", "is not TOML", id="not TOML"),
        pytest.param('cents = "any"', "there is no locale", id="no locale"),
        pytest.param('locale = "en_US"\ncent = "any"', "keys locale, currency, .* but got cent;", id="unknown key"),
        pytest.param('locale = "xx"', "expected a locale of CLDR.*correct the profile slip", id="unknown locale"),
        pytest.param("locale = 5", "expected locale = a locale of CLDR.*but got 5", id="locale is a number"),
        pytest.param('locale = "en_US"\ncurrency = "US"', "expected a currency code", id="unknown currency"),
        pytest.param('locale = "en_US"\ncents = "no"', "expected cents = always or never or any", id="cents"),
        pytest.param('locale = "en_US"\nsign = "minus"', "expected sign = refuse or negative or before", id="sign"),
        pytest.param('locale = "en_US"\nlargest = "5"', "expected largest = an amount above 0", id="largest is text"),
        pytest.param('locale = "en_US"\nlargest = nan', "expected largest = an amount above 0", id="largest is NaN"),
        pytest.param('locale = "en_US"\nlargest = 0', "expected largest = an amount above 0", id="largest is 0"),
        pytest.param('locale = "en_US"\nregion = [0, 0, 1]', "expected region = ", id="region of three"),
        pytest.param('locale = "en_US"\nregion = [0.5, 0, 0.4, 1]', "expected region = ", id="region turned over"),
        pytest.param('locale = "en_US"\nregion = [0, 0, 100, 50]', "expected region = ", id="region in pixels"),
        pytest.param('locale = "en_US"\nregion = ["a", 0, 1, 1]', "expected region = ", id="region of text"),
        pytest.param('locale = "en_US"\nform = 5', "expected form = the path of a picture in .* got 5", id="form is 5"),
        pytest.param(
            'locale = "en_US"\nform = "slip.toml"', "expected region = the amount's place.*got None", id="form alone"
        ),
    ],
)
def test_a_file_that_is_no_profile_is_refused(tmp_path: Path, content: str | None, message: str):
    """The message names what was expected, and the profile."""
    path = tmp_path / "slip.toml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ProfileError, match=message):
        load_profile(path)


def test_the_fingerprint_is_that_of_what_a_profile_says():
    """A name, an open value and trailing zeros change nothing; a limit does."""
    profile = Profile("en_US", largest=Decimal("500.00"), name="slip")
    assert profile.fingerprint == Profile("en_US", largest=Decimal(500), sign="refuse", name="form").fingerprint
    assert profile.fingerprint != Profile("en_US", largest=Decimal(501)).fingerprint
    assert len({load_profile(name).fingerprint for name in profile_names()}) == len(profile_names())
