"""Which centroid is nearest to each row of a batch: by all products, or by few where an outline excludes the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms.batch_centroids import BatchCentroids, Bounds
from kmeans_cli.core.distance import first_smallest
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import IntArray, MapBlocks

# A batch is worked on in parts of so many rows, one thread each; fixed, so that sums do not depend on threads.
_PART_ROWS = 512
# Up to so many clusters a product is cut into slabs of so many rows: OpenBLAS multiplies small matrices where they
# are, while it copies larger ones first, which takes as long as the product (measured: half the time at k = 10, at 784
# features; nothing is gained above 16).
_SLABBED = 16
_SLAB_ROWS = 64
# Scores of so many pairs are taken at a time, by one thread: fewer are not worth another thread.
_PAIRS = 256
# With more candidates per row on average, products with all centroids cost less.
_MANY = 4


def parts_of(size: int) -> list[slice]:
    """The parts of a batch of so many rows."""
    return [slice(start, min(start + _PART_ROWS, size)) for start in range(0, size, _PART_ROWS)]


class DenseSearch:
    """All products of a part of a batch, for one thread."""

    def __init__(self, labels: IntArray, k: int, d: int) -> None:
        m = len(labels)
        slab_rows = min(m, _SLAB_ROWS) if k <= _SLABBED else m
        n_slabs = -(-m // slab_rows)
        self._labels = labels
        # The last slab may have rows too many: they stay zero.
        self._slabs = np.zeros((n_slabs, slab_rows, d), dtype=np.float32)
        self._score_slabs = np.zeros((n_slabs, slab_rows, k), dtype=np.float32)
        self._rows, self._scores = self._slabs.reshape(-1, d)[:m], self._score_slabs.reshape(-1, k)[:m]

    def look(self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids) -> None:
        """Label the rows with these (m,) indices."""
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        np.take(prepared.rows, indices, axis=0, out=self._rows, mode="clip")
        np.matmul(self._slabs, centroids.q.T, out=self._score_slabs)
        np.subtract(centroids.bias, self._scores, out=self._scores)
        np.argmin(self._scores, axis=1, out=self._labels)


class SummingSearch(DenseSearch):
    """The same, and sums of the rows it looked at."""

    def __init__(self, labels: IntArray, k: int, d: int) -> None:
        super().__init__(labels, k, d)
        self._sum_slabs = np.empty((len(self._slabs), k, d), dtype=np.float32)
        self._every = np.arange(len(labels))

    def add_up(self, sums: NDArray[np.float32]) -> None:
        """Set (k, d) sums to those of the rows by label: products with a one-hot matrix, in place of the scores."""
        self._scores.fill(0)
        self._scores[self._every, self._labels] = 1
        np.matmul(self._score_slabs.transpose(0, 2, 1), self._slabs, out=self._sum_slabs)
        np.sum(self._sum_slabs, axis=0, out=sums)


class OutlineSearch:
    """Bounds of all scores from the outline, and the scores of those pairs of row and centroid that they leave.

    These decide as all scores would, but for rounding. Threads share only what takes long: they hinder one another in
    calls of a few microseconds.
    """

    def __init__(self, labels: IntArray, bounds: Bounds) -> None:
        k, width = bounds.weights.shape
        size = len(labels)
        self._labels, self._bounds, self._parts = labels, bounds, parts_of(size)
        self._rows, self._products = np.empty((size, width), np.float32), np.empty((size, k), np.float32)
        self._close = np.empty((size, k), dtype=np.bool_)
        self._scratch = Scratch()

    def look(self, prepared: Prepared, indices: IntArray, centroids: BatchCentroids, map_blocks: MapBlocks) -> None:
        """Label the rows with these (b,) indices."""
        labels, k = self._labels, len(centroids.q)
        close = np.concatenate(list(map_blocks(lambda part: self._bound(part, indices), self._parts)))
        if len(close) > _MANY * len(labels):
            list(map_blocks(lambda part: self._look_at_all(part, prepared, indices, centroids), self._parts))
            return
        row, centroid = np.divmod(close, k)
        n_candidates = np.bincount(row, minlength=len(labels))
        left = np.flatnonzero(n_candidates > 1)
        if len(left):
            pairs = np.flatnonzero(n_candidates[row] > 1)
            row, centroid = indices[row[pairs]], centroid[pairs]
            scores = self._scores(prepared.rows, row, centroids, centroid, map_blocks)
            labels[left] = centroid[first_smallest(scores, n_candidates[left])]

    def _bound(self, part: slice, indices: IntArray) -> IntArray:
        """Label rows by their lowest bounds; returns which scores of the batch may be as low as the labels'."""
        rows = np.take(self._bounds.outline.rows, indices[part], axis=0, out=self._rows[part], mode="clip")
        bounds = np.matmul(rows, self._bounds.weights.T, out=self._products[part])
        lowest = np.argmin(bounds, axis=1, out=self._labels[part])
        first = np.arange(0, bounds.size, bounds.shape[1])
        highest = bounds.reshape(-1).take(first + lowest) + 2 * rows[:, -2] * self._bounds.reach[lowest]
        close = np.flatnonzero(np.less_equal(bounds, highest[:, None], out=self._close[part]))
        close += part.start * bounds.shape[1]
        return close

    def _look_at_all(self, part: slice, prepared: Prepared, indices: IntArray, centroids: BatchCentroids) -> None:
        rows, scores = self._scratch.rows(prepared.rows, indices[part]), self._products[part]
        np.matmul(rows, centroids.q.T, out=scores)
        np.subtract(centroids.bias, scores, out=scores)
        np.argmin(scores, axis=1, out=self._labels[part])

    def _scores(
        self,
        rows: NDArray[np.float32],
        indices: IntArray,
        centroids: BatchCentroids,
        which: IntArray,
        map_blocks: MapBlocks,
    ) -> NDArray[np.float32]:
        products = np.empty(len(which), dtype=np.float32)

        def multiply(start: int) -> None:
            pairs = slice(start, start + _PAIRS)
            mine, others = self._scratch.rows(rows, indices[pairs]), self._scratch.rows(centroids.q, which[pairs])
            np.vecdot(mine, others, out=products[pairs])

        list(map_blocks(multiply, range(0, len(which), _PAIRS)))
        scores: NDArray[np.float32] = centroids.bias[which] - products
        return scores
