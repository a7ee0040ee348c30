"""Verify an amount in figures by the same amount in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Literal

import numpy as np

from payment_ml.imaging import line_batches, word_lines
from payment_ml.networks.inference import Network
from payment_ml.recognition import phrase_search
from payment_ml.recognition.ctc import drop_repeated_blanks
from payment_ml.recognition.phrase_search import BestText, JoinedLines
from payment_ml.text.alphabet import BLANK, collapse
from payment_ml.text.number_words import LANGUAGES, can_spell
from payment_ml.text.phrase_graphs import PhraseGraph, PhraseParser, build_graph
from payment_ml.text.spelled_amounts import LARGEST, amount_phrase, misspelled
from payment_ml.text.word_alphabet import decode_words

Verdict = Literal["agree", "disagree", "unclear"]

# What the figures most likely say is so many times as likely, before the words are read, as any one other amount:
# figures are most often read right. With ten times as many, decoys of one other digit agreed
# (docs/decisions/documents.md).
_PRIOR_ODDS = 100.0
_SURE, _EXCLUDED = 0.8, 0.05  # probabilities from which on, and up to which, a value is what the words say
_NAMED = 0.5  # probability from which on an amount is named against a value
_LEAST_REST = 1e-12  # likelihood of all other amounts, at least
_LEGIBLE = 2.0  # nats for each letter that the likeliest amount may be less likely than the likeliest letters
_CERTAIN_BLANK = 0.99  # probability of a blank, several of which in a row count as one: a fifth of the frames less
_LEAST_SHARE = 0.4  # of the letters of the free transcription that the best amount has: the others are print, or names


@dataclass(frozen=True)
class WordsReading:
    """Hold what a line or two of words say."""

    transcription: str  # letter by letter, whether or not it is an amount
    amount_text: str  # the likeliest amount in words
    value: Decimal | None  # that it is worth; None where there is none below `LARGEST`
    probabilities: dict[Decimal, float]  # that the words say an amount: what the figures may well say, and `value`
    legible: bool  # the words are an amount at all, rather than something else or scribbles
    lines: tuple[int, ...] = ()  # numbers of those that were given in which the amount stands

    @property
    def has_figures(self) -> bool:
        """Return whether a part of the amount is written in figures, such as 39/100."""
        return any(character.isdigit() for character in self.amount_text)

    def verdict(self, value: Decimal) -> Verdict:
        """Return whether the words say a value.

        Parameters
        ----------
        value : one of the candidates, such as what the figures most likely say

        Returns
        -------
        "agree": the value is much likelier than all other amounts together; "disagree": the words say another amount,
        which is `value` of the reading; "unclear": neither is sure
        """
        probability = self.probabilities.get(value, 0.0)
        if not self.legible:
            return "unclear"
        if probability >= _SURE:
            return "agree"
        named = 0.0 if self.value is None else self.probabilities[self.value]
        return "disagree" if probability <= _EXCLUDED and named >= _NAMED else "unclear"


class WordVerifier:
    """Read amounts in words, and compare them with amounts in figures.

    Parameters
    ----------
    network : of the task `words`: uint8 [n, 32, width] -> float32 [n, frames, labels + 1], logarithms
    """

    def __init__(self, network: Network):
        self._network = network

    @staticmethod
    def prepare(languages: Sequence[str] | None = None) -> None:
        """Build the graph of the languages, which the first document would otherwise wait for: a second for all.

        The first document in one of several languages still waits for what this language needs, a third of a second.

        Parameters
        ----------
        languages : as of `read`
        """
        known = _known(languages)
        if len(known) > 1:
            _every_language(known)
        elif known:
            _every_amount(known[0])

    @staticmethod
    def can_read(languages: Sequence[str] | None) -> bool:
        """Return whether amounts are spelled in any of these languages; parameters as of `read`."""
        return bool(_known(languages))

    def read(
        self,
        lines: Sequence[np.ndarray],
        candidates: Mapping[Decimal, float],
        languages: Sequence[str] | None = None,
        sure: Sequence[bool] | None = None,
    ) -> WordsReading | None:
        """Read the words of an amount.

        Parameters
        ----------
        lines : cut-outs of the lines in reading order, uint8 [height, width] each, grey levels
        candidates : amounts that the figures may say, and how likely each is against the likeliest one, in (0, 1];
            one of 0.01 or less is no more likely than any amount, and compared only if the words say it most likely
        languages : in which the words may be, or locales; None: any that `text.number_words` knows
        sure : which lines surely are of the amount; the others may be a name, or print. None: all of them

        Returns
        -------
        None where none of the cut-outs shows any ink, or amounts are spelled in none of the languages.
        """
        known_languages = _known(languages)
        if not known_languages:
            return None
        recognized = zip(map(self._recognize, lines), sure or [True] * len(lines), strict=True)
        inked = [(number, output, known) for number, (output, known) in enumerate(recognized) if output is not None]
        outputs = [output for _, output, _ in inked]
        sure_lines = [i for i, (_, _, known) in enumerate(inked) if known]
        if not sure_lines:
            return None
        language = _choose_language([outputs[line] for line in sure_lines], known_languages)
        every, parser = _every_amount(language)
        joined = phrase_search.join_lines(outputs)
        best = phrase_search.best_text(joined, every)
        sums = parser.sums(best.text)
        found = Decimal(min(sums)) / 100 if sums else None
        (any_amount,) = phrase_search.log_likelihoods(joined, every)
        # What the figures hardly allow is no more likely than any amount, and only compared where the words say it.
        likely = [value for value, share in candidates.items() if _PRIOR_ODDS * share > 1]
        spelled = [value for value in likely if 0 <= value <= LARGEST and value == round(value, 2)]
        compared = list(dict.fromkeys(spelled if found is None else [*spelled, found]))
        odds = np.array([max(1.0, _PRIOR_ODDS * candidates.get(value, 0.0)) for value in compared])
        probabilities = _posterior(_log_likelihoods(joined, language, compared) - any_amount, odds)
        return WordsReading(
            transcription=" ".join(_transcribe(outputs[line]) for line in best.lines or sure_lines).strip(),
            amount_text=best.text,
            value=found,
            probabilities=dict(zip(compared, probabilities, strict=True)),
            legible=bool(set(best.lines) & set(sure_lines)) and _is_legible(joined, best),
            lines=tuple(inked[line][0] for line in best.lines),
        )

    def _recognize(self, grey: np.ndarray) -> np.ndarray | None:
        """Return the network's output for a line, float32 [frames that matter, labels + 1]; None without ink."""
        line = word_lines.extract_words(grey)
        if line is None:
            return None
        output = self._network(line_batches.stack_lines([line.pixels]))[0]
        output = output[: line_batches.frame_count(line.pixels.shape[1])]
        return np.asarray(output[drop_repeated_blanks(output, _CERTAIN_BLANK)])


