"""Draw figures from plain arrays, in Okabe and Ito's colours, which colour-blind people can tell apart."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator, PercentFormatter

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P")
_WIDTH = 8.0  # inches; 800 pixels at 100 dots an inch


def balance(counts: Mapping[str, Sequence[int]]) -> Figure:
    """Draw the share of each label in each split; `counts` holds the number of digits of each label, int [10]."""
    figure, ((axis,),) = new_figure()
    for i, (name, values) in enumerate(counts.items()):
        shares = np.asarray(values) / np.sum(values)
        style = {"color": SERIES[i % len(SERIES)], "marker": MARKERS[i % len(MARKERS)], "linestyle": "none"}
        axis.plot(np.arange(len(shares)) + 0.12 * (i - (len(counts) - 1) / 2), shares, label=name, **style)
    axis.axhline(0.1, color="grey", linewidth=1, zorder=0)
    axis.annotate("even", (1.0, 0.1), xycoords=("axes fraction", "data"), color="grey", va="center")
    axis.set(xlabel="digit", ylabel="share of the split", xticks=range(10))
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.legend(ncols=len(counts), loc="outside upper center", frameon=False)
    return figure


def digit_grid(images: np.ndarray, labels: np.ndarray, rng: np.random.Generator, examples: int = 12) -> Figure:
    """Draw a row of random examples of each label.

    Parameters
    ----------
    images : uint8 [n, 28, 28], 0 paper
    labels : integer [n]
    rng : chooses the examples
    examples : number in a row; each label must have as many
    """
    rows = []
    for label in np.unique(labels):
        chosen = rng.choice(np.flatnonzero(labels == label), examples, replace=False)
        rows.append(np.hstack(list(images[chosen])))
    figure, ((axis,),) = new_figure(height=_WIDTH * len(rows) / examples)
    side = images.shape[1]
    axis.imshow(255 - np.vstack(rows), cmap="gray", vmin=0, vmax=255)
    axis.set(ylabel="label", xticks=[], yticks=side * (np.arange(len(rows)) + 0.5), yticklabels=np.unique(labels))
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return figure


def captioned(
    images: Sequence[np.ndarray], captions: Sequence[str], columns: int = 6, alarming: Sequence[bool] | None = None
) -> Figure:
    """Draw images with a caption each.

    Parameters
    ----------
    images : uint8 [height, width] with 0 as paper, or [height, width, 3], sRGB
    captions : one for each image
    columns : number of images in a row
    alarming : bool [n], captions to print bold and in vermilion; None: none of them
    """
    rows = max(1, -(-len(images) // columns))
    aspect = np.median([image.shape[0] / image.shape[1] for image in images]) if len(images) else 1.0
    lines = max((caption.count("\n") + 1 for caption in captions), default=1)
    figure, axes = new_figure(rows, columns, height=rows * (_WIDTH / columns * aspect + 0.17 * lines + 0.15))
    for axis in axes.flat:
        axis.axis("off")
        for side in (axis.xaxis, axis.yaxis):
            side.set_visible(False)  # else the layout measures the ticks of hundreds of axes that nobody sees
    for i, (image, caption) in enumerate(zip(images, captions, strict=True)):
        axes.flat[i].imshow(image if image.ndim == 3 else 255 - image, cmap="gray", vmin=0, vmax=255)
        is_alarming = alarming is not None and alarming[i]
        style = {"color": VERMILION, "weight": "bold"} if is_alarming else {"color": "black"}
        axes.flat[i].set_title(caption, fontsize=9, **style)
    return figure


def framed(
    images: Sequence[np.ndarray],
    frames: Sequence[Mapping[str, Sequence[tuple[float, float, float, float]]]],
    captions: Sequence[str],
    columns: int = 2,
) -> Figure:
    """Draw images with frames in them, and a caption each.

    Parameters
    ----------
    images : uint8 [height, width] in grey levels
    frames : for each image, name -> boxes (left, top, right, bottom) in pixels; a name has one colour in all images
    captions : one for each image
    columns : number of images in a row
    """
    figure = captioned([np.repeat(image[:, :, None], 3, axis=2) for image in images], captions, columns)
    colours = {
        name: SERIES[i % len(SERIES)] for i, name in enumerate(dict.fromkeys(n for named in frames for n in named))
    }
    for axis, named in zip(figure.axes, frames, strict=False):
        for name, boxes in named.items():
            for left, top, right, bottom in boxes:
                axis.add_patch(
                    Rectangle(
                        (left, top), right - left, bottom - top, fill=False, edgecolor=colours[name], linewidth=1.5
                    )
                )
    figure.legend(
        [Patch(fill=False, edgecolor=colour) for colour in colours.values()],
        list(colours),
        ncols=len(colours) or 1,
        loc="outside lower center",
        frameon=False,
    )
    return figure


def learning_curves(curves: Mapping[str, Sequence[float]], best_epoch: int) -> Figure:
    """Draw loss and validation accuracy by epoch, and mark the best epoch.

    Parameters
    ----------
    curves : loss, validation_loss (nats) and validation_accuracy, a value for each epoch; and corrections_loss, where
        the network learned from corrections
    best_epoch : the epoch whose weights were kept, from 1
    """
    figure, ((losses, accuracies),) = new_figure(1, 2, height=3.6)
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
            " best epoch", (best_epoch, 0.02), xycoords=("data", "axes fraction"), color="grey", ha="right", rotation=90
        )
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def confusion(counts: np.ndarray) -> Figure:
    """Draw a confusion matrix, int [classes, classes], with labels as rows; only errors are shaded."""
    figure, ((axis,),) = new_figure(height=6.0)
    errors = counts * (1 - np.eye(len(counts), dtype=int))
    most = max(1, errors.max())
    shading = axis.imshow(errors, cmap="Blues", vmin=0, vmax=most)
    for row, column in np.argwhere(counts > 0):
        is_correct, on_dark = row == column, errors[row, column] > 0.6 * most
        axis.annotate(
            str(counts[row, column]), (column, row), ha="center", va="center", fontsize=9,
            weight="bold" if is_correct else None, color="white" if on_dark else "black",
        )  # fmt: skip
    axis.set(xlabel="prediction", ylabel="label", xticks=range(len(counts)), yticks=range(len(counts)))
    colorbar = figure.colorbar(shading, label="errors (digits)", shrink=0.8)
    colorbar.ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def reliability(diagrams: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """Draw reliability diagrams, a panel each, from the points that `calibration.calibration_bins` returns.

    The area of a point is its share of the readings.
    """
    figure, axes = new_figure(1, len(diagrams), height=4.2, sharey=True)
    for axis, (title, points) in zip(axes.flat, diagrams.items(), strict=True):
        axis.plot([0, 1], [0, 1], color="grey", linewidth=1, zorder=0, label="perfectly calibrated")
        confidence, accuracy, share = (
            np.array([point[key] for point in points]) for key in ("confidence", "accuracy", "share")
        )
        axis.scatter(confidence, accuracy, 20 + 400 * share, color=BLUE, alpha=0.8, edgecolor="white")
        axis.set(xlabel="confidence", xlim=(-0.03, 1.05), ylim=(-0.03, 1.05))
        axis.set_title(title, fontsize=11)
        axis.xaxis.set_major_formatter(PercentFormatter(1))
    axes[0, 0].set_ylabel("accuracy")
    axes[0, 0].legend(frameon=False, loc="lower right")
    axes[0, 0].yaxis.set_major_formatter(PercentFormatter(1))
    return figure


def error_rates(by_length: pd.DataFrame, by_position: pd.DataFrame, counts: np.ndarray) -> Figure:
    """Draw the error rate by number of digits, by position of a digit from the left, and by digit.

    Bars of one standard error show how little a rate says where there are few samples.

    Parameters
    ----------
    by_length, by_position : as `reports.accuracy_by_length` and `reports.errors_by_position` return them
    counts : int [10, 10]; the row is the label, the column the prediction
    """
    figure, axes = new_figure(1, 3, height=3.4)
    digits = counts.sum(axis=1)
    panels = (
        (by_length.index, 1 - by_length.accuracy, by_length.samples, "digits in the image", "images"),
        (by_position.index, by_position.error_rate, by_position.digits, "position of the digit", "digits"),
        (range(len(counts)), 1 - np.diag(counts) / np.maximum(digits, 1), digits, "digit", "digits"),
    )
    for axis, (x, shares, totals, label, unit) in zip(axes.flat, panels, strict=True):
        rates = np.asarray(shares, float)
        errors = np.sqrt(rates * (1 - rates) / np.maximum(np.asarray(totals), 1))
        axis.bar(list(x), rates, color=SKY, yerr=errors, error_kw={"ecolor": "grey", "elinewidth": 1})
        axis.set_xlim(min(x, default=0) - 0.8, max(x, default=0) + 0.8)
        highest = float(np.max(rates + errors, initial=0))
        axis.set(xlabel=label, ylabel=f"error rate ({unit})", ylim=(0, max(0.01, 1.15 * highest)))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=10, min_n_ticks=1))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=1))
    return figure


def robustness(table: pd.DataFrame) -> Figure:
    """Draw accuracy and acceptance by severity, a panel for each corruption, from `evaluator.measure_robustness`."""
    uncorrupted = table[table.fault == "none"].iloc[0]
    names = [name for name in table.fault.unique() if name != "none"]
    columns = 4
    figure, axes = new_figure(-(-len(names) // columns), columns, height=4.6, sharey=True)
    for axis in axes.flat[len(names) :]:
        axis.axis("off")
    series = {
        "right": ("correct", BLUE, "o"),
        "accepted": ("accepted", ORANGE, "s"),
        "accepted_wrong": ("errors among accepted", VERMILION, "x"),
    }
    for axis, name in zip(axes.flat, names, strict=False):
        rows = table[table.fault == name]
        steps = np.arange(len(rows) + 1)
        for key, (label, colour, marker) in series.items():
            axis.plot(steps, [uncorrupted[key], *rows[key]], color=colour, marker=marker, markersize=5, label=label)
        axis.set_xticks(steps, ["none", *(f"{severity:g}" for severity in rows.strength)])
        axis.set(title=name, xlabel=rows.unit.iloc[0], ylim=(-0.02, 1.02))
        axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    for row in axes:
        row[0].set_ylabel("share of images")
    handles, labels = axes.flat[0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=3, loc="outside upper center", frameon=False)
    return figure


def spelling(
    pixels: np.ndarray, log_probs: np.ndarray, symbols: Sequence[str], min_probability: float = 0.02
) -> Figure:
    """Draw a line image, and under it the probability of each symbol in each frame.

    Parameters
    ----------
    pixels : uint8 [height, width], 0 paper
    log_probs : float [time, symbols], natural logarithms
    symbols : a name for each; those that never reach `min_probability` are left out
    """
    probabilities = np.exp(log_probs).T
    shown = [i for i in range(len(probabilities)) if probabilities[i].max() >= min_probability]
    height = 0.26 * len(shown)
    figure, ((line_axis,), (symbol_axis,)) = new_figure(
        2, height=1.2 + height, sharex=True, gridspec_kw={"height_ratios": [1.2, height]}
    )
    rows, width = pixels.shape
    line_axis.imshow(255 - pixels, cmap="gray", vmin=0, vmax=255, aspect="auto", extent=(0, width, rows, 0))
    line_axis.set(ylabel="line", yticks=[])
    extent = (0, width, len(shown) - 0.5, -0.5)
    shading = symbol_axis.imshow(probabilities[shown], cmap="Blues", vmin=0, vmax=1, aspect="auto", extent=extent)
    symbol_axis.set(xlabel="position along the line (pixels)", ylabel="symbol", yticks=range(len(shown)))
    symbol_axis.set_yticklabels([symbols[i] for i in shown])
    figure.colorbar(shading, ax=symbol_axis, label="probability", pad=0.01)
    return figure


def risk_coverage(
    curves: Mapping[str, tuple[np.ndarray, np.ndarray]], max_risk: float, chosen: tuple[float, float] | None = None
) -> Figure:
    """Draw risk-coverage curves: the share of errors among accepted readings by the share that is accepted.

    Parameters
    ----------
    curves : name -> coverage and risk, float [n] each, as `risk_control.risk_coverage` returns them
    max_risk : largest permitted risk
    chosen : coverage and risk at the accept threshold; None: the threshold accepts nothing
    """
    figure, ((axis,),) = new_figure()
    for i, (name, (coverage, risk)) in enumerate(curves.items()):
        axis.plot(coverage, risk, color=SERIES[i], linestyle=("-", "--", "-.", ":")[i % 4], label=name)
    axis.axhline(max_risk, color="grey", linewidth=1, zorder=0)
    axis.annotate(f"risk limit: {max_risk:.1%}", (0.01, max_risk), color="grey", va="bottom")
    if chosen is not None:
        axis.plot(*chosen, marker="o", markersize=9, color="black", linestyle="none", label="accept threshold")
    highest = max(float(risk[-1]) for _, risk in curves.values())
    axis.set(xlabel="coverage (share accepted)", ylabel="risk (share of errors among accepted)", xlim=(0, 1))
    axis.set_ylim(0, max(2 * max_risk, 1.1 * highest))
    axis.xaxis.set_major_formatter(PercentFormatter(1))
    axis.yaxis.set_major_formatter(PercentFormatter(1, decimals=2))
    axis.legend(frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.92))
    return figure


def new_figure(rows: int = 1, columns: int = 1, height: float = 4.0, **options: Any) -> tuple[Figure, np.ndarray]:
    """Return a figure of the house's width, and its axes [rows, columns]; `height` in inches."""
    figure, axes = plt.subplots(rows, columns, figsize=(_WIDTH, height), layout="constrained", squeeze=False, **options)
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    return figure, axes
