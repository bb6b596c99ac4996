"""Squared distances, whatever they are computed beside."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.distance import own_squared_distances, squared_distances

from .cases import SmallBlocks, digits


@pytest.mark.parametrize("d", [1, 3, 64, 784, 8193, 20000])
def test_a_distance_does_not_depend_on_its_neighbours(d: int) -> None:
    """A pair has the same squared distance, to the last bit, alone and among others."""
    rng = np.random.default_rng(d)
    rows, centroids = rng.normal(size=(2, 30, d))
    together = squared_distances(rows, centroids)
    for m in (1, 2, 7):
        apart = [squared_distances(rows[i : i + m], centroids[i : i + m]) for i in range(0, 30, m)]
        assert np.concatenate(apart).tobytes() == together.tobytes()
    np.testing.assert_allclose(together, np.square(rows - centroids).sum(axis=1), rtol=1e-13)


def test_own_squared_distances() -> None:
    """Each sample is measured to the centroid of its label, across blocks."""
    labels = np.arange(len(digits())) % 4
    centroids = digits()[:4] + 0.25
    squared = own_squared_distances(SmallBlocks(digits()), centroids, labels)
    np.testing.assert_allclose(squared, np.square(digits() - centroids[labels]).sum(axis=1), rtol=1e-13)
