"""Cluster sums and means in float64, updated by what moved; shared by all exact algorithms."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks

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

    def move(self, moved: IntArray, former: LabelArray | None, labels: LabelArray) -> None:
        """Let samples change their cluster.

        Args:
            moved: Their indices, ascending.
            former: (n,) labels before; None: they were in no cluster.
            labels: (n,) labels now.
        """
        step = max(1, _PIECE_VALUES // self._samples.d)
        pieces = [moved[start : start + step] for start in range(0, len(moved), step)]
        for change in self._map_blocks(lambda piece: self._change(piece, former, labels), pieces):
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

    def _change(self, piece: IntArray, former: LabelArray | None, labels: LabelArray) -> Float64Array:
        change = np.zeros_like(self.sums)
        step = max(1, _CHUNK_VALUES // self._samples.d)
        for start in range(0, len(piece), step):
            indices = piece[start : start + step]
            rows = self._samples.take(indices) - self._prepared.origin
            if self._samples.weights is not None:
                rows *= self._samples.weights[indices, None]
            add = _add_narrow if self._samples.d <= _NARROW else _add_wide
            add(change, rows, labels[indices], None if former is None else former[indices])
        return change


def _add_wide(change: Float64Array, rows: Float64Array, labels: LabelArray, former: LabelArray | None) -> None:
    one_hot = np.zeros((len(rows), len(change)))
    every = np.arange(len(rows))
    one_hot[every, labels] = 1
    if former is not None:
        one_hot[every, former] = -1
    change += one_hot.T @ rows


def _add_narrow(change: Float64Array, rows: Float64Array, labels: LabelArray, former: LabelArray | None) -> None:
    k = len(change)
    for feature in range(rows.shape[1]):
        change[:, feature] += np.bincount(labels, rows[:, feature], k)
        if former is not None:
            change[:, feature] -= np.bincount(former, rows[:, feature], k)
