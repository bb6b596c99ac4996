"""The numbers that judge a fit, as one dict: what computes each, and how tables and axes name it.

To add a metric: one function of a ``Clustering`` and one line in ``METRICS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kmeans_cli.metrics import geometry, labels
from kmeans_cli.metrics.clustering import Clustering
from kmeans_cli.metrics.geometry import draw_rows
from kmeans_cli.metrics.labels import (
    canonical_order,
    confused_pairs,
    contingency,
    majority_classes,
    pairwise_ari,
    purities,
)
from kmeans_cli.metrics.nearest import nearest_samples, right_samples
from kmeans_cli.metrics.pairwise import DistanceBlocks, distance_blocks
from kmeans_cli.metrics.starts import best_hits, expected_best

__all__ = [
    "METRICS",
    "Metric",
    "measure",
    "Clustering",
    "DistanceBlocks",
    "best_hits",
    "canonical_order",
    "confused_pairs",
    "contingency",
    "distance_blocks",
    "draw_rows",
    "expected_best",
    "majority_classes",
    "nearest_samples",
    "pairwise_ari",
    "purities",
    "right_samples",
]


@dataclass(frozen=True)
class Metric:
    """One number of a clustering.

    Attributes:
        label: Its name on axes and in table heads.
        function: Computes it; None where it is not defined, never NaN.
        needs_classes: Whether it compares with true classes.
        higher_is_better: The direction of improvement.
        description: What it says, in one line.
    """

    label: str
    function: Callable[[Clustering], float | None]
    needs_classes: bool
    higher_is_better: bool
    description: str


def measure(clustering: Clustering, *, needs_classes: bool) -> dict[str, float | None]:
    """All metrics of one kind, by name: those that compare with true classes, or those that do not."""
    chosen = {name: metric for name, metric in METRICS.items() if metric.needs_classes == needs_classes}
    return {name: metric.function(clustering) for name, metric in chosen.items()}


def _accuracy(of: Clustering) -> float | None:
    return None if of.cluster_classes is None else labels.accuracy(of.contingency, of.cluster_classes)


def _silhouette(of: Clustering) -> float | None:
    if of.silhouette_rows is None:
        return None
    rows = of.samples.take(of.silhouette_rows)
    return geometry.silhouette(rows, of.labels[of.silhouette_rows], of.map_blocks, of.silhouette_distances)


def _davies_bouldin(of: Clustering) -> float | None:
    return geometry.davies_bouldin(of.measured, of.labels, of.centroids, of.weights, of.map_blocks)


def _calinski_harabasz(of: Clustering) -> float | None:
    return geometry.calinski_harabasz(of.measured, of.labels, of.centroids, of.weights)


METRICS: dict[str, Metric] = {
    "inertia": Metric(
        "inertia",
        lambda of: geometry.inertia(of.measured, of.weights),
        needs_classes=False,
        higher_is_better=False,
        description="sum of squared distances to the own centroid",
    ),
    "j_clust": Metric(
        "J_clust",
        lambda of: geometry.j_clust(of.measured, of.weights),
        needs_classes=False,
        higher_is_better=False,
        description="mean squared distance to the own centroid",
    ),
    "distance_sum": Metric(
        "distance sum",
        lambda of: geometry.distance_sum(of.measured, of.weights),
        needs_classes=False,
        higher_is_better=False,
        description="sum of distances to the own centroid, not squared",
    ),
    "silhouette": Metric(
        "silhouette",
        _silhouette,
        needs_classes=False,
        higher_is_better=True,
        description="how much nearer samples are to their own cluster than to the next one",
    ),
    "davies_bouldin": Metric(
        "Davies–Bouldin",
        _davies_bouldin,
        needs_classes=False,
        higher_is_better=False,
        description="spread of clusters over the distance between their centroids, worst pair of each",
    ),
    "calinski_harabasz": Metric(
        "Caliński–Harabasz",
        _calinski_harabasz,
        needs_classes=False,
        higher_is_better=True,
        description="dispersion between clusters over dispersion within them",
    ),
    "accuracy": Metric(
        "accuracy",
        _accuracy,
        needs_classes=True,
        higher_is_better=True,
        description="share of samples whose class is their cluster's",
    ),
    "homogeneity": Metric(
        "homogeneity",
        lambda of: labels.homogeneity(of.contingency.counts),
        needs_classes=True,
        higher_is_better=True,
        description="how far each cluster holds one class only",
    ),
    "completeness": Metric(
        "completeness",
        lambda of: labels.completeness(of.contingency.counts),
        needs_classes=True,
        higher_is_better=True,
        description="how far each class lies in one cluster only",
    ),
    "v_measure": Metric(
        "V-measure",
        lambda of: labels.v_measure(of.contingency.counts),
        needs_classes=True,
        higher_is_better=True,
        description="harmonic mean of homogeneity and completeness",
    ),
    "ari": Metric(
        "ARI",
        lambda of: labels.ari(of.contingency.counts),
        needs_classes=True,
        higher_is_better=True,
        description="agreement on pairs of samples, 0 as expected of chance",
    ),
    "nmi": Metric(
        "NMI",
        lambda of: labels.nmi(of.contingency.counts),
        needs_classes=True,
        higher_is_better=True,
        description="mutual information of clusters and classes, over the mean of their entropies",
    ),
}
