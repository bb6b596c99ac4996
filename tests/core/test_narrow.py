"""Confirmed labels of few features: exact, with bounds that hold."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.narrow import Narrow
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.scores import aim
from kmeans_cli.core.types import Where

from .reference import assert_nearest

N = 2400


@pytest.mark.parametrize("where", [slice(0, N), slice(100, 1900), np.arange(3, N, 2)], ids=["all", "slice", "some"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 3.0, 1e6])
@pytest.mark.parametrize(("d", "k"), [(1, 1), (1, 7), (3, 16), (17, 40), (3, 256), (2, 257)])
def test_labels_are_exact_and_bounds_hold(d: int, k: int, offset: float, dtype: type, where: Where) -> None:
    """Right and wrong guesses, data on and off zero, an outlier: labels are the nearest, bounds on the safe side.

    Among many clusters this takes several parts, in the guesses and in what is left to be searched.
    """
    rng = np.random.default_rng(d * k)
    X = (rng.normal(size=(N, d)) + offset).astype(dtype)
    X[5] += 1000
    samples = ArraySamples(X)
    prepared = prepare(samples)
    centroids = X[rng.choice(N, k, replace=False)].astype(np.float64)
    narrow = Narrow(samples, prepared)
    narrow.aim(aim(prepared, centroids))
    found = narrow.confirm(where, rng.integers(k, size=N).astype(np.int32)[where])
    np.testing.assert_array_equal(narrow.nearest(where), found.labels)
    rows = X[where].astype(np.float64)
    assert_nearest(rows, centroids, found.labels)
    squared = np.square(rows[:, None] - centroids).sum(axis=2) / prepared.scale**2
    far, near = found.far_squared, found.near_squared
    own = np.take_along_axis(squared, found.labels[:, None], axis=1)[:, 0]
    np.put_along_axis(squared, found.labels[:, None], np.inf, axis=1)
    assert (far >= own).all()
    assert (near <= squared.min(axis=1)).all()
    # What float32 leaves: a few units of the last place of the largest square.
    largest = max(prepared.squares.max(), np.square(centroids - prepared.mean).sum(axis=1).max() / prepared.scale**2)
    assert (far - own).max() <= 1e-4 * largest
    assert k == 1 or len(found.searched) > len(rows) / 4


def test_a_right_guess_is_not_searched() -> None:
    """Of samples clearly in the middle of their clusters none is left to be searched."""
    X = np.repeat(10.0 * np.arange(4), 25)[:, None] + np.random.default_rng(0).normal(size=(100, 1))
    samples = ArraySamples(X)
    narrow = Narrow(samples, prepare(samples))
    narrow.aim(aim(prepare(samples), 10.0 * np.arange(4)[:, None]))
    labels = np.repeat(np.arange(4, dtype=np.int32), 25)
    found = narrow.confirm(slice(0, 100), labels)
    assert len(found.searched) == 0
    np.testing.assert_array_equal(found.labels, labels)
