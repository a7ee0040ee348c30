"""Find the amount and the lines of the amount in words on a whole page with the network of pages."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from payment_ml.imaging import page_images, page_outlines, page_regions, text_blocks, written_rows
from payment_ml.imaging.page_images import Content
from payment_ml.imaging.page_regions import Region
from payment_ml.imaging.text_blocks import Box, PageInk
from payment_ml.networks.inference import Network
from payment_ml.registry.versions import Version

_MIN_INSIDE = 0.5  # of the area, or of width and height, of a piece of ink, in the region that it belongs to
_MIN_LIKELY = 0.25  # mean probability of the cells of a piece of ink that belongs to a region
_MIN_OF_BEST = 0.4  # of the probability of the likeliest line of words in a place, that others in it have
_MAX_PIECE = 1.5  # heights of its line; a taller piece of ink reaches into another line
_REACH = 0.5  # heights of a place of words
_MIN_AGREEMENT = 0.3  # intersection over union of a region and its ink; below, the ink is another's


@dataclass(frozen=True)
class Place:
    """Hold a place on a page, and how likely it is what was looked for."""

    box: Box  # of its ink, in pixels of the page
    probability: float  # 0 to 1


@dataclass(frozen=True)
class PageLayout:
    """Hold what stands where on a page."""

    page: np.ndarray  # uint8 [height, width], upright and flat
    turned: int  # degrees by which the picture was turned clockwise to be upright: 0, 90, 180 or 270
    directions: np.ndarray  # float [4], how likely each number of quarter turns made it upright; the sum is 1
    amounts: tuple[Place, ...]  # where the amount in figures may stand, the likeliest first
    words: tuple[Place, ...]  # lines of the amount in words, from top to bottom
    # Lines that may be of the amount in words: those of `words` with all of their ink, and the ones above and below.
    words_lines: tuple[Box, ...]
    likely_amount: np.ndarray  # float32 [rows, columns], probability of each cell to belong to the amount in figures
    ink: PageInk
    # Homography from pixels of the page to those of the upright picture; None where the page fills its picture.
    to_picture: np.ndarray | None = None

    def amount_probability(self, box: Box) -> float:
        """Return the mean probability of a part of the page to be the amount in figures."""
        return _mean_probability(self.likely_amount, box, page_images.CELL / page_images.reduction(self.page.shape))

    def points_in_picture(self, points: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
        """Return points x, y of the page in pixels of the upright picture."""
        if self.to_picture is None or not points:
            return [(x, y) for x, y in points]
        return page_outlines.map_points(self.to_picture, points)

    def box_in_picture(self, box: Box) -> Box:
        """Return a box of the page in pixels of the upright picture."""
        return box if self.to_picture is None else page_outlines.map_box(self.to_picture, box)


class PageDetector:
    """Own the network of pages.

    Parameters
    ----------
    network : uint8 [n, height, width, 1] -> float32 [n, height / 4, width / 4, labels], logarithms of probabilities
    version : whose network it is
    """

    def __init__(self, network: Network, version: Version):
        self._network = network
        self.version = version

    def detect(self, grey: np.ndarray, may_turn: bool = True) -> PageLayout:
        """Return the upright page with its amounts and lines of words.

        Parameters
        ----------
        grey : uint8 [height, width], 0 black, of a page that lies on any side, alone or photographed on a table
        may_turn : False takes the page as it lies
        """
        probabilities = self._run(grey)
        directions = page_images.directions(probabilities) if may_turn else np.eye(page_images.DIRECTIONS)[0]
        quarters = int(directions.argmax())
        picture = page_images.turn(grey, quarters)
        flat = page_outlines.flatten(picture)
        page = picture if flat is None else flat.grey
        if page is not grey:
            probabilities = self._run(page)
        contents = page_images.contents(probabilities)
        ink = text_blocks.find_ink(page)
        numbers, words = page_regions.number_cells(contents), page_regions.words_cells(contents)
        cell = page_images.CELL / page_images.reduction(page.shape)
        lines = tuple(
            line
            for region in page_regions.words_lines(contents)
            for line in _split_lines(_place(region, words, ink.pieces, page.shape), ink, words, cell)
        )
        return PageLayout(
            page,
            90 * quarters,
            directions,
            tuple(_place(region, numbers, ink.pieces, page.shape) for region in page_regions.amount_regions(contents)),
            lines,
            _lines_to_read(lines, ink.pieces, lambda box: _mean_probability(contents[..., Content.WORDS], box, cell)),
            contents[..., Content.AMOUNT],
            ink,
            None if flat is None else flat.to_picture,
        )

    def _run(self, grey: np.ndarray) -> np.ndarray:
        """Return the probabilities of each cell's labels, float32 [rows, columns, labels]."""
        reduced = page_images.reduce_page(grey)
        rows, columns = (math.ceil(side / page_images.CELL) for side in reduced.shape)
        probabilities: np.ndarray = np.exp(self._network(page_images.stack_pages([reduced]))[0, :rows, :columns])
        return probabilities


