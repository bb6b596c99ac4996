"""J_clust against the iteration."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.plots.style import COLOURS, COLUMN_WIDTH, FONT_SIZE, WRONG, new_figure, paper_style, wrap
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_DOTS = 40  # iterations; more dots than that merge into a thick line


def applies(view: FitView) -> bool:
    """Whether there was an iteration."""
    return bool(view.history)


@paper_style()
def draw(view: FitView) -> Figure:
    """The loss curve of one fit, its last value written at its end."""
    figure = new_figure(COLUMN_WIDTH, 2.6)
    axes = figure.add_subplot()
    draw_curve(axes, view.history)
    _mark_full(axes, view.history)
    _annotate_last(axes, view.history)
    _mark_empty(axes, view.history)
    _count_from_one(axes, len(view.history))
    axes.set_title(wrap(view.title, COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    axes.set_xlabel("iteration")
    axes.set_ylabel("J_clust (mean squared distance)")
    return figure


def draw_curve(
    axes: Axes, history: Sequence[IterationRecord], colour: str = COLOURS[0], label: str | None = None
) -> None:
    """Draw J_clust of each iteration as a line; with dots while there are few."""
    from matplotlib.ticker import MaxNLocator

    iterations = [record.iteration for record in history]
    marker = "o" if len(history) <= _MOST_DOTS else ""
    axes.plot(iterations, [record.j_clust for record in history], color=colour, marker=marker, ms=2.5, label=label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _count_from_one(axes: Axes, n_iter: int) -> None:
    """Let the axis begin at the first iteration, with a tick there."""
    from matplotlib.ticker import MaxNLocator

    margin = 0.03 * (n_iter - 1) or 1
    axes.set_xlim(1 - margin, n_iter + margin)
    later = [tick for tick in MaxNLocator(integer=True, nbins=8).tick_values(1, n_iter) if 1 < tick <= n_iter]
    axes.set_xticks([1, *later])


def _annotate_last(axes: Axes, history: Sequence[IterationRecord]) -> None:
    """Write the last value under the end of the curve, the one place that a falling curve leaves free."""
    last = history[-1]
    values = [record.j_clust for record in history]
    span = max(values) - min(values) or abs(last.j_clust) or 1.0
    axes.set_ylim(min(values) - 0.2 * span, max(values) + 0.1 * span)
    single = len(history) == 1
    axes.annotate(
        f"{last.j_clust:.5g} after {last.iteration} iteration{'' if single else 's'}",
        (last.iteration, last.j_clust),
        xytext=(0, -6),
        textcoords="offset points",
        ha="center" if single else "right",
        va="top",
    )


def _mark_full(axes: Axes, history: Sequence[IterationRecord]) -> None:
    """Over the batches of mini-batch, J_clust of all samples where it was measured."""
    full = {record.iteration: record.j_clust_full for record in history if record.j_clust_full is not None}
    if full:
        axes.lines[0].set_label("of the batch")
        axes.plot(list(full), list(full.values()), color=COLOURS[1], marker="o", ms=2.5, label="of all samples")
        axes.legend(loc="upper right")


def _mark_empty(axes: Axes, history: Sequence[IterationRecord]) -> None:
    empty = [record for record in history if record.n_empty]
    if not empty:
        return
    most = max(record.n_empty for record in empty)
    label = f"with empty clusters (at most {most} at once)"
    heights = [record.j_clust for record in empty]
    axes.plot([r.iteration for r in empty], heights, ls="", marker="o", ms=6, mfc="none", mec=WRONG, label=label)
    axes.legend(loc="upper right")
