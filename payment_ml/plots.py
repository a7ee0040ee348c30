"""Every figure, from plain arrays. Colours are Okabe and Ito's, which colour-blind people tell apart."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
_SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
_MARKERS = ("o", "s", "^", "D", "v", "P")
_WIDTH = 8.0  # inches; 800 pixels at 100 dots an inch


def _figure(rows: int = 1, columns: int = 1, height: float = 4.0, **options) -> tuple[Figure, np.ndarray]:
    figure, axes = plt.subplots(rows, columns, figsize=(_WIDTH, height), layout="constrained", squeeze=False, **options)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes


def balance(counts: dict[str, Sequence[int]]) -> Figure:
    """Share of each label in each split, and the share that an even split would give; `counts` int [10] a split."""
    figure, ((axis,),) = _figure()
    for i, (name, values) in enumerate(counts.items()):
        shares = np.asarray(values) / np.sum(values)
        style = {"color": _SERIES[i % len(_SERIES)], "marker": _MARKERS[i % len(_MARKERS)], "linestyle": "none"}
        axis.plot(np.arange(len(shares)) + 0.12 * (i - (len(counts) - 1) / 2), shares, label=name, **style)
    axis.axhline(0.1, color="grey", linewidth=1, zorder=0)
    axis.annotate("even", (1.0, 0.1), xycoords=("axes fraction", "data"), color="grey", va="center")
    axis.set(xlabel="digit", ylabel="share of the split", xticks=range(10))
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.legend(ncols=len(counts), loc="outside upper center", frameon=False)
    return figure


def digit_grid(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, examples: int = 12) -> Figure:
    """A row of examples for each label, drawn at random; images uint8 [n, 28, 28], labels [n]."""
    rows = []
    for label in np.unique(labels):
        chosen = rng.choice(np.flatnonzero(labels == label), examples, replace=False)
        rows.append(np.hstack(list(images[chosen])))
    figure, ((axis,),) = _figure(height=_WIDTH * len(rows) / examples)
    side = images.shape[1]
    axis.imshow(255 - np.vstack(rows), cmap="gray", vmin=0, vmax=255)
    axis.set(ylabel="label", xticks=[], yticks=side * (np.arange(len(rows)) + 0.5), yticklabels=np.unique(labels))
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure


def captioned(
    pictures: Sequence[np.ndarray], captions: Sequence[str], columns: int = 6, alarming: Sequence[bool] | None = None
) -> Figure:
    """Pictures with a caption each: grey with 0 as paper (uint8 [h, w]) or photographs (uint8 [h, w, 3]).

    `alarming` captions (bool [n]) are printed bold and in vermilion.
    """
    rows = max(1, -(-len(pictures) // columns))
    shape = np.median([picture.shape[0] / picture.shape[1] for picture in pictures]) if len(pictures) else 1.0
    figure, axes = _figure(rows, columns, height=rows * (_WIDTH / columns * shape + 0.45))
    for axis in axes.flat:
        axis.axis("off")
    for i, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        shown = picture if picture.ndim == 3 else 255 - picture
        axes.flat[i].imshow(shown, cmap="gray", vmin=0, vmax=255)
        bad = alarming is not None and alarming[i]
        axes.flat[i].set_title(caption, fontsize=9, color=VERMILION if bad else "black", weight="bold" if bad else None)
    return figure


def learning_curves(curves: dict[str, Sequence[float]], best_epoch: int) -> Figure:
    """Loss (nats) and validation accuracy by epoch, the epoch that was kept marked; `curves` as training gives them.

    Where it learned from corrections, the loss on them is a line of its own: new data beside old.
    """
    figure, ((losses, accuracies),) = _figure(1, 2, height=3.6)
    epochs = np.arange(1, len(curves["loss"]) + 1)
    losses.plot(epochs, curves["loss"], color=BLUE, marker="o", markersize=4, label="training")
    losses.plot(epochs, curves["validation_loss"], color=VERMILION, marker="s", markersize=4, label="validation")
    if "corrections_loss" in curves:
        losses.plot(epochs, curves["corrections_loss"], color=GREEN, marker="^", markersize=4, label="corrections")
    losses.set(xlabel="epoch", ylabel="cross-entropy (nats)", yscale="log")
    losses.legend(frameon=False)
    accuracies.plot(epochs, curves["validation_accuracy"], color=VERMILION, marker="s", markersize=4)
    accuracies.set(xlabel="epoch", ylabel="validation accuracy")
    accuracies.yaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    for axis in (losses, accuracies):
        axis.axvline(best_epoch, color="grey", linewidth=1, zorder=0)
        axis.annotate(
            " kept", (best_epoch, 0.02), xycoords=("data", "axes fraction"), color="grey", ha="right", rotation=90
        )
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def confusion(counts: np.ndarray) -> Figure:
    """Confusion matrix, int [classes, classes]: a row a true digit; mistakes are shaded, right answers only counted."""
    figure, ((axis,),) = _figure(height=6.0)
    mistakes = counts * (1 - np.eye(len(counts), dtype=int))
    picture = axis.imshow(mistakes, cmap="Blues", vmin=0, vmax=max(1, mistakes.max()))
    dark = 0.6 * max(1, mistakes.max())
    for row, column in np.argwhere(counts > 0):
        value, right = counts[row, column], row == column
        axis.annotate(
            str(value), (column, row), ha="center", va="center", fontsize=9, weight="bold" if right else None,
            color="white" if not right and value > dark else "black",
        )  # fmt: skip
    axis.set(xlabel="read as", ylabel="true digit", xticks=range(len(counts)), yticks=range(len(counts)))
    figure.colorbar(picture, label="mistakes (digits)", shrink=0.8).ax.yaxis.set_major_locator(
        MaxNLocator(integer=True)
    )
    return figure


def reliability(diagrams: dict[str, list[dict[str, float]]]) -> Figure:
    """Accuracy against confidence, a panel for each of `diagrams`; the area of a point is its share of the digits."""
    figure, axes = _figure(1, len(diagrams), height=4.2, sharey=True)
    for axis, (title, bins) in zip(axes.flat, diagrams.items(), strict=True):
        axis.plot([0, 1], [0, 1], color="grey", linewidth=1, zorder=0, label="perfectly calibrated")
        confidence, accuracy, share = (
            np.array([each[key] for each in bins]) for key in ("confidence", "accuracy", "share")
        )
        axis.scatter(confidence, accuracy, 20 + 400 * share, color=BLUE, alpha=0.8, edgecolor="white")
        axis.set(title=title, xlabel="confidence", xlim=(0, 1.05), ylim=(0, 1.05))
        axis.xaxis.set_major_formatter(PercentFormatter(1))
    axes[0, 0].set_ylabel("accuracy")
    axes[0, 0].legend(frameon=False, loc="lower right")
    axes[0, 0].yaxis.set_major_formatter(PercentFormatter(1))
    return figure


def where(by_length: pd.DataFrame, by_position: pd.DataFrame, counts: np.ndarray) -> Figure:
    """Share of wrong answers by number of digits, by a digit's place from the left, and by digit.

    Parameters
    ----------
    by_length, by_position : as `findings` gives them
    counts : int [10, 10], true digit and digit read
    """
    figure, ((lengths, positions, digits),) = _figure(1, 3, height=3.4)
    panels = (
        (lengths, by_length.index, 1 - by_length.right, by_length.pictures, "digits in the picture", "pictures wrong"),
        (positions, by_position.index, by_position.share, by_position.digits, "place of the digit", "digits wrong"),
        (
            digits, range(len(counts)), 1 - np.diag(counts) / np.maximum(counts.sum(axis=1), 1), counts.sum(axis=1),
            "digit", "digits wrong",
        ),
    )  # fmt: skip
    for axis, x, shares, totals, label, unit in panels:
        # Bars of one standard error: where few were seen, the share says little.
        shares, totals = np.asarray(shares, float), np.asarray(totals)
        error = np.sqrt(shares * (1 - shares) / np.maximum(totals, 1))
        axis.bar(list(x), shares, color=SKY, yerr=error, error_kw={"ecolor": "grey", "elinewidth": 1})
        axis.set(xlabel=label, ylabel=f"share of {unit}", ylim=(0, max(0.01, 1.15 * float(np.max(shares + error)))))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    return figure


def robustness(table: pd.DataFrame) -> Figure:
    """What is right and what is accepted as one fault grows, a panel a fault; `table` as `examination.robustness`."""
    clean = table[table.fault == "none"].iloc[0]
    faults = [name for name in table.fault.unique() if name != "none"]
    columns = 4
    figure, axes = _figure(-(-len(faults) // columns), columns, height=4.6, sharey=True)
    for axis in axes.flat[len(faults) :]:
        axis.axis("off")
    for axis, name in zip(axes.flat, faults, strict=False):
        rows = table[table.fault == name]
        steps = np.arange(len(rows) + 1)
        for key, colour, marker in (
            ("right", BLUE, "o"),
            ("accepted", ORANGE, "s"),
            ("accepted_wrong", VERMILION, "x"),
        ):
            label = {"right": "right", "accepted": "accepted", "accepted_wrong": "wrong among accepted"}[key]
            axis.plot(steps, [clean[key], *rows[key]], color=colour, marker=marker, markersize=5, label=label)
        axis.set_xticks(steps, ["none", *(f"{each:g}" for each in rows.strength)])
        axis.set(title=name, xlabel=rows.unit.iloc[0], ylim=(0, 1.02))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    axes.flat[0].set_ylabel("share of pictures")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=3, loc="outside upper center", frameon=False)
    return figure


def spelling(levels: np.ndarray, frames: np.ndarray, symbols: Sequence[str], least: float = 0.02) -> Figure:
    """What a network says along a strip: the strip, and under it the probability of each symbol in each frame.

    Parameters
    ----------
    levels : uint8 [height, width], 0 paper
    frames : float [time, symbols], logarithms of probabilities
    symbols : a name for each; those that never reach the probability `least` are left out
    """
    shares = np.exp(frames).T
    rows = [i for i in range(len(shares)) if shares[i].max() >= least]
    figure, ((strip,), (said,)) = _figure(
        2, height=1.2 + 0.26 * len(rows), sharex=True, gridspec_kw={"height_ratios": [1.2, 0.26 * len(rows)]}
    )
    width = levels.shape[1]
    strip.imshow(255 - levels, cmap="gray", vmin=0, vmax=255, aspect="auto", extent=(0, width, levels.shape[0], 0))
    strip.set(ylabel="strip", yticks=[])
    picture = said.imshow(
        shares[rows], cmap="Blues", vmin=0, vmax=1, aspect="auto", extent=(0, width, len(rows) - 0.5, -0.5)
    )
    said.set(xlabel="place along the strip (pixels)", ylabel="symbol", yticks=range(len(rows)))
    said.set_yticklabels([symbols[i] for i in rows])
    figure.colorbar(picture, ax=said, label="probability", pad=0.01)
    return figure


def risk_coverage(
    curves: dict[str, tuple[np.ndarray, np.ndarray]], promised: float, chosen: tuple[float, float] | None = None
) -> Figure:
    """Share of wrong readings among accepted ones, by the share that is accepted.

    Parameters
    ----------
    curves : name of a reader -> coverage and risk, float [n] each
    promised : share of wrong readings that must not be passed
    chosen : coverage and risk at the accept threshold; None when there is no such point
    """
    figure, ((axis,),) = _figure()
    for i, (name, (coverage, risk)) in enumerate(curves.items()):
        axis.plot(coverage, risk, color=_SERIES[i], linestyle=("-", "--", "-.", ":")[i % 4], label=name)
    axis.axhline(promised, color="grey", linewidth=1, zorder=0)
    axis.annotate(f"promised: at most {promised:.1%}", (0.01, promised), color="grey", va="bottom")
    if chosen is not None:
        axis.plot(*chosen, marker="o", markersize=9, color="black", linestyle="none", label="accept threshold")
    highest = max(float(risk[-1]) for _, risk in curves.values())
    axis.set(xlabel="share accepted (coverage)", ylabel="share wrong among accepted (risk)", xlim=(0, 1))
    axis.set_ylim(0, max(2 * promised, 1.1 * highest))
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.92))
    return figure


def history(versions: pd.DataFrame) -> Figure:
    """Quality, data and run time of version after version, as `history.overview` gives them, oldest first."""
    figure, axes = _figure(4, height=7.5, sharex=True)
    errors, reviews, data, times = axes[:, 0]
    places = np.arange(len(versions))
    promoted = versions["promoted"].to_numpy(bool)
    share, low, high = (versions[name].to_numpy(float) for name in ("wrong", "wrong_low", "wrong_high"))
    errors.errorbar(places, share, [share - low, high - share], color="grey", linestyle="none", capsize=3, zorder=1)
    sent = 1 - versions["accepted"].to_numpy(float)
    for axis, values, highest in ((errors, share, high), (reviews, sent, sent)):
        for chosen, face, label in ((promoted, BLUE, "promoted"), (~promoted, "white", "not promoted")):
            axis.scatter(places[chosen], values[chosen], 45, face, marker="o", edgecolors=BLUE, label=label, zorder=2)
        axis.set_ylim(0, 1.15 * max(highest.max(), 0.001))
        axis.yaxis.set_major_formatter(PercentFormatter(1))
    errors.set(ylabel="test pictures\nread wrong")
    errors.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    reviews.set(ylabel="test pictures\nsent to review")
    data.bar(places, versions["corrections"], 0.6, color=GREEN)
    data.set(ylabel="corrections\nlearned from")
    data.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    minutes = versions[["training_seconds", "run_seconds"]].to_numpy(float) / 60
    times.bar(places, minutes[:, 1], 0.6, color="lightgrey", label="whole run")
    times.bar(places, minutes[:, 0], 0.6, color=PURPLE, label="training")
    times.set(ylabel="minutes", xlabel="version, by the time of its training (UTC)", xticks=places)
    times.set_xticklabels([f"{each:%Y-%m-%d}\n{each:%H:%M}" for each in versions["trained"]], fontsize=8)
    times.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return figure
