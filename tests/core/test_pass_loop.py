"""Fits in passes: what a fit in memory finds, found without holding the data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams, MiniBatchParams, StopParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.stream_result import LABELS, StreamResult
from kmeans_cli.core.types import FitState, FloatArray, IterationRecord, KMeansResult, LabelArray, StopReason
from kmeans_cli.errors import FitError
from kmeans_cli.threads import open_block_map
from tests.shards import small_pieces, surveyed, write_shards


@pytest.fixture(autouse=True)
def _in_small_pieces() -> Iterator[None]:
    with small_pieces():
        yield


def _data(kind: str) -> FloatArray:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((500, 6)) + 4 * rng.integers(4, size=(500, 1))
    if kind == "float32":
        return X.astype(np.float32)
    return X + 1e6 if kind == "far from zero" else X


def _labels(stream: Stream) -> LabelArray:
    return np.concatenate([stream.kept(LABELS, piece) for piece in stream.pieces()])


def _stream_fit(stream: Stream, params: KMeansParams, **extra: object) -> StreamResult:
    result = fit(stream, params, **extra)
    assert isinstance(result, StreamResult)
    return result


def _same_history(one: KMeansResult, other: KMeansResult) -> None:
    assert [(row.n_moved, row.n_empty) for row in one.history] == [(row.n_moved, row.n_empty) for row in other.history]
    inertias = [[row.inertia for row in result.history] for result in (one, other)]
    np.testing.assert_allclose(*inertias, rtol=1e-9)


@pytest.mark.parametrize("kind", ["float32", "float64", "far from zero"])
@pytest.mark.parametrize("init", ["sample", "uniform"])
def test_passes_find_what_a_fit_in_memory_finds(kind: str, init: str, tmp_path: Path) -> None:
    """From the same start: the same labels, history and sizes; the same inertia to nine digits."""
    X = _data(kind)
    params = KMeansParams(n_clusters=7, init=init)
    stream = surveyed(write_shards(tmp_path / "rows", X))
    assert len(stream.pieces()) > 12
    here, there = fit(ArraySamples(X), params, seed=3), _stream_fit(stream, params, seed=3, distance_sums=True)
    assert _labels(stream).tobytes() == here.labels.tobytes()
    assert there.cluster_sizes.tolist() == here.cluster_sizes.tolist()
    assert there.inertia == pytest.approx(here.inertia, rel=1e-9)
    assert there.distance_sum == pytest.approx(float(np.sqrt(here.squared_distances).sum()), rel=1e-9)
    assert there.history[-1].distance_sum == pytest.approx(there.distance_sum, rel=1e-9)
    _same_history(there, here)


def test_threads_change_no_byte(tmp_path: Path) -> None:
    """Whoever reads a piece, the sums are added in the order of the pieces."""
    stream = surveyed(write_shards(tmp_path / "rows", _data("float64")))
    params = KMeansParams(n_clusters=5, init="parallel")
    alone = _stream_fit(stream, params)
    with open_block_map(3) as map_blocks:
        together = _stream_fit(stream, params, map_blocks=map_blocks)
    assert together.centroids.tobytes() == alone.centroids.tobytes()
    assert together.inertia == alone.inertia


@pytest.mark.parametrize("empty", ["farthest", "split", "sample", "uniform", "zero", "keep"])
def test_empty_clusters_are_filled_as_in_memory(empty: str, tmp_path: Path) -> None:
    """Every policy makes of empty clusters what it makes of them when all samples are at hand."""
    X = _data("float64")
    start = np.vstack([X[:3], np.full((2, 6), 1e3), np.full((1, 6), -1e3)])
    params = KMeansParams(n_clusters=6, empty=empty)
    stream = surveyed(write_shards(tmp_path / "rows", X))
    here, there = fit(ArraySamples(X), params, start=start), _stream_fit(stream, params, start=start)
    assert here.history[0].n_empty == 3
    np.testing.assert_allclose(there.centroids, here.centroids, rtol=1e-9)
    _same_history(there, here)


def test_an_empty_cluster_can_be_an_error(tmp_path: Path) -> None:
    """As everywhere."""
    X = _data("float64")
    stream = surveyed(write_shards(tmp_path / "rows", X))
    start = np.vstack([X[:1], np.full((1, 6), 1e3)])
    with pytest.raises(FitError, match="became empty"):
        fit(stream, KMeansParams(n_clusters=2, empty="error"), start=start)


def test_a_fit_goes_on_from_a_state(tmp_path: Path) -> None:
    """To the same bytes as one that was not stopped."""
    stream = surveyed(write_shards(tmp_path / "rows", _data("float64")))
    params, states = KMeansParams(n_clusters=7, init="sample"), []

    def stop_at_three(record: IterationRecord, state: FitState) -> bool:
        states.append(state)
        return record.iteration == 3

    whole = _stream_fit(stream, params, seed=1)
    stopped = _stream_fit(stream, params, seed=1, on_iteration=stop_at_three)
    assert stopped.stop_reason is StopReason.INTERRUPTED
    resumed = _stream_fit(stream, params, seed=1, state=states[-1])
    assert resumed.centroids.tobytes() == whole.centroids.tobytes()
    assert [row.n_moved for row in resumed.history] == [row.n_moved for row in whole.history]


def test_other_rules_stop_a_fit_in_passes(tmp_path: Path) -> None:
    """max_iter, and a rule with a tol."""
    stream = surveyed(write_shards(tmp_path / "rows", _data("float64")))
    short = _stream_fit(stream, KMeansParams(n_clusters=7, max_iter=2))
    assert (short.n_iter, short.stop_reason) == (2, StopReason.MAX_ITER)
    loose = _stream_fit(stream, KMeansParams(n_clusters=7, stop=StopParams("shift", 10.0)))
    assert loose.stop_reason is StopReason.SHIFT


def test_a_perfect_fit_has_no_inertia(tmp_path: Path) -> None:
    """What the identity of sums would lose to cancellation is measured."""
    X = np.repeat(np.arange(5.0)[:, None] * [1.0, 3.0], 30, axis=0)
    stream = surveyed(write_shards(tmp_path / "rows", X))
    result = _stream_fit(stream, KMeansParams(n_clusters=5, init="parallel"))
    assert (result.inertia, result.history[-1].inertia) == (0.0, 0.0)


@pytest.mark.parametrize("init", ["parallel", "k-means++", "farthest"])
def test_starts_are_samples_and_good_ones(init: str, tmp_path: Path) -> None:
    """Of well separated groups each gets a centroid; the indices say which samples they are."""
    rng = np.random.default_rng(1)
    X = 100.0 * rng.permutation(np.repeat(np.arange(9), 60))[:, None] + rng.standard_normal((540, 3))
    stream = surveyed(write_shards(tmp_path / "rows", X))
    result = _stream_fit(stream, KMeansParams(n_clusters=9, init=init, max_iter=1), seed=5)
    assert result.init_indices is not None
    np.testing.assert_array_equal(X[result.init_indices], result.start)
    assert sorted(np.round(result.start[:, 0] / 100).astype(int)) == list(range(9))


def test_fewer_distinct_samples_than_clusters(tmp_path: Path) -> None:
    """k-means‖ then takes others besides what it drew, and the user is told."""
    stream = surveyed(write_shards(tmp_path / "rows", np.repeat([[0.0], [1.0]], 60, axis=0)))
    result = _stream_fit(stream, KMeansParams(n_clusters=4, init="parallel"))
    assert result.inertia == 0
    assert "only 2 distinct samples" in result.warnings[0]


@pytest.mark.parametrize("init", ["k-means++", "sample", "parallel"])
def test_mini_batch_reads_its_batches(init: str, tmp_path: Path) -> None:
    """It ends about where it ends with the samples at hand, with exact labels of all of them."""
    X = _data("float32")
    stream = surveyed(write_shards(tmp_path / "rows", X))
    params = KMeansParams(n_clusters=4, init=init, algorithm="minibatch", n_init=2)
    batches = MiniBatchParams(batch_size=64, full_every=5)
    there = _stream_fit(stream, params, minibatch=batches)
    here = fit(ArraySamples(X), KMeansParams(n_clusters=4, algorithm="minibatch", n_init=2), minibatch=batches)
    assert there.inertia == pytest.approx(here.inertia, rel=0.1)
    apart = X[:, None].astype(np.float64) - there.centroids
    assert _labels(stream).tolist() == np.square(apart).sum(axis=2).argmin(axis=1).tolist()
    assert there.history[4].j_clust_full == pytest.approx(there.inertia / len(X), rel=0.2)
    assert there.algorithm == "minibatch"
