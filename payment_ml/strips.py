"""Brings a picture of an amount to the strip that the reader reads: the writing alone, level, 40 pixels high."""

from dataclasses import dataclass

import cv2
import numpy as np

HEIGHT = 40  # pixels of a strip
WIDEST = 640  # pixels; longer writing is squeezed
_TALL = 30  # pixels of a strip that the writing fills, whatever its size in the picture
_WORKING_HEIGHT = 96  # pixels; taller pictures are brought down to this before anything is looked for


@dataclass(frozen=True)
class Strip:
    """Writing cut out of a picture."""

    levels: np.ndarray  # uint8 [40, width], 0 paper, 255 ink
    matrix: np.ndarray  # float32 [2, 3]: a point x, y, 1 of the strip -> x, y in the picture
    contrast: float  # depth of the ink over the grain of the paper


def cut_strip(grey: np.ndarray) -> Strip | None:
    """Find the line of writing in a picture and cut it out.

    What is decided here is how large the writing is and where it stands. Lines, boxes and print that cannot be told
    from writing by their form stay in the strip: the reader has learned to read past them.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, 255 white; either may be the ink

    Returns
    -------
    Strip; None when nothing stands out as writing does
    """
    scale = min(1.0, _WORKING_HEIGHT / grey.shape[0], 1600 / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    small = grey if scale == 1 else cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    shade, noise = _shade(small)
    found = _writing(shade, noise)
    if found is None:
        return None
    (left, top, right, bottom), depth = found
    zoom = _TALL / max(bottom - top, 4)
    width = int(np.clip((right - left) * zoom + 2 * (HEIGHT - _TALL), 16, WIDEST))
    across = min(zoom, (width - 8) / max(right - left, 1))
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    back = np.float32(
        [[1 / across, 0, middle_x - width / 2 / across], [0, 1 / zoom, middle_y - HEIGHT / 2 / zoom]]
    )  # strip -> working picture
    reduce = zoom < 0.75
    source = cv2.GaussianBlur(shade, (0, 0), 0.4 / zoom) if reduce else shade
    cut = cv2.warpAffine(
        source, back, (width, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    levels = np.clip(cut * (255 / depth), 0, 255).astype(np.uint8)
    return Strip(levels, back / np.float32(scale), depth / noise)


def _shade(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """How far each pixel lies on the ink's side of its paper, float32 in grey levels, and the paper's grain."""
    level = grey.astype(np.float32)
    low, middle, high = np.percentile(level, (2, 50, 98))
    if high - middle > 1.3 * (middle - low):
        level = 255 - level
    reach = max(3, round(0.5 * grey.shape[0])) | 1
    shrunk = cv2.resize(level, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) if min(grey.shape) > 16 else level
    kernel = np.ones((max(3, reach // 4) | 1, max(3, reach // 4) | 1), np.uint8)
    paper = cv2.morphologyEx(shrunk, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.resize(
        cv2.GaussianBlur(paper, (0, 0), max(1, reach / 16)), level.shape[::-1], interpolation=cv2.INTER_LINEAR
    )
    shade = paper - level
    shade -= np.median(shade)
    noise = 1.4826 * float(np.median(np.abs(shade))) + 1.0
    return np.maximum(shade, 0), noise


def _writing(shade: np.ndarray, noise: float) -> tuple[tuple[int, int, int, int], float] | None:
    """Bounds (left, top, right, bottom) of what has the form of writing, and the depth of its ink in grey levels."""
    height, width = shade.shape
    smooth = cv2.GaussianBlur(shade, (0, 0), 0.8)
    threshold, mask = cv2.threshold(np.clip(smooth, 0, 255).astype(np.uint8), 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    if threshold < 0.8 * noise or not mask.any():
        return None
    mask = _without_lines(mask)
    count, _, boxes, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return None
    left, top, wide, high, area = boxes[1:].T
    specks = (area < 0.0008 * height * height + 3) | (high < 0.04 * height)
    frames = (wide > 0.6 * width) & (area < 0.25 * wide * high) & (high > 0.5 * height) & (width > 2 * height)
    thin = (wide > 6 * high) | ((high > 0.85 * height) & (wide < 0.12 * height))
    edge = ((top == 0) | (top + high == height)) & (high < 0.3 * height)
    keep = ~(specks | frames | thin | edge)
    if not keep.any():
        return None
    # Digits are the tall ones; what stands level with them belongs to the line.
    tall = np.percentile(high[keep], 80)
    digits = keep & (high > 0.5 * tall)
    line_top, line_bottom = np.median(top[digits]), np.median((top + high)[digits])
    middle = centres[1:, 1]
    slack = 0.6 * (line_bottom - line_top)
    belongs = keep & (middle > line_top - slack) & (middle < line_bottom + slack)
    if not belongs.any():
        return None
    bounds = (
        int(left[belongs].min()),
        int(np.percentile(top[belongs & digits], 10) if (belongs & digits).any() else top[belongs].min()),
        int((left + wide)[belongs].max()),
        int(
            np.percentile((top + high)[belongs & digits], 90)
            if (belongs & digits).any()
            else (top + high)[belongs].max()
        ),
    )
    ink = smooth[mask > 0]
    return bounds, float(max(np.percentile(ink, 70), 8.0))


def _without_lines(mask: np.ndarray) -> np.ndarray:
    """The mask without long straight runs: ruled lines and the sides of boxes."""
    height = mask.shape[0]
    cleaned = mask.copy()
    across = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((1, max(12, int(1.2 * height))), np.uint8))
    down = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((max(8, int(0.8 * height)), 1), np.uint8))
    for runs in (across, down):
        cleaned[cv2.dilate(runs, np.ones((3, 3), np.uint8)) > 0] = 0
    return cleaned
