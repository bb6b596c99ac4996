"""Distances between all pairs of rows."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from kmeans_cli.metrics import pairwise
from kmeans_cli.metrics.pairwise import map_distance_blocks


def _distances(rows):
    return np.concatenate(map_distance_blocks(lambda _, distances: distances.copy(), rows))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0, 1000])
def test_distances_equal_direct_ones(monkeypatch, dtype, offset):
    """Over several blocks, the distances are those of direct differences, far from the origin too."""
    monkeypatch.setattr(pairwise, "_BLOCK_BYTES", 8 * 100 * 7)
    rows = (np.random.default_rng(0).normal(size=(100, 50)) + offset).astype(dtype)
    exact = rows.astype(np.float64)
    np.testing.assert_allclose(_distances(rows), cdist(exact, exact), rtol=1e-12)


def test_close_pairs_do_not_cancel(monkeypatch):
    """Pairs much nearer to each other than to the mean keep all their digits; equal rows are 0 apart."""
    monkeypatch.setattr(pairwise, "_CHUNK_BYTES", 8 * 3 * 4)
    rng = np.random.default_rng(0)
    rows = np.repeat(rng.normal(size=(5, 4)), 6, axis=0)
    rows[::2] += rng.normal(size=(15, 4)) * np.logspace(-12, -1, 15)[:, np.newaxis]
    np.testing.assert_allclose(_distances(rows), cdist(rows, rows), rtol=1e-7, atol=1e-15)


def test_equal_rows_are_zero_apart():
    """All-equal rows, whose mean is not exactly representable, have distance 0 and nothing else."""
    assert not _distances(np.full((7, 3), 0.1, dtype=np.float32)).any()
