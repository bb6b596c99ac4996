"""Mini-batch k-means: each iteration looks at a small draw of the samples and moves every centroid towards its share.

Source: Sculley, "Web-scale k-means clustering", WWW 2010. The end, the reassignment of centroids that own next to
nothing, and the choice among starts are those of scikit-learn's ``MiniBatchKMeans``.

It works in float32, on the rows made by ``prepare`` and in their units, unlike an exact algorithm: another batch would
change the result by far more than rounding does. The last assignment is exact.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.algorithms import MINIBATCH
from kmeans_cli.core.algorithms.batch import FewClusters, ManyClusters
from kmeans_cli.core.algorithms.batch_centroids import BatchCentroids, Bounds
from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.init import Start
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.prepare import Prepared
from kmeans_cli.core.result import build_result, weighted_sum
from kmeans_cli.core.samples import Samples
from kmeans_cli.core.types import (
    FitState,
    Float64Array,
    IntArray,
    IterationRecord,
    KMeansResult,
    LabelArray,
    MapBlocks,
    OnIteration,
    StopReason,
)

# Given centroids farther out than this, in the units of the rows, would overflow in float32 products.
_FAR = 2.0**50
# Of up to so many clusters the sums are one product with a one-hot matrix; of more, nearly all of it would be zeros.
_FEW = 48
# An outline is made for more than so many clusters, of samples with so many features and more, and of so many batches'
# worth at most: a fit ends after one or two hundred batches, and making it takes as long as a few dozen (measured at
# 784 features; at k = 64 whole fits took longer with it).
_OUTLINED = 64
_WIDE = 256
_BATCHES = 100


class _Smoothed:
    """The exponentially weighted mean of the batches' J_clust, and for how many batches it had no new minimum."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._mean: float | None = None
        self._least = math.inf
        self.waited = 0

    def add(self, j_clust: float) -> None:
        """Take in one more batch, with ``share`` as its part in the mean."""
        self._mean = j_clust if self._mean is None else self._mean + self._share * (j_clust - self._mean)
        self.waited = 0 if self._mean < self._least else self.waited + 1
        self._least = min(self._least, self._mean)


