"""Render photographs of ink on paper: colours, printed lines and patterns, light, blur, noise and compression."""

import math

import cv2
import numpy as np

from payment_ml.synthesis import glyphs, typefaces

# sRGB of papers (white, cream, ledger grey, manila, blue, green, rose) and pens (black, blue, dark red, brown).
_PAPERS = np.array(
    [
        [246, 246, 244], [240, 230, 205], [196, 192, 178], [226, 160, 84],
        [214, 226, 238], [212, 228, 210], [236, 212, 212],
    ],
    np.float32,
)  # fmt: skip
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # weights of sRGB for grey levels, as in pillow (ITU-R BT.601)
_MOST_BLUR = 0.07  # standard deviation in digit heights
_INKS = np.array([[20, 20, 24], [28, 36, 110], [110, 24, 32], [78, 52, 36]], np.float32)


def render_photograph(
    ink: np.ndarray,
    rng: np.random.Generator,
    print_: np.ndarray | None = None,
    colour: bool = True,
    digit_height: float = math.inf,
) -> np.ndarray:
    """Render a photograph of ink on paper, with the usual faults of photographs.

    Parameters
    ----------
    ink : float32 [height, width], 0 bare paper to 1 full ink
    print_ : print on the paper in a colour of its own, as `ink`; None means no print
    colour : False renders grey levels, which is faster and draws the same from `rng` (docs/decisions/generator.md)
    digit_height : pixels; the picture is not blurred so much that digits of this height become unreadable

    Returns
    -------
    uint8 [height, width, 3], sRGB; [height, width] when `colour` is False
    """
    image = lay_ink(ink, rng, print_, colour)
    image = expose(image, rng, digit_height)
    return image if colour else image.reshape(ink.shape)


def lay_ink(
    ink: np.ndarray, rng: np.random.Generator, print_: np.ndarray | None = None, colour: bool = True
) -> np.ndarray:
    """Lay ink and print on paper, each in a colour of its own, before any light falls on them.

    Parameters are those of `render_photograph`.

    Returns
    -------
    float32 [height, width, 3], sRGB from 0 to 255; [height, width, 1] when `colour` is False
    """
    height, width = ink.shape
    paper = _PAPERS[rng.integers(len(_PAPERS))] * np.float32(rng.uniform(0.75, 1.05))
    pen = np.minimum(_INKS[rng.integers(len(_INKS))] + np.float32(rng.uniform(0, 60)), paper * np.float32(0.7))
    strength = _pen_strength(ink, rng, 0.0 if print_ is None else float(print_.mean()))
    tint = paper * rng.uniform(0.2, 1.0, 3).astype(np.float32)
    if not colour:
        paper, pen, tint = (np.array([_LUMA @ srgb], np.float32) for srgb in (paper, pen, tint))
    image: np.ndarray = np.empty((height, width, len(paper)), np.float32)
    image[:] = paper
    if print_ is not None:
        image += print_[:, :, None] * (tint - paper)
    image += strength[:, :, None] * (pen - image)
    return image


def expose(image: np.ndarray, rng: np.random.Generator, digit_height: float = math.inf) -> np.ndarray:
    """Photograph a scene: uneven light, blur, grain and compression; changes `image`, as `lay_ink` returns it.

    Returns
    -------
    uint8, of the shape of `image`
    """
    height, width = image.shape[:2]
    light = smooth_field(height, width, rng, rng.uniform(0, 0.12)) + 1
    light += smooth_field(height, width, rng, rng.uniform(0, 0.02), knots=24)
    # All colours share one field of grain.
    grain = rng.standard_normal((height, width), np.float32) * np.float32(rng.uniform(0, 9))
    if rng.random() < 0.4:
        sigma = min(rng.uniform(0.3, 0.02 * height + 0.4), _MOST_BLUR * digit_height)
        image = cv2.GaussianBlur(image, (0, 0), sigma).reshape(image.shape)
    image *= light[:, :, None]
    image += grain[:, :, None]
    levels = np.clip(image, 0, 255, out=image).astype(np.uint8)
    return _compress(levels, int(rng.integers(40, 95))).reshape(image.shape) if rng.random() < 0.5 else levels


def _pen_strength(ink: np.ndarray, rng: np.random.Generator, printed: float) -> np.ndarray:
    """Return how much ink lies on the paper: of most pens nearly full, of some faint, grainy or fading.

    `printed` is the mean of the print: among dense patterns nobody could read faint writing.
    """
    strength: np.ndarray = ink * np.float32(rng.uniform(0.75, 1))
    kind = rng.random()
    if kind < 0.08:  # a carbon copy, a hard pencil
        strength *= np.float32(rng.uniform(min(0.35 + 2 * printed, 0.7), 0.7))
    elif kind < 0.16:  # pencil on rough paper
        strength *= np.clip(rng.normal(0.85, 0.35, ink.shape), 0, 1).astype(np.float32)
    elif kind < 0.22:  # a pen that runs dry
        height, width = ink.shape
        fading = smooth_field(height, width, rng, 0.3, knots=5)
        strength *= np.clip(0.85 + fading, 0.25, 1)
    return strength


