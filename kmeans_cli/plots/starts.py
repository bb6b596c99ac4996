"""Many starts of one k: how they converge, where they end, and how many are worth the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_cli.core.types import Float64Array, IterationRecord
from kmeans_cli.metrics.starts import SAME_BASIN, best_hits, expected_best
from kmeans_cli.plots.many_view import FitSummary, StartsView
from kmeans_cli.plots.style import (
    COLOURS,
    COLUMN_WIDTH,
    FAINT,
    FONT_SIZE,
    PAGE_WIDTH,
    WRONG,
    new_figure,
    paper_style,
    wrap,
)
from kmeans_cli.plots.sweep import integer_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BEST = COLOURS[0]
_ACCURACIES = {"accuracy_test": "accuracy (held-out samples)", "accuracy_train": "accuracy (training samples)"}


def applies(view: StartsView) -> bool:
    """Whether there were several starts."""
    return len(view.fits) > 1


def distances_apply(view: StartsView) -> bool:
    """Whether the distance sum of every iteration was recorded."""
    return applies(view) and all(_distance_sum(record) is not None for fit in view.fits for record in fit.history)


def accuracy_applies(view: StartsView) -> bool:
    """Whether there were several starts and their accuracies are known."""
    return applies(view) and _accuracy_column(view) is not None


@paper_style()
def draw_curves(view: StartsView) -> Figure:
    """J_clust against the iteration, of all starts; MIN and MAX in colour."""
    return _draw_convergence(view, _j_clust, "J_clust (mean squared distance)")


@paper_style()
def draw_distance_curves(view: StartsView) -> Figure:
    """The distance sum against the iteration, of all starts; MIN and MAX in colour."""
    return _draw_convergence(view, _distance_sum, "distance sum (not squared)")


@paper_style()
def draw_histogram(view: StartsView) -> Figure:
    """How often each final J_clust was reached, a bar's height in starts; and how often the best."""
    from matplotlib.ticker import MaxNLocator

    losses = [fit.j_clust for fit in view.fits]
    figure = new_figure(COLUMN_WIDTH, 2.6)
    axes = figure.add_subplot()
    # Losses that differ by rounding alone are one bar, and not a bar for each rounding.
    width = max(max(losses) - min(losses), SAME_BASIN * min(losses)) or 1.0
    bins = min(30, max(5, round(2 * len(losses) ** 0.5)))
    span = (min(losses), min(losses) + width)
    axes.hist(losses, bins=bins, range=span, color=_BEST, edgecolor="white", lw=0.5)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("final J_clust")
    axes.set_ylabel("starts")
    hits = f"the best, {min(losses):.6g}, was reached by {best_hits(losses)} of {len(losses)} starts"
    axes.set_title(wrap(f"{view.title}: {hits}", COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure


@paper_style()
def draw_accuracy(view: StartsView) -> Figure:
    """Accuracy against final J_clust, a dot for each start; and how the two go together."""
    column = _accuracy_column(view)
    assert column is not None
    figure = new_figure(COLUMN_WIDTH, 2.8)
    axes = figure.add_subplot()
    scores = [_score(fit, column) for fit in view.fits]
    axes.plot([fit.j_clust for fit in view.fits], scores, ls="", marker="o", ms=4, color=FAINT, mec="white", mew=0.4)
    for fit, name, colour in _extremes(view):
        axes.plot([fit.j_clust], [_score(fit, column)], ls="", marker="o", ms=5, color=colour, label=name)
    figure.legend(loc="outside lower center", ncols=2)
    axes.set_xlabel("final J_clust")
    axes.set_ylabel(_ACCURACIES[column])
    axes.margins(0.08)
    heading = f"{view.title}: accuracy against J_clust of {len(view.fits)} starts"
    axes.set_title(wrap(heading, COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure


@paper_style()
def draw_best_of(view: StartsView) -> Figure:
    """The J_clust to expect from the best of m starts, for m up to all of them."""
    expected = expected_best([fit.j_clust for fit in view.fits])
    figure = new_figure(COLUMN_WIDTH, 2.6)
    axes = figure.add_subplot()
    axes.plot(range(1, len(expected) + 1), expected, color=_BEST, marker="o", ms=2.5)
    axes.set_xlabel("m")
    axes.set_ylabel("mean J_clust of the best of m")
    integer_ticks(axes)
    axes.set_title(wrap(f"{view.title}: best of m out of {len(expected)} starts", COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure


def _draw_convergence(view: StartsView, of: Callable[[IterationRecord], float | None], label: str) -> Figure:
    """On the left the curves as they are; on the right, on a logarithmic axis, what they lie above the best end."""
    figure = new_figure(PAGE_WIDTH, 2.8)
    plain, logarithmic = figure.subplots(1, 2)
    values = {fit.number: np.array([of(record) for record in fit.history], dtype=np.float64) for fit in view.fits}
    lowest = min(float(curve.min()) for curve in values.values())
    for axes, offset in ((plain, 0.0), (logarithmic, lowest)):
        for fit in view.fits:
            _draw_curve(axes, fit, values[fit.number] - offset, color=FAINT, lw=0.6)
        for fit, name, colour in _extremes(view):
            _draw_curve(axes, fit, values[fit.number] - offset, color=colour, label=name)
        axes.set_xlabel("iteration")
        integer_ticks(axes)
    if any((curve > lowest).any() for curve in values.values()):
        logarithmic.set_yscale("log", nonpositive="mask")
        logarithmic.yaxis.set_major_formatter("{x:g}")  # the powers of ten otherwise come as mathematics
    plain.set_ylabel(label)
    logarithmic.set_ylabel(f"above the smallest, {lowest:.6g}")
    plain.legend()
    figure.suptitle(wrap(f"{view.title}: convergence of {len(view.fits)} starts", PAGE_WIDTH, FONT_SIZE + 1))
    return figure


def _draw_curve(axes: Axes, fit: FitSummary, values: Float64Array, **line: Any) -> None:
    axes.plot([record.iteration for record in fit.history], values, **line)


def _extremes(view: StartsView) -> list[tuple[FitSummary, str, str]]:
    """The MIN and the MAX fit by J_clust, with name and colour."""
    worst = max(view.fits, key=lambda fit: fit.j_clust)
    best = min(view.fits, key=lambda fit: fit.j_clust)
    return [
        (fit, f"{name}: J_clust {fit.j_clust:.6g}", colour)
        for fit, name, colour in ((worst, "MAX", WRONG), (best, "MIN", _BEST))
    ]


def _accuracy_column(view: StartsView) -> str | None:
    known = (name for name in _ACCURACIES if any(fit.numbers.get(name) is not None for fit in view.fits))
    return next(known, None)


def _score(fit: FitSummary, column: str) -> float:
    value = fit.numbers.get(column)
    return float("nan") if value is None else value


def _j_clust(record: IterationRecord) -> float:
    return record.j_clust


def _distance_sum(record: IterationRecord) -> float | None:
    return record.distance_sum
