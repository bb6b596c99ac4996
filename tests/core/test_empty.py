"""Empty clusters: what each policy makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.empty import EMPTY_POLICIES, EmptyCase
from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, StopReason
from kmeans_cli.errors import FitError

from .cases import CASES
from .reference import same_but_seconds

# Clusters 0 and 2 have the mean 1 and 20; clusters 1 and 3 are empty, at 100 and −100.
# The farthest sample is 26 (6 from 20); the cluster with the largest inertia is 2, the next is 0.
LINE = np.array([[0.0], [1.0], [2.0], [16.0], [18.0], [26.0]])
LABELS = np.array([0, 0, 0, 2, 2, 2], dtype=np.int32)
CENTROIDS = np.array([[1.0], [100.0], [20.0], [-100.0]])


def placed(policy: str, X: Float64Array = LINE, weights: Float64Array | None = None, seed: int = 0) -> list[float]:
    """Where a policy puts the two empty clusters of the example."""
    samples = ArraySamples(X, weights)
    rng = np.random.default_rng(seed)
    case = EmptyCase(np.array([1, 3]), CENTROIDS, LABELS, samples, prepare(samples), rng, map)
    new = EMPTY_POLICIES[policy](case)
    assert new.dtype == np.float64
    return new[:, 0].tolist()


def test_farthest_takes_another_sample_for_each() -> None:
    """The farthest sample and the second farthest."""
    assert placed("farthest") == [26, 16]


def test_farthest_passes_over_samples_without_weight() -> None:
    """A sample of weight 0 becomes no centroid, and the size of other weights does not matter."""
    assert placed("farthest", weights=np.array([1, 1, 9, 1, 1.0, 0])) == [16, 18]


def test_split_takes_from_the_costliest_clusters() -> None:
    """The farthest member of the cluster with the largest inertia, then of the second; ties: the lowest index."""
    assert placed("split") == [26, 0]
    assert placed("split", weights=np.array([500, 1, 1, 1, 1, 1.0])) == [0, 26]


def test_sample_draws_samples_by_weight() -> None:
    """Every sample may be drawn, but none without weight."""
    drawn = {value for seed in range(60) for value in placed("sample", seed=seed)}
    # 1 is its centroid: an empty cluster that draws it stays where it was.
    assert drawn == {0, 2, 16, 18, 26, 100, -100}
    weights = np.array([0, 0, 1.0, 0, 1, 0])
    assert {value for seed in range(20) for value in placed("sample", weights=weights, seed=seed)} == {2, 18}


def test_uniform_draws_over_the_range() -> None:
    """Between the smallest and the largest value, others for each cluster and seed."""
    drawn = [value for seed in range(50) for value in placed("uniform", seed=seed)]
    assert len(set(drawn)) == 100
    assert 0 <= min(drawn) < 2 < 24 < max(drawn) <= 26


def test_zero_and_keep() -> None:
    """``zero`` gives zero vectors, ``keep`` leaves the centroids where they were."""
    assert placed("zero") == [0, 0]
    assert placed("keep") == [100, -100]


def test_error_names_the_clusters() -> None:
    """``error`` fails the fit and says which clusters are empty."""
    with pytest.raises(FitError, match=r"2 of 4 clusters became empty \(number 1, 3\) under empty: error"):
        placed("error")


@pytest.mark.parametrize("empty", ["farthest", "split", "sample"])
def test_a_sample_that_is_its_centroid_is_not_given_another(empty: str) -> None:
    """Where every sample is its centroid the empty clusters stay where they were."""
    X = np.array([[1.0], [1.0], [1.0], [20.0], [20.0], [20.0]])
    assert placed(empty, X) == [100, -100]


@pytest.mark.parametrize("empty", EMPTY_POLICIES)
def test_a_forced_empty_cluster(empty: str) -> None:
    """A start far outside gets no sample; each policy's fit says so in its history and goes its way."""
    start = np.array([[1.0], [20.0], [500.0]])
    samples, params = ArraySamples(LINE), KMeansParams(3, empty=empty)
    if empty == "error":
        with pytest.raises(FitError, match="number 2"):
            fit(samples, params, start=start)
        return
    result = fit(samples, params, start=start)
    assert (result.history[0].n_empty, result.history[0].inertia) == (1, 2 + 16 + 4 + 36)
    assert result.stop_reason is StopReason.LABELS
    ends: dict[str, list[list[float]]] = {
        "farthest": [[1], [17], [26]],
        "split": [[1], [17], [26]],
        "keep": [[1], [20], [500]],
        "zero": [[1.5], [20], [0]],
    }
    if empty in ends:
        assert result.centroids.tolist() == ends[empty]
    assert (result.cluster_sizes[2] == 0) == (empty == "keep")


@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("name", CASES)
def test_error_fails_exactly_when_a_cluster_became_empty(init: str, name: str) -> None:
    """Under ``error`` a fit fails when under ``keep`` it had an empty cluster, and else is the same."""
    case = CASES[name]
    kept = fit(case.samples, KMeansParams(case.k, init=init, empty="keep"), seed=1)
    params = KMeansParams(case.k, init=init, empty="error")
    if any(record.n_empty for record in kept.history):
        with pytest.raises(FitError):
            fit(case.samples, params, seed=1)
    else:
        same_but_seconds(kept, fit(case.samples, params, seed=1))


@pytest.mark.parametrize("seed", range(10))
def test_a_random_policy_leaves_a_fixed_point_alone(seed: int) -> None:
    """When no label changed, empty clusters are not drawn anew: the last labels are those of the last iteration."""
    start = np.array([[1.0], [20.0], [500.0]])
    result = fit(ArraySamples(LINE), KMeansParams(3, empty="uniform"), start=start, seed=seed)
    assert result.history[-1].n_moved == 0
    assert result.inertia == result.history[-1].inertia


def test_a_cluster_with_only_weightless_samples_is_empty() -> None:
    """What weighs nothing fills no cluster and moves no centroid."""
    weights = np.array([1.0, 1, 1, 1, 1, 0])
    start = np.array([[1.0], [17.0], [26.0]])
    result = fit(ArraySamples(LINE, weights), KMeansParams(3, empty="keep"), start=start)
    assert result.history[0].n_empty == 1
    assert result.centroids.tolist() == [[1], [17], [26]]
    assert result.cluster_sizes.tolist() == [3, 2, 1]
