"""Extract the line of text from an image: levelled, 32 pixels high, as the line network takes it.

`LineImage` is plain data. The functions beside it extract a line, extract it in other ways for a second opinion, and
map places of the line back to the image.
"""

import itertools
from bisect import bisect_left
from dataclasses import dataclass, replace

import cv2
import numpy as np

from payment_ml.imaging import background, ruled_lines
from payment_ml.imaging.line_batches import HEIGHT
from payment_ml.imaging.line_detection import Page, TextLine, detect_line, prepare_page

MAX_WIDTH = 512  # pixels; longer text is squeezed
TEXT_HEIGHT = 22  # pixels of a line image that the text fills, whatever its size in the image
_MAX_HALF_CHARACTER = 18  # pixels of a line image from the middle of a character to its edge, at most
_FULL_IMAGE_TEXT_SHARES = (0.85, 0.6)  # shares of an image's height that its text may fill
_VIEW_SCALES = (0.87, 1.15)  # sizes of the other views of a line
INK_LEVEL = 80  # level of a line image from which on a column holds ink


@dataclass(frozen=True)
class LineImage:
    """Hold a line of text extracted from an image."""

    pixels: np.ndarray  # uint8 [32, width], 0 paper, 255 ink
    transform: np.ndarray  # float32 [2, 3]: a point x, y, 1 of the line image -> x, y in the image
    contrast: float  # grey levels between ink and paper in the image; they become 255 in the line image
    ink_outside: float  # share of the text-like ink of the image that lies outside of the line, 0 to 1
    page: Page  # where the line was detected; a line image reaches a little further
    text_detected: bool = True  # False where nothing looks like text, and the line is the full image

    @property
    def digit_height(self) -> float:
        """Return the approximate height of a digit in pixels of the image."""
        return TEXT_HEIGHT * float(self.transform[1, 1])

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Return the corners x, y of the text with a small margin, clockwise from its top left, in the image."""
        margin = (HEIGHT - TEXT_HEIGHT) / 2 - 2
        right, bottom = self.pixels.shape[1] - margin, HEIGHT - margin
        rows = self.transform.tolist()
        corners = ((margin, margin), (right, margin), (right, bottom), (margin, bottom))
        return tuple(tuple(across * x + down * y + offset for across, down, offset in rows) for x, y in corners)


def extract_line(grey: np.ndarray) -> LineImage | None:
    """Detect the line of text in an image and extract it.

    Only the size and the place of the text are decided here. Rules, boxes and print that their form does not
    distinguish from text stay in the line image: the network has learned to read past them.

    Parameters
    ----------
    grey : uint8 [height, width], 0 black, 255 white; either may be the ink

    Returns
    -------
    None where nothing looks like text.
    """
    page = prepare_page(grey)
    return _extract(page) or _extract_between_rules(page)


def full_image_line(grey: np.ndarray) -> LineImage | None:
    """Return the full image as a line, for an image in which `extract_line` detects none; None if it is bare."""
    page = prepare_page(grey)
    return None if page.is_bare else _full_image(page, _FULL_IMAGE_TEXT_SHARES[0], 0.0, text_detected=False)


def recrop(line: LineImage) -> LineImage | None:
    """Extract the line again with the other criterion for ruled lines; see `ruled_lines`."""
    return _extract(line.page, connected=True)


def alternative_crops(line: LineImage) -> list[LineImage]:
    """Extract the line in other ways: another criterion for ruled lines, and between two rules.

    Where no text was detected, the crops of `full_image_crops` are included.
    """
    full_image = [] if line.text_detected else full_image_crops(line)
    crops = [recrop(line), _extract_between_rules(line.page), *full_image]
    return [crop for crop in crops if crop is not None and not np.array_equal(crop.pixels, line.pixels)]


def full_image_crops(line: LineImage) -> list[LineImage]:
    """Return lines for an image whose text was not found: the full image, and ink and paper exchanged.

    The text of a full image is taken to fill 85% or 60% of its height. A box that is darker than the text in it can
    make ink and paper look exchanged; where the ink is surely dark, they are not exchanged.
    """
    is_sure = not line.page.inverted and background.is_surely_dark_on_light(line.page.grey)
    pages = (line.page,) if is_sure else (line.page, line.page.inverse())
    crops = [
        _full_image(page, share, line.ink_outside, line.text_detected)
        for page in pages
        for share in _FULL_IMAGE_TEXT_SHARES
    ]
    inverse = None if is_sure else _extract(line.page.inverse())
    return crops if inverse is None else [*crops, inverse]


def sample_line(page: Page, line: TextLine, max_width: int = MAX_WIDTH) -> LineImage:
    """Sample a line of a page, so that its top and bottom come `TEXT_HEIGHT` apart in the middle of the line image.

    Parameters
    ----------
    page : from `prepare_page`
    line : where its text stands
    max_width : pixels; a longer line is squeezed
    """
    zoom = TEXT_HEIGHT / max(line.bottom - line.top, 4)
    width = _clamp_width((line.right - line.left) * zoom + 2 * (HEIGHT - TEXT_HEIGHT), max_width)
    across = min(zoom, (width - 8) / max(line.right - line.left, 1))
    middle_x, middle_y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    # From the line image to the page. A sloping line is levelled by shearing it; digits keep their slant.
    to_page = np.array(
        [
            [1 / across, 0, middle_x - width / 2 / across],
            [line.slope / across, 1 / zoom, middle_y - HEIGHT / 2 / zoom - line.slope * width / 2 / across],
        ],
        np.float32,
    )
    pixels = _warp(page, to_page, width, line.contrast)
    return LineImage(pixels, to_page / np.float32(page.scale), line.contrast, line.ink_outside, page)


def rescaled_views(line: LineImage) -> list[np.ndarray]:
    """Sample the same text from the image again, a little smaller and a little larger: uint8 [32, width] each."""
    to_page = line.transform * np.float32(line.page.scale)
    width = line.pixels.shape[1]
    return [_warp(line.page, *_rescaled(to_page, width, scale), line.contrast) for scale in _VIEW_SCALES]


def resample(line: LineImage, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Sample the image at any places of a line.

    Parameters
    ----------
    line : the line whose coordinates and contrast are used
    x, y : float32 [height, wide] each, pixels of the line image

    Returns
    -------
    uint8 [height, wide], 0 paper, 255 ink
    """
    to_page = line.transform * np.float32(line.page.scale)
    x_page, y_page = (to_page[i, 0] * x + to_page[i, 1] * y + to_page[i, 2] for i in range(2))
    darkness = _antialiased(line.page, to_page)
    sampled = cv2.remap(darkness, x_page, y_page, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    return _to_pixels(sampled, line.contrast)


def character_spans(line: LineImage, centres: np.ndarray) -> list[tuple[float, float]]:
    """Return where characters begin and end whose centres are approximately known.

    The border between two characters is the emptiest column between their centres; bare columns inside of the borders
    are left out. The first and the last character reach no further out than a wide digit, since rules of a form may
    stand there.

    Parameters
    ----------
    line : the line that shows the characters
    centres : float [n], rising, pixels of the line image

    Returns
    -------
    left and right of each character, pixels of the image, within it and at least one pixel apart
    """
    width = line.pixels.shape[1]
    inked = np.flatnonzero(line.pixels.max(axis=0) > INK_LEVEL).tolist()
    profile = line.pixels.sum(axis=0, dtype=np.float64)
    middles = [min(max(0, round(centre)), width - 1) for centre in centres.tolist()]
    borders = [max(0, middles[0] - _MAX_HALF_CHARACTER)]
    for middle, following in itertools.pairwise(middles):
        borders.append(middle + int(profile[middle : following + 1].argmin()) if following > middle else middle)
    borders.append(min(width, middles[-1] + _MAX_HALF_CHARACTER))
    across, offset = float(line.transform[0, 0]), float(line.transform[0, 2])
    spans = []
    for (begin, end), middle in zip(itertools.pairwise(borders), middles, strict=True):
        own = inked[bisect_left(inked, begin) : bisect_left(inked, end)]
        left, right = (own[0], own[-1] + 1) if own else (middle, middle + 1)
        begins = min(max(0.0, offset + across * left), line.page.image_width - 1.0)
        ends = min(max(begins + 1, offset + across * right), line.page.image_width)
        spans.append((begins, float(ends)))
    return spans


def _extract_between_rules(page: Page) -> LineImage | None:
    """Extract the line between two horizontal rules; None where there are no rules, or no text between them."""
    rows = ruled_lines.rows_between_lines(page.mask)
    if rows is None:
        return None
    line = _extract(page.crop_rows(*rows))
    if line is None:
        return None
    moved = line.transform + np.array([[0, 0, 0], [0, 0, rows[0] / page.scale]], np.float32)
    return replace(line, transform=moved, page=page)


def _extract(page: Page, connected: bool = False) -> LineImage | None:
    """Extract the line of a page; `connected` chooses the criterion for ruled lines."""
    line = detect_line(page, connected)
    return None if line is None else sample_line(page, line)


def _full_image(page: Page, share: float, ink_outside: float, text_detected: bool) -> LineImage:
    """Return a full page as a line; its text is taken to fill a share of its height, in the middle.

    `ink_outside` comes from the detection that preceded: otherwise an image with two amounts could pass as one.
    """
    height, wide = page.grey.shape
    zoom = TEXT_HEIGHT / (share * height)
    width = _clamp_width(wide * zoom + 8)
    across = min(zoom, (width - 8) / wide)
    to_page = np.array(
        [[1 / across, 0, wide / 2 - width / 2 / across], [0, 1 / zoom, height / 2 - HEIGHT / 2 / zoom]], np.float32
    )
    contrast = page.contrast()
    pixels = _warp(page, to_page, width, contrast)
    return LineImage(pixels, to_page / np.float32(page.scale), contrast, ink_outside, page, text_detected)


def _clamp_width(width: float, most: int = MAX_WIDTH) -> int:
    """Return the width in pixels of a line image that should have `width`."""
    return int(min(max(width, 16), most))


def _rescaled(to_page: np.ndarray, width: int, scale: float) -> tuple[np.ndarray, int]:
    """Return the transform, float32 [2, 3], and the width of a line whose text is `scale` times as large."""
    wide = _clamp_width(width * scale)
    middle = to_page @ np.array([width / 2, HEIGHT / 2, 1], np.float32)
    turn = to_page[:, :2] * np.array([width / wide, 1 / scale], np.float32)
    return np.column_stack([turn, middle - turn @ np.array([wide / 2, HEIGHT / 2], np.float32)]), wide


def _warp(page: Page, to_page: np.ndarray, width: int, contrast: float) -> np.ndarray:
    """Sample the pixels of a line, uint8 [32, width]; `to_page` maps its points to the page."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    darkness = _antialiased(page, to_page)
    return _to_pixels(cv2.warpAffine(darkness, to_page, (width, HEIGHT), flags=flags, borderValue=0), contrast)


def _antialiased(page: Page, to_page: np.ndarray) -> np.ndarray:
    """Return the page's darkness without detail that is too fine for the line image, float32 [height, width]."""
    reduction = float(to_page[1, 1])  # pixels of the page for one of the line
    return cv2.GaussianBlur(page.darkness, (0, 0), 0.4 * reduction) if reduction > 4 / 3 else page.darkness


def _to_pixels(darkness: np.ndarray, contrast: float) -> np.ndarray:
    return np.minimum(darkness * (255 / contrast), 255).astype(np.uint8)