def tilt(field: np.ndarray, degrees: float, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
    """Rotate ink or an image by `degrees` anticlockwise, and increase its height to hold it.

    Parameters
    ----------
    field : [height, width] or [height, width, 3]
    border : OpenCV's border mode for new pixels; the default is zeros

    Returns
    -------
    [greater height, width] or [greater height, width, 3], of the same dtype
    """
    height, width = field.shape[:2]
    rotation = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    extra = math.ceil(abs(np.sin(np.deg2rad(degrees))) * width)
    rotation[1, 2] += extra / 2
    return cv2.warpAffine(field, rotation, (width, height + extra), flags=cv2.INTER_LINEAR, borderMode=border)


def smooth_field(height: int, width: int, rng: np.random.Generator, amplitude: float, knots: int = 3) -> np.ndarray:
    """Draw a smooth random field, float32 [height, width], with standard deviation `amplitude` at its knots."""
    field = rng.standard_normal((knots, knots), np.float32) * np.float32(amplitude)
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)


def draw_rule(field: np.ndarray, rng: np.random.Generator, base: int) -> None:
    """Draw a printed line below the writing, at row `base`, or beside it as a ledger's column; sometimes dotted."""
    height, width = field.shape
    weight = max(1, int(rng.uniform(0.01, 0.03) * height))
    strength = rng.uniform(0.3, 0.9)
    dash = np.ones(max(height, width), bool) if rng.random() < 0.7 else np.arange(max(height, width)) % 4 < 2
    if rng.random() < 0.6:
        y = int(np.clip(base + rng.uniform(-0.02, 0.08) * height, 0, height - weight))
        field[y : y + weight] = np.maximum(field[y : y + weight], strength * dash[:width])
    else:
        x = int(rng.uniform(0, 0.15) * width) if rng.random() < 0.5 else int(rng.uniform(0.85, 1) * width) - weight
        x = max(0, x)
        field[:, x : x + weight] = np.maximum(field[:, x : x + weight], strength * dash[:height, None])


def draw_box(field: np.ndarray, rng: np.random.Generator, left: int, top: int, right: int, bottom: int) -> None:
    """Draw an amount box with straight or round corners; sides outside of the field are cut off."""
    weight = int(rng.integers(1, 4))
    strength = float(rng.uniform(0.4, 1))
    frame = np.zeros(field.shape, np.uint8)
    radius = int(rng.choice([0, 0, 4, 8, 12]))
    if radius == 0:
        cv2.rectangle(frame, (left, top), (right, bottom), 255, weight, cv2.LINE_AA)
    else:
        corners = [(left, top, 180), (right - 2 * radius, top, 270), (right - 2 * radius, bottom - 2 * radius, 0)]
        corners.append((left, bottom - 2 * radius, 90))
        for x, y, angle in corners:
            cv2.ellipse(frame, (x + radius, y + radius), (radius, radius), angle, 0, 90, 255, weight, cv2.LINE_AA)
        cv2.line(frame, (left + radius, top), (right - radius, top), 255, weight)
        cv2.line(frame, (left + radius, bottom), (right - radius, bottom), 255, weight)
        cv2.line(frame, (left, top + radius), (left, bottom - radius), 255, weight)
        cv2.line(frame, (right, top + radius), (right, bottom - radius), 255, weight)
    np.maximum(field, frame.astype(np.float32) * np.float32(strength / 255), out=field)


def draw_print(
    field: np.ndarray, rng: np.random.Generator, x: int, y: int, height: float, text: str, ends_at_x: bool = False
) -> None:
    """Draw a short printed text in some typeface, its digits `height` pixels high, from x on the base line y on.

    Parameters
    ----------
    ends_at_x : the text ends at x instead
    """
    printed = typefaces.print_text(text, typefaces.choose(rng, text), height)
    rows, width = printed.ink.shape
    ink = printed.ink.astype(np.float32) * np.float32(rng.uniform(0.5, 1) / 255)
    glyphs.composite(field, ink, x - width if ends_at_x else x, y - printed.bottom - rows)


def _compress(image: np.ndarray, quality: int) -> np.ndarray:
    """Compress an image, uint8 [height, width, 3 or 1], as JPEG, and decode it."""
    _, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(encoded, cv2.IMREAD_COLOR if image.shape[2] == 3 else cv2.IMREAD_GRAYSCALE)
    assert decoded is not None, "expected OpenCV to decode its own JPEG"
    return decoded
