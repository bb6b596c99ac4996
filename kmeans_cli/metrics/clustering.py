"""What the metrics are computed from: samples in clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from numpy.typing import NDArray

from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, IntArray, MapBlocks
from kmeans_cli.metrics.labels import Contingency, contingency
from kmeans_cli.metrics.pairwise import DistanceBlocks


@dataclass(frozen=True, eq=False)
class Clustering:
    """Samples in clusters. What several metrics need is computed when first asked for, and kept.

    Attributes:
        samples: n samples; they need not be those the centroids were fitted to.
        labels: (n,) cluster of each sample.
        centroids: (k, d) float64.
        squared_distances: (n,) float64, of each sample to the centroid of its cluster; None: only class scores are
            asked for.
        y: (n,) true classes, or None.
        cluster_classes: (k,) the class each cluster stands for, None where it has none; or None without classes.
        silhouette_rows: The samples the silhouette is measured on, or None: no silhouette.
        silhouette_distances: Between these, when they are known already; None: they are measured when asked for.
        map_blocks: Who computes blocks.
    """

    samples: Samples
    labels: IntArray
    centroids: Float64Array
    squared_distances: Float64Array | None
    y: NDArray[Any] | None = None
    cluster_classes: tuple[Any, ...] | None = None
    silhouette_rows: IntArray | None = None
    silhouette_distances: DistanceBlocks | None = None
    map_blocks: MapBlocks = map

    @property
    def weights(self) -> Float64Array | None:
        """(n,) weights of the samples, or None."""
        return self.samples.weights

    @property
    def measured(self) -> Float64Array:
        """(n,) the squared distances.

        Raises:
            ValueError: Without them.
        """
        if self.squared_distances is None:
            raise ValueError("a clustering without distances has class scores only")
        return self.squared_distances

    @cached_property
    def contingency(self) -> Contingency:
        """The samples by cluster and class.

        Raises:
            ValueError: Without true classes.
        """
        if self.y is None:
            raise ValueError("a clustering without true classes has no contingency table")
        return contingency(self.labels, self.y, len(self.centroids))
