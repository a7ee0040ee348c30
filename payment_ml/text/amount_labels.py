"""Tell by the label that stands before a number whether it is the amount to pay, a part of it, or something else."""

from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import StrEnum

from payment_ml.text.word_alphabet import normalize_words

_SIMILAR = (
    0.75  # from which on two texts are one, in spite of letters that were misread: Ratcliff and Obershelp's share
)
_SHORT = 4  # letters of a phrase, up to which none may be misread: another one is another word
_INCLUDED = ("incl", "inkl", "includ", "compris", "ttc")  # begin words that make a tax a part of a total
_LONGER = 0.1  # by which a phrase may be less similar than another that is a part of it: a subtotal is no total


class Meaning(StrEnum):
    """Say what a label says of the number behind it."""

    TOTAL = "total"  # the amount to pay, which is the sum of others
    AMOUNT = "amount"  # an amount
    OTHER = "other"  # a part of the total, such as a tax, or no amount at all


# By meaning, in English, French, German, Spanish, Portuguese and Italian.
_PHRASES = {
    Meaning.TOTAL: (
        "total", "grand total", "g total", "total due", "total amount", "total payable", "amount due", "balance due",
        "net amount", "net payable", "amount payable", "please pay", "to pay", "pay this amount",
        "a payer", "net a payer", "total a payer", "total ttc", "montant du", "montant total",
        "gesamt", "gesamtbetrag", "gesamtsumme", "summe", "endbetrag", "rechnungsbetrag", "zahlbetrag", "zu zahlen",
        "a pagar", "total a pagar", "importe total", "total factura", "total general", "suma",
        "valor total", "valor a pagar", "total geral",
        "totale", "da pagare", "totale da pagare", "netto a pagare", "totale fattura", "totale generale",
        "importo totale",
    ),
    Meaning.AMOUNT: (
        "amount", "amount in figures", "sum", "sum of", "montant", "somme", "betrag", "importe", "monto", "valor",
        "quantia", "importo",
    ),
    Meaning.OTHER: (
        "subtotal", "sub total", "goods total", "tax", "sales tax", "vat", "gst", "service charge", "discount",
        "less discount", "deposit paid", "paid", "quantity", "date", "number", "account", "telephone", "phone", "tel",
        "sous total", "total ht", "total hors taxes", "tva", "remise", "rabais", "acompte", "quantite", "numero",
        "compte",
        "zwischensumme", "netto", "summe netto", "mwst", "ust", "mehrwertsteuer", "rabatt", "anzahlung", "menge",
        "datum", "nummer", "konto", "telefon",
        "base imponible", "iva", "descuento", "a cuenta", "fecha", "cuenta", "telefono",
        "desconto", "imposto", "quantidade", "soma", "data", "conta", "telefone",
        "imponibile", "sconto", "acconto", "quantita", "conto", "subtotale",
    ),
}  # fmt: skip
_MEANINGS = {phrase: meaning for meaning, phrases in _PHRASES.items() for phrase in phrases}


def find_meaning(label: str) -> Meaning | None:
    """Return what a label says, be it misread in part or among other words; None where it says none of these.

    Parameters
    ----------
    label : as read or printed; capitals, accents and marks do not matter
    """
    words = normalize_words(label).split()
    likely = [(similarity, phrase) for phrase in _MEANINGS if (similarity := _similarity(words, phrase)) is not None]
    if any(word.startswith(_INCLUDED) for word in words):
        likely = [(similarity, phrase) for similarity, phrase in likely if _MEANINGS[phrase] is not Meaning.OTHER]
    if not likely:
        return None
    best, named = max(likely, key=lambda pair: (pair[0], _MEANINGS[pair[1]] is Meaning.OTHER, len(pair[1])))
    longer = [phrase for similarity, phrase in likely if named in phrase and similarity >= best - _LONGER]
    return _MEANINGS[max(longer, key=len)]


def _similarity(words: Sequence[str], phrase: str) -> float | None:
    """Return how similar the words of a label that are most like a phrase are to it; None where none are."""
    count = phrase.count(" ") + 1
    windows = (" ".join(words[first : first + count]) for first in range(len(words) - count + 1))
    similarity = max((SequenceMatcher(None, window, phrase).ratio() for window in windows), default=0.0)
    return similarity if similarity >= (_SIMILAR if len(phrase) > _SHORT else 1) else None