class BatchLoop:
    """The state of a running mini-batch fit and its steps; for ``engine.fit``, which describes the arguments."""

    def __init__(
        self,
        samples: Samples,
        params: KMeansParams,
        batches: MiniBatchParams,
        prepared: Prepared,
        map_blocks: MapBlocks,
        clock: Callable[[], float],
        rng: np.random.Generator,
        begin: Start,
        state: FitState | None,
        distance_sums: bool,
    ) -> None:
        self.samples, self.params, self.batches, self.prepared = samples, params, batches, prepared
        self.map_blocks, self.clock, self.rng, self.begin = map_blocks, clock, rng, begin
        self.distance_sums = distance_sums
        self.size = min(batches.batch_size, samples.n)
        self.cumulated = None if samples.weights is None else np.cumsum(samples.weights)
        points = ((begin.centroids - prepared.origin) / prepared.scale).clip(-_FAR, _FAR)
        bounds = self._bounds()
        self.centroids = BatchCentroids(prepared, points.astype(np.float32), bounds)
        shape = self.size, params.n_clusters, samples.d
        self.batch = FewClusters(*shape) if params.n_clusters <= _FEW else ManyClusters(*shape, bounds)
        self.n_since_reassigning = 0
        self.labels: LabelArray = np.full(samples.n, -1, dtype=np.int32)
        self.smoothed = _Smoothed(min(1.0, 2 * self.size / (samples.n + 1)))
        self.history: list[IterationRecord] = []
        if state is not None:
            self._go_on(state)

    def run(self, on_iteration: OnIteration | None) -> StopReason:
        """Take batches until the smoothed inertia stops falling, or the limit or the caller says stop."""
        n_batches = max(1, self.batches.max_epochs * self.samples.n // self.size)
        while self.smoothed.waited < self.batches.patience:
            if len(self.history) >= n_batches:
                return StopReason.MAX_EPOCHS
            self._iterate()
            wish = on_iteration is not None and on_iteration(self.history[-1], self._state())
            if wish and self.smoothed.waited < self.batches.patience:
                return StopReason.INTERRUPTED
        return StopReason.SMOOTHED

    def result(self, stop_reason: StopReason) -> KMeansResult:
        """The exact assignment of all samples to the centroids, measured directly."""
        centroids = self._centroids()
        return build_result(
            self.samples,
            self.prepared,
            centroids,
            nearest_labels(self.samples, self.prepared, centroids, self.map_blocks),
            begin=self.begin,
            history=self.history,
            stop_reason=stop_reason,
            algorithm=MINIBATCH,
            algorithm_reason="as asked",
            cure=f"minibatch.reassignment_ratio: {self.batches.reassignment_ratio:g}",
            map_blocks=self.map_blocks,
        )

    def _iterate(self) -> None:
        began = self.clock()
        indices = self._draw()
        before = self.centroids.points.copy() if self.distance_sums else None
        score, shift = self.batch.learn(self.prepared, indices, self.centroids, self.map_blocks)
        n_moved = int(np.count_nonzero(self.labels[indices] != self.batch.labels))
        self.labels[indices] = self.batch.labels
        n_empty = int(np.count_nonzero(self.centroids.counts == 0))
        self._reassign(indices)
        # From the batch to all samples, and from the units of the rows to those of the data.
        squared = max(0.0, float(self.prepared.squares[indices].sum()) + 2 * score)
        j_clust = squared / self.size * self.prepared.scale**2
        total_weight, number, every = self.prepared.total_weight, len(self.history) + 1, self.batches.full_every
        self._record(
            IterationRecord(
                iteration=number,
                inertia=j_clust * total_weight,
                j_clust=j_clust,
                centroid_shift=math.sqrt(shift) * self.prepared.scale,
                n_moved=n_moved,
                n_empty=n_empty,
                seconds=self.clock() - began,
                distance_sum=None if before is None else self._mean_distance(indices, before) * total_weight,
                j_clust_full=self._full_j_clust() if every and number % every == 0 else None,
            )
        )

    def _record(self, record: IterationRecord) -> None:
        self.history.append(record)
        # The first batch speaks of the start, not of the fit.
        if record.iteration > 1:
            self.smoothed.add(record.j_clust)

    def _go_on(self, state: FitState) -> None:
        assert state.counts is not None  # it is one of mini-batch
        every = np.arange(self.params.n_clusters)
        self.centroids.place(every, state.sums.astype(np.float32), state.counts)
        self.labels = state.labels.copy()
        self.n_since_reassigning = state.since_reassigning
        for record in state.history:
            self._record(record)

    def _draw(self) -> IntArray:
        if self.cumulated is None:
            return self.rng.integers(self.samples.n, size=self.size)
        drawn = self.rng.random(self.size) * self.cumulated[-1]
        indices: IntArray = np.searchsorted(self.cumulated, drawn, side="right")
        return indices

    def _reassign(self, indices: IntArray) -> None:
        """Move the centroids that own too few samples to samples of the batch, at most half as many as it has.

        At once when one owns none, else whenever 10·k samples were drawn. They then count as the smallest of the
        others, or they would be moved again before they own anything.
        """
        counts = self.centroids.counts
        self.n_since_reassigning += self.size
        if counts.all() and self.n_since_reassigning < 10 * len(counts):
            return
        self.n_since_reassigning = 0
        few = np.flatnonzero(counts < self.batches.reassignment_ratio * counts.max())
        if len(few):
            few = few[np.argsort(counts[few], kind="stable")][: self.size // 2]
            rows = self.prepared.rows[indices[self.rng.choice(self.size, len(few), replace=False)]]
            self.centroids.place(few, rows, np.delete(counts, few).min())

    def _mean_distance(self, indices: IntArray, points: NDArray[np.float32]) -> float:
        apart = self.prepared.rows[indices] - points[self.batch.labels]
        return float(np.sqrt(np.einsum("ij,ij->i", apart, apart)).mean(dtype=np.float64)) * self.prepared.scale

    def _bounds(self) -> Bounds | None:
        n, d, k = self.samples.n, self.samples.d, self.params.n_clusters
        pays = d >= _WIDE and k > _OUTLINED and n <= _BATCHES * self.size
        return Bounds(self.prepared.outline(self.map_blocks), k) if pays else None

    def _full_j_clust(self) -> float:
        centroids = self._centroids()
        labels = nearest_labels(self.samples, self.prepared, centroids, self.map_blocks)
        squared = own_squared_distances(self.samples, centroids, labels, self.map_blocks)
        return weighted_sum(squared, self.samples.weights) / self.prepared.total_weight

    def _centroids(self) -> Float64Array:
        centroids: Float64Array = self.prepared.origin + self.prepared.scale * self.centroids.points.astype(np.float64)
        return centroids

    def _state(self) -> FitState:
        """Without a copy of anything as long as the data or the fit."""
        return FitState(
            centroids=self._centroids(),
            labels=self.labels,
            start=self.begin.centroids,
            sums=self.centroids.points.astype(np.float64),
            rng_state=dict(self.rng.bit_generator.state),
            history=self.history,
            init_indices=self.begin.indices,
            counts=self.centroids.counts,
            since_reassigning=self.n_since_reassigning,
        )
