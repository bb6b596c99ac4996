"""The gap statistic against k."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kmeans_cli.plots.many_view import SweepView
from kmeans_cli.plots.style import COLOURS, COLUMN_WIDTH, FONT_SIZE, new_figure, paper_style, wrap
from kmeans_cli.plots.sweep import integer_ticks, mark_chosen

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def applies(view: SweepView) -> bool:
    """Whether the gap is known of several k."""
    return len(view.gap) > 1


@paper_style()
def draw(view: SweepView) -> Figure:
    """The gap of each k with its standard error, and the k it names."""
    figure = new_figure(COLUMN_WIDTH, 2.6)
    axes = figure.add_subplot()
    ks = sorted(view.gap)
    values, errors = zip(*(view.gap[k] for k in ks), strict=True)
    axes.errorbar(ks, values, yerr=errors, color=COLOURS[0], marker="o", ms=2.5, capsize=2, elinewidth=0.8)
    mark_chosen(axes, {"gap": view.chosen.get("gap")})
    axes.set_xlabel("k")
    axes.set_ylabel("gap, with its standard error")
    integer_ticks(axes)
    chosen = view.chosen.get("gap")
    heading = f"{view.title}: gap statistic, " + ("which names no k" if chosen is None else f"k = {chosen} (dashed)")
    axes.set_title(wrap(heading, COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure
