"""Turn a filled sheet into a picture: a scan, a black-and-white scan, or a photograph on a table or in a hand."""

from collections.abc import Sequence

import cv2
import numpy as np

from payment_ml.synthesis import document_scenes, photographs
from payment_ml.synthesis.document_fields import Field, FieldKind
from payment_ml.synthesis.document_placement import FilledSheet, PlacedField

_BILEVEL_SHARE, _PHOTOGRAPH_SHARE = 0.22, 0.36  # of all pictures; the others are scans in grey levels
_CROOKED_SHARE = 0.5  # of the scans, which lay up to a degree or two askew
_SMALLEST_DIGIT = 12.0  # pixels, in a photograph
_SHARP = 0.6  # pictures are blurred as if digits were so much smaller: the print of forms is smaller than they are
_ATTEMPTS = 12
_LEAST_SEEN = {FieldKind.AMOUNT: 0.9, FieldKind.WORDS: 0.8}  # share of the pixels of strokes that stand out
_KEPT = tuple(_LEAST_SEEN)  # kinds that no photographer leaves out or covers
_EYE_BLUR = 0.7  # pixels over which an eye takes the mean of noise
_STROKE, _BARE = 0.5, 0.05  # ink from which on a pixel is of a stroke, as a share of the darkest; and below, bare paper
_LEAST_CONTRAST = 18.0  # grey levels by which a stroke that can be seen is darker than the paper
_NOISE_CONTRAST = 2.0  # the same, in standard deviations of the paper
_SMOOTH_BELOW = 800  # pixels: most black-and-white scans narrower than this were made larger and reduced


def take_picture(sheet: FilledSheet, size: float, rng: np.random.Generator) -> tuple[np.ndarray, list[Field]]:
    """Scan or photograph a sheet, up to twelve times, until a person can see the amount and its words.

    Parameters
    ----------
    size : height of a digit of the amount in pixels

    Returns
    -------
    uint8 [height, width], and the fields with their boxes in it; a field of which most lies outside is left out
    """
    kind = rng.random()
    for _ in range(_ATTEMPTS):
        image, matrix = _take(sheet, size, kind, rng)
        fields = _in_picture(sheet.fields, matrix, image.shape)
        if _keeps_all(sheet.fields, fields) and all(_is_legible(field, image, sheet, matrix) for field in fields):
            break
    return image, fields


