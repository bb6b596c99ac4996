"""Empty clusters of a stream: the same policies, with what they ask about all samples found in a pass."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import cast

import numpy as np

from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.empty import EmptyCase
from kmeans_cli.core.passes import Far, FindFar, Measure
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks


@dataclass(frozen=True)
class StreamEmptyCase(EmptyCase):
    """Clusters found empty after an update, of a stream.

    Attributes:
        stream: The data.
        note: The note with the labels.
    """

    stream: Stream
    note: str

    @classmethod
    def of(
        cls,
        stream: Stream,
        note: str,
        empty: IntArray,
        centroids: Float64Array,
        rng: np.random.Generator,
        map_blocks: MapBlocks,
    ) -> StreamEmptyCase:
        """The case, with no label of its own."""
        labels: LabelArray = np.zeros(0, dtype=np.int32)
        samples = cast(Samples, stream)  # the policies ask for n, d, weights and rows by index only
        return cls(empty, centroids, labels, samples, stream.frame.whole(), rng, map_blocks, stream, note)

    def farthest(self, n: int) -> IntArray:
        """The samples farthest from their centroids."""
        return self._far(n).indices

    def farthest_of_costliest(self, n: int) -> IntArray:
        """The farthest member of each of the n clusters with the largest inertia."""
        inertias = np.zeros(len(self.centroids))
        for measured in self.map_blocks(Measure(self.stream, self.centroids, self.note), self.stream.pieces()):
            inertias += measured.inertias
        donors, far = np.argsort(-inertias, kind="stable")[:n], self._far(None)
        farthest = np.zeros(len(inertias), dtype=np.int64)
        farthest[far.labels] = far.indices
        return farthest[donors]

    def placed_at(self, indices: IntArray) -> Float64Array:
        """(m, d) these samples as the new centroids; see ``EmptyCase``."""
        rows = self.stream.take(indices).astype(np.float64)
        apart = squared_distances(rows, self.centroids[self._labels_at(indices)]) > self.prepared.resolution**2
        return np.where(apart[:, None], rows, self.centroids[self.empty])

    def _far(self, n: int | None) -> Far:
        find = FindFar(self.stream, self.centroids, self.note, n)

        def both(first: Far, second: Far) -> Far:
            return find.best(
                Far(
                    np.append(first.indices, second.indices),
                    np.append(first.labels, second.labels),
                    np.append(first.squared, second.squared),
                )
            )

        return reduce(both, self.map_blocks(find, self.stream.pieces()))

    def _labels_at(self, indices: IntArray) -> LabelArray:
        labels: LabelArray = np.empty(len(indices), dtype=np.int32)
        for piece in self.stream.pieces():
            here = (indices >= piece.start) & (indices < piece.stop)
            if here.any():
                labels[here] = self.stream.kept(self.note, piece)[indices[here] - piece.start]
        return labels
