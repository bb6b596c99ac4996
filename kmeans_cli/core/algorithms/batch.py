"""One mini-batch against the centroids: nearest centroids, distances and sums, in space that serves every batch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.types import IntArray, MapBlocks

# A batch is worked on in pieces of so many rows, one thread each; fixed, so that sums do not depend on threads.
_PIECE_ROWS = 512
# Up to so many clusters a product is cut into slabs of so many rows: OpenBLAS multiplies small matrices where they
# are, while it copies larger ones first, which takes as long as the product (measured: half the time at k = 10, at 784
# features; nothing is gained above 16).
_SLABBED = 16
_SLAB_ROWS = 64
# Up to so many clusters the sums are one product with a one-hot matrix. Of more, nearly all would be zeros: then rows
# are sorted by label, and so many clusters at a time meet their own rows only (measured).
_FEW = 48
_GROUP = 16


class Batch:
    """Space for b rows and for what is found out about them.

    Nothing as large as a batch is allocated while a fit runs: fresh pages cost more time than the products.

    Attributes:
        labels: (b,) the nearest centroid of each, by float32 distances.
        squared: (b,) float32 squared distance to it.
    """

    def __init__(self, size: int, n_clusters: int, d: int) -> None:
        self.labels: IntArray = np.empty(size, dtype=np.intp)
        self.squared = np.empty(size, dtype=np.float32)
        self._targets = np.empty((n_clusters, d), dtype=np.float32)
        parts = [slice(start, min(start + _PIECE_ROWS, size)) for start in range(0, size, _PIECE_ROWS)]
        self._pieces = [_Piece(part, self.labels[part], self.squared[part], n_clusters, d) for part in parts]

    def look(self, prepared: Prepared, indices: IntArray, points: NDArray[np.float32], map_blocks: MapBlocks) -> None:
        """Take the prepared rows with these (b,) indices and compare them with (k, d) centroids in their units."""
        mean = ((prepared.mean - prepared.origin) / prepared.scale).astype(np.float32)
        np.subtract(points, mean, out=self._targets)
        # With q = c − mean, ‖x − c‖²/2 is ‖x − mean‖²/2 and a score: ‖q‖²/2 + mean·q − x·q.
        bias = np.einsum("ij,ij->i", self._targets, self._targets) / 2 + self._targets @ mean
        list(map_blocks(lambda piece: piece.look(prepared, indices[piece.part], self._targets, bias), self._pieces))

    def add_sums(self, totals: NDArray[np.float32]) -> None:
        """Add the sums of the rows by label to (k, d) ``totals``."""
        for piece in self._pieces:
            totals += piece.sums


class _Piece:
    """A part of a batch, for one thread: views of its labels and distances, and scratch space of its own.

    Attributes:
        part: Which rows of the batch.
        sums: (k, d) float32, the sums of its rows by label.
    """

    def __init__(self, part: slice, labels: IntArray, squared: NDArray[np.float32], k: int, d: int) -> None:
        self.part, self._labels, self._squared = part, labels, squared
        m = len(labels)
        slab_rows = min(m, _SLAB_ROWS) if k <= _SLABBED else m
        n_slabs = -(-m // slab_rows)
        self._width = k if k <= _FEW else _GROUP
        # The last slab may have rows too many: they stay zero in the one-hot matrices, so in the sums.
        self._slabs = np.zeros((n_slabs, slab_rows, d), dtype=np.float32)
        self._score_slabs = np.empty((n_slabs, slab_rows, k), dtype=np.float32)
        self._one_hot_slabs = np.zeros((n_slabs, slab_rows, self._width), dtype=np.float32)
        self._rows = self._slabs.reshape(-1, d)[:m]
        self._scores = self._score_slabs.reshape(-1, k)[:m]
        self._one_hot = self._one_hot_slabs.reshape(-1, self._width)[:m]
        self._sorted = np.empty((m if k > _FEW else 0, d), dtype=np.float32)
        self._sum_slabs = np.empty((n_slabs, k, d), dtype=np.float32)
        self.sums = np.empty((k, d), dtype=np.float32) if n_slabs > 1 else self._sum_slabs[0]
        self._every = np.arange(m)

    def look(
        self, prepared: Prepared, indices: IntArray, targets: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        np.take(prepared.rows, indices, axis=0, out=self._rows, mode="clip")
        np.matmul(self._slabs, targets.T, out=self._score_slabs)
        scores, labels = self._scores, self._labels
        np.subtract(bias, scores, out=scores)
        np.argmin(scores, axis=1, out=labels)
        np.maximum(prepared.squares[indices] + 2 * scores[self._every, labels], 0, out=self._squared)
        if self._width == len(targets):
            self._add_up()
        else:
            self._add_up_groups()

    def _add_up(self) -> None:
        self._mark(self._labels)
        np.matmul(self._one_hot_slabs.transpose(0, 2, 1), self._slabs, out=self._sum_slabs)
        if len(self._slabs) > 1:
            np.sum(self._sum_slabs, axis=0, out=self.sums)

    def _add_up_groups(self) -> None:
        order = np.argsort(self._labels, kind="stable")
        rows, labels = np.take(self._rows, order, axis=0, out=self._sorted, mode="clip"), self._labels[order]
        self._mark(labels % _GROUP)
        starts = range(0, len(self.sums), _GROUP)
        ends = np.searchsorted(labels, [*starts, len(self.sums)]).tolist()
        for group, (start, end) in zip(starts, pairwise(ends), strict=True):
            sums = self.sums[group : group + _GROUP]
            np.matmul(self._one_hot[start:end, : len(sums)].T, rows[start:end], out=sums)

    def _mark(self, columns: IntArray) -> None:
        """Make the one-hot matrix: a 1 in each row, in this column."""
        self._one_hot.fill(0)
        self._one_hot[self._every, columns] = 1