def _known(languages: Sequence[str] | None) -> tuple[str, ...]:
    return LANGUAGES if languages is None else tuple(language for language in languages if can_spell(language))


def _posterior(shares: np.ndarray, odds: np.ndarray) -> list[float]:
    """Return the probability of each amount; what is missing to 1 is that of all others.

    Parameters
    ----------
    shares : float64 [amounts], logarithms of likelihoods as shares of that of all amounts
    odds : float64 [amounts], by which each is more likely than any other amount before the words are read
    """
    likely = np.exp(np.minimum(shares, 0.0))
    rest = max(1.0 - float(likely.sum()), _LEAST_REST)
    weighted = likely * odds
    return [float(probability) for probability in weighted / (float(weighted.sum()) + rest)]


def _transcribe(output: np.ndarray) -> str:
    labels = collapse(output.argmax(axis=1).tolist())
    return decode_words([label for label in labels if label != BLANK])


def _choose_language(outputs: Sequence[np.ndarray], languages: tuple[str, ...]) -> str:
    """Return the language in which lines are likeliest an amount."""
    if len(languages) == 1:
        return languages[0]
    joined = phrase_search.join_lines(outputs)
    return languages[int(phrase_search.log_likelihoods(joined, _every_language(languages)).argmax())]


def _is_legible(joined: JoinedLines, best: BestText) -> bool:
    """Return whether the likeliest amount is about what the network sees in its lines."""
    loss = float(np.log(joined.probabilities.max(axis=1))[best.is_text].sum()) - best.log_probability
    seen = sum(joined.letters[line] for line in best.lines)
    letters = len(best.text.replace(" ", ""))
    return letters >= _LEAST_SHARE * seen > 0 and loss < _LEGIBLE * letters


def _log_likelihoods(joined: JoinedLines, language: str, values: Sequence[Decimal]) -> np.ndarray:
    """Return the log-probability of each amount, float64 [values]; there may be none."""
    if not values:
        return np.zeros(0)
    graph = build_graph([amount_phrase(language, value) for value in values], misspelled)
    return phrase_search.log_likelihoods(joined, graph)


@cache
def _every_language(languages: tuple[str, ...]) -> PhraseGraph:
    """Return the graph of all amounts, with a phrase for each language."""
    return build_graph([amount_phrase(language) for language in languages], misspelled)


@cache
def _every_amount(language: str) -> tuple[PhraseGraph, PhraseParser]:
    phrase = amount_phrase(language)
    return build_graph([phrase], misspelled), PhraseParser(phrase, misspelled)
