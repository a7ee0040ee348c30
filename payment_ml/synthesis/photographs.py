"""Paper under the ink, and the camera over both: colours, printed lines and patterns, light, and the usual faults."""

import math

import cv2
import numpy as np

# sRGB of papers (white, cream, ledger grey, manila, blue, green, rose) and pens (black, blue, dark red, brown).
_PAPERS = np.array(
    [
        [246, 246, 244], [240, 230, 205], [196, 192, 178], [226, 160, 84],
        [214, 226, 238], [212, 228, 210], [236, 212, 212],
    ],
    np.float32,
)  # fmt: skip
_LUMA = np.float32([0.299, 0.587, 0.114])  # as pillow turns colours into grey
_INKS = np.array([[20, 20, 24], [28, 36, 110], [110, 24, 32], [78, 52, 36]], np.float32)


def render_photograph(
    ink: np.ndarray, rng: np.random.Generator, print_: np.ndarray | None = None, colour: bool = True
) -> np.ndarray:
    """Give ink a colour and paper, and photograph both, with the faults that photographs have.

    Parameters
    ----------
    ink : float32 [height, width], 0 bare paper to 1 full ink
    print_ : what is printed on the paper in a colour of its own, as `ink`; None is nothing
    colour : False photographs in grey levels, in a third of the time; the same draws of `rng`

    Returns
    -------
    uint8 [height, width, 3], sRGB; [height, width] when `colour` is False
    """
    height, width = ink.shape
    paper = _PAPERS[rng.integers(len(_PAPERS))] * np.float32(rng.uniform(0.75, 1.05))
    pen = np.minimum(_INKS[rng.integers(len(_INKS))] + np.float32(rng.uniform(0, 60)), paper * np.float32(0.7))
    strength = ink * np.float32(rng.uniform(0.75, 1))
    tint = paper * rng.uniform(0.2, 1.0, 3).astype(np.float32)
    if not colour:
        paper, pen, tint = (np.float32([_LUMA @ each]) for each in (paper, pen, tint))
    picture = np.empty((height, width, len(paper)), np.float32)
    picture[:] = paper
    if print_ is not None:
        picture += print_[:, :, None] * (tint - paper)
    picture += strength[:, :, None] * (pen - picture)
    light = smooth_field(height, width, rng, rng.uniform(0, 0.12)) + 1
    light += smooth_field(height, width, rng, rng.uniform(0, 0.02), knots=24)
    # One field of grain serves the light and, fainter, each colour: film and sensors have both.
    grain = rng.standard_normal((height, width), np.float32) * np.float32(rng.uniform(0, 9))
    if rng.random() < 0.4:
        sigma = rng.uniform(0.3, 0.02 * height + 0.4)
        picture = cv2.GaussianBlur(picture, (0, 0), sigma).reshape(picture.shape)
    picture *= light[:, :, None]
    picture += grain[:, :, None]
    picture = np.clip(picture, 0, 255, out=picture).astype(np.uint8)
    if rng.random() < 0.5:
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(40, 95))])
        picture = cv2.imdecode(encoded, cv2.IMREAD_COLOR if colour else cv2.IMREAD_GRAYSCALE)
    return picture if colour else picture.reshape(height, width)


def tilt(field: np.ndarray, degrees: float, border: int = cv2.BORDER_CONSTANT) -> np.ndarray:
    """Turn ink or a picture as a whole, anticlockwise, in a field that is made higher to hold it.

    Parameters
    ----------
    field : [height, width] or [height, width, 3]
    border : what OpenCV puts where nothing was; as it is, zeros
    """
    height, width = field.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    extra = math.ceil(abs(np.sin(np.deg2rad(degrees))) * width)
    turn[1, 2] += extra / 2
    return cv2.warpAffine(field, turn, (width, height + extra), flags=cv2.INTER_LINEAR, borderMode=border)


def smooth_field(height: int, width: int, rng: np.random.Generator, amplitude: float, knots: int = 3) -> np.ndarray:
    """A smooth random field, float32 [height, width], with standard deviation `amplitude` at its knots."""
    field = rng.standard_normal((knots, knots), np.float32) * np.float32(amplitude)
    return cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)


def draw_rule(field: np.ndarray, rng: np.random.Generator, base: int) -> None:
    """Draw a printed line: under the writing at `base`, or beside it as a ledger's column; sometimes dotted."""
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
    """Draw an amount box: a frame with straight or round corners, of which the crop may have cut some sides off."""
    weight = int(rng.integers(1, 4))
    strength = float(rng.uniform(0.4, 1))
    frame = np.zeros(field.shape, np.uint8)
    radius = int(rng.choice([0, 0, 4, 8, 12]))
    if radius == 0:
        cv2.rectangle(frame, (left, top), (right, bottom), 255, weight, cv2.LINE_AA)
    else:
        corners = [(left, top, 180), (right - 2 * radius, top, 270), (right - 2 * radius, bottom - 2 * radius, 0)]
        corners.append((left, bottom - 2 * radius, 90))
        for x, y, turn in corners:
            cv2.ellipse(frame, (x + radius, y + radius), (radius, radius), turn, 0, 90, 255, weight, cv2.LINE_AA)
        cv2.line(frame, (left + radius, top), (right - radius, top), 255, weight)
        cv2.line(frame, (left + radius, bottom), (right - radius, bottom), 255, weight)
        cv2.line(frame, (left, top + radius), (left, bottom - radius), 255, weight)
        cv2.line(frame, (right, top + radius), (right, bottom - radius), 255, weight)
    np.maximum(field, frame.astype(np.float32) * np.float32(strength / 255), out=field)


def draw_guilloche(field: np.ndarray, rng: np.random.Generator) -> None:
    """Draw the fine pattern of a cheque: waves or zigzags side by side, faint."""
    height, width = field.shape
    step, swing, period = rng.uniform(5, 24), rng.uniform(2, 10), rng.uniform(14, 60)
    x = np.arange(0, width + 4, 4)
    phase = x / period * 2 * np.pi + rng.uniform(0, 6)
    wave = np.sin(phase) if rng.random() < 0.5 else np.abs((phase / np.pi) % 2 - 1) * 2 - 1
    pattern = np.zeros(field.shape, np.uint8)
    weight = int(rng.integers(1, 3))
    for y in np.arange(-swing, height + swing, step):
        line = np.stack([x, y + swing * wave], axis=-1)
        cv2.polylines(pattern, [np.round(line * 8).astype(np.int32)], False, 255, weight, cv2.LINE_AA, shift=3)
    np.maximum(field, pattern.astype(np.float32) * np.float32(rng.uniform(0.04, 0.25) / 255), out=field)


def draw_print(field: np.ndarray, rng: np.random.Generator, x: int, y: int, height: float, text: str) -> None:
    """Print a short text with its lower left corner at x, y, about `height` pixels high."""
    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_TRIPLEX)
    page = np.zeros(field.shape, np.uint8)
    weight = max(1, round(height / 16))
    cv2.putText(page, text, (x, y), int(rng.choice(fonts)), height / 22, 255, weight, cv2.LINE_AA)
    np.maximum(field, page.astype(np.float32) * np.float32(rng.uniform(0.5, 1) / 255), out=field)
