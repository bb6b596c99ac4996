"""One mini-batch against the centroids: nearest centroids, distances and sums, in space that serves every batch."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.types import IntArray, MapBlocks

# A batch is worked on in pieces of so many rows, one thread each; fixed, so that sums do not depend on threads.
_PIECE_ROWS = 512
# Up to so many clusters the sums are one product with a one-hot matrix. Of more, nearly all would be zeros: then rows
# are sorted by label, and so many clusters at a time meet their own rows only (measured).
_FEW = 48
_GROUP = 16


class Batch:
    """Space for b rows and for what is found out about them.

    Nothing as large as a batch is allocated while a fit runs: fresh pages cost more time than the products.

    Attributes:
        rows: (b, d) float32.
        labels: (b,) the nearest centroid of each, by float32 distances.
        squared: (b,) float32 squared distance to it.
        sums: (k, d) float32, the sums of the rows by label.
    """

    def __init__(self, size: int, n_clusters: int, d: int) -> None:
        self.rows = np.empty((size, d), dtype=np.float32)
        self.labels: IntArray = np.empty(size, dtype=np.intp)
        self.squared = np.empty(size, dtype=np.float32)
        self.sums = np.empty((n_clusters, d), dtype=np.float32)
        self._targets = np.empty_like(self.sums)
        self._pieces = [
            _Piece(slice(start, min(start + _PIECE_ROWS, size)), self) for start in range(0, size, _PIECE_ROWS)
        ]

    def look(self, prepared: Prepared, indices: IntArray, points: NDArray[np.float32], map_blocks: MapBlocks) -> None:
        """Take the prepared rows with these (b,) indices and compare them with (k, d) centroids in their units."""
        mean = ((prepared.mean - prepared.origin) / prepared.scale).astype(np.float32)
        np.subtract(points, mean, out=self._targets)
        # With q = c − mean, ‖x − c‖²/2 is ‖x − mean‖²/2 and a score: ‖q‖²/2 + mean·q − x·q.
        bias = np.einsum("ij,ij->i", self._targets, self._targets) / 2 + self._targets @ mean
        list(map_blocks(lambda piece: piece.look(prepared, indices[piece.part], self._targets, bias), self._pieces))
        self.sums[:] = 0
        for piece in self._pieces:
            self.sums += piece.sums


class _Piece:
    """A part of a batch, for one thread: views into the batch, and scratch space of its own."""

    def __init__(self, part: slice, batch: Batch) -> None:
        self.part = part
        self.rows, self.labels, self.squared = batch.rows[part], batch.labels[part], batch.squared[part]
        self.sums = np.empty_like(batch.sums)
        self._every = np.arange(len(self.rows))
        self._scores = np.empty((len(self.rows), len(self.sums)), dtype=np.float32)
        self._sorted = np.empty_like(self.rows)

    def look(
        self, prepared: Prepared, indices: IntArray, targets: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        rows, scores = self.rows, self._scores
        # Without a mode that cannot fail, take() gathers into a copy of `out` first.
        np.take(prepared.rows, indices, axis=0, out=rows, mode="clip")
        np.matmul(rows, targets.T, out=scores)
        np.subtract(bias, scores, out=scores)
        np.argmin(scores, axis=1, out=self.labels)
        np.maximum(prepared.squares[indices] + 2 * scores[self._every, self.labels], 0, out=self.squared)
        self._add_up()

    def _add_up(self) -> None:
        """Sum the rows by label."""
        k = len(self.sums)
        if k <= _FEW:
            np.matmul(_one_hot(self.labels, slice(0, k)), self.rows, out=self.sums)
            return
        order = np.argsort(self.labels, kind="stable")
        rows, labels = np.take(self.rows, order, axis=0, out=self._sorted, mode="clip"), self.labels[order]
        ends = np.searchsorted(labels, np.arange(0, k + _GROUP, _GROUP))
        for number, (start, end) in enumerate(pairwise(ends)):
            group = slice(number * _GROUP, min((number + 1) * _GROUP, k))
            np.matmul(_one_hot(labels[start:end], group), rows[start:end], out=self.sums[group])


def _one_hot(labels: IntArray, group: slice) -> NDArray[np.float32]:
    """(clusters of the group, m) 1 where a row has the label."""
    one_hot: NDArray[np.bool_] = labels == np.arange(group.start, group.stop)[:, None]
    return one_hot.astype(np.float32)
