"""doubts: what may be a date, an account number or half of an amount goes to a person."""

import pytest
from helpers.set_apart_cents import draw_number

from payment_ml.imaging import line_images
from payment_ml.recognition import doubts
from payment_ml.recognition.readings import Character
from payment_ml.text import amounts
from payment_ml.text.profiles import load_profile


def in_place(text: str, spans) -> list[Character]:
    """Return the characters of a text at places of a picture."""
    return [Character(character, 1.0, left, right, ()) for character, (left, right) in zip(text, spans, strict=True)]


def doubt(glyph_bank, text: str, profile: str | None = None) -> str | None:
    """Return the doubt about a text that is read from a clear picture with as many digits."""
    drawn = draw_number(glyph_bank, "8" * len(text)) if len(text) > 2 else draw_number(glyph_bank, "888")
    line = line_images.extract_line(drawn.image)
    loaded = load_profile(profile)
    return doubts.doubt(amounts.parse(text, loaded), line, in_place(text, drawn.spans[: len(text)]), loaded)


@pytest.mark.parametrize("text", ["24.07", "31.12", "27/06", "12/25", "04-11", "01.01"])
def test_a_day_and_a_month_may_be_a_date(glyph_bank, text):
    """Without a profile nothing says that the field is for amounts."""
    assert "date" in doubt(glyph_bank, text)
    assert doubt(glyph_bank, text, "us-cheque") is None


@pytest.mark.parametrize("text", ["24.99", "32.07", "7.05", "107.12", "24.13", "0.12", "13-99"])
def test_other_amounts_are_no_dates(glyph_bank, text):
    """Neither a day nor a month has such a number."""
    assert doubt(glyph_bank, text) is None


@pytest.mark.parametrize("text", ["4612135", "407667125804"])
def test_a_long_number_without_marks_may_be_an_account(glyph_bank, text):
    """A form with whole units has such amounts; nothing else says so."""
    assert "account" in doubt(glyph_bank, text)
    assert doubt(glyph_bank, text, "integer-cheque") is None


@pytest.mark.parametrize("text", ["461213", "4,612,135", "46121.35"])
def test_shorter_numbers_and_those_with_marks_are_amounts(glyph_bank, text):
    """Nobody writes an account number with a decimal mark."""
    assert doubt(glyph_bank, text) is None


def test_hundredths_alone_may_have_lost_their_units(glyph_bank):
    """Many write xx/100 behind whole units."""
    assert "/100" in doubt(glyph_bank, "87/100", "us-cheque")


@pytest.mark.parametrize(
    ("profile", "values"),
    [(None, ["13.46", "1346.00"]), ("us-cheque", ["13.46"]), ("integer-cheque", ["1346.00"])],
)
def test_evidence_for_cents_leaves_the_values_that_the_profile_allows(glyph_bank, profile, values):
    """Without one both values remain, and the amount goes to review."""
    drawn = draw_number(glyph_bank, "1346", "raised")
    loaded = load_profile(profile)
    line = line_images.extract_line(drawn.image)
    amount, evidence = doubts.with_cents_evidence(
        amounts.parse("1346", loaded), line, in_place("1346", drawn.spans), loaded
    )
    assert "raised" in evidence
    assert [f"{value:.2f}" for value in amount.readings] == values


@pytest.mark.parametrize("text", ["13.46", "1346.-", "1346/-"])
def test_a_mark_or_an_ending_settles_the_cents(glyph_bank, text):
    """The picture is not searched again."""
    drawn = draw_number(glyph_bank, "1" * len(text), "raised")
    line = line_images.extract_line(drawn.image)
    amount = amounts.parse(text)
    assert doubts.with_cents_evidence(amount, line, in_place(text, drawn.spans), None) == (amount, None)


@pytest.mark.parametrize(("gap", "is_doubtful"), [(1.3, False), (1.9, True)])
def test_a_gap_of_more_than_a_digit_and_a_half_may_divide_two_numbers(glyph_bank, gap, is_doubtful):
    """It is measured in heights of a digit, whatever the size of the picture."""
    drawn = draw_number(glyph_bank, "8888")
    line = line_images.extract_line(drawn.image)
    spans = [(0.0, 30.0), (35.0, 65.0), (left := 65.0 + gap * line.digit_height, left + 30), (left + 35, left + 65)]
    found = doubts.doubt(amounts.parse("8888"), line, in_place("8888", spans), None)
    assert (found is not None and "two numbers" in found) == is_doubtful


def test_a_decimal_mark_above_the_middle_means_upside_down(draw):
    """The same amount the right way up has no such doubt."""
    picture = draw("91.68")
    for image, expected in ((picture, None), (picture[::-1, ::-1], "upside down")):
        line = line_images.extract_line(image)
        inked = [x for x in range(image.shape[1]) if (image[:, x] < 140).any()]
        groups = [[inked[0]]]
        for x in inked[1:]:
            if x == groups[-1][-1] + 1:
                groups[-1].append(x)
            else:
                groups.append([x])
        spans = [(group[0], group[-1] + 1) for group in groups]
        text = "91.68" if expected is None else "89.16"
        found = doubts.doubt(amounts.parse(text), line, in_place(text, spans), None)
        assert (found is None) if expected is None else (expected in found)
