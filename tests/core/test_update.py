"""Cluster sums, kept by what moved."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, LabelArray, Moves
from kmeans_cli.core.update import ClusterSums

from .reference import inertia_of

K = 7


def move(clusters: ClusterSums, labels: LabelArray, former: LabelArray | None = None) -> None:
    """Let the clusters follow from the former labels (None: all in no cluster) to these."""
    before = np.full(len(labels), -1, np.int32) if former is None else former.copy()
    clusters.move(Moves.between(before, labels), labels)


def direct_means(samples: ArraySamples, labels: LabelArray) -> Float64Array:
    """The means of all clusters, NaN where a cluster has no weight."""
    weights = np.ones(samples.n) if samples.weights is None else samples.weights
    means = np.full((K, samples.d), np.nan)
    for j in range(K):
        own = labels == j
        if weights[own].sum() > 0:
            means[j] = np.average(samples.X[own].astype(np.float64), axis=0, weights=weights[own])
    return means


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 3, 16, 17, 400])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("offset", [0.0, 1e5])
def test_moving_samples_keeps_the_means(dtype: type, d: int, weighted: bool, offset: float) -> None:
    """After any moves the means, weights and the inertia are those of the labels, narrow or wide."""
    rng = np.random.default_rng(d)
    n = 2000
    X = (rng.normal(size=(n, d)) + offset).astype(dtype)
    samples = ArraySamples(X, rng.integers(0, 3, n).astype(np.float64) if weighted else None)
    clusters = ClusterSums(samples, prepare(samples), K, map)
    labels = rng.integers(K, size=n).astype(np.int32)
    move(clusters, labels)
    for share in (0.9, 0.3, 0.001, 0.0):
        former, labels = labels, np.where(rng.random(n) < share, rng.integers(K - 1, size=n), labels).astype(np.int32)
        move(clusters, labels, former)
    means = clusters.means(np.zeros((K, d)))
    np.testing.assert_allclose(means, direct_means(samples, labels), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(clusters.weights, np.bincount(labels, samples.weights, K))
    assert clusters.inertia() == pytest.approx(inertia_of(X, samples.weights, means, labels), rel=1e-9)


def test_many_clusters_keep_their_sums_whatever_moves() -> None:
    """Among many clusters, many moves (sorted first) and few (multiplied at once) both leave the sums of the labels."""
    rng = np.random.default_rng(4)
    n, d, k = 2000, 64, 100
    X = rng.normal(size=(n, d))
    samples = ArraySamples(X)
    clusters = ClusterSums(samples, prepare(samples), k, map)
    first = rng.integers(k, size=n).astype(np.int32)
    later = np.where(rng.random(n) < 0.05, rng.integers(k, size=n), first).astype(np.int32)
    for former, labels in ((None, first), (first, later)):
        move(clusters, labels, former)
        np.testing.assert_allclose(clusters.sums, (np.arange(k)[:, None] == labels) @ X, rtol=0, atol=1e-12)


@pytest.mark.parametrize("d", [3, 30])
@pytest.mark.parametrize("weighted", [False, True])
def test_an_emptied_cluster_leaves_nothing(d: int, weighted: bool) -> None:
    """When the last sample leaves, sum and weight are exactly 0, and the mean is the one handed in."""
    X = np.random.default_rng(0).normal(size=(50, d)) * 0.1
    half = np.arange(50) // 25
    weights = np.random.default_rng(1).random(50) if weighted else np.ones(50)
    samples = ArraySamples(X, weights if weighted else None)
    clusters = ClusterSums(samples, prepare(samples), 2, map)
    one, zero = np.ones(50, np.int32), np.zeros(50, np.int32)
    move(clusters, one)
    move(clusters, one - half.astype(np.int32), one)
    move(clusters, zero, one - half.astype(np.int32))
    assert clusters.sums[1].tolist() == [0] * d
    assert clusters.weights.tolist() == [pytest.approx(weights.sum()), 0]
    assert clusters.means(np.full((2, d), 8.0))[1].tolist() == [8] * d


def test_restored_sums_go_on_alike() -> None:
    """Sums taken up from an earlier state give the same bytes after the same moves, and are copied."""
    X = np.random.default_rng(1).normal(size=(300, 20))
    samples = ArraySamples(X)
    first, later = (np.random.default_rng(seed).integers(K, size=300).astype(np.int32) for seed in (2, 3))
    one = ClusterSums(samples, prepare(samples), K, map)
    move(one, first)
    kept = one.sums.copy()
    other = ClusterSums(samples, prepare(samples), K, map)
    other.restore(kept, first)
    for clusters in (one, other):
        move(clusters, later, first)
    assert one.sums.tobytes() == other.sums.tobytes() != kept.tobytes()
    assert one.inertia() == other.inertia()


def test_equal_samples_have_their_value_as_mean() -> None:
    """Whole numbers far from zero are summed without loss: the mean of equal samples is the sample."""
    X = np.repeat(np.array([[3.0, 1.0], [1003.0, 7.0], [2.0, 5.0]]), 13, axis=0) + 1e6
    samples = ArraySamples(X)
    clusters = ClusterSums(samples, prepare(samples), 3, map)
    move(clusters, np.repeat(np.arange(3), 13).astype(np.int32))
    np.testing.assert_array_equal(clusters.means(np.zeros((3, 2))), X[::13])
