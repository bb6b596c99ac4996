"""Cluster sums and means in float64, updated by what moved; shared by all exact algorithms."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks, Moves

# Up to so many features, counting by feature is faster than a product with a one-hot matrix (measured).
_NARROW = 16
# Moved samples are summed in pieces of fixed length, so the sums do not depend on threads.
_PIECE_VALUES = 1 << 19
_CHUNK_VALUES = 1 << 17


class ClusterSums:
    """Σ wᵢ(xᵢ − origin) and Σ wᵢ of every cluster, kept in float64.

    Measured from an origin near the data, the sums lose no digits to a large offset. The inertia comes for free:
    Σ wᵢ‖xᵢ − c‖² = Σ wᵢ‖xᵢ − origin‖² − Σⱼ ‖sumⱼ‖²/weightⱼ (Huygens' theorem), no pass over the data needed.

    Attributes:
        sums: (k, d) float64.
        weights: (k,) float64.
        sizes: (k,) int64 number of samples.
    """

    def __init__(self, samples: Samples, prepared: Prepared, n_clusters: int, map_blocks: MapBlocks) -> None:
        self._samples = samples
        self._prepared = prepared
        self._map_blocks = map_blocks
        self.sums = np.zeros((n_clusters, samples.d))
        self.weights = np.zeros(n_clusters)
        self.sizes = np.zeros(n_clusters, dtype=np.int64)

    def move(self, moves: Moves, labels: LabelArray) -> None:
        """Let samples change their cluster; (n,) ``labels`` are those after the moves."""
        indices, former = moves.indices, moves.former
        joined = labels[indices]
        step = max(1, _PIECE_VALUES // self._samples.d)
        pieces = [slice(start, start + step) for start in range(0, len(indices), step)]
        for change in self._map_blocks(lambda at: self._change(indices[at], former[at], joined[at]), pieces):
            self.sums += change
        self._count(labels)

    def restore(self, sums: Float64Array, labels: LabelArray) -> None:
        """Take up (k, d) sums of an earlier state and its labels."""
        self.sums = sums.copy()
        self._count(labels)

    def _count(self, labels: LabelArray) -> None:
        k, weights = len(self.sums), self._samples.weights
        # Counted anew, so that no rounding is left where a cluster has become empty.
        self.sizes = np.bincount(labels, minlength=k)
        self.weights = np.bincount(labels, weights, k).astype(np.float64)
        self.sums[self.weights == 0] = 0

    def means(self, empty: Float64Array) -> Float64Array:
        """(k, d) cluster means; the rows of ``empty`` where a cluster has no weight."""
        filled = self.weights > 0
        means = empty.copy()
        means[filled] = self._prepared.origin + self.sums[filled] / self.weights[filled, None]
        return means

    def inertia(self) -> float:
        """Σ wᵢ‖xᵢ − mean of its cluster‖², from the sums alone."""
        filled = self.weights > 0
        squares = np.einsum("ij,ij->i", self.sums[filled], self.sums[filled])
        return max(0.0, self._prepared.total - float((squares / self.weights[filled]).sum()))

    def _change(self, indices: IntArray, former: LabelArray, joined: LabelArray) -> Float64Array:
        change = np.zeros_like(self.sums)
        step = max(1, _CHUNK_VALUES // self._samples.d)
        add = _add_narrow if self._samples.d <= _NARROW else _add_wide
        for start in range(0, len(indices), step):
            at = slice(start, start + step)
            rows = self._samples.take(indices[at]) - self._prepared.origin
            if self._samples.weights is not None:
                rows *= self._samples.weights[indices[at], None]
            add(change, rows, joined[at], former[at])
        return change


def _add_wide(change: Float64Array, rows: Float64Array, joined: LabelArray, former: LabelArray) -> None:
    # A last column takes what leaves cluster −1, that is none.
    one_hot = np.zeros((len(rows), len(change) + 1))
    every = np.arange(len(rows))
    one_hot[every, joined] = 1
    one_hot[every, former] = -1
    change += one_hot[:, :-1].T @ rows


def _add_narrow(change: Float64Array, rows: Float64Array, joined: LabelArray, former: LabelArray) -> None:
    k = len(change)
    for feature in range(rows.shape[1]):
        change[:, feature] += np.bincount(joined, rows[:, feature], k)
        # Counted from −1, whose share is dropped: those samples were in no cluster.
        change[:, feature] -= np.bincount(former + 1, rows[:, feature], k + 1)[1:]
