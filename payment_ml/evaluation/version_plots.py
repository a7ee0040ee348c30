"""Draw figures that compare versions: over time, by their learning curves, and by metrics with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator, PercentFormatter

from payment_ml import plots

_LINE_STYLES = ("-", "--", ":", "-.")
_MAX_LABEL = 34  # characters of a version's label in a legend or beside an axis


def history(versions: pd.DataFrame) -> Figure:
    """Draw error rate, review rate, corrections and run time of every version that `history.overview` returns."""
    figure, axes = plots.new_figure(4, height=7.5, sharex=True)
    errors, reviews, corrections, times = axes[:, 0]
    x = np.arange(len(versions))
    columns = ("error_rate", "error_rate_low", "error_rate_high")
    rate, low, high = (versions[name].to_numpy(float) for name in columns)
    errors.errorbar(x, rate, [rate - low, high - rate], color="grey", linestyle="none", capsize=3, zorder=1)
    review_rate = 1 - versions["accepted"].to_numpy(float)
    promoted = versions["promoted"].to_numpy(bool)
    for axis, values, highest in ((errors, rate, high), (reviews, review_rate, review_rate)):
        for group, face, label in ((promoted, plots.BLUE, "promoted"), (~promoted, "white", "not promoted")):
            axis.scatter(x[group], values[group], 45, face, marker="o", edgecolors=plots.BLUE, label=label, zorder=2)
        axis.set_ylim(0, 1.15 * max(highest.max(), 0.001))
        axis.yaxis.set_major_formatter(PercentFormatter(1))
    errors.set(ylabel="error rate on\nthe test set")
    errors.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    reviews.set(ylabel="test images\nsent to review")
    corrections.bar(x, versions["corrections"], 0.6, color=plots.GREEN)
    corrections.set(ylabel="corrections in\nthe training data", ylim=(0, 1.05 * max(versions["corrections"].max(), 1)))
    corrections.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    minutes = versions[["training_seconds", "run_seconds"]].to_numpy(float) / 60
    times.bar(x, minutes[:, 1], 0.6, color="lightgrey", label="whole run")
    times.bar(x, minutes[:, 0], 0.6, color=plots.PURPLE, label="training")
    times.set(
        ylabel="minutes",
        xlabel="number of the version, and time of its training (UTC)",
        xticks=x,
        xlim=(-0.8, len(x) - 0.2),
    )
    names = zip(versions["number"], versions["trained"], strict=True)
    times.set_xticklabels([f"{number}\n{time:%m-%d}\n{time:%H:%M}" for number, time in names], fontsize=8)
    times.legend(frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1))
    return figure


def learning_curves(curves: Mapping[str, Mapping[str, Sequence[float]]], best_epochs: Mapping[str, int]) -> Figure:
    """Draw the learning curves of several versions over each other; a black ring marks the epoch that was kept.

    Parameters
    ----------
    curves : label of a version -> loss, validation_loss (nats) and validation_accuracy, a value for each epoch
    best_epochs : label -> the epoch whose weights were kept, from 1; labels may be missing
    """
    columns = 2
    figure, axes = plots.new_figure(1, 3, height=3.2 + 0.2 * -(-len(curves) // columns))
    for axis, name in zip(
        axes.flat, ("training loss (nats)", "validation loss (nats)", "validation errors"), strict=True
    ):
        axis.set(xlabel="epoch", ylabel=name, yscale="log", autoscaley_on=False)  # matplotlib warns of flat curves
        axis.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes[0, 2].yaxis.set_major_formatter(FuncFormatter(_percent))
    for i, (label, history) in enumerate(curves.items()):
        losses, errors = (history["loss"], history["validation_loss"]), 1 - np.array(history["validation_accuracy"])
        style = {"color": plots.SERIES[i % len(plots.SERIES)], "marker": plots.MARKERS[i % len(plots.MARKERS)]}
        line_style = _LINE_STYLES[i // len(plots.SERIES) % len(_LINE_STYLES)]
        best = best_epochs.get(label)
        for axis, values in zip(axes.flat, (*map(np.asarray, losses), errors), strict=True):
            epochs = np.arange(1, len(values) + 1)
            axis.plot(epochs, values, **style, linestyle=line_style, markersize=4, label=_shorten(label))
            if best is not None:
                axis.plot(best, values[best - 1], "o", markersize=10, color="black", fillstyle="none")
    for axis in axes.flat:
        values = np.concatenate([np.ravel(line.get_ydata()) for line in axis.lines])
        positive = values[values > 0]  # no error at all has no place on a logarithmic axis
        if len(positive):
            axis.set_ylim(positive.min() / 1.2, positive.max() * 1.2)
    handles, names = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, names, ncols=columns, loc="outside upper center", frameon=False)
    return figure


def metric_intervals(measured: pd.DataFrame) -> Figure:
    """Draw the metrics of versions with their 95% intervals, a panel for each metric, from `comparison.measure`."""
    metrics, versions = measured["metric"].unique(), measured["version"].unique()
    columns = 3
    rows = -(-len(metrics) // columns)
    figure, axes = plots.new_figure(rows, columns, height=rows * (1.0 + 0.28 * len(versions)), sharey=True)
    for axis in axes.flat[len(metrics) :]:
        axis.axis("off")
    y = {version: place for place, version in enumerate(versions)}
    for i, (axis, metric) in enumerate(zip(axes.flat, metrics, strict=False)):
        rows_of_metric = measured[measured["metric"] == metric]
        part, empty = rows_of_metric[rows_of_metric["total"] > 0], rows_of_metric[rows_of_metric["total"] == 0]
        share, low, high = (part[name].to_numpy(float) for name in ("share", "low", "high"))
        places = part["version"].map(y)
        axis.errorbar(
            share, places, xerr=[share - low, high - share], fmt="o", color=plots.BLUE, ecolor="grey", capsize=3
        )
        for version in empty["version"]:
            axis.annotate("no images", (0, y[version]), color="grey", fontsize=9, va="center", backgroundcolor="white")
        axis.set_title(metric, fontsize=9)
        highest = max(high.max(initial=0), 0.001)
        axis.set(ylim=(len(versions) - 0.5, -0.5), xlim=(-0.04 * highest, 1.06 * highest))
        axis.set_yticks(range(len(versions)), [_shorten(version) for version in versions], fontsize=9)
        axis.grid(axis="y", color="lightgrey", linewidth=0.5)
        axis.xaxis.set_major_locator(MaxNLocator(3))
        axis.xaxis.set_major_formatter(FuncFormatter(_percent))
        if i + columns >= len(metrics):
            axis.set_xlabel("share, with 95% interval", fontsize=9)
    return figure


def _percent(share: float, _: object = None) -> str:
    """Format a share as a percentage with as many decimals as it needs."""
    return f"{100 * share:.4g}%"


def _shorten(label: str) -> str:
    return label if len(label) <= _MAX_LABEL else f"{label[: _MAX_LABEL - 1]}…"
