"""The accelerated algorithms have Lloyd's bytes, however little of the distances they see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kmeans_cli.core import subspace
from kmeans_cli.core.algorithms import ALGORITHMS, lloyd, projected
from kmeans_cli.core.algorithms.projected import Projected
from kmeans_cli.core.empty import EMPTY_POLICIES
from kmeans_cli.core.engine import fit
from kmeans_cli.core.init import INITS
from kmeans_cli.core.narrow import Narrow
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, Float64Array, FloatArray, KMeansResult, LabelArray
from kmeans_cli.threads import open_block_map

from .cases import CASES, SmallBlocks, blobs, digits
from .reference import assert_nearest, same_but_seconds

ACCELERATED = [name for name in ALGORITHMS if name != "lloyd"]


@pytest.fixture(params=[1, 2, 62])
def directions(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many directions a subspace has: with few, small data too leave much to what is remembered."""
    monkeypatch.setattr(subspace, "_N_DIRECTIONS", request.param)
    return request.param


def both(samples: ArraySamples, algorithm: str, k: int, **params: str) -> tuple[KMeansResult, KMeansResult]:
    """The same fit by Lloyd's algorithm and by another one."""
    one, other = (
        fit(samples, KMeansParams(k, algorithm=name, max_iter=60, **params), seed=5) for name in ("lloyd", algorithm)
    )
    return one, other


