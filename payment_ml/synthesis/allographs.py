"""Hold the shapes that people write for each digit, as control points of strokes; and joined zeros.

An allograph is one way of writing a digit. Its forms are strokes of the same structure: a writer's own digit lies
between them. `allographs.txt` has a header `digits name weight [plain]` for each, and its forms in the indented lines
below. In a form, strokes are separated by `|` and points by spaces; a point is `x,y` in hundredths of the digit's
height, to the right and upwards from the base line; `*` makes it a corner, and other points are passed smoothly.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources

FormPoint = tuple[float, float, bool]  # x and y in digit heights, y upwards from the base line; whether it is a corner


@dataclass(frozen=True)
class Allograph:
    """Describe one way of writing a digit, or of joining several zeros."""

    digits: str  # that it shows: "7", or "00"
    name: str
    weight: float  # how often writers have it, relative to the others of the same digits
    forms: tuple[tuple[tuple[FormPoint, ...], ...], ...]  # points of the strokes of each form, of the same structure
    plain: bool  # close to what schools teach, so that any reader of digits should know it


@cache
def load() -> tuple[Allograph, ...]:
    """Return all allographs: of the ten digits, of joined 00 and of joined 000."""
    return parse((resources.files(__package__) / "allographs.txt").read_text("utf-8")) + _chains()


def parse(table: str) -> tuple[Allograph, ...]:
    """Parse the text of a table of allographs.

    Raises
    ------
    ValueError : the forms of an allograph differ in their structure, or it has none
    """
    blocks: list[tuple[list[str], list[str]]] = []
    for line in table.splitlines():
        if line.startswith(" "):
            blocks[-1][1].append(line)
        else:
            blocks.append((line.split(), []))
    return tuple(
        _allograph(digits, name, float(weight), forms, plain=bool(plain))
        for (digits, name, weight, *plain), forms in blocks
    )


def _allograph(digits: str, name: str, weight: float, texts: list[str], plain: bool = False) -> Allograph:
    forms = tuple(tuple(_stroke(stroke) for stroke in text.split("|")) for text in texts)
    structures = {tuple(tuple(corner for _, _, corner in stroke) for stroke in form) for form in forms}
    if len(structures) != 1:
        raise ValueError(
            f"expected forms of one structure for {digits} {name}, but got {len(structures)}; give each form the same "
            "number of strokes, points and corners"
        )
    return Allograph(digits, name, weight, forms, plain)


def _stroke(text: str) -> tuple[FormPoint, ...]:
    pairs = [(point.rstrip("*").split(","), point.endswith("*")) for point in text.split()]
    return tuple((int(x) / 100, int(y) / 100, corner) for (x, y), corner in pairs)


def _chains() -> tuple[Allograph, ...]:
    """Return the joined zeros that repeat a unit: two and three times, the same for all forms of their table."""
    chains = []
    for name, weight, pitch, begin, units, end in _CHAINS:
        for count in (2, 3):
            forms = []
            for unit in units:
                repeated = [_shift(unit, i * pitch) for i in range(count)]
                forms.append(" ".join([begin, *repeated, _shift(end, (count - 1) * pitch)]))
            chains.append(_allograph("0" * count, name, weight, forms))
    return tuple(chains)


def _shift(points: str, x: int) -> str:
    """Move the points of a form to the right."""
    pairs = (point.split(",") for point in points.split())
    return " ".join(f"{int(first) + x},{second}" for first, second in pairs)


# Name, weight, distance of the units in hundredths of the height, first points, two forms of the unit, last points. The
# loops hang on a wide or a narrow wave along their tops, lie on their base line, stand like a w, or are threaded on a
# line through their middle.
_CHAINS = (
    (
        "top-wave", 3, 76, "",
        ("46,88 18,94 2,58 10,14 34,0 56,22 58,62 46,88 60,88", "44,84 20,92 4,56 12,12 36,2 56,24 56,58 44,80 58,78"),
        "72,94 92,98",
    ),
    (
        "base-wave", 2.5, 84, "-16,4",
        ("14,1 40,6 60,40 46,84 20,90 4,54 16,14 44,0", "20,0 46,16 60,50 44,90 20,88 6,52 20,12 48,-2"),
        "76,2 100,4",
    ),
    (
        "double-you", 1.5, 58, "4,94",
        ("2,56 14,8 34,2 50,24 58,72", "4,50 12,6 32,0 54,16 60,94"),
        "54,92 38,96 26,80",
    ),
    (
        "tight-wave", 2, 60, "",
        ("44,90 18,96 2,58 10,14 32,0 54,22 54,62 44,86 52,84", "46,82 22,92 4,56 12,10 34,2 56,26 54,62 44,78 54,80"),
        "60,88 74,96",
    ),
    (
        "mid-wave", 1, 80, "-12,44",
        ("4,48 32,50 62,54 50,88 26,94 4,64 12,12 40,2 62,40", "2,52 28,48 56,56 44,92 22,94 2,58 14,8 42,4 60,44"),
        "76,50 96,52",
    ),
)  # fmt: skip
