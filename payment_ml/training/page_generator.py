"""Generate whole pages to train on, in worker processes that do not import TensorFlow."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import page_images
from payment_ml.imaging.page_images import Content
from payment_ml.imaging.text_blocks import Box
from payment_ml.synthesis import documents
from payment_ml.synthesis.documents import FieldKind
from payment_ml.synthesis.hands import Hands
from payment_ml.training import line_sources
from payment_ml.training.chunked_epochs import Batch, Chunk
from payment_ml.workers import limit_worker

CHUNK_SIZE = 64  # documents that one call of `training_batches` composes
VIEWS = 3  # of each document that the network learns from; composing it is slow beside learning from it
_WITHOUT_AMOUNT_SHARE = 0.08  # of the documents
_TURNED_SHARE = 0.2  # of the views, which lie on one of the other three sides
_FULL_SHARE, _CROPPED_SHARE = 0.4, 0.3  # of the views; the others show the page with something around it
_MAX_CROP, _MAX_MARGIN = 0.12, 0.2  # of a side of the page, at each edge
_SAME_LIGHT_SHARE = 0.5  # of the views, that are as light and sharp as the document was composed
_PLAIN_SURROUND_SHARE = 0.5  # of these; elsewhere the edge of the page goes on
_MAX_SLOPE = 4.0  # degrees
_OVERSIZE = 1.5  # of the page that views are taken from, against the image that the network gets
CONTENTS = {
    FieldKind.AMOUNT: Content.AMOUNT,
    FieldKind.WORDS: Content.WORDS,
    FieldKind.SUM: Content.NUMBER,
    FieldKind.DATE: Content.NUMBER,
    FieldKind.NUMBER: Content.NUMBER,
    FieldKind.WRITING: Content.WRITING,
    FieldKind.SIGNATURE: Content.WRITING,
    FieldKind.PRINT: Content.PRINT,
}

LabelledPage = tuple[np.ndarray, np.ndarray]  # reduced page, uint8 [height, width], and the labels of its cells

_split: Split | None = None  # what `init_worker` gave to this process


@dataclass(frozen=True)
class _Page:
    """Hold an upright page and what stands on it."""

    grey: np.ndarray  # uint8 [height, width], 0 black
    boxes: list[tuple[Content, Box]]


def init_worker(split: Split) -> None:
    """Prepare a process to compose documents with the digits of a split."""
    global _split  # noqa: PLW0603 - a pool hands large arguments to its processes once
    _split = split
    limit_worker()


def training_batches(seed: tuple[int, ...], batch_size: int) -> Chunk:
    """Compose a chunk of documents, and return it as several views in batches.

    Parameters
    ----------
    seed : of all random numbers
    batch_size : pages in a batch; the last, smaller batch is left out

    Returns
    -------
    `VIEWS` lists of the batches of `stack_batches`, each in its own random order

    Raises
    ------
    RuntimeError : `init_worker` was not called in this process
    """
    if _split is None:
        raise RuntimeError("expected init_worker to be called in this process before training_batches")
    rng = np.random.default_rng(seed)
    hands = line_sources.sample_hands(_split, rng, distort=True)
    pages = [_compose(hands, rng) for _ in range(CHUNK_SIZE)]
    views = []
    for _ in range(VIEWS):
        batches = stack_batches([_view(page, rng) for page in pages], batch_size)[: CHUNK_SIZE // batch_size]
        views.append([batches[i] for i in rng.permutation(len(batches))])
    return views


def generate_pages(split: Split, rng: np.random.Generator, count: int) -> list[LabelledPage]:
    """Compose documents, and return one view of each.

    Parameters
    ----------
    split : whose digits the amounts are written with
    count : number of pages
    """
    hands = line_sources.sample_hands(split, rng, distort=False)
    return [_view(_compose(hands, rng), rng) for _ in range(count)]


def stack_batches(pages: Sequence[LabelledPage], batch_size: int) -> list[Batch]:
    """Put pages of similar size together in batches: those of `page_images.stack_pages` and `stack_labels`."""
    ordered = sorted(pages, key=lambda page: page[0].shape)
    batches: list[Batch] = []
    for i in range(0, len(ordered), batch_size):
        reduced, labels = zip(*ordered[i : i + batch_size], strict=True)
        images = page_images.stack_pages(reduced)
        batches.append((images, page_images.stack_labels(labels, images)))
    return batches


def _compose(hands: Hands, rng: np.random.Generator) -> _Page:
    """Compose an upright document and reduce it to the size that views are taken from."""
    if rng.random() < _WITHOUT_AMOUNT_SHARE:
        document = documents.compose_without_amount(rng, hands)
    else:
        document = documents.compose_document(hands, rng)
    scale = min(1.0, _OVERSIZE * page_images.reduction(document.image.shape))
    grey = document.image
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    quarters = document.turned // 90
    boxes = [
        (CONTENTS[field.kind], page_images.turn_box(_scaled(field.box, scale), grey.shape, quarters))
        for field in document.fields
    ]
    return _Page(page_images.turn(grey, quarters), boxes)


def _scaled(box: Box, scale: float) -> Box:
    left, top, right, bottom = (round(edge * scale) for edge in box)
    return left, top, right, bottom


def _view(page: _Page, rng: np.random.Generator) -> LabelledPage:
    """Sample a view of a page: cropped, or with something around it, lying on any side, in other light."""
    window = _window(page, rng)
    width, height = window[2] - window[0], window[3] - window[1]
    scale = page_images.LONGEST_SIDE / max(width, height)
    # Whole cells, so that the labels of a turned page are the turned labels.
    shape = [max(1, round(side * scale / page_images.CELL)) * page_images.CELL for side in (height, width)]
    slope = 0.0 if rng.random() < _FULL_SHARE else rng.uniform(-_MAX_SLOPE, _MAX_SLOPE)
    centre = (window[0] + window[2]) / 2, (window[1] + window[3]) / 2
    matrix = cv2.getRotationMatrix2D(centre, slope, scale)
    matrix[:, 2] += np.array([shape[1] / 2 - centre[0], shape[0] / 2 - centre[1]])
    border = cv2.BORDER_CONSTANT if rng.random() < _PLAIN_SURROUND_SHARE else cv2.BORDER_REPLICATE
    surround = int(rng.integers(256))
    view = cv2.warpAffine(page.grey, matrix, (shape[1], shape[0]), borderMode=border, borderValue=surround)
    boxes = [(content, _mapped(box, matrix)) for content, box in page.boxes]
    direction = int(rng.integers(1, page_images.DIRECTIONS)) if rng.random() < _TURNED_SHARE else 0
    labels = page_images.label_cells(shape, boxes, direction)
    back = -direction % page_images.DIRECTIONS
    pixels = page_images.ink_of_page(_in_other_light(view, rng))
    return page_images.turn(pixels, back), page_images.turn(labels, back)


def _window(page: _Page, rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Sample the part of a page that a view shows: left, top, right, bottom; the amount and its words are in it."""
    height, width = page.grey.shape
    kind = rng.random()
    if kind < _FULL_SHARE:
        return 0.0, 0.0, float(width), float(height)
    sides = np.array([width, height, width, height])
    outwards = np.array([-1, -1, 1, 1])
    if kind >= _FULL_SHARE + _CROPPED_SHARE:
        margins = rng.uniform(0, _MAX_MARGIN, 4) * sides
        left, top, right, bottom = (np.array([0, 0, width, height]) + outwards * margins).tolist()
        return left, top, right, bottom
    crops = rng.uniform(0, _MAX_CROP, 4) * sides
    left, top, right, bottom = (np.array([0, 0, width, height]) - outwards * crops).tolist()
    for content, box in page.boxes:
        if content in (Content.AMOUNT, Content.WORDS):
            left, top = min(left, box[0] - 4), min(top, box[1] - 4)
            right, bottom = max(right, box[2] + 4), max(bottom, box[3] + 4)
    return left, top, right, bottom


def _mapped(box: Box, matrix: np.ndarray) -> Box:
    """Return the upright box around a box after an affine map, less what the slope adds to its height."""
    left, top, right, bottom = box
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    points = np.array([[left, middle_y], [right, middle_y], [middle_x, top], [middle_x, bottom]]) @ matrix[:, :2].T
    points += matrix[:, 2]
    across, down = np.sort(points[:, 0]), np.sort(points[:, 1])
    return round(across[0]), round(down[0]), round(across[-1]), round(down[-1])


def _in_other_light(grey: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Vary brightness, contrast and sharpness of a page."""
    if rng.random() < _SAME_LIGHT_SHARE:
        return grey
    varied: np.ndarray = grey.astype(np.float32)
    if rng.random() < 0.3:
        varied = cv2.GaussianBlur(varied, (0, 0), float(rng.uniform(0.3, 1.0)))
    darkest, lightest = rng.uniform(0, 50), rng.uniform(170, 255)
    varied = darkest + (lightest - darkest) * (varied / 255) ** float(np.exp(rng.normal(0, 0.25)))
    if rng.random() < 0.3:
        varied += rng.normal(0, rng.uniform(1, 8), varied.shape).astype(np.float32)
    return np.clip(varied, 0, 255).astype(np.uint8)
