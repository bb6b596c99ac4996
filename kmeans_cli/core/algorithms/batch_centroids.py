"""The centroids of mini-batch: what a batch is compared with, and how they learn from it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.outline import Outline, rest_lengths
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.types import Float64Array, IntArray, MapBlocks

# So many centroids are aimed at a time: of fewer, it takes no longer than to wake another thread.
_AIMED = 128


class Bounds:
    """Lower bounds of the scores of centroids, as products with the rows of an outline: see ``outline``.

    Attributes:
        outline: Of the samples.
        weights: (k, p + 2) float32, −w, −σ and ‖q‖²/2.
        reach: (k,) float32, σ: a bound is below the score by 2ρσ at most.
    """

    def __init__(self, outline: Outline, k: int) -> None:
        self.outline = outline
        self.weights = np.empty((k, outline.rows.shape[1]), dtype=np.float32)
        self.reach = np.empty(k, dtype=np.float32)
        self._opposite = -outline.directions

    def aim(self, part: slice, q: NDArray[np.float32], squares: NDArray[np.float32]) -> None:
        """Some centroids about the mean are now (m, d) q, of these (m,) squared lengths."""
        weights = self.weights[part]
        coordinates = np.matmul(q, self._opposite, out=weights[:, :-2])
        self.reach[part] = rest_lengths(squares, coordinates)
        weights[:, -2], weights[:, -1] = -self.reach[part], squares / 2


class BatchCentroids:
    """k centroids in the units of the prepared rows, each the mean of all samples that ever came to it.

    Attributes:
        points: (k, d) float32.
        counts: (k,) float64, of how many samples each is the mean; a start counts for nothing.
        q: (k, d) float32, the points about the mean m of the data.
        bias: (k,) float32. ‖x − c‖²/2 is ‖x − m‖²/2 and a score: bias − x·q, where bias is ‖q‖²/2 + m·q.
    """

    def __init__(self, prepared: Prepared, points: NDArray[np.float32], bounds: Bounds | None = None) -> None:
        k = len(points)
        self.points, self.counts = points, np.zeros(k)
        self.q, self.bias = np.empty_like(points), np.empty(k, dtype=np.float32)
        self._spare = np.empty_like(points)
        self._parts = [slice(start, min(start + _AIMED, k)) for start in range(0, k, _AIMED)]
        self._mean, self._bounds = prepared.centre.astype(np.float32), bounds
        self._aim(slice(0, k))

    def rates(self, came: IntArray) -> NDArray[np.float32]:
        """(k,) the learning rates of centroids to which so many samples come: 1/count (Sculley's algorithm 1)."""
        return (1 / np.maximum(self.counts + came, 1)).astype(np.float32)

    def learn(self, came: IntArray, shares: NDArray[np.float32], map_blocks: MapBlocks) -> tuple[float, float]:
        """Make the centroids the means of what they were made of and of what came now.

        One sample after the other, each with the rate of its moment (lines 9 to 12), would lead to the same place.

        Args:
            came: (k,) how many samples came to each.
            shares: (k, d) the sums of these, times the centroids' rates; spoilt.
            map_blocks: Who computes blocks.

        Returns:
            The sum of the samples' scores before, and the largest squared length a centroid moved.
        """
        counts = self.counts + came
        score = float(came @ self.bias - np.maximum(counts, 1) @ np.vecdot(self.q, shares))
        # The place it starts from weighs nothing, unless a centroid has to stay there for want of samples.
        kept = np.where(counts > 0, self.counts / np.maximum(counts, 1), 1).astype(np.float32)
        moved = np.multiply(self.points, kept[:, None], out=self._spare)
        moved += shares
        shift = np.subtract(moved, self.points, out=shares)
        self.points, self._spare, self.counts = moved, self.points, counts
        list(map_blocks(self._aim, self._parts))
        return score, float(np.vecdot(shift, shift).max())

    def place(self, which: IntArray, rows: NDArray[np.float32], counts: Float64Array | float) -> None:
        """Move some centroids to rows, as if they were means of so many samples."""
        self.points[which], self.counts[which] = rows, counts
        for j in which:
            self._aim(slice(j, j + 1))

    def _aim(self, part: slice) -> None:
        q = np.subtract(self.points[part], self._mean, out=self.q[part])
        # Row by row, so that no bit of the bias depends on which centroids are aimed together.
        squares = np.vecdot(q, q)
        np.add(squares / 2, np.vecdot(q, self._mean), out=self.bias[part])
        if self._bounds is not None:
            self._bounds.aim(part, q, squares)
