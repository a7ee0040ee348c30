"""Brings a picture of an amount to the strip that the reader reads: the writing alone, level, 32 pixels high."""

import itertools
from bisect import bisect_left
from dataclasses import dataclass, replace

import cv2
import numpy as np

from payment_ml.imaging import line_detection, ruled_lines

HEIGHT = 32  # pixels of a strip
MAX_WIDTH = 512  # pixels; longer writing is squeezed
FRAME_WIDTH = 4  # pixels of a strip for each frame of the network
_WIDTH_MULTIPLE = 16  # pixels; strips are padded to whole multiples, so that alone or in a batch they are read the same
_TEXT_HEIGHT = 22  # pixels of a strip that the writing fills, whatever its size in the picture
_MAX_HALF_CHARACTER = 18  # pixels of a strip from the middle of a character to its edge, at most
_FULL_IMAGE_TEXT_SHARES = (0.85, 0.6)  # shares of a picture's height that its writing may fill
_VIEW_SCALES = (0.87, 1.15)  # sizes of other looks at a strip
_INK_LEVEL = 80  # level of a strip from which on a column holds ink


def frame_count(width: int) -> int:
    """Frames in which the network answers about a strip of so many pixels."""
    return -(-width // FRAME_WIDTH)


def padded_width(width: int) -> int:
    """Pixels of a strip with what `stack` puts behind its end, when alone."""
    return -(-width // _WIDTH_MULTIPLE) * _WIDTH_MULTIPLE


def stack_lines(levels: list[np.ndarray]) -> np.ndarray:
    """Strips side by side in one array, bare paper behind the end of each: uint8 [32, width] each -> [n, 32, widest].

    The widest is a multiple of 16.
    """
    widest = padded_width(max(each.shape[1] for each in levels))
    stacked = np.zeros((len(levels), HEIGHT, widest), np.uint8)
    for row, each in zip(stacked, levels, strict=True):
        row[:, : each.shape[1]] = each
    return stacked


@dataclass(frozen=True)
class LineImage:
    """Writing cut out of a picture."""

    pixels: np.ndarray  # uint8 [32, width], 0 paper, 255 ink
    transform: np.ndarray  # float32 [2, 3]: a point x, y, 1 of the strip -> x, y in the picture
    contrast: float  # grey levels of the ink over its paper, which are 255 in the strip
    ink_outside: float  # share of what has the form of writing that lies outside of the line, 0 to 1
    page: line_detection.Page  # where the writing was looked for; a strip reaches a little further
    text_detected: bool = True  # False where nothing stands out as writing does, and the strip is the whole picture

    @property
    def digit_height(self) -> float:
        """About how tall a digit is, in pixels of the picture."""
        return _TEXT_HEIGHT * float(self.transform[1, 1])

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Corners x, y of the writing with a little room around it, clockwise from its top left, in the picture."""
        margin = (HEIGHT - _TEXT_HEIGHT) / 2 - 2
        right, bottom = self.pixels.shape[1] - margin, HEIGHT - margin
        rows = self.transform.tolist()
        corners = ((margin, margin), (right, margin), (right, bottom), (margin, bottom))
        return tuple(tuple(across * x + down * y + offset for across, down, offset in rows) for x, y in corners)

    def again(self) -> "LineImage | None":
        """The strip that comes of telling lines from writing in the other way; see `ruling`."""
        return _extract(self.page, joined=True)

    def others(self) -> list["LineImage"]:
        """Strips of the same writing that come of cutting in other ways: lines told otherwise, and between lines.

        Where no writing was found, those of `whole` too.
        """
        cuts = [self.again(), _extract_between_rules(self.page), *(() if self.text_detected else self.whole())]
        return [each for each in cuts if each is not None and not np.array_equal(each.pixels, self.pixels)]

    def whole(self) -> list["LineImage"]:
        """Strips for when the writing was not found: of the whole picture, and with what seemed to be paper as ink.

        The whole picture's writing is taken to fill 85% or 60% of its height. A box that is darker than the writing in
        it may make ink and paper seem the other way round.
        """
        grounds = (self.page, self.page.inverse())
        cuts = [
            _full_image(each, share, self.ink_outside, self.text_detected)
            for each in grounds
            for share in _FULL_IMAGE_TEXT_SHARES
        ]
        inverse = _extract(self.page.inverse())
        return cuts if inverse is None else [*cuts, inverse]

    def looks(self) -> list[np.ndarray]:
        """Other looks at the same writing, a little smaller and a little larger: uint8 [32, width] each."""
        back = self.transform * np.float32(self.page.scale)
        return [_warp(self.page, *_rescaled(back, self.pixels.shape[1], zoom), self.contrast) for zoom in _VIEW_SCALES]

    def seen(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Levels at any places, taken from the picture: uint8 [height, wide].

        Parameters
        ----------
        x, y : float32 [height, wide] each, pixels of the strip
        """
        back = self.transform * np.float32(self.page.scale)
        there = [back[i, 0] * x + back[i, 1] * y + back[i, 2] for i in range(2)]
        cut = cv2.remap(_antialiased(self.page, back), *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return _to_pixels(cut, self.contrast)

    def spans(self, centres: np.ndarray) -> list[tuple[float, float]]:
        """From where to where characters reach whose middles are about known.

        Between two of them lies the emptiest column; from there on inwards bare columns are left out. The first and the
        last reach no further out than a wide digit would, since lines of a form may stand there.

        Parameters
        ----------
        centres : float [n], rising, pixels of the strip

        Returns
        -------
        left and right of each, pixels of the picture, within it and at least one apart
        """
        width = self.pixels.shape[1]
        inked = np.flatnonzero(self.pixels.max(axis=0) > _INK_LEVEL).tolist()
        profile = self.pixels.sum(axis=0, dtype=np.float64)
        middles = [min(max(0, round(each)), width - 1) for each in centres.tolist()]
        borders = [max(0, middles[0] - _MAX_HALF_CHARACTER)]
        for one, other in itertools.pairwise(middles):
            borders.append(one + int(profile[one : other + 1].argmin()) if other > one else one)
        borders.append(min(width, middles[-1] + _MAX_HALF_CHARACTER))
        across, offset = float(self.transform[0, 0]), float(self.transform[0, 2])
        found = []
        for (begin, end), middle in zip(itertools.pairwise(borders), middles, strict=True):
            own = inked[bisect_left(inked, begin) : bisect_left(inked, end)]
            left, right = (own[0], own[-1] + 1) if own else (middle, middle + 1)
            begins = min(max(0.0, offset + across * left), self.page.image_width - 1.0)
            ends = min(max(begins + 1, offset + across * right), self.page.image_width)
            found.append((begins, float(ends)))
        return found


def extract_line(grey: np.ndarray) -> LineImage | None:
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
    page = line_detection.prepare_page(grey)
    return _extract(page) or _extract_between_rules(page)


def full_image_line(grey: np.ndarray) -> LineImage | None:
    """The whole of a picture in which `cut_strip` finds nothing, in case a network sees more; None of a bare one."""
    page = line_detection.prepare_page(grey)
    return None if page.is_bare else _full_image(page, _FULL_IMAGE_TEXT_SHARES[0], 0.0, text_detected=False)


def _extract_between_rules(page: line_detection.Page) -> LineImage | None:
    """The strip of what stands between level lines; None where there are none, or no writing between them."""
    rows = ruled_lines.rows_between_lines(page.mask)
    strip = _extract(page.between(*rows)) if rows else None
    if strip is None:
        return None
    moved = strip.transform + np.float32([[0, 0, 0], [0, 0, rows[0] / page.scale]])
    return replace(strip, transform=moved, page=page)


def _extract(page: line_detection.Page, joined: bool = False) -> LineImage | None:
    """The strip of a page's line; `joined` chooses how ruled lines are told from writing."""
    line = line_detection.detect_line(page, joined)
    if line is None:
        return None
    zoom = _TEXT_HEIGHT / max(line.bottom - line.top, 4)
    width = _clamp_width((line.right - line.left) * zoom + 2 * (HEIGHT - _TEXT_HEIGHT))
    across = min(zoom, (width - 8) / max(line.right - line.left, 1))
    middle_x, middle_y = (line.left + line.right) / 2, (line.top + line.bottom) / 2
    # Strip -> page. Digits keep their slant; what is tilted as a whole is sheared level.
    back = np.float32(
        [
            [1 / across, 0, middle_x - width / 2 / across],
            [line.slope / across, 1 / zoom, middle_y - HEIGHT / 2 / zoom - line.slope * width / 2 / across],
        ]
    )
    levels = _warp(page, back, width, line.contrast)
    return LineImage(levels, back / np.float32(page.scale), line.contrast, line.ink_outside, page)


def _full_image(page: line_detection.Page, share: float, elsewhere: float, text_detected: bool) -> LineImage:
    """The strip of a whole page whose writing is taken to fill a share of its height, in the middle.

    What has the form of writing elsewhere is told by whoever looked for it: two amounts must not pass for one here.
    """
    height, wide = page.grey.shape
    zoom = _TEXT_HEIGHT / (share * height)
    width = _clamp_width(wide * zoom + 8)
    across = min(zoom, (width - 8) / wide)
    back = np.float32([[1 / across, 0, wide / 2 - width / 2 / across], [0, 1 / zoom, height / 2 - HEIGHT / 2 / zoom]])
    contrast = page.contrast()
    levels = _warp(page, back, width, contrast)
    return LineImage(levels, back / np.float32(page.scale), contrast, elsewhere, page, text_detected)


def _clamp_width(wanted: float) -> int:
    """Pixels of a strip that is to be so wide."""
    return int(min(max(wanted, 16), MAX_WIDTH))


def _rescaled(back: np.ndarray, width: int, zoom: float) -> tuple[np.ndarray, int]:
    """From a strip of so many pixels the one in which its middle is larger: its way into the page, and its width."""
    wide = _clamp_width(width * zoom)
    middle = back @ np.float32([width / 2, HEIGHT / 2, 1])
    turn = back[:, :2] * np.float32([width / wide, 1 / zoom])
    return np.column_stack([turn, middle - turn @ np.float32([wide / 2, HEIGHT / 2])]), wide


def _warp(page: line_detection.Page, back: np.ndarray, width: int, contrast: float) -> np.ndarray:
    """Levels of a strip, uint8 [32, width]; `back` leads from it to the page, `contrast` becomes full ink."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return _to_pixels(
        cv2.warpAffine(_antialiased(page, back), back, (width, HEIGHT), flags=flags, borderValue=0), contrast
    )


def _antialiased(page: line_detection.Page, back: np.ndarray) -> np.ndarray:
    """The page's shade without what is too fine for a strip to show; `back` leads from the strip to the page."""
    reduced = float(back[1, 1])  # pixels of the page for one of the strip
    return cv2.GaussianBlur(page.darkness, (0, 0), 0.4 * reduced) if reduced > 4 / 3 else page.darkness


def _to_pixels(shade: np.ndarray, contrast: float) -> np.ndarray:
    return np.minimum(shade * (255 / contrast), 255).astype(np.uint8)
