"""The nearest centroid: float32 may exclude, only float64 decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kmeans_cli.core import nearest
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, FloatArray, LabelArray

from .cases import CASES, digits
from .reference import assert_nearest


def labels_of(X: FloatArray, centroids: Float64Array) -> LabelArray:
    """The labels as the fast code finds them."""
    samples = ArraySamples(X)
    return nearest_labels(samples, prepare(samples), centroids)


def nudged(X: Float64Array, rng: np.random.Generator, dtype: type) -> FloatArray:
    """Each value moved by one unit in the last place of ``dtype``, up, down or not at all."""
    rounded = X.astype(dtype)
    towards = rng.choice(np.array([-np.inf, 0, np.inf], dtype), rounded.shape)
    return np.where(towards == 0, rounded, np.nextafter(rounded, towards))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 17, 784])
@pytest.mark.parametrize("offset", [0.0, 0.5, 3000.0])
def test_midpoints_of_centroids(dtype: type, d: int, offset: float) -> None:
    """Samples half-way between two centroids, and one unit in the last place beside it, get the nearer one."""
    rng = np.random.default_rng(d)
    centroids = rng.random((9, d)) + offset
    one, other = rng.integers(9, size=(2, 300))
    X = nudged((centroids[one] + centroids[other]) / 2, rng, dtype)
    assert_nearest(X, centroids, labels_of(X, centroids))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_centroids_on_a_sphere_around_a_sample(dtype: type) -> None:
    """Centroids that are all equally far from a sample, but for rounding, are told apart in 784 dimensions."""
    rng = np.random.default_rng(0)
    centre = rng.random(784)
    directions = rng.normal(size=(40, 784))
    centroids = centre + directions / np.linalg.norm(directions, axis=1, keepdims=True)
    X = nudged(np.repeat(centre[None], 50, axis=0), rng, dtype)
    assert_nearest(X, centroids, labels_of(X, centroids))


@pytest.mark.parametrize("d", [2, 3, 17, 784])
@pytest.mark.parametrize("seed", range(5))
def test_far_samples_between_centroids_near_to_one_another(d: int, seed: int) -> None:
    """Where the product r·q is large and the centroids differ little, its rounding excludes none wrongly."""
    rng = np.random.default_rng(seed)
    centroids = 1e-3 * rng.normal(size=(6, d))
    one, other = np.array([(i, j) for i in range(6) for j in range(i)] * 40).T
    apart, far = centroids[one] - centroids[other], rng.normal(size=(len(one), d))
    far -= apart * (np.sum(far * apart, axis=1) / np.sum(apart * apart, axis=1))[:, None]
    X = nudged((centroids[one] + centroids[other]) / 2 + far, rng, np.float32)
    assert_nearest(X, centroids, labels_of(X, centroids))


@pytest.mark.parametrize("scale", [1e-25, 1e-10, 1.0, 1e10, 1e18])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_copies_of_a_centroid(dtype: type, scale: float) -> None:
    """Of equal centroids the lowest index has all the samples; of almost equal ones, each its own."""
    rng = np.random.default_rng(1)
    X = (scale * rng.random((200, 20))).astype(dtype)
    centroids = X[[0, 1, 0, 2, 1]].astype(np.float64)
    labels = labels_of(X, centroids)
    assert set(labels.tolist()) == {0, 1, 3}
    assert_nearest(X, centroids, labels)
    centroids[2] *= 1 + 1e-12
    assert_nearest(X, centroids, labels_of(X, centroids))


@pytest.mark.parametrize("far", [1e3, 1e8, 1e16, 1e30, 1e120])
def test_a_centroid_far_away(far: float) -> None:
    """However far one centroid is, the others are compared rightly."""
    for X in (digits()[:200], digits()[:200].astype(np.float32)):
        centroids = digits()[200:206].copy()
        centroids[3] = far
        assert_nearest(X, centroids, labels_of(X, centroids))


@pytest.mark.parametrize("name", CASES)
def test_any_centroids_on_any_data(name: str) -> None:
    """Zero, a constant, and samples and their means as centroids: labels are the reference's."""
    X = CASES[name].X
    rng = np.random.default_rng(2)
    rows = X[rng.integers(len(X), size=(5, 3))].astype(np.float64)
    zero = np.zeros((1, X.shape[1]))
    centroids = np.concatenate([zero, zero + X.mean(), *rows, rows.mean(axis=1)])
    assert_nearest(X, centroids, labels_of(X, centroids))


grids = st.integers(1, 4).flatmap(
    lambda d: st.tuples(
        st.integers(1, 30).flatmap(lambda n: arrays(np.int8, (n, d), elements=st.integers(0, 3))),
        st.integers(1, 8).flatmap(lambda k: arrays(np.int8, (k, d), elements=st.integers(-1, 7))),
    )
)


@settings(max_examples=150, deadline=None)
@given(grids, st.sampled_from([np.float32, np.float64]), st.sampled_from([0, 100, -(2**20)]))
def test_ties_on_a_grid(grid: tuple[FloatArray, FloatArray], dtype: type, offset: int) -> None:
    """On whole samples and half centroids, labels are those of integer arithmetic: the lowest index on every tie."""
    twice, halves = 2 * (grid[0].astype(np.int64) + offset), grid[1].astype(np.int64) + 2 * offset
    expected = np.square(twice[:, None] - halves).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(labels_of((twice / 2).astype(dtype), halves / 2), expected)


@pytest.mark.parametrize("name", ["digits-float32", "digits-float64", "wide", "offset-1e4-float32", "tiny", "large"])
def test_products_settle_most_samples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On data without ties, float64 is asked about few samples, and then about few centroids."""
    asked, decide = [], nearest.decide

    def count(*arguments: object) -> LabelArray:
        asked.append(arguments[3])
        return decide(*arguments)

    monkeypatch.setattr(nearest, "decide", count)
    X = CASES[name].X
    rng = np.random.default_rng(3)
    labels_of(X, X[rng.choice(len(X), 8, replace=False)] + X.std() * rng.normal(size=(8, X.shape[1])))
    assert sum(len(candidates) for candidates in asked) <= 0.02 * len(X)
    assert all(candidates.sum(axis=1).max() <= 3 for candidates in asked)
