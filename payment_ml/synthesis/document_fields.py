"""Define what is known of a generated document: its picture, and the fields on it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import numpy as np


class FieldKind(StrEnum):
    """Name the kind of a field."""

    AMOUNT = "amount"  # the one to pay, in figures: from its first digit to its last one
    WORDS = "words"  # a line of the amount in words
    SUM = "sum"  # any other sum: item prices, subtotals, tax
    DATE = "date"
    NUMBER = "number"  # of a cheque, an account, a telephone, a place; magnetic ink
    WRITING = "writing"  # names, places, purposes
    SIGNATURE = "signature"
    PRINT = "print"  # labels


@dataclass(frozen=True)
class Field:
    """Hold one piece of writing or print on a document."""

    kind: FieldKind
    box: tuple[int, int, int, int]  # left, top, right, bottom of its ink alone, pixels of the document's image
    text: str  # as written; empty for a signature


@dataclass(frozen=True)
class Document:
    """Hold the picture of a document with all that is written on it."""

    image: np.ndarray  # uint8 [height, width], grey levels
    kind: str  # one of `documents.KINDS`
    layout: str  # name of its layout family
    fields: tuple[Field, ...]
    value: Decimal | None  # that the figures say; None without an amount
    digits: str  # of the amount, in the order written; empty without an amount
    words: str | None  # the amount in words as written, its lines joined by a blank; None without words
    language: str  # of labels and words: en, en_IN, fr, de, es, pt or it
    currency: str | None  # ISO 4217; None without an amount
    turned: int  # degrees clockwise by which the picture must be turned to be upright: 0, 90, 180 or 270
