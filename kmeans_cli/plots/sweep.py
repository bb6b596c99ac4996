"""What becomes of the fits as k grows: J_clust, scores and time, a line for each way to start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from kmeans_cli.metrics import METRICS
from kmeans_cli.plots.many_view import FitSummary, SweepView
from kmeans_cli.plots.style import COLOURS, COLUMN_WIDTH, FAINT, FONT_SIZE, PAGE_WIDTH, new_figure, paper_style, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PANELS_ACROSS = 2
_SCORES = {
    "accuracy_test": f"{METRICS['accuracy'].label} (held-out samples)",
    "accuracy_train": f"{METRICS['accuracy'].label} (training samples)",
    "homogeneity": METRICS["homogeneity"].label,
    "silhouette": METRICS["silhouette"].label,
}


def applies(view: SweepView) -> bool:
    """Whether there are fits of several k, so that there is a curve."""
    return len({fit.k for fit in view.fits}) > 1


@paper_style()
def draw_loss(view: SweepView) -> Figure:
    """J_clust against k, a panel for each init: the mean, the range, the best start, and the k that rules chose."""
    by_init = fits_by_init(view.fits)
    rows = math.ceil(len(by_init) / _PANELS_ACROSS)
    across = min(len(by_init), _PANELS_ACROSS)
    figure = new_figure(PAGE_WIDTH if across > 1 else COLUMN_WIDTH, 2.6 * rows + 0.3)
    panels = figure.subplots(rows, across, squeeze=False, sharex=True, sharey=True).ravel()
    for axes, (init, fits), colour in zip(panels, by_init.items(), COLOURS, strict=False):
        draw_band(axes, fits, "j_clust", colour)
        mark_chosen(axes, view.chosen)
        axes.set_title(f"start: {init}")
        axes.set_xlabel("k")
        axes.legend(loc="upper right")
    for axes in panels[len(by_init) :]:
        axes.set_axis_off()
    panels[0].set_ylabel("J_clust (mean squared distance)")
    width = figure.get_figwidth()
    figure.suptitle(wrap(f"{view.title}: J_clust against k", width, FONT_SIZE + 1))
    figure.supxlabel(wrap(name_chosen(view.chosen), width, FONT_SIZE - 1), size=FONT_SIZE - 1)
    return figure


def scores_apply(view: SweepView) -> bool:
    """Whether a score is known of fits of several k."""
    return applies(view) and any(_known(view.fits, column) for column in _SCORES)


@paper_style()
def draw_scores(view: SweepView) -> Figure:
    """Accuracy, homogeneity and silhouette against k, a line for each init with a band from min to max."""
    columns = [column for column in _SCORES if _known(view.fits, column)]
    if "accuracy_test" in columns:
        columns.remove("accuracy_train")  # of the two, what it is worth on samples it has not seen
    figure = new_figure(max(COLUMN_WIDTH, PAGE_WIDTH * len(columns) / 3), 2.6)
    for axes, column in zip(figure.subplots(1, len(columns), squeeze=False)[0], columns, strict=True):
        _draw_lines(axes, view, column)
        axes.set_title(wrap(_SCORES[column], COLUMN_WIDTH))
    heading = f"{view.title}: scores against k, mean of the starts and their range"
    figure.suptitle(wrap(heading, figure.get_figwidth(), FONT_SIZE + 1))
    return figure


@paper_style()
def draw_seconds(view: SweepView) -> Figure:
    """The wall time of a fit against k."""
    figure = new_figure(COLUMN_WIDTH, 2.6)
    axes = figure.add_subplot()
    _draw_lines(axes, view, "seconds")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("seconds for a fit")
    axes.set_title(wrap(f"{view.title}: time against k", COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure


def fits_by_init(fits: Sequence[FitSummary]) -> dict[str, list[FitSummary]]:
    """The fits of each init, the inits in the order of the run."""
    found: dict[str, list[FitSummary]] = {}
    for fit in fits:
        found.setdefault(fit.init, []).append(fit)
    return found


def draw_band(axes: Axes, fits: Sequence[FitSummary], column: str, colour: str, label: str | None = None) -> None:
    """The mean of a number over the starts of each k, with a band from its smallest to its largest.

    With a label, a line of that name; without, mean, band and the smallest value are each named.
    """
    values: dict[int, list[float]] = {}
    for fit in sorted(fits, key=lambda each: each.k):
        value = fit.numbers.get(column)
        if value is not None:
            values.setdefault(fit.k, []).append(value)
    if not values:
        return
    ks = list(values)
    least, most = [min(some) for some in values.values()], [max(some) for some in values.values()]
    several = least != most
    mean = [math.fsum(some) / len(some) for some in values.values()]
    if several:
        axes.fill_between(
            ks, least, most, color=colour, alpha=0.2, lw=0, label=None if label else "smallest to largest"
        )
    axes.plot(ks, mean, color=colour, marker="o", ms=2.5, label=label or ("mean of the starts" if several else "fit"))
    if several and label is None:
        axes.plot(ks, least, color=colour, ls="", marker="v", ms=3.5, label="best start")
    integer_ticks(axes)


def mark_chosen(axes: Axes, chosen: Mapping[str, int | None]) -> None:
    """A dashed line at each k that a rule chose."""
    for k in {k for k in chosen.values() if k is not None}:
        axes.axvline(k, color=FAINT, lw=0.8, ls="--", zorder=0)


def name_chosen(chosen: Mapping[str, int | None]) -> str:
    """The dashed lines in words: ``"dashed: k = 2 (Caliński–Harabasz), k = 9 (elbow, silhouette)"``."""
    names_of: dict[int, list[str]] = {}
    for name, k in chosen.items():
        if k is not None:
            names_of.setdefault(k, []).append(METRICS[name].label if name in METRICS else name)
    found = ", ".join(f"k = {k} ({', '.join(names)})" for k, names in sorted(names_of.items()))
    return f"dashed: {found}" if found else ""


def integer_ticks(axes: Axes) -> None:
    """Tick marks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_lines(axes: Axes, view: SweepView, column: str) -> None:
    by_init = fits_by_init(view.fits)
    for (init, fits), colour in zip(by_init.items(), COLOURS, strict=False):
        draw_band(axes, fits, column, colour, label=init)
    axes.set_xlabel("k")
    if len(by_init) > 1:
        axes.legend(title="start")


def _known(fits: Sequence[FitSummary], column: str) -> bool:
    return len({fit.k for fit in fits if fit.numbers.get(column) is not None}) > 1
