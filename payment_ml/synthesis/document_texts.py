"""Draw the labels and the invented content of documents: names, places, dates and numbers, in seven languages."""

import tomllib
from functools import cache
from importlib import resources

import numpy as np

LANGUAGES = ("en", "en_IN", "fr", "de", "es", "pt", "it")
_FIRST_YEAR, _LAST_YEAR = 1998, 2031


class Texts:
    """Draw texts in one language; a document says the same thing with the same words."""

    def __init__(self, language: str, rng: np.random.Generator):
        """Take one of `LANGUAGES`."""
        self.language = language
        self._rng = rng
        self._options = _options()[language]
        self._labels: dict[str, str] = {}

    def label(self, key: str) -> str:
        """Return the label of a thing, such as `date`; the same one each time."""
        if key not in self._labels:
            self._labels[key] = self.any(key)
        return self._labels[key]

    def any(self, key: str) -> str:
        """Return one of the texts of a key at random."""
        options = self._options[key]
        return options[int(self._rng.integers(len(options)))]

    def person(self) -> str:
        """Return an invented name."""
        first, last = self.any("first"), self.any("last")
        kind = self._rng.random()
        if kind < 0.15:
            return f"{first[0]}. {last}"
        if kind < 0.25:
            return f"{last} {first}"
        return f"{first} {last}"

    def payee(self) -> str:
        """Return the name of a person or a firm."""
        return self.person() if self._rng.random() < 0.6 else self.any("firm")

    def address(self) -> str:
        """Return a street with a house number."""
        number = int(self._rng.integers(1, 240))
        street = self.any("street")
        return f"{number} {street}" if self.language in ("en", "en_IN", "fr") else f"{street} {number}"

    def town(self) -> str:
        """Return a town with its postal code."""
        return f"{self.digits(6 if self.language == 'en_IN' else 5)} {self.any('town')}"

    def digits(self, count: int) -> str:
        """Return so many digits; the first is no zero."""
        digits = self._rng.integers(0, 10, count)
        return str(int(self._rng.integers(1, 10))) + "".join(map(str, digits[1:]))

    def account(self) -> str:
        """Return an account number, in one piece or in groups."""
        groups = ([10], [12], [4, 4, 4, 2], [5, 5, 11, 2], [2, 3, 4, 4], [3, 3, 3], [16])
        sizes = groups[int(self._rng.integers(len(groups)))]
        mark = " " if self._rng.random() < 0.8 else "-"
        return mark.join(self.digits(size) for size in sizes)

    def telephone(self) -> str:
        """Return a telephone number."""
        groups = ([5, 5], [3, 3, 4], [10], [2, 2, 2, 2, 2], [3, 7], [4, 6])
        sizes = groups[int(self._rng.integers(len(groups)))]
        mark = " " if self._rng.random() < 0.6 else "-"
        return mark.join(self.digits(size) for size in sizes)

    def number(self) -> str:
        """Return the number of a form, 3 to 8 digits, sometimes with zeros in front."""
        count = int(self._rng.integers(3, 9))
        if self._rng.random() < 0.35:
            return self.digits(max(1, count - 3)).zfill(count)
        return self.digits(count)

    def date(self) -> str:
        """Return a date in digits and marks, or with the name of a month."""
        day, month, year = self.day()
        if self._rng.random() < 0.2:
            name = self._options["month"][month - 1]
            name = name[:3] if len(name) > 5 and self._rng.random() < 0.3 else name
            if self.language == "en" and self._rng.random() < 0.5:
                return f"{name} {day}, {year}"
            return f"{day}. {name} {year}" if self.language == "de" else f"{day} {name} {year}"
        marks = {"de": "...-", "fr": "///.-"}.get(self.language, "///--.")
        mark = marks[int(self._rng.integers(len(marks)))]
        first, second = (month, day) if self.language == "en" and self._rng.random() < 0.5 else (day, month)
        padded = self._rng.random() < 0.6
        parts = [f"{part:02d}" if padded else str(part) for part in (first, second)]
        return mark.join([*parts, str(year) if self._rng.random() < 0.55 else f"{year % 100:02d}"])

    def day(self) -> tuple[int, int, int]:
        """Return day, month and year."""
        rng = self._rng
        return int(rng.integers(1, 29)), int(rng.integers(1, 13)), int(rng.integers(_FIRST_YEAR, _LAST_YEAR))


@cache
def _options() -> dict[str, dict[str, list[str]]]:
    """Load the texts of all languages."""
    path = resources.files("payment_ml.synthesis") / "document_texts.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {name: {**tables.get(table.get("like", ""), {}), **table} for name, table in tables.items()}
