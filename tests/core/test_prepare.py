"""What is made once per data set."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Moves
from kmeans_cli.core.update import ClusterSums

from .cases import CASES, SmallBlocks, blobs, digits


@pytest.mark.parametrize("name", CASES)
def test_rows_stand_for_the_samples(name: str) -> None:
    """Rows are the samples moved and scaled, rounded to float32 once, and their lengths are never too small."""
    case = CASES[name]
    prepared = prepare(case.samples)
    exact = (case.X - prepared.origin) / prepared.scale
    np.testing.assert_allclose(prepared.rows, exact, rtol=2.0**-24, atol=2.0**-149)
    assert prepared.rows.dtype == prepared.lengths.dtype == np.float32
    assert (prepared.lengths >= np.linalg.norm(prepared.rows.astype(np.float64), axis=1)).all()
    assert np.log2(prepared.scale) == round(np.log2(prepared.scale))


@pytest.mark.parametrize("name", CASES)
def test_mean_and_range(name: str) -> None:
    """Mean, total weight and range are those of the data, with their weights."""
    case = CASES[name]
    prepared = prepare(case.samples)
    assert (prepared.lowest, prepared.highest) == (case.X.min(), case.X.max())
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    assert prepared.total_weight == pytest.approx(weights.sum(), rel=1e-14)
    expected = np.average(case.X.astype(np.float64), axis=0, weights=weights)
    np.testing.assert_allclose(prepared.mean, expected, rtol=1e-12, atol=1e-14 * np.abs(case.X).max())


def test_float32_near_zero_is_not_copied() -> None:
    """Roughly centred float32 data are their own rows; far from zero, large, tiny or float64 ones are copied."""
    X = digits().astype(np.float32)
    assert np.shares_memory(prepare(ArraySamples(X)).rows, X)
    for other in (X + 100, X * 1e9, X * 1e-9, X.astype(np.float64)):
        assert not np.shares_memory(prepare(ArraySamples(other)).rows, other)


def test_blocks_do_not_matter_much() -> None:
    """The same data in many blocks have the same rows, and the same mean but for rounding."""
    one, many = prepare(ArraySamples(blobs(500))), prepare(SmallBlocks(blobs(500)))
    np.testing.assert_allclose(one.mean, many.mean, rtol=1e-13)
    np.testing.assert_array_equal(one.rows, many.rows)
    assert one.total == pytest.approx(many.total, rel=1e-13)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_resolution_is_between_rounding_and_data(offset: float) -> None:
    """It is above what rounding does to the mean of equal samples, and far below what tells samples apart."""
    X = np.repeat(blobs(30), 200, axis=0) + offset
    samples = ArraySamples(X)
    prepared = prepare(samples)
    clusters = ClusterSums(samples, prepared, 30, map)
    labels = np.repeat(np.arange(30), 200).astype(np.int32)
    clusters.move(Moves.between(np.full(6000, -1, np.int32), labels), labels)
    rounding = np.linalg.norm(clusters.means(np.zeros((30, 3))) - X[::200], axis=1).max()
    assert rounding < prepared.resolution < 1e-7
