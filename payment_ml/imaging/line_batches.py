"""Stack line images for the network, and count the frames of its output."""

import numpy as np

HEIGHT = 32  # pixels of a line image
FRAME_WIDTH = 4  # pixels of a line image for each frame of the network's output
_WIDTH_MULTIPLE = 16  # pixels; lines are padded to multiples, so that alone or in a batch they are recognised the same


def frame_count(width: int) -> int:
    """Return how many frames the network's output has for a line of `width` pixels."""
    return -(-width // FRAME_WIDTH)


def padded_width(width: int) -> int:
    """Return the width in pixels that `stack_lines` gives a line of `width` pixels on its own."""
    return -(-width // _WIDTH_MULTIPLE) * _WIDTH_MULTIPLE


def stack_lines(lines: list[np.ndarray]) -> np.ndarray:
    """Stack line images in one array, with paper behind the end of each.

    Parameters
    ----------
    lines : uint8 [32, width] each

    Returns
    -------
    uint8 [n, 32, widest], the widest a multiple of 16 pixels
    """
    widest = padded_width(max(line.shape[1] for line in lines))
    stacked = np.zeros((len(lines), HEIGHT, widest), np.uint8)
    for row, line in zip(stacked, lines, strict=True):
        row[:, : line.shape[1]] = line
    return stacked
