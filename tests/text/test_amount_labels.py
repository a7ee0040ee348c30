"""Tests of `payment_ml.text.amount_labels`."""

import pytest

from payment_ml.text.amount_labels import Meaning, find_meaning


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("TOTAL", Meaning.TOTAL),
        ("Grand total:", Meaning.TOTAL),
        ("Net à payer", Meaning.TOTAL),
        ("NETTO A PAGARE EUR", Meaning.TOTAL),
        ("Rechnungsbetrag", Meaning.TOTAL),
        ("Total TTC", Meaning.TOTAL),
        ("otal a pagar", Meaning.TOTAL),
        ("net a paver", Meaning.TOTAL),
        ("samtbetrag", Meaning.TOTAL),
        ("Amount claimed", Meaning.AMOUNT),
        ("Importe solicitado", Meaning.AMOUNT),
        ("Subtotal", Meaning.OTHER),
        ("Sous-total", Meaning.OTHER),
        ("Total H.T.", Meaning.OTHER),
        ("MwSt. 19 %", Meaning.OTHER),
        ("Total tax", Meaning.OTHER),
        ("IVA total", Meaning.OTHER),
        ("Total incl. VAT", Meaning.TOTAL),
        ("Summe inkl. MwSt.", Meaning.TOTAL),
        ("Date of issue", Meaning.OTHER),
        ("Account no.", Meaning.OTHER),
        ("Steel rod", None),
        ("Pain", None),
        ("", None),
        ("7", None),
    ],
)
def test_a_label_says_what_the_number_behind_it_is(label, meaning):
    """As printed or misread a little; a subtotal and a total without tax are no totals."""
    assert find_meaning(label) is meaning
