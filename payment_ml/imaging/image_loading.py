"""Load an image from a path, bytes, a PIL image, an array or a page of these, checked and converted to grey levels."""

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from payment_ml.errors import ImageError
from payment_ml.imaging import file_types, image_files, image_metadata, levels, pdf_pages
from payment_ml.imaging.file_types import FORMATS, HEAD_BYTES

MAX_BYTES = 50_000_000
_LARGE_IMAGE_PIXELS = 8_000_000  # images from this size on are decoded one at a time, so that memory holds only one
_large_image_lock = threading.Lock()
_shared_image_lock = threading.Lock()  # a PIL image of several pages has one position for all threads


@dataclass(frozen=True)
class SourcePage:
    """Hold one page of a source; `split_pages` makes them."""

    source: str | Path | bytes | Image.Image
    number: int  # from 1
    count: int  # of the source's pages


Source = str | Path | bytes | bytearray | memoryview | Image.Image | np.ndarray | SourcePage


def load_grey(source: Source) -> np.ndarray:
    """Load an image in grey levels; `load` says which sources it accepts and how it decodes them.

    The levels are the luminance, or a colour channel where luminance shows hardly any contrast.

    Returns
    -------
    uint8 [height, width], 0 black, 255 white

    Raises
    ------
    ImageError, TypeError : as `load`
    """
    return load_grey_with_note(source)[0]


def load_grey_with_note(source: Source) -> tuple[np.ndarray, str | None]:
    """Load an image as `load_grey` does, with a note for the user; the note is None if there is nothing to say."""
    image = load(source)
    return levels.to_grey(image), note(image)


def note(image: Image.Image) -> str | None:
    """Return a note for the user on an image from `load`; None if there is nothing to say."""
    text: str | None = image.info.get("note")
    return text


def split_pages(source: Source) -> list[Source]:
    """Return each page of a TIFF, HEIC or PDF as a source of its own; any other source, or a damaged one, as it is.

    Parameters
    ----------
    source : as in `load`
    """
    try:
        count = count_pages(source)
    except ImageError:
        return [SourcePage(source, 1, 1)] if _starts_like_pdf(source) else [source]  # type: ignore[arg-type]
    if count is None or not isinstance(source, str | Path | bytes | Image.Image):
        return [source]
    return [SourcePage(source, number, count) for number in range(1, count + 1)]


def count_pages(source: Source) -> int | None:
    """Return the number of pages of a TIFF or PDF, or of a HEIC with several; None for a source that has no pages.

    Raises
    ------
    ImageError : the source cannot be opened, is damaged, or has too many pages
    """
    if isinstance(source, Image.Image):
        return image_files.count_pages(source, "the picture")
    if not isinstance(source, str | Path | bytes):
        return None
    name = _name(source)
    with image_files.open_file(source) as file:
        head = file.read(HEAD_BYTES)
        if pdf_pages.is_pdf(head):
            return image_files.check_page_count(pdf_pages.count_pages(source, name), name)
        if file_types.image_format(head) not in image_files.PAGED_FORMATS:
            return None
        with image_files.open_image(file, head, name, image_files.PAGED_FORMATS) as image:
            return image_files.count_pages(image, name)


def load(
    source: Source, name: str = "the picture", formats: Sequence[str] = FORMATS, maximum_bytes: int = MAX_BYTES
) -> Image.Image:
    """Load and decode an image completely.

    The format (by content, never by name) and the size in bytes and pixels are checked before anything is decoded.
    EXIF orientation is applied, pixels that are not square become so, transparency becomes paper, and wide levels are
    scaled. Metadata that is damaged changes nothing. Of a phone's MPO, the first image is the picture.

    Parameters
    ----------
    source : path, bytes, PIL image, array (uint8, uint16, bool, or float in [0, 1]) [height, width] or
        [height, width, 1 | 3 | 4], or a page from `split_pages`
    name : names bytes in messages; a path has its own name
    formats : some of `FORMATS`
    maximum_bytes : of a path or bytes; the pages of a path may together have as many times more

    Returns
    -------
    PIL image of mode L or RGB, without metadata; its `info` holds at most the key `note`

    Raises
    ------
    ImageError : not an image, an unsupported format, truncated, empty, too large, an animation, or several pages
    TypeError : `source` is none of these types
    """
    if isinstance(source, np.ndarray):
        return levels.to_l_or_rgb(_from_array(source))[0]
    if isinstance(source, Image.Image):
        image_files.check_pixels(source.size, name)
        image_files.only_frame(source, name)
        return _decode(source, name)
    if isinstance(source, SourcePage):
        return _load_page(source, formats, maximum_bytes)
    if isinstance(source, bytes | bytearray | memoryview):
        return _load_bytes(bytes(source), name, formats, maximum_bytes)
    if isinstance(source, str | Path):
        with image_files.open_file(source, maximum_bytes) as file:
            return _load_bytes(file.read(), _name(source), formats, maximum_bytes)
    raise TypeError(f"expected a path, bytes, a PIL image or an array, but got {type(source).__name__}")


