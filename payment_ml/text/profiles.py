"""Define profiles, which say how amounts are written on one kind of form, and load them from TOML files.

The profiles of the project are in `profiles/`, which travels in the wheel.
"""

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from payment_ml import paths
from payment_ml.errors import ProfileError
from payment_ml.text.locales import Notation, notation

_CENTS = ("always", "never", "any")
_SIGNS = ("refuse", "negative", "before")

Region = tuple[float, float, float, float]


@dataclass(frozen=True)
class Profile:
    """Hold what is known of the amounts on one kind of form; it settles what would be ambiguous without it.

    Raises
    ------
    ProfileError : a value that is not one of those below
    """

    locale: str  # of CLDR, such as en_IN: its decimal mark, grouping mark and groups
    currency: str | None = None  # ISO 4217 code; None: any currency
    cents: Literal["always", "never", "any"] = "any"  # whether an amount is written with cents
    largest: Decimal | None = None  # a larger amount goes to review; None: no limit
    # A single dash or brackets go to review ("refuse") or mean minus ("negative"); with "before", a dash behind the
    # amount closes the line, and the others go to review.
    sign: Literal["refuse", "negative", "before"] = "refuse"
    # Of the amount: left, top, right, bottom as shares of the page, or of the form's picture where there is one.
    region: Region | None = None
    # A picture of the empty form, as the content of its file: other processes and machines need not have the file.
    form: bytes | None = field(default=None, repr=False)
    name: str = field(default="", compare=False)  # of the file that it was loaded from, for messages

    def __post_init__(self) -> None:
        self._expect(isinstance(self.locale, str), "locale", "a locale of CLDR, such as en_US")
        self._expect(self.cents in _CENTS, "cents", " or ".join(_CENTS))
        self._expect(self.sign in _SIGNS, "sign", " or ".join(_SIGNS))
        is_amount = isinstance(self.largest, Decimal) and self.largest.is_finite() and self.largest > 0
        self._expect(self.largest is None or is_amount, "largest", "an amount above 0, as a Decimal")
        self._expect(self.region is None or _is_region(self.region), "region", "[left, top, right, bottom], 0 to 1")
        self._expect(self.form is None or self.region is not None, "region", "the amount's place, as there is a form")
        try:
            decimal = self.notation.decimal
        except ValueError as error:
            raise ProfileError(f"{error}; correct the profile{self._where}") from error
        self._expect(decimal in (".", ","), "locale", "a locale whose decimal mark is a point or a comma")

    @property
    def notation(self) -> Notation:
        """Return how the locale writes amounts."""
        return notation(self.locale, self.currency)

    @property
    def fingerprint(self) -> str:
        """Return the sha256 of what the profile says, in hexadecimal; its name and what it leaves open do not count."""
        said = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.compare}
        defaults = {entry.name: entry.default for entry in fields(self)}
        content = {name: value for name, value in said.items() if value != defaults[name]}
        if self.largest is not None:
            content["largest"] = f"{self.largest.normalize():f}"
        if self.form is not None:
            content["form"] = self.form_sha256
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def form_sha256(self) -> str | None:
        """Return the sha256 of the form's picture, in hexadecimal; None where there is none."""
        return None if self.form is None else hashlib.sha256(self.form).hexdigest()

    @property
    def _where(self) -> str:
        return f" {self.name}" if self.name else ""

    def _expect(self, condition: bool, name: str, expected: str) -> None:
        if not condition:
            value = getattr(self, name)
            raise ProfileError(
                f"expected {name} = {expected}, but got {value!r}; correct it in the profile{self._where}"
            )


def profile_names() -> list[str]:
    """Return the names of the profiles that come with the project."""
    return sorted(path.stem for path in paths.resource("profiles").glob("*.toml"))


def load_profile(profile: "str | Path | Profile | None") -> Profile | None:
    """Return a profile by its name, or from a TOML file.

    Parameters
    ----------
    profile : one of `profile_names`, the path of a TOML file with fields of `Profile`, or a profile, which is returned
        as it is; None returns None

    Raises
    ------
    ProfileError : no such profile, or the file is not one
    """
    if profile is None or isinstance(profile, Profile):
        return profile
    path = Path(profile)
    if isinstance(profile, str) and path.suffix != ".toml" and path.name == profile:
        path = paths.resource("profiles") / f"{profile}.toml"
        if not path.is_file():
            raise ProfileError(
                f"expected a profile among {', '.join(profile_names())}, but got {profile!r}; "
                "take one of these, or give the path of a TOML file"
            )
    try:
        with path.open("rb") as file:
            values = tomllib.load(file, parse_float=Decimal)
    except OSError as error:
        names = ", ".join(profile_names())
        raise ProfileError(
            f"expected a profile in {path}, but got: {error.strerror}; profiles by name are {names}"
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"expected a profile in {path}, but it is not TOML: {error}; correct the file") from error
    return _from_values(values, path)


def _from_values(values: dict[str, Any], path: Path) -> Profile:
    """Return the profile of a file's values."""
    known = [entry.name for entry in fields(Profile) if entry.name != "name"]
    unknown = sorted(values.keys() - set(known))
    if unknown or "locale" not in values:
        problem = f"got {', '.join(unknown)}" if unknown else "there is no locale"
        raise ProfileError(f"expected in {path} the keys {', '.join(known)}, but {problem}; correct the file")
    if "largest" in values and isinstance(values["largest"], int):
        values["largest"] = Decimal(values["largest"])
    if isinstance(values.get("region"), list):
        values["region"] = tuple(float(share) if isinstance(share, Decimal) else share for share in values["region"])
    if "form" in values:
        values["form"] = _read_form(values["form"], path)
    return Profile(**values, name=path.stem)


def _read_form(name: object, path: Path) -> bytes:
    """Return the content of the form's picture, which the profile in `path` names."""
    advice = "name a picture of the empty form, relative to the profile's folder, or take the line form out"
    if not isinstance(name, str) or not name:
        raise ProfileError(f"expected form = the path of a picture in {path}, but got {name!r}; {advice}")
    picture = path.parent / name
    try:
        content = picture.read_bytes()
    except OSError as error:
        raise ProfileError(
            f"expected a picture of the form of {path} in {picture}, but got: {error.strerror}; {advice}"
        ) from error
    if not content:
        raise ProfileError(
            f"expected a picture of the form of {path} in {picture}, but it is empty (0 bytes); {advice}"
        )
    return content


def _is_region(region: object) -> bool:
    """Return True for left, top, right and bottom inside of a page."""
    if not isinstance(region, tuple) or len(region) != 4:
        return False
    if not all(isinstance(share, float | int) and 0 <= share <= 1 for share in region):
        return False
    left, top, right, bottom = region
    return bool(left < right and top < bottom)
