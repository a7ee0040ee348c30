"""Define the label of a correction, and parse what a person typed, or what an archive says, into one."""

import re
from dataclasses import dataclass
from decimal import Decimal

from payment_ml.errors import FeedbackError
from payment_ml.tasks import Task
from payment_ml.text import amounts
from payment_ml.text.profiles import Profile


@dataclass(frozen=True)
class Label:
    """Hold what a picture shows: an amount of money, its digits as they are written, or both; or one digit."""

    text: str  # the value: "1234.56", or a digit; empty where only the digits of an amount are known
    digits: str = ""  # of an amount, all digits in the order written; empty where only the value is known

    def __str__(self) -> str:
        """Return the label for people."""
        return self.text or self.digits

    def is_valid(self, task: str) -> bool:
        """Return True for a label as `parse_typed` and `parse_truth` return it."""
        if task == Task.DIGITS:
            return self.text in tuple("0123456789") and not self.digits
        has_digits = re.fullmatch(r"[0-9]+", self.digits) is not None and len(self.digits) <= amounts.MAX_DIGITS
        return (amounts.value_of_label(self.text) is not None and (has_digits or not self.digits)) or (
            not self.text and has_digits
        )

    def agrees(self, other: "Label") -> bool:
        """Return whether two labels can be of one amount; one may say the value alone, and the other the digits."""
        if self.text and other.text and self.text != other.text:
            return False
        if self.digits and other.digits:
            return self.digits == other.digits
        return bool(set(self.digit_sequences()) & set(other.digit_sequences()))

    def digit_sequences(self) -> list[str]:
        """Return the sequences of digits that an amount with this label may be written with, the plainest first."""
        return [self.digits] if self.digits else digit_sequences(Decimal(self.text))


def digit_sequences(value: Decimal) -> list[str]:
    """Return the digits of the ways to write a value: with cents, without them, and with cents as hundredths."""
    units, cents = f"{abs(value):.2f}".split(".")
    sequences = [units + cents, f"{units}{cents}100"]
    if cents == "00":
        sequences += [units, f"{units}100"]
    if units == "0":
        sequences += [cents, f"{cents}100"]
    return sequences


def parse_typed(task: str, typed: str, profile: Profile | None = None) -> Label:
    """Return the label that a person typed.

    Parameters
    ----------
    task : a value of `Task`
    typed : an amount in any usual spelling, or one digit; a minus before digits, a decimal point and two decimals is a
        sign, though on a form it may be a dash that fills the line
    profile : of the form on which the amount is written; None: nothing is assumed

    Raises
    ------
    FeedbackError : `typed` is no amount, an ambiguous or a doubtful one, or not one digit
    """
    if task == Task.DIGITS:
        if typed.strip() not in set("0123456789"):
            raise FeedbackError(f"expected one digit from 0 to 9, but got {typed.strip()!r}")
        return Label(typed.strip())
    label = typed.strip()
    if label.startswith("-") and amounts.value_of_label(label) is not None:
        return Label(label)
    amount = amounts.parse(typed, profile)
    if amount.reason is not None:
        raise FeedbackError(str(amount.reason))
    return Label(str(amount.value))


def parse_truth(truth: str, value: Decimal | None) -> Label:
    """Return the label of a row of an archive: the digits where they stand alone, and the value where it is known.

    Digits alone say which digits are written, and nothing of cents. An amount with marks says its value, however it is
    written in the picture; one that could mean two amounts says its digits.

    Parameters
    ----------
    truth : what is written, as it was keyed: an amount, or its digits
    value : what it means in money; None where neither the row nor a profile says it

    Raises
    ------
    FeedbackError : `truth` is neither an amount nor digits, or truth and value disagree
    """
    digits = amounts.digits_of(truth)
    is_bare = re.fullmatch(r"[0-9]+(?: [0-9]+)*", truth.strip()) is not None
    readings = amounts.parse(truth).readings
    if not (is_bare or readings) or len(digits) > amounts.MAX_DIGITS:
        raise FeedbackError(f"expected as truth an amount or its digits, but got {truth!r}; correct the row")
    if value is None:
        return Label("", digits)
    if value != round(value, 2) or amounts.value_of_label(f"{value:.2f}") is None:
        raise FeedbackError(f"expected as value an amount in whole cents, but got {value}; correct the row")
    sequences = {sequence.lstrip("0") for sequence in digit_sequences(value)}
    if digits.lstrip("0") not in sequences and abs(value) not in map(abs, readings):
        raise FeedbackError(
            f"expected truth and value of one amount, but got {truth!r} and {value:.2f}; correct the row"
        )
    return Label(f"{value:.2f}", digits if is_bare else "")