def _lines_to_read(words: Sequence[Place], pieces: Sequence[Box], likely: Callable[[Box], float]) -> tuple[Box, ...]:
    """Return what may be of the amount in words, in reading order.

    These are the lines of words with the rest of their ink, what stands beside them by itself, and the lines above and
    below each.
    """
    lines = []
    for known in _side_by_side([line.box for line in words]):
        followed = written_rows.follow(known, pieces)
        lines.append((followed, written_rows.divide(followed, known, pieces)))
    around = {written_rows.next_line(line, pieces, below, likely) for line, _ in lines for below in (False, True)}
    for other in around:
        if other and not any(page_regions.is_same_line(other, line) for line, _ in lines):
            lines.append((other, [other]))
    return tuple(box for _, boxes in sorted(lines, key=lambda line: line[0][1] + line[0][3]) for box in boxes)


def _side_by_side(boxes: Sequence[Box]) -> list[Box]:
    """Return lines from top to bottom, with the parts of each as one."""
    lines: list[Box] = []
    for box in sorted(boxes, key=lambda box: box[1] + box[3]):
        if lines and page_regions.is_same_line(lines[-1], box):
            lines[-1] = page_regions.hull(lines[-1], box)
        else:
            lines.append(box)
    return lines


def _split_lines(words: Place, ink: PageInk, likely: np.ndarray, cell: float) -> list[Place]:
    """Return the lines of words in a place, which may stand so close that the network sees one.

    Lines in it that are much less likely than the likeliest one, such as a label or a name, are left out.

    Parameters
    ----------
    words : where the network sees words
    ink : of the page
    likely : float32 [rows, columns], probability of the amount in words in each cell
    cell : pixels of the page on a side of a cell
    """
    left, top, right, bottom = words.box
    inside = [piece for piece in ink.pieces if _belongs_to(piece, words.box)]
    if not inside:
        return [words]
    reach = round(_REACH * (bottom - top))  # of ascenders and tails; what goes on beyond is a signature or a frame
    top = max(top - reach, min(piece[1] for piece in inside))
    bottom = min(bottom + reach, max(piece[3] for piece in inside))
    piece_height = float(np.median([piece[3] - piece[1] for piece in inside]))
    lines = []
    for first, last in written_rows.find_line_rows(ink.count_rows((left, top, right, bottom)), piece_height):
        parts = [_part_in(piece, (top + first, top + last)) for piece in inside]
        pieces = [part for part in parts if part is not None]
        if pieces:
            box = functools.reduce(page_regions.hull, pieces)
            rows = (max(box[0], left), top + first, min(box[2], right), top + last)
            lines.append(Place(box, _mean_probability(likely, rows, cell)))
    best = max((line.probability for line in lines), default=0.0)
    return [line for line in lines if line.probability >= _MIN_OF_BEST * best] or [words]


def _belongs_to(piece: Box, place: Box) -> bool:
    """Return whether half of a piece's width is in a place, and half of the lower one's height in both."""
    shared = min(piece[2], place[2]) - max(piece[0], place[0])
    return shared >= _MIN_INSIDE * (piece[2] - piece[0]) and page_regions.shared_height(piece, place) >= _MIN_INSIDE


def _part_in(piece: Box, rows: tuple[int, int]) -> Box | None:
    """Return the part of a piece of ink that is of the line in these rows; None where it is of another line."""
    left, top, right, bottom = piece
    if bottom - top <= _MAX_PIECE * (rows[1] - rows[0]):
        return piece if rows[0] <= (top + bottom) / 2 < rows[1] else None
    # Lines that touch each other are one piece, which is cut between them.
    top, bottom = max(top, rows[0]), min(bottom, rows[1])
    return (left, top, right, bottom) if bottom - top >= _MIN_INSIDE * (rows[1] - rows[0]) else None


def _place(region: Region, likely: np.ndarray, pieces: Sequence[Box], shape: Sequence[int]) -> Place:
    """Return the place of a region on a page: the box of the ink in it.

    Parameters
    ----------
    region : in cells
    likely : float32 [rows, columns], probability of the region's content in each cell
    pieces : boxes of all pieces of ink on the page
    shape : of the page
    """
    cell = page_images.CELL / page_images.reduction(shape)
    left, top, right, bottom = (cell * edge for edge in region.box)
    # The outermost cells of a digit are the least certain.
    around = (left - cell, top - cell / 2, right + cell, bottom + cell / 2)
    inside = [
        piece
        for piece in pieces
        if page_regions.share_inside(piece, around) >= _MIN_INSIDE
        and _mean_probability(likely, piece, cell) >= _MIN_LIKELY
    ]
    box = (math.floor(left), math.floor(top), min(shape[1], math.ceil(right)), min(shape[0], math.ceil(bottom)))
    if inside:
        ink = functools.reduce(page_regions.hull, inside)
        if page_regions.intersection_over_union(ink, box) >= _MIN_AGREEMENT:
            box = ink
    return Place(box, region.probability)


def _mean_probability(likely: np.ndarray, piece: Box, cell: float) -> float:
    """Return the mean of the cells that a piece of ink stands in."""
    left, top, right, bottom = piece
    rows = slice(int(top / cell), math.ceil(bottom / cell))
    return float(likely[rows, int(left / cell) : math.ceil(right / cell)].mean())
