"""Lloyd's algorithm: every distance, every iteration."""

from __future__ import annotations

from kmeans_cli.core.distance import nearest_labels
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks, Moves


class Lloyd:
    """All n × k scores in each iteration (Lloyd 1982), in blocks.

    It keeps no bounds, so it serves as the reference for the algorithms that do.
    """

    _centroids: Float64Array

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples = samples
        self._prepared = prepared
        self._map_blocks = map_blocks

    def moved(self, centroids: Float64Array) -> None:
        """Take the (k, d) centroids of the next assignment."""
        self._centroids = centroids

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        return Moves.between(labels, nearest_labels(self._samples, self._prepared, self._centroids, self._map_blocks))
