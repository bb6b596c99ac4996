"""Cluster sums and means in float64, updated by what moved; shared by all exact algorithms."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, LabelArray, MapBlocks, Moves

# Up to so many features, counting by feature is faster than a product with a one-hot matrix (measured).
_NARROW = 16
# From so many clusters on, samples are sorted by cluster first (measured at d = 784: k = 20 slower, 256 four times
# as fast).
_MANY = 64
# A product of up to so many terms takes less time than to sort (measured: d = 64 and 784, k = 100 and 256).
_FEW_TERMS = 1 << 23
# Moved samples are summed in pieces of fixed length, so the sums do not depend on threads; of so many rows for each
# cluster at least, so that adding the pieces' sums, which one thread does, takes little time.
_PIECE_VALUES = 1 << 19
_ROWS_PER_SUM = 16
# So many are summed at a time: in a core's cache, and yet enough for threads not to wait for one another's Python.
_CHUNK_VALUES = 1 << 16


class ClusterSums:
    """Σ wᵢ(xᵢ − origin) and Σ wᵢ of every cluster, kept in float64.

    Measured from an origin near the data, the sums lose no digits to a large offset. The inertia comes for free:
    Σ wᵢ‖xᵢ − c‖² = Σ wᵢ‖xᵢ − origin‖² − Σⱼ ‖sumⱼ‖²/weightⱼ (Huygens' theorem), no pass over the data needed.

    Attributes:
        sums: (k, d) float64.
        weights: (k,) float64, the numbers of samples where all weigh 1.
        empty: (k,) whether that is 0.
    """

    def __init__(self, samples: Samples, prepared: Prepared, n_clusters: int, map_blocks: MapBlocks) -> None:
        self._samples = samples
        self._prepared = prepared
        self._map_blocks = map_blocks
        self.sums = np.zeros((n_clusters, samples.d))
        self.weights = np.zeros(n_clusters)
        self._off_zero = bool(prepared.origin.any())
        self._settle()
        # Whole numbers are added and taken away without rounding.
        weights = samples.weights
        self._whole = weights is None or (prepared.total_weight < 2**53 and bool((np.rint(weights) == weights).all()))

    def move(self, moves: Moves, labels: LabelArray) -> None:
        """Let samples change their cluster; (n,) ``labels`` are those after the moves."""
        if len(moves.indices) == 0:
            return
        indices, former, joined = moves.indices, moves.former, labels.take(moves.indices)
        k, d = self.sums.shape
        if d <= _NARROW:
            self._add(indices, lambda change, at: self._add_features(change, indices[at], joined[at], former[at]))
        elif k < _MANY or len(indices) * k * d <= _FEW_TERMS:
            self._add(
                indices, lambda change, at: _add_difference(change, self._rows(indices[at]), joined[at], former[at])
            )
        else:
            self._add_by_cluster(indices, joined, 1.0)
            had_one = former >= 0
            self._add_by_cluster(indices[had_one], former[had_one], -1.0)
        self._weigh(indices, former, joined, labels)

    def restore(self, sums: Float64Array, labels: LabelArray) -> None:
        """Take up (k, d) sums of an earlier state and its labels."""
        self.sums = sums.copy()
        self.weights = np.bincount(labels, self._samples.weights, len(sums)).astype(np.float64)
        self._settle()

    def _weigh(self, indices: IntArray, former: LabelArray, joined: LabelArray, labels: LabelArray) -> None:
        weights, k = self._samples.weights, len(self.sums)
        if self._whole:
            self.weights += _difference(None if weights is None else weights.take(indices), joined, former, k)
        else:
            # Counted anew, so that no rounding is left where a cluster has become empty.
            self.weights = np.bincount(labels, weights, k).astype(np.float64)
        self._settle()

    def _settle(self) -> None:
        """Let no rounding be left of empty clusters, and know what to divide by: 1 for them."""
        self.empty = self.weights == 0
        self.sums[self.empty] = 0
        self._divisors = np.where(self.empty, 1.0, self.weights)[:, None]

    def means(self, empty: Float64Array) -> Float64Array:
        """(k, d) cluster means; the rows of ``empty`` where a cluster has no weight."""
        means: Float64Array = self.sums / self._divisors
        means += self._prepared.origin
        np.copyto(means, empty, where=self.empty[:, None])
        return means

    def inertia(self) -> float:
        """Σ wᵢ‖xᵢ − mean of its cluster‖², from the sums alone."""
        squares = np.einsum("ij,ij->i", self.sums, self.sums)[:, None]
        return max(0.0, self._prepared.total - float((squares / self._divisors).sum()))

    def _add_by_cluster(self, indices: IntArray, clusters: LabelArray, sign: float) -> None:
        order = np.argsort(clusters, kind="stable")
        indices, ordered = indices[order], clusters[order]
        self._add(indices, lambda change, at: _add_ordered(change, self._rows(indices[at]), ordered[at], sign))

    def _add(self, indices: IntArray, add: Callable[[Float64Array, slice], None]) -> None:
        """Call ``add(change, which of the indices)`` for pieces; their changes are added in order."""

        def change_of(piece: slice) -> Float64Array:
            change = np.zeros(self.sums.shape)
            step = max(1, _CHUNK_VALUES // self._samples.d)
            for start in range(piece.start, piece.stop, step):
                add(change, slice(start, min(start + step, piece.stop)))
            return change

        step = max(_PIECE_VALUES // self._samples.d, _ROWS_PER_SUM * len(self.sums))
        starts = range(0, len(indices), step)
        for change in self._map_blocks(change_of, [slice(s, min(s + step, len(indices))) for s in starts]):
            self.sums += change

    def _add_features(self, change: Float64Array, indices: IntArray, joined: LabelArray, former: LabelArray) -> None:
        """Add these rows to the clusters they joined and take them from their former ones (−1: none), by feature.

        Without a float64 copy of the rows, which NumPy makes and multiplies slowly where they are short.
        """
        rows, weights = self._samples.take(indices), self._samples.weights
        if weights is not None:
            weights = weights.take(indices)
        if self._off_zero:
            rows = rows - self._prepared.origin
        for feature, values in enumerate(rows.T):
            weighted = values if weights is None else values * weights
            change[:, feature] += _difference(weighted, joined, former, len(change))

    def _rows(self, indices: IntArray) -> Float64Array:
        rows = self._samples.take(indices).astype(np.float64, copy=False)
        if self._off_zero:
            rows -= self._prepared.origin
        if self._samples.weights is not None:
            rows *= self._samples.weights.take(indices)[:, None]
        return rows


def _difference(values: FloatArray | None, joined: LabelArray, former: LabelArray, k: int) -> Float64Array:
    """(k,) sums of the values (None: ones) that join a cluster, less those that leave it; −1 is none."""
    change: Float64Array = np.bincount(joined, values, k).astype(np.float64, copy=False)
    # Samples come to their first cluster all at once, and leave none.
    if former[0] >= 0:
        change -= np.bincount(former, values, k)
    return change


def _add_difference(change: Float64Array, rows: Float64Array, joined: LabelArray, former: LabelArray) -> None:
    """Add rows to the clusters they joined and take them from their former ones (−1: none)."""
    # A last column takes what leaves cluster −1.
    one_hot = np.zeros((len(rows), len(change) + 1))
    every = np.arange(len(rows))
    one_hot[every, joined] = 1
    one_hot[every, former] = -1
    change += one_hot[:, :-1].T @ rows


def _add_ordered(change: Float64Array, rows: Float64Array, clusters: LabelArray, sign: float) -> None:
    """Add ``sign`` times rows, ordered by cluster, so that few clusters occur among them."""
    first, last = clusters[0], clusters[-1]
    one_hot = np.zeros((last - first + 1, len(rows)))
    one_hot[clusters - first, np.arange(len(rows))] = sign
    change[first : last + 1] += one_hot @ rows
