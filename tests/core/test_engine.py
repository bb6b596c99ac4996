"""The loop: its history, its ends, its warnings and refusals, and a small case done by hand."""

from __future__ import annotations

from itertools import count
from typing import Any

import numpy as np
import pytest

from kmeans_cli.core.algorithms import ALGORITHMS
from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import KMeansParams, StopParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, IterationRecord, StopReason
from kmeans_cli.errors import ConfigError

from .cases import CASES, SmallBlocks, blobs, digits
from .reference import assert_nearest, same_but_seconds
from .test_exactness import fit_case


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", ["digits-float64", "digits-float32", "weighted", "wide", "offset-1e9"])
def test_history_is_a_direct_computation(algorithm: str, name: str) -> None:
    """Each record's inertia and distance sum are those of its labels against the means of its clusters."""
    case = CASES[name]
    states: list[FitState] = []
    params = KMeansParams(case.k, algorithm=algorithm, max_iter=6)
    result = fit(case.samples, params, seed=1, distance_sums=True, on_iteration=lambda _, state: states.append(state))
    weights = np.ones(len(case.X)) if case.weights is None else case.weights
    for record, state in zip(result.history, states, strict=True):
        assert record.n_empty == 0  # so the state's centroids are the means
        squared = np.square(case.X - state.centroids[state.labels]).sum(axis=1)
        assert record.inertia == pytest.approx(weights @ squared, rel=1e-10)
        assert record.j_clust == pytest.approx(weights @ squared / weights.sum(), rel=1e-10)
        assert record.distance_sum == pytest.approx(weights @ np.sqrt(squared), rel=1e-10)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_four_points_by_hand(algorithm: str) -> None:
    """The corners of a 2 × 4 rectangle, started on its left side, end as left and right pair."""
    X = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]])
    result = fit(ArraySamples(X), KMeansParams(2, algorithm=algorithm), start=X[:2])
    # The first assignment goes by height: (0,0) and (4,0) against (0,2) and (4,2); that is already a fixed point.
    assert result.labels.tolist() == [0, 1, 0, 1]
    assert result.centroids.tolist() == [[2, 0], [2, 2]]
    assert [(r.n_moved, r.inertia, r.j_clust, r.centroid_shift) for r in result.history] == [
        (4, 16, 4, 2),
        (0, 16, 4, 0),
    ]
    better = fit(ArraySamples(X), KMeansParams(2, algorithm=algorithm), start=X[[0, 2]])
    assert better.labels.tolist() == [0, 0, 1, 1]
    assert (better.inertia, better.n_iter) == (4, 2)


def test_the_seed_decides_and_nothing_else() -> None:
    """The same seed gives the same bytes, another one another start, and global random state is left alone."""
    samples, params = ArraySamples(digits()), KMeansParams(10)
    np.random.seed(0)  # noqa: NPY002 - the state that must not matter
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - likewise
    first = fit(samples, params, seed=5)
    assert np.random.get_state()[1].tolist() == before  # noqa: NPY002 - likewise
    np.random.seed(1)  # noqa: NPY002 - likewise
    same_but_seconds(first, fit(samples, params, seed=5))
    assert fit(samples, params, seed=6).init_indices.tolist() != first.init_indices.tolist()


def test_prepared_may_be_shared() -> None:
    """A fit with what was prepared before has the same bytes as one that prepares for itself."""
    samples = ArraySamples(digits())
    shared = fit(samples, KMeansParams(10), seed=1, prepared=prepare(samples))
    same_but_seconds(shared, fit(samples, KMeansParams(10), seed=1))


def test_input_is_left_alone() -> None:
    """Samples, weights and the given start are not written to."""
    X, weights, start = digits()[:200].copy(), np.ones(200), digits()[:4].copy()
    for array in (X, weights, start):
        array.flags.writeable = False
    result = fit(ArraySamples(X, weights), KMeansParams(4), start=start)
    assert result.start.tolist() == start.tolist()


def test_max_iter_ends_a_fit() -> None:
    """At max_iter the fit ends without convergence, and the labels still belong to the centroids."""
    result = fit(ArraySamples(digits()), KMeansParams(10, max_iter=3), seed=0)
    assert (result.n_iter, result.stop_reason, result.converged) == (3, StopReason.MAX_ITER, False)
    assert_nearest(digits(), result.centroids, result.labels)