def _take(sheet: FilledSheet, size: float, kind: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture of a sheet, uint8 [height, width], and the projection of the sheet onto it.

    Parameters
    ----------
    kind : 0 to 1, of the picture: a photograph, a scan in black and white, or one in grey levels, each by its share
    """
    if kind < _PHOTOGRAPH_SHARE:
        return _photograph(sheet, size, rng)
    matrix, height, width = np.eye(3), *sheet.ink.shape
    askew = _turn(sheet.ink.shape, rng.normal(0, 0.7))
    if rng.random() < _CROOKED_SHARE and _keeps_all(sheet.fields, _in_picture(sheet.fields, askew, (height, width))):
        matrix = askew
        ink, print_ = (cv2.warpPerspective(layer, matrix, (width, height)) for layer in (sheet.ink, sheet.print_))
        sheet = FilledSheet(ink, print_, sheet.fields)
    if kind < _PHOTOGRAPH_SHARE + _BILEVEL_SHARE:
        return _scan_black_and_white(sheet, rng), matrix
    return photographs.render_photograph(sheet.ink, rng, sheet.print_, False, _SHARP * size), matrix


def _is_legible(field: Field, image: np.ndarray, sheet: FilledSheet, matrix: np.ndarray) -> bool:
    """Return whether a field's ink can be seen in a picture: not faded, not drowned in noise, not lost to a threshold.

    Parameters
    ----------
    field : with its box in the picture
    image : uint8 [height, width], the picture
    matrix : projects the sheet onto the picture
    """
    least = _LEAST_SEEN.get(field.kind)
    if least is None:
        return True
    left, top, right, bottom = field.box
    margin = max(2, (bottom - top) // 3)
    top, left = max(0, top - margin), max(0, left - margin)
    part = cv2.GaussianBlur(image[top : bottom + margin, left : right + margin].astype(np.float32), (0, 0), _EYE_BLUR)
    moved = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]]) @ matrix
    ink, print_ = (cv2.warpPerspective(layer, moved, part.shape[::-1]) for layer in (sheet.ink, sheet.print_))
    strokes = part[ink > _STROKE * ink.max()]
    paper = part[cv2.dilate(np.maximum(ink, print_), np.ones((3, 3))) < _BARE]
    if not strokes.size or not paper.size:
        return bool(strokes.size)
    darker = max(_LEAST_CONTRAST, _NOISE_CONTRAST * float(paper.std()))
    return float(np.mean(strokes < np.median(paper) - darker)) >= least


def turn(image: np.ndarray, fields: Sequence[Field], degrees: int) -> tuple[np.ndarray, list[Field]]:
    """Turn a picture anticlockwise with its fields, by 0, 90, 180 or 270 degrees."""
    for _ in range(degrees // 90):
        width = image.shape[1]
        image = np.rot90(image)
        fields = [
            Field(field.kind, (field.box[1], width - field.box[2], field.box[3], width - field.box[0]), field.text)
            for field in fields
        ]
    return np.ascontiguousarray(image), list(fields)


def _scan_black_and_white(sheet: FilledSheet, rng: np.random.Generator) -> np.ndarray:
    """Scan a sheet to black and white, as banks deliver it, often reduced to grey levels afterwards."""
    height, width = sheet.ink.shape
    dark = np.maximum(sheet.ink * np.float32(rng.uniform(0.85, 1)), sheet.print_ * np.float32(rng.uniform(0.6, 1.1)))
    is_reduced = width < _SMOOTH_BELOW and rng.random() < 0.7
    if is_reduced:
        dark = cv2.resize(dark, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR)
    else:
        dark = cv2.GaussianBlur(dark, (0, 0), rng.uniform(0.3, 0.6))
    dark = dark + rng.standard_normal(dark.shape, np.float32) * np.float32(rng.uniform(0, 0.09))
    threshold = rng.uniform(0.22, 0.5)
    image = np.where(dark > threshold, np.uint8(rng.integers(0, 30)), np.uint8(rng.integers(235, 256)))
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA) if is_reduced else image


def _photograph(sheet: FilledSheet, size: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Photograph a sheet on a table or in a hand, from not quite above; returns as `_take`."""
    height, width = sheet.ink.shape
    share = rng.uniform(0.62, 1.0)
    enlarged = max(1.0, _SMALLEST_DIGIT / (share * size))
    canvas = round(enlarged * height * rng.uniform(1.0, 1.3)), round(enlarged * width * rng.uniform(1.0, 1.12))
    matrix = _view((height, width), canvas, share, rng)
    fields = _in_picture(sheet.fields, matrix, canvas)
    if not _keeps_all(sheet.fields, fields):
        matrix = _view((height, width), canvas, 0.7, rng)
        fields = _in_picture(sheet.fields, matrix, canvas)
    paper = photographs.lay_ink(sheet.ink, rng, sheet.print_, colour=False)[:, :, 0]
    document_scenes.fold(paper, rng)
    seen = cv2.warpPerspective(paper, matrix, canvas[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    covered = cv2.warpPerspective(np.ones((height, width), np.float32), matrix, canvas[::-1])
    scene = document_scenes.background(canvas, rng)
    document_scenes.cast_shadow(scene, covered, size, rng)
    scene += covered * (seen - scene)
    kept = [field.box for field in fields if field.kind in _KEPT]
    document_scenes.hold(scene, _corners_of(matrix, (height, width)), kept, size, rng)
    document_scenes.shade(scene, rng)
    return photographs.expose(scene[:, :, None], rng, _SHARP * share * enlarged * size)[:, :, 0], matrix


def _view(sheet: tuple[int, int], canvas: tuple[int, int], share: float, rng: np.random.Generator) -> np.ndarray:
    """Return the projection of a sheet onto a picture: reduced to a share of it, turned, and seen from aside."""
    height, width = sheet
    scale = share * min(canvas[0] / height, canvas[1] / width)
    corners = (np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - 0.5) * (width, height) * scale
    angle = np.deg2rad(rng.normal(0, 2.5))
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    turned = turned + rng.normal(0, 0.012, (4, 2)) * width * scale
    room = np.maximum(0, np.array(canvas[::-1]) - np.ptp(turned, axis=0))
    middle = np.array(canvas[::-1]) / 2 + rng.uniform(-0.4, 0.4, 2) * room
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return cv2.getPerspectiveTransform(source, (turned + middle).astype(np.float32))


def _turn(shape: tuple[int, ...], degrees: float) -> np.ndarray:
    """Return the projection that turns a picture around its middle."""
    rotation = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), degrees, 1.0)
    return np.vstack([rotation, [0, 0, 1]])


def _corners_of(matrix: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    height, width = shape
    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], np.float32)
    return cv2.perspectiveTransform(corners, matrix)[0]


def _keeps_all(before: Sequence[PlacedField], after: Sequence[Field]) -> bool:
    """Return whether no amount and no line of words is lost."""
    return sum(field.kind in _KEPT for field in before) == sum(field.kind in _KEPT for field in after)


def _in_picture(fields: Sequence[PlacedField], matrix: np.ndarray, shape: tuple[int, ...]) -> list[Field]:
    """Return the fields with their boxes in a picture; `matrix` projects the sheet onto it.

    A field that is mostly outside is left out; so is an amount, or a line of words, that is not all inside.
    """
    height, width = shape[:2]
    seen = []
    for field in fields:
        points = cv2.perspectiveTransform(field.corners[None], matrix)[0]
        (left, top), (right, bottom) = np.floor(points.min(axis=0)), np.ceil(points.max(axis=0))
        box = int(max(left, 0)), int(max(top, 0)), int(min(right, width)), int(min(bottom, height))
        inside = max(0, box[2] - box[0]) * max(0, box[3] - box[1])
        share = inside / max(1.0, (right - left) * (bottom - top))
        if share > (0.97 if field.kind in _KEPT else 0.5):
            seen.append(Field(field.kind, box, field.text))
    return seen
