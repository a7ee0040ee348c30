"""Compose pictures of documents: cheques, slips, bills and forms with an amount to pay, and sheets without one."""

from collections.abc import Sequence

import numpy as np

from payment_ml.synthesis import document_layouts, document_pictures, document_scenes, negatives, photographs
from payment_ml.synthesis.document_amounts import DocumentAmount
from payment_ml.synthesis.document_fields import Document, Field, FieldKind
from payment_ml.synthesis.document_layouts import LAYOUTS, Layout
from payment_ml.synthesis.hands import Hands
from payment_ml.text.amounts import digits_of

__all__ = ["KINDS", "LAYOUTS", "Document", "Field", "FieldKind", "compose_document", "compose_without_amount"]

KINDS = ("cheque", "deposit slip", "donation slip", "bill", "form", "letter", "envelope", "blank form", "photograph")
_KIND_SHARES = {"cheque": 0.4, "deposit slip": 0.15, "donation slip": 0.1, "bill": 0.2, "form": 0.15}
_SCENERY_SHARE, _BLANK_SHARE = 0.15, 0.35  # of the pictures without an amount; the others are letters and envelopes


def compose_document(
    hands: Hands, rng: np.random.Generator, held_out: bool = False, disagreeing: float = 0.0, turned: float = 0.0
) -> Document:
    """Compose a document with an amount to pay.

    Parameters
    ----------
    hands : one of them writes the digits
    held_out : use the layouts and fonts of words that nothing is trained on, and no others
    disagreeing : share of the amounts in words that say another value than the figures
    turned : share of the pictures that are upside down or lie on a side

    Returns
    -------
    Document; its image is about 480 to 2200 pixels wide before it is turned
    """
    kind = _choose_kind(rng)
    layout = _choose([layout for layout in LAYOUTS if layout.kind == kind and layout.held_out == held_out], rng)
    sheet, filled = document_layouts.fill(layout, hands, rng, held_out, disagreeing)
    image, fields = document_pictures.take_picture(filled, sheet.size, rng)
    return _document(image, fields, (kind, layout.name, sheet.texts.language), sheet.amount, rng, turned)


def compose_without_amount(
    rng: np.random.Generator, hands: Hands, held_out: bool = False, turned: float = 0.0
) -> Document:
    """Compose a letter, an envelope, a blank form or a photograph: a picture without an amount to pay.

    Parameters
    ----------
    hands : one of them writes dates, telephone numbers and postal codes
    held_out : use forms and fonts of words that nothing is trained on; letters and envelopes have one layout each
    turned : share of the pictures that are upside down or lie on a side
    """
    way = rng.random()
    if way < _SCENERY_SHARE:
        return _document(_scenery(rng), [], ("photograph", "scenery", "en"), None, rng, turned)
    if way < _SCENERY_SHARE + _BLANK_SHARE:  # bills have sums that add up to something even without their total
        layout = _choose([form for form in LAYOUTS if form.held_out == held_out and form.kind != "bill"], rng)
        kind = "blank form"
    else:
        layout = _choose(document_layouts.WITHOUT_AMOUNT, rng)
        kind = layout.kind
    sheet, filled = document_layouts.fill_without_amount(layout, hands, rng, held_out)
    image, fields = document_pictures.take_picture(filled, sheet.size, rng)
    return _document(image, fields, (kind, layout.name, sheet.texts.language), None, rng, turned)


def _choose(layouts: Sequence[Layout], rng: np.random.Generator) -> Layout:
    return layouts[int(rng.integers(len(layouts)))]


def _choose_kind(rng: np.random.Generator) -> str:
    drawn = rng.random()
    for kind, share in _KIND_SHARES.items():
        drawn -= share
        if drawn < 0:
            return kind
    return "form"


def _scenery(rng: np.random.Generator) -> np.ndarray:
    """Photograph a table with shadows and scribbles on it, but no document."""
    height, width = (int(value) for value in rng.uniform(300, 900, 2))
    scene = document_scenes.background((height, width), rng)
    ink, print_ = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(0, 3))):
        kind = ("lines", "shapes", "signature")[int(rng.integers(3))]
        negatives.DRAWINGS[kind](ink, print_, rng)
    scene *= 1 - 0.8 * np.maximum(ink, print_)
    document_scenes.shade(scene, rng)
    return photographs.expose(scene[:, :, None], rng)[:, :, 0]


def _document(
    image: np.ndarray,
    fields: list[Field],
    names: tuple[str, str, str],
    amount: DocumentAmount | None,
    rng: np.random.Generator,
    turned: float,
) -> Document:
    """Return the finished document, turned in a share of all calls; `names` are its kind, layout and language."""
    degrees = 90 * int(rng.integers(1, 4)) if rng.random() < turned else 0
    image, fields = document_pictures.turn(image, fields, degrees)
    words = " ".join(field.text for field in fields if field.kind is FieldKind.WORDS)
    kind, layout, language = names
    return Document(
        image=image,
        kind=kind,
        layout=layout,
        fields=tuple(fields),
        value=amount.value if amount else None,
        digits=digits_of(amount.written.text) if amount else "",
        words=words or None,
        language=language,
        currency=amount.currency if amount else None,
        turned=degrees,
    )
