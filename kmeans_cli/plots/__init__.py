"""The figures of a fit. Nothing here imports matplotlib before a figure is drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmeans_cli.plots import centroid_grid, class_matrix, loss, nearest, plane, principal, profiles
from kmeans_cli.plots.style import save
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Plot:
    """A kind of figure.

    Attributes:
        draw: Makes the figure of a fit to which it applies.
        applies: Whether a fit's data can be shown so.
        description: What is to be seen, in a few words.
    """

    draw: Callable[[FitView], Figure]
    applies: Callable[[FitView], bool]
    description: str


PLOTS: dict[str, Plot] = {
    "loss": Plot(loss.draw, loss.applies, "J_clust against the iteration"),
    "centroids": Plot(centroid_grid.draw, centroid_grid.applies, "the centroids as pictures"),
    "nearest": Plot(nearest.draw, nearest.applies, "the samples nearest to each centroid"),
    "profiles": Plot(profiles.draw, profiles.applies, "the centroids by feature"),
    "classes": Plot(class_matrix.draw, class_matrix.applies, "the classes in each cluster"),
    "points": Plot(plane.draw_before, plane.applies, "samples in the plane, before clustering"),
    "clusters": Plot(plane.draw_after, plane.applies, "samples in the plane by cluster, with borders"),
    "principal": Plot(principal.draw, principal.applies, "the clusters in two principal directions"),
}
"""File stem -> figure. A fit has the figures that apply to it."""

__all__ = ["PLOTS", "FitView", "Plot", "save"]
