"""What is computed of each piece of a stream in one pass: values to call with a piece, here or on another machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.nearest import nearest
from kmeans_cli.core.prepare import chunk_rows
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.scores import aim, scores_of
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.stream import Piece, Stream
from kmeans_cli.core.survey import Frame
from kmeans_cli.core.types import Float64Array, FloatArray, IntArray, LabelArray

# Scores of so many rows are computed at a time that they take about this.
_SCORE_VALUES = 1 << 20
_MIN_ROWS = 256
# Rows sorted by cluster are summed so many at a time: few clusters occur among them.
_SUM_ROWS = 256


@dataclass(frozen=True)
class PieceSums:
    """Of a piece.

    Attributes:
        sums: (k, d) Σ(x − origin) of each cluster.
        sizes: (k,) its samples.
        n_moved: Samples whose label changed.
    """

    sums: Float64Array
    sizes: IntArray
    n_moved: int


@dataclass(frozen=True)
class Assign:
    """Bring the labels of a piece up to date, and sum its clusters.

    Attributes:
        stream: The data.
        centroids: (k, d).
        former: The note with the labels so far; None: there are none yet.
        joined: The note for the new ones, another one: a piece may have to be done twice.
    """

    stream: Stream
    centroids: Float64Array
    former: str | None
    joined: str

    def __call__(self, piece: Piece) -> PieceSums:
        """Do it."""
        labels: LabelArray = np.empty(piece.n, dtype=np.int32)
        sums, k = np.zeros(self.centroids.shape), len(self.centroids)
        for where, rows, joined in labelled_blocks(self.stream, piece, self.centroids):
            labels[where] = joined
            _add_by_label(sums, rows, joined, self.stream.frame.origin)
        n_moved = piece.n
        if self.former is not None:
            n_moved = int(np.count_nonzero(self.stream.kept(self.former, piece) != labels))
        self.stream.keep(self.joined, piece, labels)
        return PieceSums(sums, np.bincount(labels, minlength=k), n_moved)


@dataclass(frozen=True)
class PieceMeasures:
    """Of a piece with given labels.

    Attributes:
        inertias: (k,) Σ‖x − c‖² of each cluster.
        distance_sum: Σ‖x − c‖.
        first: (k,) the first member of each cluster; n of the whole where it has none here.
    """

    inertias: Float64Array
    distance_sum: float
    first: IntArray

    def __add__(self, other: PieceMeasures) -> PieceMeasures:
        """Of this piece and a later one."""
        return PieceMeasures(
            self.inertias + other.inertias,
            self.distance_sum + other.distance_sum,
            np.minimum(self.first, other.first),
        )


@dataclass(frozen=True)
class Measure:
    """Measure a piece directly, in float64, against its labels.

    Attributes:
        stream: The data.
        centroids: (k, d).
        note: The note with the labels.
    """

    stream: Stream
    centroids: Float64Array
    note: str

    def __call__(self, piece: Piece) -> PieceMeasures:
        """Do it."""
        labels, k = self.stream.kept(self.note, piece), len(self.centroids)
        squared = _own_squared_of(self.stream, piece, self.centroids, labels)
        first = np.full(k, self.stream.n)
        first[labels[::-1]] = np.arange(piece.stop - 1, piece.start - 1, -1)
        inertias: Float64Array = np.bincount(labels, squared, k).astype(np.float64, copy=False)
        return PieceMeasures(inertias, float(np.sqrt(squared).sum()), first)


@dataclass(frozen=True)
class Far:
    """Samples far from their centroids, the farthest first, of equals the first.

    Attributes:
        indices: (m,) which.
        labels: (m,) their clusters.
        squared: (m,) their squared distances.
    """

    indices: IntArray
    labels: LabelArray
    squared: Float64Array

    def among(self, chosen: IntArray) -> Far:
        """Those at these places."""
        return Far(self.indices[chosen], self.labels[chosen], self.squared[chosen])


@dataclass(frozen=True)
class FindFar:
    """The farthest samples of a piece: of all, or of each cluster.

    Attributes:
        stream: The data.
        centroids: (k, d).
        note: The note with the labels.
        n: How many of all; None: one of each cluster.
    """

    stream: Stream
    centroids: Float64Array
    note: str
    n: int | None

    def __call__(self, piece: Piece) -> Far:
        """Do it."""
        labels = self.stream.kept(self.note, piece)
        squared = _own_squared_of(self.stream, piece, self.centroids, labels)
        return self.best(Far(np.arange(piece.start, piece.stop), labels, squared))

    def best(self, far: Far) -> Far:
        """Those among samples in their order that are asked for."""
        ordered = far.among(np.argsort(-far.squared, kind="stable"))
        if self.n is not None:
            return ordered.among(np.arange(min(self.n, len(ordered.indices))))
        return ordered.among(np.sort(np.unique(ordered.labels, return_index=True)[1]))


def labelled_blocks(
    stream: Stream, piece: Piece, centroids: Float64Array
) -> Iterator[tuple[slice, FloatArray, LabelArray]]:
    """The blocks of a piece: where in it, (m, d) rows, and (m,) int32 which of (k, d) centroids is nearest to each."""
    scratch = Scratch()
    for where, rows in stream.blocks(piece):
        yield where, rows, _labels_of(rows, stream.frame, centroids, scratch)


def _own_squared_of(stream: Stream, piece: Piece, centroids: Float64Array, labels: LabelArray) -> Float64Array:
    squared = np.empty(piece.n)
    for where, rows in stream.blocks(piece):
        squared[where] = own_squared(rows, centroids, labels[where])
    return squared


def own_squared(rows: FloatArray, centroids: Float64Array, labels: LabelArray) -> Float64Array:
    """(m,) squared distance of each row to the centroid of its cluster, in float64."""
    step = chunk_rows(rows.shape[1])
    parts = [slice(start, start + step) for start in range(0, len(rows), step)]
    return np.concatenate([squared_distances(rows[part], centroids[labels[part]]) for part in parts])


def _labels_of(rows: FloatArray, frame: Frame, centroids: Float64Array, scratch: Scratch) -> LabelArray:
    labels: LabelArray = np.empty(len(rows), dtype=np.int32)
    step = max(_MIN_ROWS, _SCORE_VALUES // len(centroids))
    for start in range(0, len(rows), step):
        part = rows[start : start + step]
        prepared, where = frame.prepared(part), slice(0, len(part))
        targets = aim(prepared, centroids)
        scores = scores_of(prepared, targets, where, scratch)
        labels[start : start + step] = nearest(ArraySamples(part), prepared, targets, where, scores).labels
    return labels


def _add_by_label(sums: Float64Array, rows: FloatArray, labels: LabelArray, origin: Float64Array) -> None:
    """Add rows, less the origin, to the sums of their clusters, in float64."""
    # NumPy sorts 16-bit numbers by radix, several times as fast.
    order = np.argsort(labels.astype(np.uint16) if len(sums) <= 1 << 16 else labels, kind="stable")
    for start in range(0, len(order), _SUM_ROWS):
        at = order[start : start + _SUM_ROWS]
        clusters = labels[at]
        first, last = clusters[0], clusters[-1]
        one_hot = np.zeros((last - first + 1, len(at)))
        one_hot[clusters - first, np.arange(len(at))] = 1
        sums[first : last + 1] += one_hot @ (rows[at] - origin)
