"""How a fit of a stream ends: labels on disk that belong to its centroids, everything measured directly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

import numpy as np

from kmeans_cli.core.init import Start
from kmeans_cli.core.passes import Assign, Measure, PieceMeasures
from kmeans_cli.core.result import warnings_of
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import Float64Array, IntArray, IterationRecord, KMeansResult, MapBlocks, StopReason

LABELS = "labels"
"""The note in which a finished fit leaves the labels."""


@dataclass(frozen=True)
class StreamResult(KMeansResult):
    """A finished fit of a stream: ``labels`` and ``squared_distances`` are empty, the labels are kept as ``LABELS``.

    Attributes:
        distance_sum: Σ‖x − c‖.
        first_members: (k,) the first member of each cluster; n where it has none.
        order: (k,) what the kept labels call each cluster; they stay as they are when these are renumbered.
    """

    distance_sum: float = 0.0
    first_members: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    order: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def renumbered(self, order: IntArray) -> StreamResult:
        """The same result with cluster ``order[j]`` called ``j``."""
        result = super().renumbered(order)
        assert isinstance(result, StreamResult)
        return replace(result, first_members=self.first_members[order], order=self.order[order])


def build_stream_result(
    stream: Stream,
    centroids: Float64Array,
    *,
    begin: Start,
    history: Sequence[IterationRecord],
    stop_reason: StopReason,
    algorithm: str,
    algorithm_reason: str,
    cure: str,
    map_blocks: MapBlocks,
) -> StreamResult:
    """The result of a loop that has ended, by two passes; see ``build_result`` for the arguments."""
    pieces, sizes = stream.pieces(), np.zeros(len(centroids), dtype=np.int64)
    for piece in map_blocks(Assign(stream, centroids, None, LABELS), pieces):
        sizes += piece.sizes
    measured: PieceMeasures = reduce(add, map_blocks(Measure(stream, centroids, LABELS), pieces))
    inertia = float(measured.inertias.sum())
    return StreamResult(
        centroids=centroids,
        labels=np.zeros(0, dtype=np.int32),
        squared_distances=np.zeros(0),
        inertia=inertia,
        cluster_sizes=sizes,
        history=tuple(history),
        stop_reason=stop_reason,
        start=begin.centroids,
        init_indices=begin.indices,
        algorithm=algorithm,
        algorithm_reason=algorithm_reason,
        warnings=warnings_of(stream.frame.whole(), sizes, inertia, cure),
        distance_sum=measured.distance_sum,
        first_members=measured.first,
        order=np.arange(len(sizes)),
    )
