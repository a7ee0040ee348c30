"""Open image files, check their size, and find their pages, before anything is decoded."""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from payment_ml.errors import ImageError
from payment_ml.imaging import file_types

MAX_PIXELS = 50_000_000
MAX_PAGES = 2000
PAGED_FORMATS = ("TIFF", "HEIF")  # whose images are pages; those of other formats are frames of an animation
_NEW_SUBFILE_TYPE = 254  # the tag of a TIFF whose lowest bit says that an image is a smaller copy of another one

# Kinds of an ImageError that say that a file was not reached, whatever it holds.
NO_FILE = "no such file"
NOT_REGULAR = "not a regular file"
UNREADABLE = "cannot be opened"

# Pillow warns about damaged images before it decides; the errors of this package say whether one can be read.
warnings.filterwarnings("ignore", module=r"PIL\.")


@contextmanager
def open_file(source: str | Path | bytes, maximum_bytes: int | None = None) -> Iterator[BinaryIO]:
    """Open a path or bytes for reading.

    Raises
    ------
    ImageError : there is no such regular file, it cannot be opened or read, or it has more than `maximum_bytes`
    """
    if isinstance(source, bytes):
        yield io.BytesIO(source)
        return
    path = Path(source)
    try:
        if not path.exists():
            raise ImageError(f"expected a picture at {path}, but there is no such file; check the path", NO_FILE)
        if not path.is_file():
            raise ImageError(f"expected a picture, but {path} is not a regular file; name a file", NOT_REGULAR)
        if maximum_bytes is not None and (size := path.stat().st_size) > maximum_bytes:
            raise too_many_bytes(path.name, size, maximum_bytes)
        with path.open("rb") as file:
            yield file
    except OSError as error:
        problem = error.strerror or str(error)
        raise ImageError(
            f"expected to read {path}, but got: {problem}; check its permissions", UNREADABLE, problem
        ) from error


@contextmanager
def open_image(file: BinaryIO, head: bytes, name: str, formats: Sequence[str]) -> Iterator[Image.Image]:
    """Open an image and read its header alone.

    Parameters
    ----------
    file : of which Pillow reads the beginning again
    head : its first `file_types.HEAD_BYTES` bytes or more
    name : of the file, for messages
    formats : some of `file_types.FORMATS`

    Raises
    ------
    ImageError : it is no image of these formats, or its header is damaged
    """
    image_format = file_types.image_format(head)
    if image_format is None or image_format not in formats:
        raise file_types.not_a_picture(head, name, tuple(formats))
    file_types.check_decoder(image_format, name)
    try:
        image = Image.open(file, formats=[image_format])
    except UnidentifiedImageError as error:
        raise file_types.not_a_picture(head, name, tuple(formats)) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        pixel_count = re.search(r"\d+", str(error))  # Pillow gives it nowhere else
        size = f"{int(pixel_count[0]) / 1e6:,.0f} million" if pixel_count else "far more"
        raise _too_many_pixels(name, size) from error
    except Exception as error:
        message = f"expected a whole picture, but the header of {name} is damaged or absurd ({error})"
        raise ImageError(message, file_types.DAMAGED, str(error)) from error
    with image:
        yield image


def only_frame(image: Image.Image, name: str) -> int:
    """Return the number of the only frame of an image; of a phone's MPO, the first frame is the picture.

    Raises
    ------
    ImageError : it has several frames, of which each may show an amount
    """
    count = 1 if image.format == "MPO" else _frame_count(image, name)
    if count == 1:
        return 0
    if image.format in PAGED_FORMATS:
        frames = page_frames(image, name)
        if len(frames) == 1:
            return frames[0]
        advice = f"it has {len(frames)} pages: read_pages(source) reads each of them"
        raise ImageError(f"expected one page in {name}, but {advice}", "several pages", advice)
    advice = f"it has {count} frames: save the one with the amount as PNG"
    raise ImageError(f"expected a still picture, but {name} is a moving one; {advice}", "a moving picture", advice)


def count_pages(image: Image.Image, name: str) -> int | None:
    """Return the number of pages of a TIFF, or of a HEIC with several; None for an image that has no pages.

    Raises
    ------
    ImageError : as `page_frames`
    """
    if image.format not in PAGED_FORMATS:
        return None
    count = len(page_frames(image, name))
    return None if image.format == "HEIF" and count == 1 else count


def page_frames(image: Image.Image, name: str) -> list[int]:
    """Return the numbers of the frames that are pages: all but previews, which are smaller copies of others.

    Parameters
    ----------
    image : of a format in `PAGED_FORMATS`

    Raises
    ------
    ImageError : the list of frames is damaged, or has more than `MAX_PAGES`
    """
    count = check_page_count(_frame_count(image, name), name)
    if image.format != "TIFF" or count == 1:
        return list(range(count))
    current = image.tell()
    pages = [frame for frame in range(count) if not _is_preview(image, frame)]
    with suppress(Exception):  # a page that is damaged gets its error when it is read
        image.seek(current)
    return pages or [0]


def check_page_count(count: int, name: str) -> int:
    """Return the number of pages of a file.

    Raises
    ------
    ImageError : there are more than `MAX_PAGES`
    """
    if count > MAX_PAGES:
        raise ImageError(
            f"expected at most {MAX_PAGES} pages, but {name} has {count}; split it", "too many pages", "split it"
        )
    return count


def check_pixels(size: tuple[int, int], name: str) -> None:
    """Raise ImageError for an image without pixels, or with more than `MAX_PIXELS`."""
    width, height = size
    if min(size) < 1:
        raise ImageError(f"expected a picture, but {name} has no pixels ({width} x {height})", "no pixels")
    if width * height > MAX_PIXELS:
        raise _too_many_pixels(name, f"{width} x {height}")


def damaged(name: str, error: Exception) -> ImageError:
    """Return the error for an image that could not be decoded."""
    return ImageError(
        f"expected a whole picture, but {name} is truncated or damaged ({error}); save or scan it again",
        file_types.DAMAGED,
        f"{error}; save or scan it again",
    )


def too_many_bytes(name: str, size: int, maximum_bytes: int) -> ImageError:
    """Return the error for a file with too many bytes."""
    sizes = f"expected at most {maximum_bytes / 1e6:.0f} MB, but {name} has {size / 1e6:.1f} MB"
    return _too_large(sizes, f"{size / 1e6:.1f} MB")


def _too_many_pixels(name: str, size: str) -> ImageError:
    return _too_large(f"expected at most {MAX_PIXELS // 10**6} million pixels, but {name} has {size}", f"{size} pixels")


def _too_large(message: str, size: str) -> ImageError:
    advice = "cut out the amount or save it smaller"
    return ImageError(f"{message}; {advice}", "too large", f"{size}: {advice}")


def _frame_count(image: Image.Image, name: str) -> int:
    try:
        return getattr(image, "n_frames", 1) if getattr(image, "is_animated", False) else 1
    except Exception as error:  # decoders of damaged files raise whatever they like
        raise damaged(name, error) from error


def _is_preview(image: Image.Image, frame: int) -> bool:
    try:
        image.seek(frame)
    except Exception:  # noqa: BLE001 - a page that is damaged gets its error when it is read
        return False
    return bool(getattr(image, "tag_v2", {}).get(_NEW_SUBFILE_TYPE, 0) & 1)
