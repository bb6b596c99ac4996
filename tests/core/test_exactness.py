"""What holds for every algorithm, start, policy and data set, and whom it must agree with."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from sklearn.cluster import KMeans

from kmeans_cli.core.algorithms import ALGORITHMS
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, KMeansResult, StopReason
from kmeans_cli.threads import open_block_map

from .cases import CASES, SmallBlocks, digits
from .reference import assert_nearest, inertia_of, lloyd, same_but_seconds

VARIANTS = [(init, empty, name) for init in INITS for empty in EMPTY_POLICIES if empty != "error" for name in CASES]
product = pytest.mark.parametrize(
    ("algorithm", "init", "empty", "name"), [(algorithm, *variant) for algorithm in ALGORITHMS for variant in VARIANTS]
)
# The other algorithms have the very bytes of Lloyd's (test_accelerated.py), so what is measured from these is the same.
of_lloyd = pytest.mark.parametrize(("init", "empty", "name"), VARIANTS)


@cache
def fit_case(algorithm: str, init: str, empty: str, name: str) -> KMeansResult:
    """One fit of the product; its history also has the distance sums."""
    case = CASES[name]
    params = KMeansParams(case.k, init=init, empty=empty, algorithm=algorithm, max_iter=200)
    return fit(case.samples, params, seed=3, distance_sums=True)


@product
def test_labels_are_the_nearest_centroids(algorithm: str, init: str, empty: str, name: str) -> None:
    """Every sample is in the cluster of its nearest centroid, decided in float64, the lowest index on ties."""
    result = fit_case(algorithm, init, empty, name)
    assert_nearest(CASES[name].X, result.centroids, result.labels)


@of_lloyd
def test_reported_numbers_belong_to_the_labels(init: str, empty: str, name: str) -> None:
    """Inertia and sizes are those of the labels and centroids that are reported with them."""
    case, result = CASES[name], fit_case("lloyd", init, empty, name)
    assert result.inertia == pytest.approx(inertia_of(case.X, case.weights, result.centroids, result.labels), rel=1e-12)
    assert result.cluster_sizes.tolist() == np.bincount(result.labels, minlength=case.k).tolist()
    assert result.centroids.dtype == np.float64
    assert result.labels.dtype == np.int32


@of_lloyd
def test_inertia_never_rises(init: str, empty: str, name: str) -> None:
    """From one iteration to the next inertia falls, unless clusters were empty; 1e-12 of Σ w‖x‖² is rounding."""
    case, result = CASES[name], fit_case("lloyd", init, empty, name)
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    rounding = 1e-12 * float(weights @ np.square(case.X.astype(np.float64)).sum(axis=1))
    for before, after in zip(result.history, result.history[1:], strict=False):
        assert after.inertia <= before.inertia + rounding or before.n_empty


@of_lloyd
def test_a_fit_comes_to_rest(init: str, empty: str, name: str) -> None:
    """With the rule ``labels`` every fit ends by itself, and then one more step would change nothing."""
    case, result = CASES[name], fit_case("lloyd", init, empty, name)
    assert result.stop_reason is StopReason.LABELS
    assert result.history[-1].n_moved == 0 or result.n_iter == 1
    last = result.history[-1]
    scale = float(np.abs(case.X).max()) ** 2 * case.X.size * 1e-24
    assert result.inertia == pytest.approx(last.inertia, rel=1e-8, abs=scale)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("empty", ["keep", "zero", "farthest"])
@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.generic])
def test_agrees_with_the_slow_reference(algorithm: str, empty: str, name: str) -> None:
    """From one start, labels, iterations and the inertia of each are those of a slow float64 Lloyd."""
    case = CASES[name]
    rng = np.random.default_rng(8)
    heavy = np.arange(len(case.X)) if case.weights is None else np.flatnonzero(case.weights)
    start = case.X[rng.choice(heavy, case.k, replace=False)].astype(np.float64)
    if case.k > 2:
        start[1] = start[0]  # so one cluster is empty at first
    result = fit(case.samples, KMeansParams(case.k, empty=empty, algorithm=algorithm), start=start)
    expected = lloyd(case.X, case.weights, start, empty)
    assert result.n_iter == len(expected.inertias)
    np.testing.assert_array_equal(result.labels, expected.labels)
    largest = float(np.abs(case.X).max())
    np.testing.assert_allclose(result.centroids, expected.centroids, rtol=1e-9, atol=1e-12 * largest)
    np.testing.assert_allclose([r.inertia for r in result.history], expected.inertias, rtol=1e-8, atol=0)


def wide_samples() -> ArraySamples:
    """Several blocks, several pieces of the update, and no clear clusters."""
    rng = np.random.default_rng(9)
    return ArraySamples((rng.random((3000, 12)) @ rng.random((12, 784))).astype(np.float32))


def reversed_map(function: Any, items: Any, /) -> list[Any]:
    """Like ``map``, but the last item is computed first."""
    return [function(item) for item in list(items)[::-1]][::-1]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("init", INITS)
def test_same_bytes_whoever_maps_the_blocks(algorithm: str, init: str) -> None:
    """One, two and four threads and a reversed order of work give the same bytes, and so does a repetition."""
    params = KMeansParams(8, init=init, algorithm=algorithm, empty="sample", max_iter=6)
    for samples in (wide_samples(), SmallBlocks(digits(), np.linspace(0, 2, len(digits())))):
        with open_block_map(1) as one:
            first = fit(samples, params, seed=4, map_blocks=one)
            same_but_seconds(first, fit(samples, params, seed=4, map_blocks=reversed_map))
        for threads in (2, 4):
            with open_block_map(threads) as several:
                same_but_seconds(first, fit(samples, params, seed=4, map_blocks=several))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_integer_weights_equal_repetition(algorithm: str) -> None:
    """A sample of weight 3 counts as three samples, a sample of weight 0 as none."""
    X = digits()[:300]
    weights = np.random.default_rng(10).integers(0, 4, len(X))
    params = KMeansParams(8, algorithm=algorithm)
    weighted = fit(ArraySamples(X, weights.astype(np.float64)), params, start=X[:8])
    repeated = fit(ArraySamples(np.repeat(X, weights, axis=0)), params, start=X[:8])
    assert weighted.n_iter == repeated.n_iter
    np.testing.assert_array_equal(np.repeat(weighted.labels, weights), repeated.labels)
    np.testing.assert_allclose(weighted.centroids, repeated.centroids, rtol=1e-12, atol=1e-14)
    assert weighted.inertia == pytest.approx(repeated.inertia, rel=1e-12)
    assert weighted.history[3].j_clust == pytest.approx(repeated.history[3].j_clust, rel=1e-12)


def assert_like_scikit_learn(X: Float64Array, k: int, algorithm: str) -> None:
    """From the first k samples, strict convergence has scikit-learn's labels and number of iterations."""
    result = fit(ArraySamples(X), KMeansParams(k, algorithm=algorithm), start=X[:k])
    peer = KMeans(k, init=X[:k], n_init=1, algorithm="lloyd", tol=0, max_iter=1000).fit(X)
    np.testing.assert_array_equal(result.labels, peer.labels_)
    np.testing.assert_allclose(result.centroids, peer.cluster_centers_, rtol=0, atol=1e-12)
    assert result.inertia == pytest.approx(peer.inertia_, rel=1e-12)
    assert result.n_iter == peer.n_iter_


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("k", [5, 10, 20])
def test_same_labels_as_scikit_learn_on_digits(algorithm: str, k: int) -> None:
    """On all 1,797 digits in float64 the labels are scikit-learn's, from the same start."""
    assert_like_scikit_learn(digits(), k, algorithm)


@pytest.mark.mnist
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("k", [5, 10, 20])
def test_same_labels_as_scikit_learn_on_mnist(mnist_6000: Float64Array, algorithm: str, k: int) -> None:
    """On 6,000 MNIST images in float64 the labels are scikit-learn's, from the same start."""
    assert_like_scikit_learn(mnist_6000, k, algorithm)
