"""The best and the worst of many starts: their centroids side by side, and the samples nearest to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.plots import centroid_grid, nearest
from kmeans_cli.plots.many_view import StartsView
from kmeans_cli.plots.mosaic import common_limits, limits_note
from kmeans_cli.plots.style import FONT_SIZE, PAGE_WIDTH, captioned_figure, paper_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_GUTTER = 0.3  # inches between the two


def applies(view: StartsView) -> bool:
    """Whether there were several starts and the centroids are pictures."""
    return len(view.fits) > 1 and centroid_grid.applies(view.best)


def nearest_apply(view: StartsView) -> bool:
    """Whether there were several starts and samples are pictures that can be shown in rows."""
    return len(view.fits) > 1 and nearest.applies(view.best)


@paper_style()
def draw_centroids(view: StartsView) -> Figure:
    """The centroids of the MIN fit on the left, of the MAX fit on the right, in one grey scale."""
    shape = view.best.image_shape
    assert shape is not None
    fits = {"MIN": view.best, "MAX": view.worst}
    titles = {name: centroid_grid.build_titles(fit, np.arange(len(fit.centroids))) for name, fit in fits.items()}
    longest = max(titles["MIN"], titles["MAX"], key=_longest)
    layout = centroid_grid.lay_out_grid(longest, shape, (PAGE_WIDTH - _GUTTER) / 2)
    limits = common_limits(shape, view.best.centroids, view.worst.centroids)
    width, height = layout.inches
    note = f"above each: cluster, its class, samples, purity; {limits_note(shape, limits)}"
    heading = f"{view.title}: centroids of the best and the worst of {len(view.fits)} starts"
    figure = captioned_figure((2 * width + _GUTTER, height + 0.2), heading, note)
    for axes, (name, fit) in zip(figure.subplots(1, 2), fits.items(), strict=True):
        centroid_grid.draw_grid(axes, layout, fit.centroids, titles[name], limits)
        axes.set_title(f"{name}: J_clust {fit.history[-1].j_clust:.6g}", size=FONT_SIZE, pad=8)
    return figure


def draw_nearest_best(view: StartsView) -> Figure:
    """The samples nearest to each centroid of the MIN fit."""
    return nearest.draw(replace(view.best, title=f"{view.title}, best of {len(view.fits)} starts"))


def draw_nearest_worst(view: StartsView) -> Figure:
    """The samples nearest to each centroid of the MAX fit."""
    return nearest.draw(replace(view.worst, title=f"{view.title}, worst of {len(view.fits)} starts"))


def _longest(titles: Sequence[str]) -> int:
    return max(len(line) for title in titles for line in title.split("\n"))
