"""Draw what machines and printers put on documents: magnetic ink, bar codes, logos and stamps."""

import cv2
import numpy as np

from payment_ml.synthesis import typefaces

# Rows of the characters of magnetic ink on a grid of 7 by 9, in the manner of E-13B: digits, and the four symbols
# that the alphabet writes as A (transit), B (amount), C (on us) and D (dash).
_MAGNETIC = {
    "0": "7f 41 41 41 41 41 41 41 7f", "1": "38 38 08 08 08 08 3e 3e 3e", "2": "1f 01 01 01 1f 10 10 10 1f",
    "3": "3e 02 02 02 3e 07 07 07 3f", "4": "60 60 60 66 66 7f 7f 06 06", "5": "3f 30 20 20 3f 01 01 01 3f",
    "6": "78 40 40 40 7f 41 41 41 7f", "7": "3e 22 22 02 02 0e 08 08 08", "8": "3e 22 22 22 7f 63 63 63 7f",
    "9": "7f 41 41 41 7f 03 03 03 03", "A": "03 13 73 70 70 70 73 13 03", "B": "01 01 31 31 30 36 36 06 00",
    "C": "36 36 36 06 06 06 36 36 36", "D": "00 00 00 55 55 55 00 00 00",
}  # fmt: skip


def magnetic_ink(text: str, height: float, rng: np.random.Generator) -> np.ndarray:
    """Print digits, blanks and the symbols A to D in magnetic ink; float32 [height, width], 0 paper to 1 full ink."""
    scale = max(1.0, height / 9)
    pitch = scale * rng.uniform(8.5, 10)
    ink = np.zeros((round(9 * scale) + 1, round(pitch * len(text)) + 1), np.float32)
    for number, character in enumerate(text):
        if character in _MAGNETIC:
            rows = [int(row, 16) for row in _MAGNETIC[character].split()]
            cells = np.array([[row >> (6 - column) & 1 for column in range(7)] for row in rows], np.float32)
            size = max(1, round(7 * scale)), max(1, round(9 * scale))
            shape = cv2.resize(cells, size, interpolation=cv2.INTER_AREA if scale < 1.5 else cv2.INTER_NEAREST)
            left = round(number * pitch)
            part = ink[: size[1], left : left + size[0]]
            part[:] = shape[: part.shape[0], : part.shape[1]]
    return ink


def barred_ink(text: str, height: float, typeface: int) -> np.ndarray:
    """Print digits that are cut into upright bars, in the manner of CMC-7; float32 [height, width]."""
    ink = np.array(typefaces.print_text("  ".join(text), typeface, height).ink, np.float32) / np.float32(255)
    bars = np.arange(ink.shape[1]) % max(2, round(height / 6)) >= max(1, round(height / 14))
    return ink * bars.astype(np.float32)


def bar_code(width: int, height: int, rng: np.random.Generator) -> np.ndarray:
    """Print a bar code; float32 [height, width]."""
    module = max(1, width // 90)
    bars = np.repeat(rng.random(width // module + 1) < 0.5, module)[:width]
    return np.tile(bars.astype(np.float32), (height, 1))


def logo(size: int, rng: np.random.Generator) -> np.ndarray:
    """Print a drawing of one to three shapes; float32 [size, size]."""
    drawn = np.zeros((size, size), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        corners = (rng.uniform(0.05, 0.95, (int(rng.integers(3, 7)), 2)) * size).astype(np.int32)
        centre = [int(value) for value in rng.uniform(0.3, 0.7, 2) * size]
        radius, weight = max(2, int(rng.uniform(0.2, 0.45) * size)), max(1, size // 16)
        kind = int(rng.integers(5))
        if kind == 0:
            cv2.fillPoly(drawn, [corners], 255, cv2.LINE_AA)
        elif kind == 1:
            cv2.circle(drawn, centre, radius, 255, weight, cv2.LINE_AA)
        elif kind == 2:
            cv2.circle(drawn, centre, radius, 255, -1, cv2.LINE_AA)
        elif kind == 3:
            cv2.rectangle(drawn, centre, [value + radius for value in centre], 255, -1)
        else:
            for angle in np.linspace(0, np.pi, int(rng.integers(3, 7)), endpoint=False):
                step = (radius * np.array([np.cos(angle), np.sin(angle)])).astype(int)
                cv2.line(drawn, (np.array(centre) - step).tolist(), (np.array(centre) + step).tolist(), 255, weight)
    return drawn.astype(np.float32) * np.float32(rng.uniform(0.4, 1) / 255)


def stamp(text: str, width: int, rng: np.random.Generator) -> np.ndarray:
    """Print a rubber stamp, round or square, turned and unevenly inked; float32 [width, width]."""
    drawn = np.zeros((width, width), np.uint8)
    middle, weight = width // 2, max(1, width // 50)
    printed = typefaces.print_text(text, typefaces.choose(rng, text), max(6.0, 0.09 * width)).ink
    reach = round(0.42 * width)
    fitted = cv2.resize(printed, (min(printed.shape[1], 2 * reach - 6), printed.shape[0]), interpolation=cv2.INTER_AREA)
    top, left = middle - fitted.shape[0] // 2, middle - fitted.shape[1] // 2
    drawn[top : top + fitted.shape[0], left : left + fitted.shape[1]] = fitted
    if rng.random() < 0.5:
        cv2.circle(drawn, (middle, middle), reach, 255, weight, cv2.LINE_AA)
        cv2.circle(drawn, (middle, middle), round(0.85 * reach), 255, weight, cv2.LINE_AA)
    else:
        half = round(reach * rng.uniform(0.3, 0.7))
        cv2.rectangle(drawn, (middle - reach, middle - half), (middle + reach, middle + half), 255, weight)
    turn = cv2.getRotationMatrix2D((middle, middle), rng.uniform(-30, 30), 1.0)
    turned = cv2.warpAffine(drawn, turn, (width, width)).astype(np.float32)
    patches = cv2.resize(rng.uniform(0.2, 1, (6, 6)).astype(np.float32), (width, width), interpolation=cv2.INTER_CUBIC)
    return turned * np.clip(patches, 0, 1) * np.float32(rng.uniform(0.35, 0.8) / 255)
