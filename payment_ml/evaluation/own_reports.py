"""Summarize how a reader did on a user's own pictures: tables, sentences and captions for people."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from payment_ml.evaluation import risk_control
from payment_ml.evaluation.own_pictures import OwnPicture, OwnPictures
from payment_ml.evaluation.recalibration import Recalibration
from payment_ml.recognition.amount_reader import AmountReader

RISKS = (0.005, 0.01, 0.02)
SHOWN_REASONS = 15
_VARIABLE_PART = re.compile(
    r"'[^']*'|\"[^\"]*\"|-?\b[0-9](?:[0-9.,]*[0-9])?%?"
)  # of a reason: what was read, and numbers


def title(measured: OwnPictures, reader: AmountReader, name: str) -> str:
    """Return what was read, with which version, profile and calibration."""
    profile = f"under the profile {reader.profile.name}" if reader.profile is not None else "without a profile"
    own = reader.own_calibration
    calibration = "the model card's" if own is None else f"the profile's own, of {own.content['created']}"
    total = len(measured.pictures) + len(measured.not_read)
    return f"{name}: {total:,} pictures, version {reader.version.name}, {profile}; calibration: {calibration}"


def counts_table(measured: OwnPictures) -> pd.DataFrame:
    """Return what was right, accepted and wrong, each with its share and the exact 95% interval."""
    counts, read = measured.as_counts(), len(measured.pictures)
    rows = {
        "digits right": (counts["digits_right"], read),
        "value right": (counts["value_right"], counts["value_known"]),
        "accepted": (counts["accepted"], read),
        "wrong among the accepted": (counts["accepted_wrong"], counts["accepted"]),
    }
    return shares_table(rows, "pictures")


def shares_table(rows: Mapping[str, tuple[int, int]], things: str) -> pd.DataFrame:
    """Return counts with their share of a total and its exact 95% interval.

    Parameters
    ----------
    rows : count and total by name
    things : that are counted, in the plural
    """
    columns = [things, "share", "95% interval"]
    return pd.DataFrame({name: _shares(count, total) for name, (count, total) in rows.items()}, index=columns).T


def promise(measured: OwnPictures) -> str:
    """Return in words whether the accepted readings keep the promise."""
    wrong = sum(not picture.right for picture in measured.accepted)
    return judge_promise(measured.risk, wrong, len(measured.accepted), "pictures")


def judge_promise(risk: float, wrong: int, accepted: int, things: str) -> str:
    """Return in words whether the promise is kept by so many wrong ones of so many accepted things, in the plural."""
    promised = f"promised: at most {risk:.1%} of the accepted are wrong"
    if not accepted:
        return f"{promised}; none of these {things} is accepted, so they say nothing about it"
    low, _ = risk_control.clopper_pearson(wrong, accepted)
    bound = risk_control.risk_upper_bound(wrong, accepted)
    if bound <= risk:
        judgement = "kept, with 95% confidence"
    elif low > risk:
        judgement = f"NOT KEPT, beyond chance: do not rely on the decision for such {things}"
    else:
        judgement = f"these {things} are too few to tell whether it is kept"
    return f"{promised}; {wrong:,} of {accepted:,} are, and with 95% confidence at most {bound:.2%}: {judgement}"


def risks_table(measured: OwnPictures, outcomes: Sequence[Recalibration]) -> pd.DataFrame:
    """Return what would be accepted at each risk.

    The first columns count these pictures alone, and promise nothing of others; the last ones have the exact bound.

    Parameters
    ----------
    outcomes : of `recalibrate`, one for each risk
    """
    coverage, risk = measured.risk_coverage()
    rows = []
    for outcome in outcomes:
        below = np.flatnonzero(risk <= outcome.rule.risk)
        share = float(coverage[below[-1]]) if len(below) else 0.0
        wrong = round(float(risk[below[-1]]) * (below[-1] + 1)) if len(below) else 0
        rows.append(
            {
                "risk": f"{outcome.rule.risk:.1%}",
                "accepted here": f"{share:.1%}",
                "wrong here": wrong,
                "accepted with a promise": f"{outcome.rule.accepted / max(1, outcome.rule.total):.1%}",
                "more pictures needed": _needed(outcome),
            }
        )
    return pd.DataFrame(rows).set_index("risk")


def coverage_table(measured: OwnPictures) -> pd.DataFrame:
    """Return the risk-coverage curve at each tenth: the share accepted, and the share of errors among these."""
    coverage, risk = measured.risk_coverage()
    rows = []
    for share in np.arange(1, 11) / 10:
        if len(coverage) and share <= coverage[-1] + 1e-9:
            place = int(np.searchsorted(coverage, share - 1e-9))
            rows.append({"accepted": f"{share:.0%}", "wrong among them": f"{risk[place]:.1%}"})
    return pd.DataFrame(rows, columns=["accepted", "wrong among them"]).set_index("accepted")


def by_digits(measured: OwnPictures) -> pd.DataFrame:
    """Return for each number of written digits: pictures, digits right, value right, accepted, wrong among these."""
    return _grouped(measured, {"digits": [len(picture.row.digits) for picture in measured.pictures]}).sort_index()


def by_reason(measured: OwnPictures) -> pd.DataFrame:
    """Return for each reason for review: pictures, digits right and value right, the most frequent reason first.

    An ellipsis stands for what was read and for numbers, which differ from picture to picture.
    """
    reasons = [kind_of_reason(picture.reading.reason) for picture in measured.pictures]
    table = _grouped(measured, {"reason": reasons}).sort_values("pictures", ascending=False, kind="stable")
    return table[["pictures", "digits right", "value right"]].head(SHOWN_REASONS)


def kind_of_reason(reason: str | None) -> str:
    """Return a reason for review with an ellipsis for what differs from picture to picture; None is an acceptance."""
    return _VARIABLE_PART.sub("…", reason or "accepted")


def beside_card(measured: OwnPictures, metadata: Mapping[str, Any]) -> pd.DataFrame:
    """Return these pictures beside the test pictures of the model card, which the program drew itself.

    Parameters
    ----------
    metadata : content of the version's card.json; results that it lacks are left empty
    """
    counts, read = measured.as_counts(), len(measured.pictures)
    results = metadata.get("pictures", {})
    rule = metadata.get("promises", {}).get("amounts", {})
    card = {
        "pictures": f"{results['pictures']:,}" if results else "",
        "right": f"{results['accuracy']:.1%}" if results else "",
        "accepted": f"{results['accepted'] / results['pictures']:.1%}" if results else "",
        "wrong among the accepted": f"{results['accepted_wrong']:,} of {results['accepted']:,}" if results else "",
        "promised": f"at most {rule['risk']:.1%}" if rule else "",
        "accepted from confidence": f"{rule['threshold']:.2%}" if rule else "",
    }
    threshold = "" if measured.rule is None else f"{measured.rule.threshold:.2%}"
    own = {
        "pictures": f"{read:,}",
        "right": f"{np.mean(measured.right):.1%}" if read else "",
        "accepted": f"{counts['accepted'] / read:.1%}" if read else "",
        "wrong among the accepted": f"{counts['accepted_wrong']:,} of {counts['accepted']:,}",
        "promised": f"at most {measured.risk:.1%}",
        "accepted from confidence": threshold,
    }
    return pd.DataFrame({"these pictures": own, "model card": card})


def mistakes_table(pictures: Sequence[OwnPicture]) -> pd.DataFrame:
    """Return pictures that were misread: file, what is written, what was read, confidence and decision."""
    rows = [
        {
            "file": picture.row.file,
            "written": _written(picture),
            "read": picture.reading.text or "nothing",
            "confidence": f"{picture.reading.confidence:.1%}",
            "decision": picture.reading.decision,
        }
        for picture in pictures
    ]
    return pd.DataFrame(rows, columns=["file", "written", "read", "confidence", "decision"]).set_index("file")


def captions(pictures: Sequence[OwnPicture]) -> list[str]:
    """Return a caption for each picture: what is written, what was read, and the confidence."""
    return [
        f"{_written(picture)} read as {picture.reading.text or 'nothing'}\n{picture.reading.confidence:.1%} confident"
        for picture in pictures
    ]


def left_out(measured: OwnPictures) -> str:
    """Return in words which pictures tell no value, and which were not read; empty where there is none."""
    unknown = sum(picture.row.value is None for picture in measured.pictures)
    sentences = []
    if unknown:
        sentences.append(
            f"{unknown:,} pictures have digits and no value: their digits count instead, and they support no "
            "promise; a column value, or a profile of whole units, says what they are worth"
        )
    if measured.not_read:
        sentences.append(f"{len(measured.not_read):,} rows were not read")
    return "; ".join(sentences)


def _shares(count: int, total: int) -> list[str]:
    if not total:
        return ["0 of 0", "", ""]
    low, high = risk_control.clopper_pearson(count, total)
    return [f"{count:,} of {total:,}", f"{count / total:.1%}", f"{low:.1%} to {high:.1%}"]


def _needed(outcome: Recalibration) -> str:
    if outcome.supported:
        return "none"
    return "no number" if outcome.needed is None else f"about {outcome.needed:,}"


def _grouped(measured: OwnPictures, keys: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return counts for each value of a key."""
    frame = pd.DataFrame(
        {
            **keys,
            "digits right": [picture.digits_right for picture in measured.pictures],
            "value right": [picture.value_right for picture in measured.pictures],
            "accepted": [picture.accepted for picture in measured.pictures],
            "wrong among these": [picture.accepted and not picture.right for picture in measured.pictures],
        }
    )
    groups = frame.groupby(*keys)
    table = groups[["digits right", "value right", "accepted", "wrong among these"]].sum().astype(int)
    table.insert(0, "pictures", groups.size())
    return table


def _written(picture: OwnPicture) -> str:
    """Return what is written: the value, with the digits where the csv tells none."""
    return picture.row.truth if picture.row.value is None else f"{picture.row.value:f}"
