"""Lloyd's algorithm: every distance, every iteration."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.algorithms.kept import MOST_KEPT, KeptScores
from kmeans_cli.core.narrow import Narrow
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Block, Samples
from kmeans_cli.core.scores import aim
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks, Moves


class Lloyd:
    """All n × k scores in each iteration (Lloyd 1982), in blocks; of small data only those that can be others.

    It keeps no bounds, so it serves as the reference for the algorithms that do.
    """

    _centroids: Float64Array

    def __init__(self, samples: Samples, prepared: Prepared, map_blocks: MapBlocks) -> None:
        self._samples = samples
        self._prepared = prepared
        self._map_blocks = map_blocks
        self._kept: KeptScores | None = None
        self._narrow: Narrow | None = None

    def moved(self, centroids: Float64Array) -> None:
        """Take the (k, d) centroids of the next assignment."""
        self._centroids = centroids

    def assign(self, labels: LabelArray) -> Moves:
        """Bring (n,) labels up to date, each the exact nearest centroid."""
        columns, k = self._prepared.columns, len(self._centroids)
        if columns is not None and len(labels) * k <= MOST_KEPT:
            self._kept = self._kept or KeptScores(self._samples, self._prepared, columns, k)
            return self._kept.assign(aim(self._prepared, self._centroids), labels)
        if columns is not None and labels[0] >= 0:
            return Moves.between(labels, self._confirmed(labels))
        return Moves.between(labels, nearest_labels(self._samples, self._prepared, self._centroids, self._map_blocks))

    def _confirmed(self, labels: LabelArray) -> LabelArray:
        """(n,) the labels of small data, where most are right already."""
        narrow = self._narrow = self._narrow or Narrow(self._samples, self._prepared)
        narrow.aim(aim(self._prepared, self._centroids))

        def of_block(block: Block) -> LabelArray:
            return narrow.confirm(block.rows, labels[block.rows]).labels

        return np.concatenate(list(self._map_blocks(of_block, self._samples.blocks())))
