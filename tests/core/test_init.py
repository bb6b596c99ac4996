"""The starts: what each draws, and that the seed decides it."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.init import INITS, Start, StartCase
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples, Samples
from kmeans_cli.core.types import Float64Array, FloatArray

from .cases import CASES, blobs, digits


def start_of(init: str, samples: Samples, k: int, seed: int = 0) -> Start:
    """A start of a kind."""
    return INITS[init](StartCase(k, samples, prepare(samples), np.random.default_rng(seed), map))


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("name", CASES)
def test_a_start_is_k_rows_of_float64(init: str, name: str) -> None:
    """Every init gives k finite float64 centroids, and the samples they are when they are samples."""
    case = CASES[name]
    start = start_of(init, case.samples, case.k)
    assert start.centroids.shape == (case.k, case.X.shape[1])
    assert start.centroids.dtype == np.float64
    assert case.X.min() <= start.centroids.min() <= start.centroids.max() <= case.X.max()
    if start.indices is not None:
        np.testing.assert_array_equal(start.centroids, case.X[start.indices])


@pytest.mark.parametrize("init", INITS)
def test_the_seed_decides_the_start(init: str) -> None:
    """The same seed gives the same start, another seed another one."""
    samples = ArraySamples(digits())
    one, same, other = (start_of(init, samples, 12, seed).centroids for seed in (7, 7, 8))
    assert one.tobytes() == same.tobytes() != other.tobytes()


@pytest.mark.parametrize("init", [init for init in INITS if init != "uniform"])
@pytest.mark.parametrize("seed", range(5))
def test_samples_without_weight_are_never_a_start(init: str, seed: int) -> None:
    """A sample of weight 0 is not drawn while others are left."""
    weights = np.where(np.arange(40) < 12, 1.0, 0.0)
    start = start_of(init, ArraySamples(blobs(40), weights), 12, seed)
    assert start.indices is not None
    assert sorted(start.indices.tolist()) == list(range(12))


@pytest.mark.parametrize("init", ["k-means++", "farthest"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("offset", [0.0, 1000.0])
@pytest.mark.parametrize("seed", range(5))
def test_no_duplicates_while_distinct_samples_remain(init: str, dtype: type, offset: float, seed: int) -> None:
    """K of k distinct samples, each there many times, are all chosen, however near to one another they are."""
    distinct = blobs(12)
    distinct[1] = distinct[0] + 1e-2
    X = (np.repeat(distinct, 50, axis=0) + offset).astype(dtype)
    start = start_of(init, ArraySamples(X), 12, seed)
    assert len(np.unique(start.centroids, axis=0)) == 12


@pytest.mark.parametrize("init", ["k-means++", "farthest"])
def test_more_starts_than_distinct_samples(init: str) -> None:
    """When the distinct samples are used up the start still has k rows."""
    start = start_of(init, ArraySamples(np.repeat(blobs(3), 5, axis=0)), 6)
    assert len(np.unique(start.centroids, axis=0)) == 3
    assert len(start.centroids) == 6


def test_sample_draws_distinct_rows() -> None:
    """``sample`` never draws a row twice: k = n is a permutation."""
    start = start_of("sample", ArraySamples(blobs(30)), 30)
    assert start.indices is not None
    assert sorted(start.indices.tolist()) == list(range(30))


@pytest.mark.parametrize("init", ["sample", "k-means++", "farthest"])
def test_the_first_sample_is_drawn_by_weight(init: str) -> None:
    """Of two samples with weights 3 and 1 the first is drawn in three of four starts."""
    samples = ArraySamples(np.array([[0.0], [1.0]]), np.array([3.0, 1.0]))
    drawn = [start_of(init, samples, 1, seed).centroids[0, 0] for seed in range(600)]
    assert 0.2 < np.mean(drawn) < 0.3


def test_uniform_has_one_range_for_all_features() -> None:
    """``uniform`` draws between the smallest and the largest value of the matrix, for a constant feature too."""
    X = np.stack([np.full(50, 0.5), np.linspace(-2, 8, 50)], axis=1)
    start = start_of("uniform", ArraySamples(X), 50)
    assert start.indices is None
    for feature in start.centroids.T:
        assert -2 <= feature.min() < -1 < 7 < feature.max() <= 8


def test_k_means_plus_plus_draws_by_squared_distance() -> None:
    """From 0 the samples at 1 and at 3 are drawn as 1 to 9: with two candidates the far one comes 99 times of 100."""
    samples = ArraySamples(np.array([[0.0], [1.0], [3.0]]), np.array([1e9, 1.0, 1.0]))
    second = [start_of("k-means++", samples, 2, seed).centroids[1, 0] for seed in range(1000)]
    # Of weights w·d² the shares are 1/10 and 9/10; the far one leaves less inertia, so only 1, 1 loses it.
    assert 0.003 < np.mean(np.array(second) == 1) < 0.02


def test_k_means_plus_plus_is_better_than_sample() -> None:
    """On separated clouds it finds one start in each far more often."""

    def inertia(start: Float64Array, X: FloatArray) -> float:
        return float(np.square(X[:, None] - start).sum(axis=2).min(axis=1).sum())

    X = blobs(200)
    means = [np.mean([inertia(start_of(i, ArraySamples(X), 5, s).centroids, X) for s in range(20)]) for i in INITS]
    better = dict(zip(INITS, means, strict=True))
    assert better["k-means++"] < 0.5 * better["sample"]


@pytest.mark.parametrize("name", ["grid", "blobs", "digits-float32", "collinear", "offset-1e6", "weighted"])
def test_farthest_is_gonzalez(name: str) -> None:
    """Each centroid after the first is the sample farthest from those before it, the lowest index on ties."""
    case = CASES[name]
    start = start_of("farthest", case.samples, 7)
    assert start.indices is not None
    X = case.X.astype(np.float64)
    allowed = np.ones(len(X), bool) if case.weights is None else case.weights > 0
    for i in range(1, 7):
        closest = np.square(X[:, None] - start.centroids[:i]).sum(axis=2).min(axis=1)
        assert start.indices[i] == np.argmax(np.where(allowed, closest, -1))
