"""Brings a picture of an amount to the strip that the reader reads: the writing alone, level, 32 pixels high."""

import itertools
from dataclasses import dataclass, replace

import cv2
import numpy as np

from payment_ml import ruling

HEIGHT = 32  # pixels of a strip
WIDEST = 512  # pixels; longer writing is squeezed
FRAME = 4  # pixels of a strip for each frame of the network
_MULTIPLE = 16  # pixels; strips are padded to whole multiples, so that alone or in a batch they are read the same
_TALL = 22  # pixels of a strip that the writing fills, whatever its size in the picture
_REACH = 18  # pixels of a strip from the middle of a character to its edge, at most
_MANY = 400  # pieces; that is no line of writing but a texture
_STEEPEST = 0.2  # pixels down for each to the right; 11 degrees
_LOOKS = ((1.1, 1.0), (0.91, -1.0))  # other looks at a strip: how much wider, and how many pixels lower
_FILLED = (0.85, 0.6)  # shares of a picture's height that its writing may fill
_GRAIN = 1.4826 / 2**0.5  # from the median difference of two pixels to the standard deviation of one
_INKED = 80  # level of a strip from which on a column holds ink
_INK_LEVEL = 0.97  # share of a picture that is paler than its ink, where it was not told which pixels are ink
_WORKING_HEIGHT = 96  # pixels; taller pictures are brought down to this before anything is looked for


