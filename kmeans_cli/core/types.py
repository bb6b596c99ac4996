"""The values that enter and leave the engine: frozen dataclasses, no behaviour beyond what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
Float64Array: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.integer[Any]]
LabelArray: TypeAlias = NDArray[np.int32]
BoolArray: TypeAlias = NDArray[np.bool_]
Where: TypeAlias = slice | IntArray
"""Which rows: a slice of consecutive ones, or their indices, ascending."""

_T = TypeVar("_T")
_R = TypeVar("_R")


class MapBlocks(Protocol):
    """Like the builtin ``map``: results come in the order of the items, whoever computes them."""

    def __call__(self, function: Callable[[_T], _R], items: Iterable[_T], /) -> Iterable[_R]:
        """Apply ``function`` to each item."""
        ...


class StopReason(Enum):
    """Why a fit ended, in words; ``converged`` says whether that counts as convergence."""

    LABELS = "no label changed"
    SHIFT = "no centroid moved more than tol"
    LOSS = "J_clust fell by at most tol"
    SMOOTHED = "the smoothed batch inertia no longer fell"
    MAX_ITER = "max_iter reached"
    MAX_EPOCHS = "max_epochs reached"
    INTERRUPTED = "interrupted"

    @property
    def converged(self) -> bool:
        """Whether the fit came to rest by itself."""
        return self not in (StopReason.MAX_ITER, StopReason.MAX_EPOCHS, StopReason.INTERRUPTED)


@dataclass(frozen=True)
class IterationRecord:
    """One iteration, measured over all samples.

    An iteration of mini-batch is one batch. Its ``inertia`` is that of the batch against the centroids before their
    update, scaled from the batch to all samples, and so is its ``distance_sum``: estimates that go up and down with
    the draw. ``n_moved`` counts within the batch, against the label of each sample's last draw, and ``n_empty`` is
    the number of centroids that no sample has come to so far.

    Attributes:
        iteration: From 1.
        inertia: Σ wᵢ‖xᵢ − c‖² of this iteration's labels against the centroids updated from them.
        j_clust: ``inertia`` / Σ wᵢ.
        centroid_shift: The largest distance a centroid of a non-empty cluster moved in the update.
        n_moved: Samples whose label changed (in the first iteration: all).
        n_empty: Clusters without a sample, before the empty policy acted.
        seconds: Wall time of this iteration.
        distance_sum: Σ wᵢ‖xᵢ − c‖ (unsquared), when asked for.
        j_clust_full: Of mini-batch, when asked for: J_clust of all samples after the update, no estimate.
    """

    iteration: int
    inertia: float
    j_clust: float
    centroid_shift: float
    n_moved: int
    n_empty: int
    seconds: float
    distance_sum: float | None = None
    j_clust_full: float | None = None


@dataclass(frozen=True)
class Moves:
    """Samples that changed their cluster.

    Attributes:
        indices: (m,) which, ascending.
        former: (m,) int32 their labels before; −1 for none.
    """

    indices: IntArray
    former: LabelArray

    @classmethod
    def between(cls, labels: LabelArray, new: LabelArray, among: IntArray | None = None) -> Moves:
        """Write ``new`` into (n,) ``labels``, where they are those of the samples ``among`` (None: of all)."""
        if among is None:
            changed = np.flatnonzero(new != labels)
            former = labels.take(changed)
            labels[:] = new
            return cls(changed, former)
        current = labels.take(among)
        changed = np.flatnonzero(new != current)
        moved = among.take(changed)
        labels[moved] = new.take(changed)
        return cls(moved, current.take(changed))


@dataclass(frozen=True)
class FitState:
    """A fit between two iterations: everything the engine needs to go on to the same bytes.

    That of an exact algorithm can be kept: the fit does not write to it. Of mini-batch a copy of everything would cost
    far more than a batch, so its ``labels``, ``counts`` and ``history`` are the live ones of the fit: look at them
    before ``on_iteration`` returns, or after the fit's last one; copy what is to be kept, write to nothing.

    Attributes:
        centroids: (k, d) float64, after the update and the empty policy.
        labels: (n,) int32, of the last assignment; of mini-batch when last drawn, −1 where never.
        start: (k, d) float64, the centroids the fit began with.
        sums: (k, d) float64, Σ wᵢ(xᵢ − origin) per cluster as the incremental update left them; of mini-batch its
            centroids in the units of the prepared rows, where they are float32.
        rng_state: ``Generator.bit_generator.state``.
        history: The records so far.
        init_indices: The samples the start came from, if it did.
        counts: Of mini-batch, (k,) float64 how many samples have come to each centroid.
        since_reassigning: Of mini-batch, how many samples were drawn since it last looked for idle centroids.
    """

    centroids: Float64Array
    labels: LabelArray
    start: Float64Array
    sums: Float64Array
    rng_state: dict[str, Any]
    history: Sequence[IterationRecord]
    init_indices: IntArray | None
    counts: Float64Array | None = None
    since_reassigning: int = 0

    @property
    def seconds(self) -> float:
        """What all iterations so far took."""
        return sum(record.seconds for record in self.history)


OnIteration: TypeAlias = Callable[[IterationRecord, FitState], bool | None]
"""Told after each iteration; True asks the fit to stop there."""


@dataclass(frozen=True)
class KMeansResult:
    """A finished fit. The labels are the nearest centroids, and the inertia is theirs, in float64.

    Attributes:
        centroids: (k, d) float64.
        labels: (n,) int32.
        squared_distances: (n,) float64, of each sample to the centroid of its cluster.
        inertia: Σ wᵢ‖xᵢ − c‖², the weighted sum of ``squared_distances``.
        cluster_sizes: (k,) int64 number of samples.
        history: A record per iteration.
        stop_reason: What ended it.
        start: (k, d) float64, the centroids the fit began with.
        init_indices: (k,) the samples the start came from, or None.
        algorithm: The algorithm that ran (never ``auto``).
        algorithm_reason: Why it was chosen.
        seconds: Wall time by phase: ``prepare``, ``init``, ``fit``.
        warnings: Sentences for the user.
    """

    centroids: Float64Array
    labels: LabelArray
    squared_distances: Float64Array
    inertia: float
    cluster_sizes: IntArray
    history: tuple[IterationRecord, ...]
    stop_reason: StopReason
    start: Float64Array
    init_indices: IntArray | None
    algorithm: str
    algorithm_reason: str
    seconds: dict[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def n_iter(self) -> int:
        """Iterations done."""
        return len(self.history)

    @property
    def converged(self) -> bool:
        """Whether the fit came to rest by itself."""
        return self.stop_reason.converged

    def renumbered(self, order: IntArray) -> KMeansResult:
        """The same result with cluster ``order[j]`` called ``j``.

        Args:
            order: (k,) a permutation of the cluster numbers.
        """
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        return replace(
            self,
            centroids=self.centroids[order],
            labels=rank[self.labels],
            cluster_sizes=self.cluster_sizes[order],
            start=self.start[order],
            init_indices=None if self.init_indices is None else self.init_indices[order],
        )
