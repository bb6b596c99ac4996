"""Whether labels and numbers of a fit in passes are those of its centroids and the shards.

It takes two passes: the survey, as before a fit, and one that looks at every sample.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kmeans_cli.checks.finding import SLACK, Finding
from kmeans_cli.checks.fits import KeptFit, compare_numbers, job_of, nearer_elsewhere, of_other_data
from kmeans_cli.config import Config
from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.passes import labelled_blocks, own_squared
from kmeans_cli.core.stream import Piece, Stream
from kmeans_cli.core.stream_result import StreamResult
from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks
from kmeans_cli.experiment import FitData, Fitted
from kmeans_cli.runs import Run
from kmeans_cli.runs.read import METRICS, MODEL
from kmeans_cli.streamed import evaluate_stream

_LABELS = "labels.npy"


def check_passes(run: Run, config: Config, data: FitData, map_blocks: MapBlocks) -> Iterator[Finding]:
    """As ``check_fits``, of a run whose data are read in passes.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    stream, model, told = data.stream, run.model(), run.metrics
    assert stream is not None
    labels = np.load(run.path / _LABELS, mmap_mode="r", allow_pickle=False)
    fitted, shape = (len(labels), model.centroids.shape[1]), (stream.n, stream.d)
    if fitted != shape:
        yield of_other_data(_LABELS if len(labels) != stream.n else MODEL, fitted, shape)
        return
    pieces = list(map_blocks(_LookAgain(stream, model.centroids, run.path / _LABELS), stream.pieces()))
    yield from _labels(pieces, stream.n)
    kept = KeptFit(MODEL, METRICS, job_of(run, config), model.centroids, labels, told["n_iter"], told)
    yield from _numbers(kept, _result(kept, model.cluster_sizes, pieces), config, data, map_blocks)


def _labels(pieces: Sequence[_Looked], n: int) -> Iterator[Finding]:
    wrong = [piece for piece in pieces if piece.n_wrong]
    if wrong:
        first = wrong[0]
        n_wrong = sum(piece.n_wrong for piece in wrong)
        yield nearer_elsewhere(_LABELS, n_wrong, n, first.sample, first.own, first.nearest)


def _numbers(
    kept: KeptFit, result: StreamResult, config: Config, data: FitData, map_blocks: MapBlocks
) -> Iterator[Finding]:
    fitted = Fitted(kept.job, result, None)
    measured = evaluate_stream(data, fitted, config.evaluate, config.data.seed, map_blocks).metrics
    yield from compare_numbers(kept, measured | {"n_iter": kept.n_iter})


def _result(kept: KeptFit, cluster_sizes: IntArray, pieces: Sequence[_Looked]) -> StreamResult:
    """The fit as it would have ended, by the sums of the pieces."""
    return kept.result(
        StreamResult,
        labels=kept.labels[:0],
        squared_distances=np.zeros(0),
        inertia=sum(piece.inertia for piece in pieces),
        cluster_sizes=cluster_sizes,  # those of the model, which were held against labels.npy (checks/agreement.py)
        distance_sum=sum(piece.distance_sum for piece in pieces),
    )


@dataclass(frozen=True)
class _Looked:
    """Of a piece: its sums, how many samples are in a wrong cluster, and of the first of these which, and which two."""

    inertia: float
    distance_sum: float
    n_wrong: int
    sample: int = -1
    own: int = -1
    nearest: int = -1


@dataclass(frozen=True)
class _LookAgain:
    """Measure a piece against the labels in a file, and ask for each sample whether its centroid is the nearest."""

    stream: Stream
    centroids: Float64Array
    labels: Path

    def __call__(self, piece: Piece) -> _Looked:
        """Do it."""
        labels: LabelArray = np.load(self.labels, mmap_mode="r", allow_pickle=False)[piece.start : piece.stop]
        squared, nearest = np.empty(piece.n), np.empty(piece.n, dtype=np.int32)
        wrong: list[int] = []
        for where, rows, found in labelled_blocks(self.stream, piece, self.centroids):
            own = own_squared(rows, self.centroids, labels[where])
            squared[where], nearest[where] = own, found
            other = np.flatnonzero(found != labels[where])
            nearer = own[other] > squared_distances(rows[other], self.centroids[found[other]]) * (1 + SLACK)
            wrong.extend((where.start + other[nearer]).tolist())
        sums = float(squared.sum()), float(np.sqrt(squared).sum())
        if not wrong:
            return _Looked(*sums, 0)
        first = wrong[0]
        return _Looked(*sums, len(wrong), piece.start + first, int(labels[first]), int(nearest[first]))
