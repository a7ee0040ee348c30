"""Find the amount on a page: look once at every block of text, weigh its text and place, and read the likeliest."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from payment_ml.imaging import line_images, page_images, text_blocks
from payment_ml.imaging.line_images import LineImage
from payment_ml.imaging.page_regions import intersection_over_union
from payment_ml.imaging.text_blocks import Box
from payment_ml.recognition.amount_candidates import Candidate, cut_out, cut_with_margin, log_probability, text_score
from payment_ml.recognition.amount_reader import AmountReader
from payment_ml.text.amounts import digits_of

_MAX_READ = 5  # blocks that are read with all views and crops, the most likely of those that got one look
_HOPELESS = 5.0  # nats by which a block is less likely than the likeliest one, from which on it gets one look alone
_LOOK_WIDTH = 2  # prefixes that the beam search follows at a first look, of which the likeliest text alone counts
_PLAUSIBLE = -2.5  # score from which on a block counts as an amount
_CLEAR = 0.0  # score from which on the page is taken to be upright without a look at it upside down
_LIKELY = -0.7  # score from which on it is taken not to lie on its side
_TURNED = 0.6  # by which a turned page must be better than the page in the likeliest direction
_SURE = 2.0  # nats by which a direction is less likely, from which on it gets no look
# What speaks for and against a place, in nats. They were set by hand, from how forms are laid out; nothing was fitted.
_TO_THE_RIGHT = 0.8  # for the right edge of the page, against the left one
_BOTTOM = -2.0  # in the lowest part of a page of which no network says more: a line for machines may stand there
_BOTTOM_SHARE = 0.85
_PLACE_WEIGHT = 0.7  # of the logarithm of the probability that the network of pages gives to a place
_LEAST_PROBABILITY = 0.01  # of a place, however little the network expects the amount there
_SAME_BLOCK = 0.5  # intersection over union from which on a place of the network and a block are one


@dataclass(frozen=True)
class Look:
    """Hold a block that got one look, and how much speaks for it, in nats."""

    block: Box  # of the ink
    cut: Box  # with a margin
    line: LineImage  # of the cut
    text_score: float  # for its text
    place_score: float  # for its place
    place_probability: float = 1.0  # by the network of pages

    @property
    def score(self) -> float:
        """Return how much speaks for the block altogether."""
        return self.text_score + self.place_score


_View = tuple[int, np.ndarray, list[Look]]  # degrees by which a page is turned, the page, and the looks at its blocks


def find_candidates(amounts: AmountReader, grey: np.ndarray, may_turn: bool) -> tuple[int, list[Candidate]]:
    """Find what may be the amount on a page.

    Parameters
    ----------
    amounts : reads the blocks
    grey : uint8 [height, width], 0 black
    may_turn : False takes the page as it lies

    Returns
    -------
    by how many degrees the page is turned clockwise to be upright; and its candidates, the best first
    """
    others = {90: 0.0, 180: 0.0, 270: 0.0} if may_turn else {}
    turned, _, looks = _best_view(amounts, grey, 0, None, others)
    return turned, _read_candidates(amounts, looks, _PLAUSIBLE)


def likeliest_direction(
    amounts: AmountReader, grey: np.ndarray, shares: np.ndarray, blocks: Sequence[Box]
) -> tuple[int, list[Look]]:
    """Return by how many degrees a page is turned clockwise to be upright, by what can be read on it, and the looks.

    Parameters
    ----------
    amounts, grey : as of `find_candidates`
    shares : of the page's ink that a network sees in each direction, float [4], by quarter turns; one direction with
        seven times as much as another needs no look at that one
    blocks : of text, on the page turned into the likeliest of these directions
    """
    handicaps = {90 * i: float(nats) for i, nats in enumerate(_handicaps(shares))}
    turned, _, looks = _best_view(amounts, grey, 90 * int(shares.argmax()), blocks, handicaps)
    return turned, looks


def is_sure(shares: np.ndarray) -> bool:
    """Return whether the network's shares, as of `likeliest_direction`, decide on the direction without a look."""
    return np.count_nonzero(_handicaps(shares) > _SURE) == len(shares) - 1


def _handicaps(shares: np.ndarray) -> np.ndarray:
    """Return the nats by which each direction is less likely than the likeliest one, float [4]."""
    handicaps: np.ndarray = np.log(shares.max() / shares)
    return handicaps


