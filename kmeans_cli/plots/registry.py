"""The figures of a fit, of a sweep over k, and of many starts.

Nothing here imports matplotlib before a figure is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from kmeans_cli.plots import (
    agreement,
    centroid_grid,
    class_matrix,
    comparison,
    confused,
    contact,
    extremes,
    gap,
    loss,
    nearest,
    palette,
    picture_curves,
    plane,
    principal,
    profiles,
    segments,
    starts,
    sweep,
    sweep_curves,
)
from kmeans_cli.plots.many_view import StartsView, SweepView
from kmeans_cli.plots.picture_view import CurvesView, ReducedView
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_View = TypeVar("_View")


@dataclass(frozen=True)
class Plot(Generic[_View]):
    """A kind of figure of a fit, of a sweep or of many starts.

    Attributes:
        draw: Makes the figure of a view to which it applies.
        applies: Whether what the view holds can be shown so.
        description: What is to be seen, in a few words.
    """

    draw: Callable[[_View], Figure]
    applies: Callable[[_View], bool]
    description: str


PLOTS: dict[str, Plot[FitView]] = {
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

PICTURE_PLOTS: dict[str, Plot[ReducedView]] = {
    "comparison": Plot(comparison.draw, comparison.applies, "original and result side by side, with a detail"),
    "palette": Plot(palette.draw, palette.applies, "the palette from dark to light, with shares"),
    "segments": Plot(segments.draw, segments.applies, "which pixels are in which cluster"),
}
"""The same for a picture in k colours."""

CURVES_PLOTS: dict[str, Plot[CurvesView]] = {
    "elbow": Plot(picture_curves.draw_elbow, picture_curves.applies, "J_clust against k, a line for each picture"),
    "quality-by-size": Plot(picture_curves.draw_quality, picture_curves.applies, "PSNR and SSIM against bytes"),
    "contact-sheet": Plot(contact.draw, contact.applies, "every picture in every number of colours"),
}
"""The same for pictures in several numbers of colours."""

SWEEP_PLOTS: dict[str, Plot[SweepView]] = {
    "loss-by-k": Plot(sweep.draw_loss, sweep.applies, "J_clust against k, by start"),
    "scores-by-k": Plot(sweep.draw_scores, sweep.scores_apply, "accuracy, homogeneity and silhouette against k"),
    "curves-by-k": Plot(sweep_curves.draw, sweep.applies, "the loss curve of the best fit of each k"),
    "time-by-k": Plot(sweep.draw_seconds, sweep.applies, "seconds of a fit against k"),
    "gap": Plot(gap.draw, gap.applies, "the gap statistic against k"),
}
"""The same for a sweep over k."""

STARTS_PLOTS: dict[str, Plot[StartsView]] = {
    "convergence": Plot(starts.draw_curves, starts.applies, "J_clust of all starts against the iteration"),
    "convergence-distance": Plot(starts.draw_distance_curves, starts.distances_apply, "the distance sum likewise"),
    "final-loss": Plot(starts.draw_histogram, starts.applies, "how often each final J_clust was reached"),
    "best-of": Plot(starts.draw_best_of, starts.applies, "the best of m starts against m"),
    "accuracy": Plot(starts.draw_accuracy, starts.accuracy_applies, "accuracy against final J_clust"),
    "agreement": Plot(agreement.draw, starts.applies, "how far each two starts agree"),
    "centroids": Plot(extremes.draw_centroids, extremes.applies, "the centroids of the best and the worst fit"),
    "nearest-best": Plot(extremes.draw_nearest_best, extremes.nearest_apply, "the samples nearest to the best ones"),
    "nearest-worst": Plot(extremes.draw_nearest_worst, extremes.nearest_apply, "the samples nearest to the worst ones"),
    "confused": Plot(confused.draw, confused.applies, "the classes most often confused"),
}
"""The same for many starts of one k."""