def frames(width: int) -> int:
    """Frames in which the network answers about a strip of so many pixels."""
    return -(-width // FRAME)


def padded_width(width: int) -> int:
    """Pixels of a strip with what `stack` puts behind its end, when alone."""
    return -(-width // _MULTIPLE) * _MULTIPLE


def stack(levels: list[np.ndarray]) -> np.ndarray:
    """Strips side by side in one array, bare paper behind the end of each: uint8 [32, width] each -> [n, 32, widest].

    The widest is a multiple of 16.
    """
    widest = padded_width(max(each.shape[1] for each in levels))
    stacked = np.zeros((len(levels), HEIGHT, widest), np.uint8)
    for row, each in zip(stacked, levels, strict=True):
        row[:, : each.shape[1]] = each
    return stacked


@dataclass(frozen=True)
class Strip:
    """Writing cut out of a picture."""

    levels: np.ndarray  # uint8 [32, width], 0 paper, 255 ink
    matrix: np.ndarray  # float32 [2, 3]: a point x, y, 1 of the strip -> x, y in the picture
    contrast: float  # depth of the ink over the grain of the paper
    elsewhere: float  # share of what has the form of writing that lies outside of the line, 0 to 1
    picture_width: int  # pixels; a strip reaches a little further than its picture
    working: np.ndarray  # uint8 [at most 96, at most 1600], the picture in which the writing was looked for
    scale: float  # pixels of `working` for each of the picture, at most 1

    @property
    def digit_height(self) -> float:
        """About how tall a digit is, in pixels of the picture."""
        return _TALL * float(self.matrix[1, 1])

    @property
    def outline(self) -> tuple[tuple[float, float], ...]:
        """Corners x, y of the writing with a little room around it, clockwise from its top left, in the picture."""
        margin = (HEIGHT - _TALL) / 2 - 2
        right, bottom = self.levels.shape[1] - margin, HEIGHT - margin
        corners = np.array([[margin, margin, 1], [right, margin, 1], [right, bottom, 1], [margin, bottom, 1]])
        return tuple((float(x), float(y)) for x, y in corners @ self.matrix.T)

    def again(self) -> "Strip | None":
        """The strip that comes of telling lines from writing in the other way; see `ruling`."""
        return _cut(self.working, self.scale, self.picture_width, joined=True)

    def others(self) -> list["Strip"]:
        """Strips of the same writing that come of cutting in other ways: lines told otherwise, and between lines."""
        cuts = (self.again(), _cut_between(self.working, self.scale, self.picture_width))
        return [each for each in cuts if each is not None and not np.array_equal(each.levels, self.levels)]

    def whole(self) -> list["Strip"]:
        """Strips of the whole picture, as if its writing filled 85% or 60% of its height: where it was not found."""
        shade, noise = _shade(self.working)
        return [_cut_whole(shade, noise, share, self) for share in _FILLED]

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
        ink = self.levels.max(axis=0)
        profile = self.levels.sum(axis=0, dtype=np.float64)
        middles = np.clip(np.round(centres).astype(int), 0, len(ink) - 1)
        borders = [max(0, middles[0] - _REACH)]
        for one, other in itertools.pairwise(middles.tolist()):
            borders.append(one + int(np.argmin(profile[one : other + 1])) if other > one else one)
        borders.append(min(len(ink), middles[-1] + _REACH))
        across, offset = float(self.matrix[0, 0]), float(self.matrix[0, 2])
        found = []
        for begin, end, middle in zip(borders, borders[1:], middles.tolist(), strict=False):
            inked = np.flatnonzero(ink[begin:end] > _INKED)
            left, right = (begin + inked[0], begin + inked[-1] + 1) if len(inked) else (middle, middle + 1)
            begins = min(max(0.0, offset + across * float(left)), self.picture_width - 1.0)
            ends = min(max(begins + 1, offset + across * float(right)), self.picture_width)
            found.append((begins, float(ends)))
        return found


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
    return _cut(small, scale, grey.shape[1]) or _cut_between(small, scale, grey.shape[1])


def _cut_between(small: np.ndarray, scale: float, picture_width: int) -> Strip | None:
    """The strip of what stands between level lines; None where there are none, or no writing between them."""
    rows = ruling.between_lines(_inked(_shade(small)[0])[1])
    strip = _cut(small[slice(*rows)], scale, picture_width) if rows else None
    if strip is None:
        return None
    moved = strip.matrix + np.float32([[0, 0, 0], [0, 0, rows[0] / scale]])
    return replace(strip, matrix=moved, working=small)


def _inked(shade: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The level that parts ink from paper, the mask of ink, and the levels."""
    levels = np.clip(cv2.GaussianBlur(shade, (0, 0), 0.8), 0, 255).astype(np.uint8)
    threshold, mask = cv2.threshold(levels, 0, 1, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return threshold, mask, levels


def _cut(small: np.ndarray, scale: float, picture_width: int, joined: bool = False) -> Strip | None:
    """The strip of a working picture; `joined` chooses how lines are told from writing."""
    shade, noise = _shade(small)
    found = _writing(shade, noise, joined)
    if found is None:
        return None
    (left, top, right, bottom), climb, depth, elsewhere = found
    zoom = _TALL / max(bottom - top, 4)
    width = int(np.clip((right - left) * zoom + 2 * (HEIGHT - _TALL), 16, WIDEST))
    across = min(zoom, (width - 8) / max(right - left, 1))
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    # Strip -> working picture. Digits keep their slant; what is tilted as a whole is sheared level.
    back = np.float32(
        [
            [1 / across, 0, middle_x - width / 2 / across],
            [climb / across, 1 / zoom, middle_y - HEIGHT / 2 / zoom - climb * width / 2 / across],
        ]
    )
    levels = _sample(shade, back, width, depth)
    return Strip(levels, back / np.float32(scale), depth / noise, elsewhere, picture_width, small, scale)


def _cut_whole(shade: np.ndarray, noise: float, share: float, found: Strip) -> Strip:
    """The strip of a whole working picture whose writing is taken to fill a share of its height, in the middle."""
    height, wide = shade.shape
    zoom = _TALL / (share * height)
    width = int(np.clip(wide * zoom + 8, 16, WIDEST))
    across = min(zoom, (width - 8) / wide)
    back = np.float32([[1 / across, 0, wide / 2 - width / 2 / across], [0, 1 / zoom, height / 2 - HEIGHT / 2 / zoom]])
    depth = float(max(*_quantiles(_inked(shade)[2], _INK_LEVEL), 8))
    levels = _sample(shade, back, width, depth)
    # What has the form of writing elsewhere stays the found strip's: two amounts must not pass for one here.
    return replace(found, levels=levels, matrix=back / np.float32(found.scale), contrast=depth / noise)


def _sample(shade: np.ndarray, back: np.ndarray, width: int, depth: float) -> np.ndarray:
    """Levels of a strip, uint8 [32, width]; `back` leads from it to the working picture, `depth` becomes full ink."""
    reduced = float(back[1, 1])  # pixels of the picture for one of the strip
    source = cv2.GaussianBlur(shade, (0, 0), 0.4 * reduced) if reduced > 4 / 3 else shade
    cut = cv2.warpAffine(source, back, (width, HEIGHT), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=0)
    return np.clip(cut * (255 / depth), 0, 255).astype(np.uint8)


def looks(levels: np.ndarray) -> list[np.ndarray]:
    """Other looks at a strip: the same writing a little wider and lower, and a little narrower and higher.

    Two more, larger and smaller, would mend 6 of 8,000 validation amounts and take a sixth longer.

    Parameters
    ----------
    levels : uint8 [32, width], 0 paper, 255 ink

    Returns
    -------
    uint8 [32, about width] each
    """
    height, width = levels.shape
    return [
        cv2.warpAffine(
            levels, np.float32([[stretch, 0, 0], [0, 1, drop]]), (max(FRAME, round(stretch * width)), height)
        )
        for stretch, drop in _LOOKS
    ]


def _shade(grey: np.ndarray) -> tuple[np.ndarray, float]:
    """How far each pixel lies on the ink's side of its paper, float32 in grey levels, and the paper's grain."""
    width = grey.shape[1]
    low, middle, high = _quantiles(grey, 0.02, 0.5, 0.98)
    if high - middle > 1.3 * (middle - low):
        grey = 255 - grey
    level = grey.astype(np.float32)
    reach = max(3, round(0.5 * grey.shape[0])) | 1
    shrunk = cv2.resize(level, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) if min(grey.shape) > 16 else level
    kernel = np.ones((max(3, reach // 4) | 1, max(3, reach // 4) | 1), np.uint8)
    paper = cv2.morphologyEx(shrunk, cv2.MORPH_CLOSE, kernel, borderType=cv2.BORDER_REPLICATE)
    paper = cv2.resize(
        cv2.GaussianBlur(paper, (0, 0), max(1, reach / 16)), level.shape[::-1], interpolation=cv2.INTER_LINEAR
    )
    shade = paper - level
    # Every third pixel tells the paper's level as well as all do. Its grain is in how pixels differ from one two
    # columns on, since most of these pairs lie on one ground even where boxes and ink fill the picture.
    shade -= _middle(shade.ravel()[::3])
    noise = _GRAIN * _middle(np.abs(level[:, 2::3] - level[:, :-2:3]).ravel()) + 1.0 if width > 2 else 1.0
    return np.maximum(shade, 0), noise


def _middle(values: np.ndarray) -> float:
    """The median, of an even number the higher of two; in half of the time of numpy's."""
    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def _quantiles(levels: np.ndarray, *shares: float) -> list[int]:
    """Grey levels below which the given shares of a uint8 array lie; from its histogram, which needs no sorting."""
    counts = cv2.calcHist([levels], [0], None, [256], [0, 256]).ravel()
    return [int(each) for each in np.searchsorted(np.cumsum(counts), np.array(shares) * levels.size)]


def _writing(
    shade: np.ndarray, noise: float, joined: bool
) -> tuple[tuple[float, float, float, float], float, float, float] | None:
    """Where the line of writing stands and what it is like.

    Returns
    -------
    left, top, right and bottom, the last two heights taken in the middle of a tilted line; how many pixels down it goes
    for each to the right; the depth of its ink; and the share of what has the form of writing that lies elsewhere
    """
    height, width = shade.shape
    threshold, mask, levels = _inked(shade)
    if threshold < 0.8 * noise or not mask.any():
        return None
    mask = ruling.without_joined_lines(mask) if joined else ruling.without_lines(mask)
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count < 2:
        return None
    left, top, wide, high, area = boxes[1:].T
    specks = (area < 0.0008 * height * height + 3) | (high < 0.04 * height)
    frames = (wide > 0.6 * width) & (area < 0.25 * wide * high) & (high > 0.5 * height) & (width > 2 * height)
    thin = (wide > 6 * high) | ((high > 0.85 * height) & (wide < 0.12 * height))
    edge = ((top == 0) | (top + high == height)) & (high < 0.3 * height)
    keep = ~(specks | frames | thin | edge)
    if joined:
        keep &= ~ruling.sides(boxes[1:], keep, height)
    if not keep.any() or np.count_nonzero(keep) > _MANY:
        return None
    # Digits are the tall ones; what stands level with them belongs to the line.
    tall = _ranked(high[keep], 0.8)
    digits = keep & (high > 0.5 * tall)
    middle = top + high / 2
    climb = _slope(left[digits] + wide[digits] / 2, middle[digits], high[digits])
    level = climb * (left + wide / 2 - width / 2)
    top, middle = top - level, middle - level
    line_top, line_bottom = _ranked(top[digits], 0.5), _ranked((top + high)[digits], 0.5)
    slack = 0.6 * (line_bottom - line_top)
    belongs = keep & (middle > line_top - slack) & (middle < line_bottom + slack)
    if not belongs.any():
        return None
    measured = belongs & digits if (belongs & digits).any() else belongs
    begin, end = float(left[belongs].min()), float((left + wide)[belongs].max())
    level = climb * ((begin + end) / 2 - width / 2)
    bounds = (
        begin,
        _ranked(top[measured], 0.1) + level,
        end,
        _ranked((top + high)[measured], 0.9) + level,
    )
    counts = cv2.calcHist([levels], [0], mask, [256], [0, 256]).ravel()
    depth = np.searchsorted(np.cumsum(counts), 0.7 * counts.sum())
    return bounds, climb, float(max(depth, 8)), float(area[keep & ~belongs].sum() / area[keep].sum())


def _ranked(values: np.ndarray, share: float) -> float:
    """The value below which a share of a few lies; a twentieth of the time of numpy's percentile."""
    return float(np.sort(values)[int(share * (len(values) - 1) + 0.5)])


def _slope(x: np.ndarray, y: np.ndarray, high: np.ndarray) -> float:
    """How many pixels a line of digits goes down for each to the right; 0 where that is uncertain or not a tilt.

    The median over all pairs of digits of about one size (Theil 1950, Sen 1968), since raised cents are no tilt.
    """
    usual = _ranked(high, 0.5)
    tall = high > 0.75 * usual
    x, y = x[tall], y[tall]
    if len(x) < 3:
        return 0.0
    first, second = np.triu_indices(len(x), 1)
    apart = x[second] - x[first]
    wide = np.abs(apart) > 0.5 * usual
    if not wide.any():
        return 0.0
    slope = _ranked((y[second] - y[first])[wide] / apart[wide], 0.5)
    return slope if abs(slope) < _STEEPEST else 0.0
