"""Slow and obvious: what the fast code must agree with. Float64 throughout, every distance, every sum."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.types import Float64Array, FloatArray, KMeansResult, LabelArray


@dataclass(frozen=True)
class Reference:
    """How a slow fit ended."""

    centroids: Float64Array
    labels: LabelArray
    inertias: list[float]


def distance_table(X: FloatArray, centroids: Float64Array) -> Float64Array:
    """(n, k) squared distances, each by the definition that decides."""
    return np.stack([squared_distances(X, np.repeat(c[None], len(X), axis=0)) for c in centroids], axis=1)


def nearest(X: FloatArray, centroids: Float64Array) -> LabelArray:
    """(n,) the nearest centroid, the lowest index on ties."""
    return distance_table(X, centroids).argmin(axis=1).astype(np.int32)


def assert_nearest(X: FloatArray, centroids: Float64Array, labels: LabelArray) -> None:
    """Labels are the reference's, and in extended precision no centroid is nearer by more than 1e-12."""
    np.testing.assert_array_equal(labels, nearest(X, centroids))
    exact = [np.square(X.astype(np.longdouble) - c).sum(axis=1) for c in centroids.astype(np.longdouble)]
    own = np.choose(labels, exact) if len(exact) < 32 else np.stack(exact)[labels, np.arange(len(X))]
    assert (own <= np.min(exact, axis=0) * (1 + 1e-12)).all()


def same_but_seconds(one: KMeansResult, other: KMeansResult) -> None:
    """Two results are the same bytes, except for how long they took."""
    assert one.centroids.tobytes() == other.centroids.tobytes()
    assert one.labels.tobytes() == other.labels.tobytes()
    assert one.inertia == other.inertia
    histories = [[astuple(replace(r, seconds=0)) for r in result.history] for result in (one, other)]
    assert histories[0] == histories[1]
    assert (one.stop_reason, one.warnings) == (other.stop_reason, other.warnings)


def inertia_of(X: FloatArray, weights: Float64Array | None, centroids: Float64Array, labels: LabelArray) -> float:
    """Σ wᵢ‖xᵢ − c‖², one sample after the other."""
    every = np.ones(len(X)) if weights is None else weights
    return float(sum(w * ((x - centroids[j]) ** 2).sum() for x, w, j in zip(X, every, labels, strict=True)))


def lloyd(X: FloatArray, weights: Float64Array | None, start: Float64Array, empty: str = "keep") -> Reference:
    """Lloyd's algorithm until no label changes, with the policies keep, zero and farthest."""
    every = np.ones(len(X)) if weights is None else weights
    centroids, labels, inertias = start.astype(np.float64), np.full(len(X), -1, np.int32), []
    while True:
        former, labels = labels, nearest(X, centroids)
        members = [(labels == j) & (every > 0) for j in range(len(centroids))]
        centroids = np.stack(
            [
                np.average(X[m].astype(np.float64), axis=0, weights=every[m]) if m.any() else c
                for m, c in zip(members, centroids, strict=True)
            ]
        )
        inertias.append(inertia_of(X, weights, centroids, labels))
        if (labels == former).all():
            return Reference(centroids, labels, inertias)
        vacant = [j for j, m in enumerate(members) if not m.any()]
        if empty == "zero":
            centroids[vacant] = 0
        elif empty == "farthest":
            own = distance_table(X, centroids)[np.arange(len(X)), labels]
            centroids[vacant] = X[_farthest(np.where(every > 0, own, -1), len(vacant))]


def _farthest(squared: Float64Array, n: int) -> NDArray[np.int64]:
    return np.argsort(-squared, kind="stable")[:n]
