"""line_sources: rendered amounts and words, and their labels."""

import numpy as np

from payment_ml.datasets.splits import Split
from payment_ml.imaging import word_lines
from payment_ml.text import alphabet
from payment_ml.text.word_alphabet import decode_words
from payment_ml.training import line_generator, line_sources


def test_some_lines_show_no_amount(splits):
    """Their only label is the one for no amount."""
    lines = line_generator.generate_lines(
        line_sources.AmountLines(splits["validation"], distorted_share=0), np.random.default_rng(0), 300
    )
    no_amount = alphabet.encode(alphabet.NO_AMOUNT)
    assert 8 <= sum(labels == no_amount for _, labels in lines) <= 45
    assert all(labels == no_amount or no_amount[0] not in labels for _, labels in lines)


def test_lines_are_written_with_the_digits_of_the_split(splits):
    """A split whose images are all ones gives narrow lines, whatever their labels say."""
    train = splits["train"]
    ones = train.labels == 1
    only_ones = Split(train.images[ones], np.arange(ones.sum(), dtype=np.uint8) % 10, train.indices[ones])
    widths = []
    for split in (only_ones, train):
        lines = line_generator.generate_lines(
            line_sources.AmountLines(split, distorted_share=0), np.random.default_rng(1), 300
        )
        widths.append(np.median([pixels.shape[1] / len(labels) for pixels, labels in lines]))
    assert widths[0] < 0.95 * widths[1]  # simulated writers, who have all digits, write more than MNIST's


def test_words_are_amounts_parts_of_them_and_other_words():
    """Lines fit into the network's input; many say number words, many do not, and few say nothing."""
    lines = line_generator.generate_lines(line_sources.WordLines(), np.random.default_rng(2), 200)
    texts = [decode_words(labels) for _, labels in lines]
    assert all(pixels.shape[0] == 32 and pixels.shape[1] <= word_lines.MAX_WIDTH for pixels, _ in lines)
    numbers = sum(bool({"hundred", "thousand", "mil", "cent"} & set(text.split())) for text in texts)
    assert 50 < numbers < 150
    assert 0 < texts.count("") < 20
    assert any("/100" in text for text in texts)


def test_words_to_validate_on_are_in_other_typefaces():
    """The same random numbers draw other lines, because other hands write them."""
    train, held_out = (
        line_generator.generate_lines(line_sources.WordLines(which), np.random.default_rng(3), 20)
        for which in (False, True)
    )
    assert not {pixels.tobytes() for pixels, _ in train} & {pixels.tobytes() for pixels, _ in held_out}
