"""Recognise the type of a file from its first bytes; its name proves nothing."""

import importlib.util

from PIL import features

from payment_ml.errors import ImageError

FORMATS = ("PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "HEIF")  # Pillow's names
HEAD_BYTES = 64  # that tell the type of a file

_STARTS = {
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
    b"BM": "BMP",
}
_BRANDS = {  # of ISO base media files, behind `ftyp`
    **dict.fromkeys((b"avif", b"avis"), "AVIF"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "HEIF"),
}
# Files that people mistake for pictures, or keep beside them.
_OTHER_STARTS = {
    b"PK\x03\x04": "a ZIP archive (or an office document)",
    b"%PDF": "a PDF",
    b"%!PS": "PostScript",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"<svg": "an SVG drawing",
    b"<?xml": "XML or an SVG drawing",
    b"<!do": "a web page",
    b"<htm": "a web page",
    b"{\\rtf": "an RTF document",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\xd0\xcf\x11\xe0": "an old office document (or Windows' Thumbs.db)",
    b"\x00\x00\x00\x01Bud1": "settings of the macOS Finder",
    b"\x00\x00\x00\x0cjP  ": "JPEG 2000",
    b"\xff\x4f\xff\x51": "JPEG 2000",
    b"\x00\x00\x00\x0cJXL ": "JPEG XL",
    b"\xff\x0a": "JPEG XL",
    b"8BPS": "a Photoshop document",
    b"\x00\x00\x01\x00": "an icon",
    b"AT&TFORM": "DjVu",
}
_DISPLAY_NAMES = {"WEBP": "WebP", "HEIF": "HEIC"}


def image_format(head: bytes) -> str | None:
    """Return the format among `FORMATS` that a file starts like; None for other files.

    Parameters
    ----------
    head : the first `HEAD_BYTES` bytes or more
    """
    if found := _STARTS.get(head[:4]) or _STARTS.get(head[:3]) or _STARTS.get(head[:2]):
        return found
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] != b"ftyp":
        return None
    # mif1 and msf1 are general; the compatible brands behind them say which coder was used.
    brands = [head[8:12], *(head[i : i + 4] for i in range(16, HEAD_BYTES, 4))]
    is_avif = brands[0] in (b"mif1", b"msf1") and (b"avif" in brands or b"avis" in brands)
    return "AVIF" if is_avif else _BRANDS.get(brands[0])


def describe(head: bytes) -> str:
    """Return what a file that is no image starts like, such as "a PDF"; parameter as `image_format`."""
    if head[4:8] == b"ftyp":
        return "a video"
    for start, name in _OTHER_STARTS.items():
        if head.startswith(start) or head.lstrip().lower().startswith(start.lower()):
            return name
    words = head[:HEAD_BYTES].decode("ascii", "replace").split()
    is_text = words and all(word.isprintable() and word.isascii() for word in words)
    return "text" if is_text else "nothing known"


def display_name(image_format: str) -> str:
    """Return the name by which people know a format."""
    return _DISPLAY_NAMES.get(image_format, image_format)


def check_decoder(image_format: str | None, name: str) -> None:
    """Make sure that Pillow can decode a format.

    Parameters
    ----------
    image_format : one of `FORMATS`; None needs no decoder
    name : of the file, for messages

    Raises
    ------
    ImageError : a library is missing; the message says which
    """
    if image_format == "AVIF" and not features.check("avif"):
        advice = "this Pillow was built without AVIF: save it again as PNG"
        raise ImageError(f"expected a decoder for {name}, but it is AVIF and {advice}", "AVIF", advice)
    if image_format == "HEIF":
        if importlib.util.find_spec("pillow_heif") is None:
            install = "pip install 'payment-ml[heif]'"
            raise ImageError(
                f"expected a decoder for {name}, but it is HEIC and pillow-heif is not installed; run {install}",
                "HEIC",
                install,
            )
        import pillow_heif

        pillow_heif.register_heif_opener()


def not_a_picture(head: bytes, name: str, formats: tuple[str, ...]) -> ImageError:
    """Return the error for a file that no decoder of `formats` opens.

    Parameters
    ----------
    head : as `image_format`
    name : of the file, for the message
    formats : some of `FORMATS`
    """
    *most, last = map(display_name, formats)
    expected = f"{', '.join(most)} or {last}" if most else last
    if found := image_format(head):
        shown = display_name(found)
        if found in FORMATS and found not in formats:
            advice = "save it again as PNG"
            return ImageError(f"expected a {expected}, but {name} is a {shown}; {advice}", shown, advice)
        return ImageError(
            f"expected a whole picture, but {name} is damaged from its beginning on; save or scan it again",
            DAMAGED,
            "save or scan it again",
        )
    found = describe(head)
    message = f"expected a {expected}, but {name} starts like {found}; if it is a picture, save it again as PNG"
    return ImageError(message, "an unknown type of file" if found == "nothing known" else found)


DAMAGED = "truncated or damaged"  # the kind of an ImageError