def test_the_caller_may_stop_a_fit() -> None:
    """When on_iteration returns True the fit ends there, interrupted."""
    seen: list[int] = []

    def stop_at_two(record: IterationRecord, state: FitState) -> bool:
        seen.append(record.iteration)
        assert state.history[-1] is record
        return record.iteration == 2

    result = fit(ArraySamples(digits()), KMeansParams(10), seed=0, on_iteration=stop_at_two)
    assert seen == [1, 2]
    assert (result.n_iter, result.stop_reason, result.converged) == (2, StopReason.INTERRUPTED, False)


def test_a_wish_to_stop_does_not_hide_convergence() -> None:
    """A fit that converges in the iteration in which it is asked to stop is converged."""
    result = fit(ArraySamples(blobs(40)), KMeansParams(1), on_iteration=lambda record, _: record.iteration == 2)
    assert result.stop_reason is StopReason.LABELS


def test_time_comes_from_the_clock_handed_in() -> None:
    """Seconds are read from ``clock`` only."""
    ticks = count()
    result = fit(ArraySamples(blobs()), KMeansParams(5), clock=lambda: float(next(ticks)))
    assert [r.seconds for r in result.history] == [1.0] * result.n_iter
    assert set(result.seconds) == {"prepare", "init", "fit"}
    assert all(value > 0 and value == int(value) for value in result.seconds.values())


def test_more_clusters_than_distinct_samples() -> None:
    """The fit warns, and has as many clusters as there are distinct samples, for each policy that places samples."""
    for name in ("few-distinct", "few-distinct-float32", "constant", "zeros"):
        distinct, k = len(np.unique(CASES[name].X, axis=0)), CASES[name].k
        for empty in ("farthest", "split", "sample"):
            for init in INITS:
                result = fit_case("lloyd", init, empty, name)
                assert np.count_nonzero(result.cluster_sizes) == distinct
                empties = k - distinct
                assert result.warnings == (
                    f"the data have only {distinct} distinct samples: {empties} of {k} clusters are empty",
                )


def test_empty_clusters_are_told_apart_from_too_few_samples() -> None:
    """Clusters that a policy left empty, though there are distinct samples, give another warning."""
    start = np.vstack([digits()[:3], np.full((1, 64), 50.0)])
    result = fit(ArraySamples(digits()), KMeansParams(4, empty="keep"), start=start)
    assert result.warnings == ("1 of 4 clusters are empty (empty: keep)",)
    assert fit(ArraySamples(digits()), KMeansParams(4), start=start).warnings == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"params": KMeansParams(5)}, "n_clusters: 5 is more than the samples there are; allowed: at most 4"),
        ({"samples": ArraySamples(np.ones((4, 2)), np.array([1.0, 0, 0, 1]))}, "n_clusters: 3 is more than"),
        ({"start": np.ones((2, 2))}, "init: (2, 2) is the shape of the given start; allowed: (3, 2)"),
        ({"start": np.full((3, 2), np.nan)}, "init: the given start has NaN, infinite or enormous values"),
        ({"start": np.full((3, 2), 1e200)}, "init: the given start has NaN, infinite or enormous values"),
        ({"samples": ArraySamples(np.array([[1.0], [np.nan], [2.0]]))}, "X: nan is among the samples"),
        ({"samples": ArraySamples(np.array([[1.0], [-np.inf], [2.0]]))}, "X: inf is among the samples"),
        ({"samples": ArraySamples(np.array([[1.0], [1e300], [2.0]]))}, "X: 1e+300 is among the samples"),
    ],
)
def test_refuses_what_cannot_be_fitted(arguments: dict[str, Any], words: str) -> None:
    """Impossible numbers of clusters, starts and samples are a ConfigError before any work."""
    given = {"samples": ArraySamples(np.ones((4, 2))), "params": KMeansParams(3)} | arguments
    with pytest.raises(ConfigError) as caught:
        fit(**given)
    assert str(caught.value).startswith(words)


def test_one_nan_in_any_block_is_found() -> None:
    """NaN is refused wherever it is, among however many blocks."""
    X = blobs(300)
    X[170, 1] = np.nan
    with pytest.raises(ConfigError, match="nan is among the samples"):
        fit(SmallBlocks(X), KMeansParams(3))


def test_a_start_far_away_is_decided_in_float64() -> None:
    """Centroids beyond the reach of float32 products neither overflow nor confuse the others."""
    for X in (blobs(), blobs().astype(np.float32), np.zeros((6, 3))):
        start = np.zeros((3, 3))
        start[0], start[1] = 1e100, 1e-30
        result = fit(ArraySamples(X), KMeansParams(3, empty="keep", stop=StopParams("shift", 0.0)), start=start)
        assert_nearest(X, result.centroids, result.labels)
        assert result.cluster_sizes[0] == 0
