"""Allographs: every digit has the shapes that people write, and every form of a shape has the same structure."""

import pytest

from payment_ml.synthesis import allographs

TABLE = """7 crossed 4 plain
    0,94 60,97* 24,0 | 10,46 64,52
    4,97 56,96* 20,-4 | 6,50 58,50
"""


@pytest.mark.parametrize("digits", [*"0123456789", "00", "000"])
def test_every_digit_and_the_joined_zeros_have_several_allographs(digits):
    """A reader meets more than one way of writing anything."""
    names = [shape.name for shape in allographs.load() if shape.digits == digits]
    assert len(names) >= 5
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("digit", "0123456789")
def test_every_digit_has_a_plain_allograph(digit):
    """Schools teach at least one way of writing each digit."""
    assert any(shape.plain for shape in allographs.load() if shape.digits == digit)


@pytest.mark.parametrize("shape", allographs.load(), ids=lambda shape: f"{shape.digits}-{shape.name}")
def test_an_allograph_stands_on_its_line_in_several_forms(shape):
    """Writers vary between two forms at least; none is far higher or deeper than a digit."""
    assert len(shape.forms) >= 2
    assert shape.weight > 0
    for form in shape.forms:
        heights = [y for stroke in form for _, y, _ in stroke]
        assert 0.5 <= max(heights) <= 1.15
        assert -0.4 <= min(heights) <= 0.35


def test_parse_reads_strokes_points_and_corners():
    """The text of a table says all there is to know."""
    (shape,) = allographs.parse(TABLE)
    assert (shape.digits, shape.name, shape.weight, shape.plain) == ("7", "crossed", 4, True)
    assert shape.forms[1] == (((0.04, 0.97, False), (0.56, 0.96, True), (0.2, -0.04, False)),) + (
        ((0.06, 0.5, False), (0.58, 0.5, False)),
    )


@pytest.mark.parametrize("wrong", ["60,97 24,0", "60,97* 24,0 0,0"], ids=["another corner", "another point"])
def test_parse_refuses_forms_of_different_structure(wrong):
    """Between such forms there is nothing to write."""
    with pytest.raises(ValueError, match="expected forms of one structure for 7 crossed, but got 2"):
        allographs.parse(TABLE.replace("60,97* 24,0", wrong))


def test_joined_zeros_repeat_their_unit_at_even_distances():
    """Three joined zeros are as high as two, and wider by one unit."""
    by_name = {(shape.digits, shape.name): shape for shape in allographs.load()}
    two, three = (by_name[digits, "top-wave"].forms[0][0] for digits in ("00", "000"))
    assert len(three) - len(two) == 9
    assert max(x for x, _, _ in three) - max(x for x, _, _ in two) == pytest.approx(0.76)
    assert max(y for _, y, _ in three) == max(y for _, y, _ in two)
