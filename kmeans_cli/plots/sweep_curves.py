"""The loss curves of the best fit of each k."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kmeans_cli.plots.many_view import FitSummary, SweepView
from kmeans_cli.plots.style import COLUMN_WIDTH, FONT_SIZE, PAGE_WIDTH, new_figure, paper_style, wrap
from kmeans_cli.plots.sweep import fits_by_init, integer_ticks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PANELS = 2
_COLOURS = "viridis"


@paper_style()
def draw(view: SweepView) -> Figure:
    """J_clust against the iteration, a line for each k; a panel for each of the first two inits."""
    from matplotlib import colormaps
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    panels = list(fits_by_init(view.fits).items())[:_MOST_PANELS]
    ks = [fit.k for fit in view.fits]
    colours, norm = colormaps[_COLOURS], Normalize(min(ks), max(ks))
    figure = new_figure(PAGE_WIDTH if len(panels) > 1 else COLUMN_WIDTH, 2.9)
    row = figure.subplots(1, len(panels), squeeze=False, sharey=True)[0]
    for axes, (init, fits) in zip(row, panels, strict=True):
        for fit in best_of_each_k(fits):
            iterations = [record.iteration for record in fit.history]
            axes.plot(iterations, [record.j_clust for record in fit.history], color=colours(norm(fit.k)), lw=1)
        axes.set_title(f"start: {init}")
        axes.set_xlabel("iteration")
        integer_ticks(axes)
    row[0].set_ylabel("J_clust (mean squared distance)")
    colour_bar = figure.colorbar(ScalarMappable(norm, colours), ax=list(row), label="k", pad=0.02)
    colour_bar.outline.set_visible(False)
    figure.suptitle(wrap(f"{view.title}: the best fit of each k", figure.get_figwidth(), FONT_SIZE + 1))
    return figure


def best_of_each_k(fits: Sequence[FitSummary]) -> list[FitSummary]:
    """The fit with the smallest J_clust of each k, by k."""
    best: dict[int, FitSummary] = {}
    for fit in sorted(fits, key=lambda each: each.j_clust):
        best.setdefault(fit.k, fit)
    return [best[k] for k in sorted(best)]
