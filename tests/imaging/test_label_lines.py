"""Tests of `payment_ml.imaging.label_lines`."""

from payment_ml.imaging.label_lines import find_label

NUMBER = (400, 100, 480, 120)
LETTERS = [(left, 100, left + 10, 116) for left in range(200, 272, 12)]


def test_the_nearest_text_to_the_left_is_the_label():
    """Not what stands further to the left, above or below, and not a currency sign in front of the number."""
    sign = (380, 101, 392, 119)
    farther = [(left, 100, left + 10, 116) for left in range(20, 100, 12)]
    below = [(left, 130, left + 10, 146) for left in range(300, 370, 12)]
    assert find_label(NUMBER, [*farther, *LETTERS, sign, *below]) == (200, 100, 270, 116)


def test_text_in_another_line_or_too_far_away_is_no_label():
    """Then the paper beside the number is, as far as a label may stand away: 30 of its heights."""
    number = (1000, 100, 1080, 120)
    lower = [(left, 115, left + 10, 131) for left in range(800, 870, 12)]
    far = [(left, 100, left + 10, 116) for left in range(300, 380, 12)]
    assert find_label(number, [*far, *lower]) == (400, 100, 994, 120)


def test_text_to_the_right_is_no_label():
    """And neither is the number itself; the paper is what may show a label that is too faint to be ink."""
    behind = [(left, 100, left + 10, 116) for left in range(500, 572, 12)]
    digits = [(left, 100, left + 18, 120) for left in range(400, 480, 20)]
    assert find_label(NUMBER, [*digits, *behind]) == (0, 100, 394, 120)


def test_a_number_at_the_left_edge_has_no_label():
    """There is no paper beside it."""
    assert find_label((10, 100, 90, 120), []) is None
