"""One mini-batch: the nearest centroids and the means, however they are searched for and summed."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kmeans_cli.core.algorithms import minibatch as loop
from kmeans_cli.core.algorithms.batch import FewClusters, ManyClusters
from kmeans_cli.core.algorithms.batch_centroids import BatchCentroids, Bounds
from kmeans_cli.core.engine import fit
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples

from .batches import minibatch, wide
from .reference import distance_table


@pytest.mark.parametrize("k", [1, 7, 130])
@pytest.mark.parametrize("kind", ["few", "many", "outlined"])
@pytest.mark.parametrize("spread", [1.0, 0.1])
@pytest.mark.parametrize("size", [5, 600])
def test_a_batch_is_a_direct_computation(k: int, kind: str, spread: float, size: int) -> None:
    """Labels, scores and means are those of slow float64 code, however many candidates an outline leaves."""
    rng = np.random.default_rng(k)
    centres = rng.random((30, 200))
    X = (centres[rng.integers(30, size=900)] + spread * rng.random((900, 200))).astype(np.float32)
    prepared = prepare(ArraySamples(X))
    rows = prepared.rows
    start = rows[rng.choice(900, k, replace=False)] + np.float32(0.01)
    bounds = Bounds(prepared.outline(), k) if kind == "outlined" else None
    centroids = BatchCentroids(prepared, start.copy(), bounds)
    batch = FewClusters(size, k, 200) if kind == "few" else ManyClusters(size, k, 200, bounds)
    seen, wanted = [], start.astype(np.float64)
    for _ in range(3):  # the space is used again
        indices, before = rng.integers(900, size=size), centroids.points.copy()
        score, shift = batch.learn(prepared, indices, centroids, map)
        table = distance_table(rows[indices], before.astype(np.float64))
        own = table[np.arange(size), batch.labels]
        np.testing.assert_allclose(own, table.min(axis=1), rtol=1e-5)
        seen.append((batch.labels.copy(), rows[indices].astype(np.float64)))
        assert prepared.squares[indices].sum() + 2 * score == pytest.approx(own.sum(), rel=1e-4)
        for j in np.unique(np.concatenate([labels for labels, _ in seen])):
            wanted[j] = np.concatenate([came[labels == j] for labels, came in seen]).mean(axis=0)
        np.testing.assert_allclose(centroids.points, wanted, atol=1e-5)
        moved = np.linalg.norm(centroids.points.astype(np.float64) - before, axis=1).max()
        assert math.sqrt(shift) == pytest.approx(moved, rel=1e-3)


def test_an_outline_changes_no_label() -> None:
    """A fit of wide data has the same labels with an outline, which leaves a few candidates, as without."""
    X, fits = wide(), []
    for least in (256, 1000):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(loop, "_WIDE", least)
            prepared = prepare(ArraySamples(X))
            fits.append(fit(ArraySamples(X), minibatch(70), prepared=prepared))
            assert bool(prepared._outlines) == (least == 256)
    with_it, without = fits
    assert with_it.labels.tolist() == without.labels.tolist()
    np.testing.assert_allclose(with_it.centroids, without.centroids, rtol=1e-5)
