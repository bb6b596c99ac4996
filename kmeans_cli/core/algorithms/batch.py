"""One mini-batch: the nearest centroid of each row, then the sums by cluster, in space that serves every batch.

Nothing as large as a batch is allocated while a fit runs: fresh pages cost more time than the products.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms.batch_centroids import BatchCentroids, Bounds
from kmeans_cli.core.algorithms.batch_search import DenseSearch, OutlineSearch, SummingSearch, parts_of
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import IntArray, MapBlocks

# Clusters with about so many rows are gathered at a time: they stay in a core's cache until they are summed.
_CHUNK_ROWS = 128
# So many clusters at a time meet their own rows, in products that OpenBLAS makes without copying them first.
_GROUP = 4


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
        came = np.bincount(self.labels, minlength=len(sums))
        sums *= centroids.rates(came)[:, None]
        return centroids.learn(came, sums, map_blocks)


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
        chunk = _GROUP * max(1, _CHUNK_ROWS * k // (_GROUP * size))
        self._chunks = [range(start, min(start + chunk, k)) for start in range(0, k, chunk)]
        self._rates = np.empty((size, _GROUP), dtype=np.float32)
        self._scratch = Scratch()
        self._shares = np.empty((k, d), dtype=np.float32)

    def learn(
        self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks
    ) -> tuple[float, float]:
        """Label the rows with these (b,) indices, and teach them to the centroids: see ``BatchCentroids.learn``."""
        self._look(prepared, indices, centroids, map_blocks)
        came = np.bincount(self.labels, minlength=len(self._shares))
        # Small integers are sorted in linear time.
        order = np.argsort(self.labels.astype(self._small), kind="stable")
        labels, indices, ends = self.labels[order], indices[order], [0, *np.cumsum(came).tolist()]
        self._rates.fill(0)
        self._rates[self._every, labels % _GROUP] = centroids.rates(came)[labels]
        list(map_blocks(lambda chunk: self._add_up(prepared.rows, indices, chunk, ends), self._chunks))
        return centroids.learn(came, self._shares, map_blocks)

    def _look(self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks) -> None:
        if self._bounded is not None:
            self._bounded.look(prepared, indices, centroids, map_blocks)
            return

        def of_part(number: int) -> None:
            self._searches[number].look(prepared, indices[self._parts[number]], centroids)

        list(map_blocks(of_part, range(len(self._parts))))

    def _add_up(self, rows: NDArray[np.float32], indices: IntArray, clusters: range, ends: list[int]) -> None:
        first = ends[clusters.start]
        mine = self._scratch.rows(rows, indices[first : ends[clusters.stop]])
        for start in clusters[::_GROUP]:
            stop = min(start + _GROUP, clusters.stop)
            rates = self._rates[ends[start] : ends[stop], : stop - start]
            np.matmul(rates.T, mine[ends[start] - first : ends[stop] - first], out=self._shares[start:stop])