@pytest.mark.parametrize("algorithm", ACCELERATED)
@pytest.mark.parametrize("init", INITS)
@pytest.mark.parametrize("empty", [name for name in EMPTY_POLICIES if name != "error"])
@pytest.mark.parametrize("name", CASES)
def test_same_bytes_as_lloyd(algorithm: str, init: str, empty: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the same seed all data, starts and policies give the same labels, centroids and history."""
    monkeypatch.setattr(subspace, "_N_DIRECTIONS", 2)
    same_but_seconds(*both(CASES[name].samples, algorithm, CASES[name].k, init=init, empty=empty))


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("algorithm", ACCELERATED)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_same_bytes_for_every_k(algorithm: str, dtype: type, weighted: bool) -> None:
    """From one cluster to as many as there are samples, with and without weights, in both precisions."""
    X = digits()[:48].astype(dtype)
    samples = SmallBlocks(X, np.linspace(0.5, 2, len(X)) if weighted else None)
    for k in (*range(1, 13), 24, 47, 48):
        same_but_seconds(*both(samples, algorithm, k))


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("algorithm", ACCELERATED)
@pytest.mark.parametrize("k", [3, 10, 50, 100])
def test_same_bytes_on_all_digits(algorithm: str, k: int) -> None:
    """On data without clear clusters, where labels change for many iterations."""
    same_but_seconds(*both(ArraySamples(digits().astype(np.float32)), algorithm, k, init="sample"))


@pytest.mark.parametrize("n_threads", [1, 2])
def test_same_bytes_in_several_pieces(n_threads: int) -> None:
    """Of more narrow samples than one piece holds, none is forgotten, on one thread or on two."""
    samples = ArraySamples(np.random.default_rng(0).normal(size=(40_000, 2)))
    params = [KMeansParams(5, algorithm=name, init="sample", max_iter=8) for name in ("lloyd", "hamerly")]
    with open_block_map(n_threads) as map_blocks:
        same_but_seconds(*(fit(samples, each, seed=2, map_blocks=map_blocks) for each in params))


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("stale", [0.0, 0.5])
@pytest.mark.parametrize("k", [2, 3, 10, 100])
def test_same_bytes_by_duels(stale: float, k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two distances decide, whether or not the others are measured now and then."""
    monkeypatch.setattr(projected, "_MANY", 2)
    monkeypatch.setattr(projected, "_STALE", stale)
    same_but_seconds(*both(ArraySamples(digits().astype(np.float32)), "projected", k, init="sample"))


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("far", [1e15, 1e20, 1e39, 1e100])
@pytest.mark.parametrize("d", [2, 64])
def test_samples_beyond_float32_are_labelled_too(algorithm: str, far: float, d: int) -> None:
    """Samples of no weight so far from the others that their float32 scores are no numbers get exact labels."""
    X = np.random.default_rng(0).normal(size=(3000, d))
    X[:10] *= far
    weights = np.ones(3000)
    weights[:10] = 0
    result = fit(ArraySamples(X, weights), KMeansParams(40, algorithm=algorithm, init="sample", max_iter=20), seed=1)
    assert_nearest(X, result.centroids, result.labels)


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("algorithm", ACCELERATED)
@pytest.mark.parametrize("far", [1e4, 1e12, 1e17, 1e100])
@pytest.mark.parametrize("empty", ["keep", "zero", "farthest"])
def test_a_centroid_far_away_comes_or_stays(algorithm: str, far: float, empty: str) -> None:
    """Centroids beyond the reach of float32 products, for one iteration or all, are no bounds to go by."""
    X = digits()[:400]
    start = X[:6].copy()
    start[2] = far
    fits = [fit(ArraySamples(X), KMeansParams(6, empty=empty, algorithm=a), start=start) for a in ("lloyd", algorithm)]
    same_but_seconds(*fits)


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("algorithm", ACCELERATED)
def test_going_on_builds_bounds_anew(algorithm: str) -> None:
    """A fit that goes on from any state has Lloyd's bytes: labels are known then, but no distance is."""
    samples, states = ArraySamples(digits()), list[FitState]()
    whole = fit(samples, KMeansParams(10), seed=3, on_iteration=lambda _, state: states.append(state))
    for state in states[::5]:
        same_but_seconds(whole, fit(samples, KMeansParams(10, algorithm=algorithm), state=state))


def wander(X: FloatArray, centroids: Float64Array, rng: np.random.Generator, steps: int) -> list[Float64Array]:
    """Centroids on a way that no fit takes: small steps, long ones, far away and back, none, and onto samples."""
    way = [centroids]
    for _ in range(steps):
        kind, moved = rng.integers(6), way[-1].copy()
        some = rng.random(len(moved)) < 0.5
        if kind < 3:
            moved += rng.choice([1e-12, 1e-6, 1e-2, 1.0]) * X.std() * rng.normal(size=moved.shape) * some[:, None]
        elif kind == 3:
            moved[some] = X[rng.integers(len(X), size=some.sum())]
        elif kind == 4:
            moved[rng.integers(len(moved))] = rng.choice([1e3, 1e17, 1e90])
        else:
            moved[:] = way[rng.integers(len(way))]
        way.append(moved)
    return way


@pytest.mark.parametrize("name", CASES)
def test_same_bytes_whether_scores_are_kept_or_not(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lloyd's algorithm on small data keeps scores; computing all of them anew gives the same."""
    params = KMeansParams(CASES[name].k, algorithm="lloyd", init="sample", max_iter=60)
    kept = fit(CASES[name].samples, params, seed=5)
    monkeypatch.setattr(lloyd, "MOST_KEPT", 0)
    same_but_seconds(kept, fit(CASES[name].samples, params, seed=5))


@pytest.mark.usefixtures("directions")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("name", CASES)
def test_labels_are_right_wherever_centroids_go(algorithm: str, name: str) -> None:
    """After every step of any way the labels are the nearest centroids and the moves are those that were made."""
    case, rng = CASES[name], np.random.default_rng(11)
    prepared = prepare(case.samples)
    runner = ALGORITHMS[algorithm](case.samples, prepared, map)
    labels = np.full(len(case.X), -1, np.int32)
    start = case.X[rng.integers(len(case.X), size=case.k)].astype(np.float64)
    for centroids in wander(case.X, start, rng, 25):
        before = labels.copy()
        runner.moved(centroids)
        moves = runner.assign(labels)
        np.testing.assert_array_equal(labels, nearest_labels(case.samples, prepared, centroids))
        np.testing.assert_array_equal(moves.indices, np.flatnonzero(labels != before))
        np.testing.assert_array_equal(moves.former, before[moves.indices])


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.int8, st.tuples(st.integers(2, 40), st.integers(1, 5)), elements=st.integers(0, 4)),
    st.integers(1, 9),
    st.sampled_from(ACCELERATED),
    st.sampled_from([0, 1000, 2**20]),
)
def test_same_bytes_where_ties_abound(grid: FloatArray, k: int, algorithm: str, offset: int) -> None:
    """On whole numbers near and far from zero, where samples coincide and lie half-way between centroids."""
    samples = ArraySamples(grid.astype(np.float64) + offset)
    same_but_seconds(*both(samples, algorithm, min(k, samples.n), init="sample"))


@pytest.mark.parametrize(("algorithm", "share"), [("hamerly", 0.4), ("projected", 0.05)])
def test_few_samples_are_looked_at(algorithm: str, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """On clear clusters most samples are measured once, and then not again."""
    looked: list[int] = []
    owner, name = {"hamerly": (Narrow, "confirm"), "projected": (Projected, "_measure")}[algorithm]

    def count(self: object, where: slice | LabelArray, *rest: LabelArray) -> object:
        looked.append(where.stop - where.start if isinstance(where, slice) else len(where))
        return measure(self, where, *rest)

    measure = getattr(owner, name)
    monkeypatch.setattr(owner, name, count)
    samples = ArraySamples(blobs(3000, 20))
    result = fit(samples, KMeansParams(12, algorithm=algorithm), seed=1)
    assert result.n_iter > 5
    assert sum(looked) - samples.n < share * samples.n * result.n_iter
