"""List the families of layouts, and fill in a sheet of one of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from payment_ml.synthesis import (
    document_bills,
    document_cheques,
    document_forms,
    document_letters,
    document_other_bills,
    document_other_cheques,
    document_slips,
    handwriting,
    typefaces,
)
from payment_ml.synthesis.document_amounts import DocumentAmount, random_document_amount
from payment_ml.synthesis.document_placement import FilledSheet
from payment_ml.synthesis.document_sheets import Scribe, Sheet
from payment_ml.synthesis.document_texts import LANGUAGES, Texts
from payment_ml.synthesis.hands import Hands, TypedHand

_WORDS_SHARES = {"cheque": 0.96, "deposit slip": 0.5, "donation slip": 0.4, "bill": 0.35, "form": 0.4}
_BLANK_SHARE = 0.6  # of the sheets without an amount that nobody filled in at all
_ATTEMPTS = 50  # to lay out a document, until the amount in words keeps clear of the figures
_SMALLEST_DIGIT = 12.0  # pixels
# Share and size in pixels of the pictures as banks deliver them, of sheets about twice as wide as high.
_BANK_SHARE, _BANK_WIDTH, _BANK_HEIGHT = 0.2, 512, 256


@dataclass(frozen=True)
class Layout:
    """Describe a family of layouts."""

    kind: str
    draw: Callable[[Sheet], None]
    aspect: tuple[float, float]  # height by width, from and to
    digit: tuple[float, float]  # height of a digit by the width of the sheet, from and to
    languages: tuple[str, ...] = LANGUAGES
    currencies: tuple[str, ...] = ()  # ISO 4217; empty: those of the language
    held_out: bool = False
    takes_words: bool = True  # whether it has lines for the amount in words

    @property
    def name(self) -> str:
        """Return the name of the family."""
        return self.draw.__name__


_SLIP, _WIDE, _PAGE, _TALL = (0.4, 0.52), (0.45, 0.7), (1.1, 1.5), (1.3, 2.0)
_CHEQUE_DIGIT, _SLIP_DIGIT, _PAGE_DIGIT, _TALL_DIGIT = (0.025, 0.042), (0.026, 0.04), (0.02, 0.034), (0.035, 0.055)
LAYOUTS = (
    Layout("cheque", document_cheques.american, _SLIP, _CHEQUE_DIGIT, ("en",)),
    Layout("cheque", document_cheques.indian, _SLIP, _CHEQUE_DIGIT, ("en_IN",)),
    Layout("cheque", document_other_cheques.french, _SLIP, _CHEQUE_DIGIT, ("fr",)),
    Layout("cheque", document_cheques.british, _SLIP, _CHEQUE_DIGIT, ("en", "en_IN", "fr")),
    Layout("cheque", document_cheques.bilingual, _SLIP, _CHEQUE_DIGIT, ("en", "fr"), ("SAR", "QAR", "TND", "MAD")),
    Layout("cheque", document_other_cheques.german, _SLIP, _CHEQUE_DIGIT, ("de", "es", "it")),
    Layout("cheque", document_other_cheques.brazilian, _SLIP, _CHEQUE_DIGIT, ("pt", "es")),
    Layout("cheque", document_cheques.counterfoil, (0.33, 0.44), (0.022, 0.034), ("en", "en_IN", "fr")),
    Layout("cheque", document_cheques.mixed, _SLIP, _CHEQUE_DIGIT),
    Layout("cheque", document_other_cheques.italian, _SLIP, _CHEQUE_DIGIT, ("it", "es", "pt"), held_out=True),
    Layout("cheque", document_other_cheques.postal, _SLIP, _CHEQUE_DIGIT, LANGUAGES, held_out=True),
    Layout("deposit slip", document_slips.cash_slip, _WIDE, _SLIP_DIGIT),
    Layout("deposit slip", document_slips.denominations, _WIDE, _SLIP_DIGIT, takes_words=False),
    Layout("deposit slip", document_slips.credit_slip, _SLIP, _SLIP_DIGIT),
    Layout("deposit slip", document_slips.comb_slip, _WIDE, _SLIP_DIGIT),
    Layout("deposit slip", document_slips.teller_slip, _WIDE, _SLIP_DIGIT, held_out=True),
    Layout("donation slip", document_slips.gift_card, (0.5, 0.9), _SLIP_DIGIT),
    Layout("donation slip", document_slips.reply_slip, (0.5, 0.8), _SLIP_DIGIT),
    Layout("donation slip", document_slips.offering, _WIDE, _SLIP_DIGIT, takes_words=False),
    Layout("donation slip", document_slips.pledge, _WIDE, _SLIP_DIGIT, held_out=True),
    Layout("bill", document_bills.invoice, _PAGE, _PAGE_DIGIT),
    Layout("bill", document_bills.cash_memo, _PAGE, (0.026, 0.042), ("en_IN", "en_IN", *LANGUAGES)),
    Layout("bill", document_bills.till_receipt, _TALL, _TALL_DIGIT, takes_words=False),
    Layout("bill", document_bills.note, (0.7, 1.4), (0.026, 0.05), takes_words=False),
    Layout("bill", document_bills.statement, _PAGE, _PAGE_DIGIT),
    Layout("bill", document_other_bills.estimate, _PAGE, _PAGE_DIGIT),
    Layout("bill", document_other_bills.panel, (0.8, 1.4), _PAGE_DIGIT),
    Layout("bill", document_other_bills.order_form, (0.8, 1.4), _PAGE_DIGIT, takes_words=False),
    Layout("bill", document_other_bills.utility_bill, (0.8, 1.3), _PAGE_DIGIT, takes_words=False),
    Layout("bill", document_other_bills.guest_check, _TALL, (0.032, 0.05), takes_words=False),
    Layout("bill", document_bills.work_order, (0.8, 1.3), _PAGE_DIGIT, held_out=True, takes_words=False),
    Layout("form", document_forms.single_column, (0.7, 1.4), (0.022, 0.036)),
    Layout("form", document_forms.two_columns, (0.6, 1.2), (0.02, 0.032)),
    Layout("form", document_forms.cells, (0.6, 1.3), (0.022, 0.034)),
    Layout("form", document_forms.voucher, _WIDE, _SLIP_DIGIT),
    Layout("form", document_forms.transfer, (0.6, 0.8), (0.022, 0.032), takes_words=False),
    Layout("form", document_forms.claim, (0.8, 1.35), _PAGE_DIGIT),
    Layout("form", document_forms.side_labels, (0.7, 1.3), (0.022, 0.034), held_out=True),
    Layout("form", document_forms.receipt_stub, (0.8, 1.3), (0.022, 0.036), held_out=True),
)
WITHOUT_AMOUNT = (
    Layout("letter", document_letters.letter, _PAGE, _PAGE_DIGIT),
    Layout("envelope", document_letters.envelope, _WIDE, (0.03, 0.05)),
)


def fill(
    layout: Layout, hands: Hands, rng: np.random.Generator, held_out: bool = False, disagreeing: float = 0.0
) -> tuple[Sheet, FilledSheet]:
    """Fill in a sheet with an amount.

    Parameters
    ----------
    hands : one of them writes the digits
    held_out : write words in fonts that nothing is trained on
    disagreeing : share of the amounts in words that say another value than the figures

    Raises
    ------
    RuntimeError : the layout leaves no room for the amount in words beside the figures
    """
    texts = _texts(layout, rng)
    currency = layout.currencies[int(rng.integers(len(layout.currencies)))] if layout.currencies else None
    with_words = layout.takes_words and bool(rng.random() < _WORDS_SHARES[layout.kind])
    amount = random_document_amount(texts, rng, with_words, bool(rng.random() < disagreeing), currency)
    for _ in range(_ATTEMPTS):
        sheet = _bare_sheet(layout, texts, amount, hands, rng, held_out)
        layout.draw(sheet)
        filled = sheet.filled()
        if filled is not None:
            return sheet, filled
    raise RuntimeError(
        f"expected {layout.name} to keep the amount in words clear of the figures in one of {_ATTEMPTS} attempts, but "
        "got none; give them more room in the layout"
    )


def fill_without_amount(
    layout: Layout, hands: Hands, rng: np.random.Generator, held_out: bool = False
) -> tuple[Sheet, FilledSheet]:
    """Fill in a sheet but for its amount, or leave it blank; parameters as of `fill`."""
    sheet = _bare_sheet(layout, _texts(layout, rng), None, hands, rng, held_out)
    sheet.is_blank = layout not in WITHOUT_AMOUNT and sheet.chance(_BLANK_SHARE)
    layout.draw(sheet)
    filled = sheet.filled()
    assert filled is not None, "expected no amount in words on a sheet without an amount"
    return sheet, filled


def _texts(layout: Layout, rng: np.random.Generator) -> Texts:
    return Texts(layout.languages[int(rng.integers(len(layout.languages)))], rng)


def _bare_sheet(
    layout: Layout, texts: Texts, amount: DocumentAmount | None, hands: Hands, rng: np.random.Generator, held_out: bool
) -> Sheet:
    """Return a sheet of a size, with who fills it."""
    aspect = rng.uniform(*layout.aspect)
    if aspect < 0.6 and rng.random() < _BANK_SHARE:
        width, height = _BANK_WIDTH, _BANK_HEIGHT
    else:
        longest = np.exp(rng.uniform(np.log(560), np.log(1250 if rng.random() < 0.85 else 2000)))
        width = round(max(480, longest / max(1.0, aspect)))
        height = round(width * aspect)
    size = max(_SMALLEST_DIGIT, width * rng.uniform(*layout.digit))
    hand = hands.choose(rng)
    typeface = typefaces.choose(rng, "é") if isinstance(hand, TypedHand) else None
    scribe = Scribe(hand, hand.style(rng, size), handwriting.random_hand(rng, held_out), typeface)
    return Sheet(width, height, size, texts, scribe, amount, rng)
