"""Samples with two features: the points before, and the clusters after (Figures 4.1 and 4.2 of the notebook)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.core.types import Float64Array
from kmeans_cli.plots.scatter import (
    draw_centroids,
    draw_points,
    plane_figure,
    point_area,
    points_note,
    scatter_names,
    shown_rows,
)
from kmeans_cli.plots.style import COLUMN_WIDTH, FONT_SIZE, INK, PAGE_WIDTH, paper_style, shorten, wrap
from kmeans_cli.plots.view import FitView
from kmeans_cli.plots.voronoi import cell_borders

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure

_FEW = 10  # clusters that one column of a paper has room for
_MOST_CELLS = 400  # clusters whose borders can be told apart; the borders cost k³


def applies(view: FitView) -> bool:
    """Whether the samples lie in a plane."""
    return view.X.shape[1] == 2 and view.image_shape is None


@paper_style()
def draw_before(view: FitView) -> Figure:
    """All points in one colour, titled with their number."""
    figure, axes = _plane(view)
    points = view.X[shown_rows(len(view.X))]
    axes.scatter(points[:, 0], points[:, 1], s=point_area(len(points)), color=INK, linewidths=0)
    axes.set_title(f"{points_note(len(view.X))} in the plane")
    return figure


@paper_style()
def draw_after(view: FitView) -> Figure:
    """The points by cluster, the centroids as crosses, and the borders between the cells of the centroids."""
    figure, axes = _plane(view)
    rows = shown_rows(len(view.X))
    draw_points(axes, view.X[rows], view.labels[rows])
    draw_borders(axes, view.centroids)
    draw_centroids(axes, view.centroids, scatter_names(view))
    shown = points_note(len(view.X), of=int(view.cluster_sizes.sum()))
    axes.set_title(wrap(f"{view.title}: {shown}", figure.get_figwidth() - 0.5, FONT_SIZE + 1))
    return figure


def draw_borders(axes: Axes, centroids: Float64Array) -> LineCollection:
    """Draw the borders between the cells of (k, 2) centroids over the whole axes, whose limits must be set."""
    from matplotlib.collections import LineCollection

    borders = visible_borders(axes, centroids)
    lines = LineCollection(list(borders), colors=INK, linewidths=0.6, linestyles="--")
    axes.add_collection(lines, autolim=False)
    return lines


def visible_borders(axes: Axes, centroids: Float64Array) -> Float64Array:
    """(n, 2, 2) the ends of the borders between cells, so long that they cross the whole axes; none of too many."""
    if len(centroids) > _MOST_CELLS:
        return np.empty((0, 2, 2))
    box = np.array([axes.get_xlim(), axes.get_ylim()]).T
    everything = np.concatenate([box, centroids])
    # From halfway between two centroids this reaches past every corner of the axes.
    return cell_borders(centroids, reach=4 * float(np.linalg.norm(np.ptp(everything, axis=0))))


def _plane(view: FitView) -> tuple[Figure, Axes]:
    """Axes that hold all points and centroids, so that both figures show the same window."""
    width = COLUMN_WIDTH if len(view.centroids) <= _FEW else 0.75 * PAGE_WIDTH
    figure, axes = plane_figure(np.concatenate([view.X, view.centroids]), width)
    names = view.feature_names or ("x1", "x2")
    axes.set_xlabel(shorten(names[0], 40))
    axes.set_ylabel(shorten(names[1], 40))
    return figure, axes
