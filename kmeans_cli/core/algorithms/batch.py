"""One mini-batch: the nearest centroid of each row, then the sums by cluster, in space that serves every batch.

Nothing as large as a batch is allocated while a fit runs: fresh pages cost more time than the products.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms.batch_centroids import BatchCentroids, Bounds
from kmeans_cli.core.algorithms.batch_search import DenseSearch, OutlineSearch, SummingSearch, parts_of
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.types import IntArray, MapBlocks

# So many clusters at a time meet their own rows (measured from k = 36 to 256: 3 to 8 are alike, 16 take longer).
_GROUP = 8


class FewClusters:
    """A batch of b rows for few clusters: all products, and sums by a product with a one-hot matrix.

    Attributes:
        labels: (b,) the nearest centroid of each row, by float32 distances.
    """

    def __init__(self, size: int, k: int, d: int) -> None:
        self.labels: IntArray = np.empty(size, dtype=np.intp)
        self._parts = parts_of(size)
        self._searches = [SummingSearch(self.labels[part], k, d) for part in self._parts]
        self._sums = np.empty((len(self._parts), k, d), dtype=np.float32)

    def learn(
        self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks
    ) -> tuple[float, float]:
        """Label the rows with these (b,) indices, and teach them to the centroids: see ``BatchCentroids.learn``."""

        def of_part(number: int) -> None:
            search = self._searches[number]
            search.look(prepared, indices[self._parts[number]], centroids)
            search.add_up(self._sums[number])

        list(map_blocks(of_part, range(len(self._parts))))
        sums = self._sums[0]
        for more in self._sums[1:]:
            sums += more
        return centroids.learn(slice(0, len(sums)), np.bincount(self.labels, minlength=len(sums)), sums)


class ManyClusters:
    """A batch of b rows for many clusters: rows sorted by label are summed, and learned from, some clusters at a time.

    Attributes:
        labels: (b,) the nearest centroid of each row, by float32 distances.
    """

    def __init__(self, size: int, k: int, d: int, bounds: Bounds | None) -> None:
        self.labels: IntArray = np.empty(size, dtype=np.intp)
        self._parts = parts_of(size)
        self._bounded = None if bounds is None else OutlineSearch(self.labels, bounds)
        self._searches = [DenseSearch(self.labels[part], k, d) for part in self._parts] if bounds is None else []
        self._every, self._small = np.arange(size), np.min_scalar_type(k)
        self._rows = np.empty((size, d), dtype=np.float32)
        self._one_hot = np.empty((size, _GROUP), dtype=np.float32)
        self._sums = np.empty((k, d), dtype=np.float32)

    def learn(
        self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks
    ) -> tuple[float, float]:
        """Label the rows with these (b,) indices, and teach them to the centroids: see ``BatchCentroids.learn``."""
        self._look(prepared, indices, centroids, map_blocks)
        # Small integers are sorted in linear time.
        order = np.argsort(self.labels.astype(self._small), kind="stable")
        labels, indices = self.labels[order], indices[order]
        k = len(self._sums)
        ends = np.searchsorted(labels, np.arange(k + 1))
        self._one_hot.fill(0)
        self._one_hot[self._every, labels % _GROUP] = 1

        def of_clusters(part: slice) -> tuple[float, float]:
            self._add_up(prepared.rows, indices, part, ends.tolist())
            return centroids.learn(part, np.diff(ends[part.start : part.stop + 1]), self._sums[part])

        scores, shifts = zip(*map_blocks(of_clusters, self._shares(ends)), strict=True)
        return sum(scores), max(shifts)

    def _look(self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks) -> None:
        if self._bounded is not None:
            self._bounded.look(prepared, indices, centroids, map_blocks)
            return

        def of_part(number: int) -> None:
            self._searches[number].look(prepared, indices[self._parts[number]], centroids)

        list(map_blocks(of_part, range(len(self._parts))))

    def _shares(self, ends: IntArray) -> list[slice]:
        """Clusters in parts with about as many rows each, made of whole groups."""
        wanted = [part.start for part in self._parts[1:]]
        borders = np.searchsorted(ends, wanted) // _GROUP * _GROUP
        return [slice(a, b) for a, b in pairwise([0, *borders.tolist(), len(self._sums)]) if a < b]

    def _add_up(self, rows: NDArray[np.float32], indices: IntArray, clusters: slice, ends: list[int]) -> None:
        mine = slice(ends[clusters.start], ends[clusters.stop])
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        np.take(rows, indices[mine], axis=0, out=self._rows[mine], mode="clip")
        for start in range(clusters.start, clusters.stop, _GROUP):
            stop = min(start + _GROUP, clusters.stop)
            group = slice(ends[start], ends[stop])
            one_hot = self._one_hot[group, : stop - start]
            np.matmul(one_hot.T, self._rows[group], out=self._sums[start:stop])