def _name(source: str | Path | bytes) -> str:
    return "the picture" if isinstance(source, bytes) else Path(source).name


def _load_bytes(content: bytes, name: str, formats: Sequence[str], maximum_bytes: int) -> Image.Image:
    if not content:
        raise ImageError(f"expected a picture, but {name} is empty (0 bytes); choose another file", "empty")
    if len(content) > maximum_bytes:
        raise image_files.too_many_bytes(name, len(content), maximum_bytes)
    head, png_note = content[:HEAD_BYTES], None
    if "PNG" in formats and file_types.image_format(head) == "PNG":
        try:
            content, png_note = image_metadata.check_png(content)
        except ValueError as error:
            raise image_files.damaged(name, error) from error
    with image_files.open_image(io.BytesIO(content), head, name, formats) as image:
        image_files.check_pixels(image.size, name)
        flat = _decode(image, name, image_files.only_frame(image, name))
    if png_note:
        flat.info["note"] = png_note
    return flat


def _load_page(page: SourcePage, formats: Sequence[str], maximum_bytes: int) -> Image.Image:
    """Load one page; a page of a path is read where it lies in its file, which is never read as a whole."""
    if isinstance(page.source, Image.Image):
        with _shared_image_lock:
            return _decode_page(page.source, page, f"page {page.number}")
    name = f"page {page.number} of {_name(page.source)}"
    if _starts_like_pdf(page.source):
        return _load_pdf_page(page, name)
    with (
        image_files.open_file(page.source, maximum_bytes * page.count) as file,
        image_files.open_image(file, file.read(HEAD_BYTES), name, formats) as image,
    ):
        return _decode_page(image, page, name)


def _starts_like_pdf(source: Source) -> bool:
    if not isinstance(source, str | Path | bytes):
        return False
    try:
        with image_files.open_file(source) as file:
            return pdf_pages.is_pdf(file.read(HEAD_BYTES))
    except ImageError:
        return False


def _load_pdf_page(page: SourcePage, name: str) -> Image.Image:
    """Render a page; a PDF that could not be opened before says why now."""
    assert isinstance(page.source, str | Path | bytes)
    if (count := pdf_pages.count_pages(page.source, _name(page.source))) != page.count:
        message = f"expected {page.count} pages, but now there are {count} in {name}; read the file again"
        raise ImageError(message, "changed while it was read", "read it again")
    return pdf_pages.render(page.source, page.number, name)


def _decode_page(image: Image.Image, page: SourcePage, name: str) -> Image.Image:
    frames = image_files.page_frames(image, name)
    if len(frames) != page.count:
        message = f"expected {page.count} pages, but now there are {len(frames)} in {name}; read the file again"
        raise ImageError(message, "changed while it was read", "read it again")
    return _decode(image, name, frames[page.number - 1])


def _decode(image: Image.Image, name: str, frame: int | None = None) -> Image.Image:
    """Decode a frame of an image; None is the one at which it stands."""
    try:
        if frame is not None and frame != image.tell():
            image.seek(frame)
        image_files.check_pixels(image.size, name)  # each page has its own size
        if image.width * image.height < _LARGE_IMAGE_PIXELS:
            return _finish(image)
        with _large_image_lock:
            return _finish(image)
    except ImageError:
        raise
    except Exception as error:  # decoders of damaged files raise whatever they like
        raise image_files.damaged(name, error) from error


def _finish(image: Image.Image) -> Image.Image:
    """Return a decoded image upright, with square pixels, and in mode L or RGB."""
    image.load()
    upright, metadata_note = image_metadata.orientation(image)
    size = image_metadata.square_size(image, image_files.MAX_PIXELS)
    flat, levels_note = levels.to_l_or_rgb(image)
    if size is not None:
        flat = flat.resize(size, Image.Resampling.BICUBIC)
    if upright is not None:
        flat = flat.transpose(upright)
    if notes := [text for text in (metadata_note, levels_note) if text]:
        flat.info["note"] = "; ".join(notes)
    return flat


def _from_array(array: np.ndarray) -> Image.Image:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (3, 4)):
        raise ImageError(f"expected an array [height, width] or [height, width, 1 | 3 | 4], but got {array.shape}")
    image_files.check_pixels((array.shape[1], array.shape[0]), "the array")
    if array.dtype == bool:
        array = array.astype(np.uint8) * 255
    elif np.issubdtype(array.dtype, np.floating):
        if not (np.isfinite(array).all() and array.min() >= 0 and array.max() <= 1):
            raise ImageError(
                f"expected floats in [0, 1], but got values from {array.min()} to {array.max()}; "
                "divide by 255 or pass uint8"
            )
        array = levels.to_8_bit(array)
    elif array.dtype == np.uint16:
        array = levels.to_8_bit(array)
    elif array.dtype != np.uint8:
        raise ImageError(f"expected an array of uint8, uint16, bool or float, but got {array.dtype}")
    return Image.fromarray(np.ascontiguousarray(array))