def _best_view(
    amounts: AmountReader, grey: np.ndarray, first: int, known: Sequence[Box] | None, handicaps: Mapping[int, float]
) -> _View:
    """Return the page in the direction in which it is read best.

    Parameters
    ----------
    first : degrees that are looked at first, the others if need be
    known : blocks of the page turned by so much; None: they are found
    handicaps : nats by which other directions are less likely, by degrees; those that are not named are not looked at
    """
    page = page_images.turn(grey, first // 90)
    blocks = {first: text_blocks.find_ink(page).blocks if known is None else known}  # by degrees
    views = [(first, page, _look_once(amounts, page, blocks[first]))]
    for enough, further in ((_CLEAR, (180,)), (_LIKELY, (90, 270))):
        if max(map(_best_score, views)) >= enough:
            break
        for degrees in ((first + more) % 360 for more in further):
            if handicaps.get(degrees, math.inf) > _SURE:
                continue
            page = page_images.turn(grey, degrees // 90)
            opposite = blocks.get((degrees + 180) % 360)
            blocks[degrees] = (
                text_blocks.find_ink(page).blocks
                if opposite is None
                else text_blocks.turn_upside_down(opposite, page.shape)
            )
            views.append((degrees, page, _look_once(amounts, page, blocks[degrees])))
    least = _best_score(views[0])
    better = [view for view in views[1:] if _best_score(view) >= least + max(_TURNED, handicaps[view[0]])]
    return max(better, key=lambda view: _best_score(view) - handicaps[view[0]], default=views[0])


def weigh_blocks(
    amounts: AmountReader,
    grey: np.ndarray,
    boxes: Sequence[Box],
    place_probability: Callable[[Box], float],
    blocks: Sequence[Box],
    looked: Sequence[Look] | None = None,
) -> list[Candidate]:
    """Return what may be the amount on an upright page, of which a network knows what stands where.

    Parameters
    ----------
    amounts : reads the blocks
    grey : uint8 [height, width], 0 black
    boxes : where the network sees an amount; they are looked at as well as all blocks of text
    place_probability : returns the probability of a box to be the amount to pay
    blocks : of text
    looked : looks at the blocks, if there were some already
    """
    if looked is None:
        looked = _look_once(amounts, grey, blocks)
    added = [box for box in boxes if all(intersection_over_union(box, look.block) < _SAME_BLOCK for look in looked)]
    looks = []
    for look in [*looked, *_look_once(amounts, grey, added)]:
        probability = max(place_probability(look.block), _LEAST_PROBABILITY)
        score = _to_the_right(look.block, grey.shape) + _PLACE_WEIGHT * math.log(probability)
        looks.append(replace(look, place_score=score, place_probability=probability))
    least = _PLAUSIBLE + _PLACE_WEIGHT * math.log(_LEAST_PROBABILITY)
    return _read_candidates(amounts, sorted(looks, key=lambda look: -look.score), least)


def _look_once(amounts: AmountReader, grey: np.ndarray, blocks: Sequence[Box]) -> list[Look]:
    """Return the blocks of a page that may be the amount after one look at each, the likeliest first."""
    cuts = []
    for block in blocks:
        cut = cut_with_margin(block, grey.shape)
        line = line_images.extract_line(cut_out(grey, cut))
        if line is not None:
            cuts.append((block, cut, line))
    scored = []
    recognitions = amounts.recognizer.recognize_once([line for _, _, line in cuts], _LOOK_WIDTH)
    for (block, cut, line), recognition in zip(cuts, recognitions, strict=True):
        best = recognition.hypotheses[0]
        if digits_of(best.text):
            score = text_score(best.text, best.log_probability)
            scored.append(Look(block, cut, line, score, _place_score(block, grey.shape)))
    return sorted(scored, key=lambda look: -look.score)


def _read_candidates(amounts: AmountReader, looks: Sequence[Look], least: float) -> list[Candidate]:
    """Read the likeliest blocks of a page as a person would cut them out, and return the plausible ones, best first.

    Parameters
    ----------
    looks : at its blocks, the likeliest first
    least : score from which on a block is plausible
    """
    worth_reading = [look for look in looks[:_MAX_READ] if look.score > looks[0].score - _HOPELESS]
    candidates = []
    for reading, look in zip(amounts.read_lines([look.line for look in worth_reading]), worth_reading, strict=True):
        score = text_score(reading.written, log_probability(reading)) + look.place_score
        if reading.digits and score >= least:
            candidates.append(Candidate(reading, look.block, look.cut, score, look.place_probability))
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _best_score(view: _View) -> float:
    return view[2][0].score if view[2] else -math.inf


def _place_score(block: Box, shape: Sequence[int]) -> float:
    """Return how much speaks for the place of a block on a page of this shape, in nats, where no network says more."""
    down = (block[1] + block[3]) / 2 / shape[0]
    return _to_the_right(block, shape) + _BOTTOM * (down > _BOTTOM_SHARE)


def _to_the_right(block: Box, shape: Sequence[int]) -> float:
    """Return how much speaks for a block since it stands to the right, in nats."""
    return _TO_THE_RIGHT * ((block[0] + block[2]) / 2 / shape[1] - 1)
