"""Mini-batch: its step by hand, its reassignment, and what it reaches beside scikit-learn."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans

from kmeans_cli.core.algorithms import minibatch as loop
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import MiniBatchParams
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import FitState, Float64Array, StopReason

from .batches import fit_digits, minibatch
from .cases import CASES, blobs, digits
from .reference import assert_nearest, distance_table, inertia_of


def test_a_centroid_is_the_mean_of_all_that_came_to_it() -> None:
    """With one cluster, the centroid after t batches is the mean of t batches' draws: Sculley's 1/count rate."""
    X = blobs(50)
    batches = MiniBatchParams(batch_size=8, max_epochs=1)
    result = fit(ArraySamples(X), minibatch(1), minibatch=batches, start=X[:1] + 100, seed=3)
    rng = np.random.default_rng(3)
    drawn = np.concatenate([rng.integers(50, size=8) for _ in range(result.n_iter)])
    assert result.n_iter == 6
    np.testing.assert_allclose(result.centroids[0], X[drawn].mean(axis=0), rtol=1e-6)


def test_the_record_of_a_batch() -> None:
    """The first record: the batch's mean squared distance to the start, scaled to all samples, and how far it moved."""
    X = digits()
    start = X[[0, 700, 1500]]
    batches = MiniBatchParams(batch_size=100, max_epochs=1)
    states: list[FitState] = []
    result = fit(
        ArraySamples(X),
        minibatch(3),
        minibatch=batches,
        start=start,
        distance_sums=True,
        on_iteration=lambda _, state: bool(states.append(state)) or True,
    )
    drawn = np.random.default_rng(0).integers(len(X), size=100)
    table = distance_table(X[drawn], start)
    labels, own = table.argmin(axis=1), table.min(axis=1)
    means = np.stack([X[drawn][labels == j].mean(axis=0) for j in range(3)])
    (record,) = result.history
    assert record.j_clust == pytest.approx(own.mean(), rel=1e-5)
    assert record.inertia == pytest.approx(own.mean() * len(X), rel=1e-5)
    assert record.distance_sum == pytest.approx(np.sqrt(own).mean() * len(X), rel=1e-5)
    assert record.centroid_shift == pytest.approx(np.linalg.norm(means - start, axis=1).max(), rel=1e-5)
    assert (record.n_moved, record.n_empty, record.j_clust_full) == (100, 0, None)
    np.testing.assert_allclose(states[0].centroids, means, atol=1e-6)
    assert states[0].labels[drawn].tolist() == labels.tolist()
    assert np.count_nonzero(states[0].labels >= 0) == len(np.unique(drawn))


@pytest.mark.parametrize(
    "way", [{}, {"_FEW": 0}, {"_FEW": 0, "_OUTLINED": 0, "_WIDE": 1}], ids=["few", "many", "outlined"]
)
@pytest.mark.parametrize("name", [name for name in CASES if name != "k-n"])
def test_every_kind_of_data(name: str, way: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the data and the way: finite centroids, nearest labels, the inertia theirs, a reason to have stopped."""
    for limit, value in way.items():
        monkeypatch.setattr(loop, limit, value)
    case = CASES[name]
    batches = MiniBatchParams(batch_size=64, max_epochs=20)
    result = fit(case.samples, minibatch(case.k), minibatch=batches, seed=1)
    assert np.isfinite(result.centroids).all()
    assert_nearest(case.X, result.centroids, result.labels)
    assert result.inertia == pytest.approx(inertia_of(case.X, case.weights, result.centroids, result.labels))
    assert result.cluster_sizes.tolist() == np.bincount(result.labels, minlength=case.k).tolist()
    assert result.stop_reason in (StopReason.SMOOTHED, StopReason.MAX_EPOCHS)
    assert (result.algorithm, result.algorithm_reason) == ("minibatch", "as asked")


def test_weights_are_shares_of_the_draws() -> None:
    """Samples that weigh nothing are never looked at, and a heavy one pulls its centroid."""
    case = CASES["weighted"]
    assert case.weights is not None
    states: list[FitState] = []
    fit(
        case.samples,
        minibatch(case.k),
        minibatch=MiniBatchParams(batch_size=40),
        on_iteration=lambda _, state: states.append(state),
    )
    assert (states[-1].labels[case.weights == 0] == -1).all()
    assert (states[-1].labels[case.weights > 1] >= 0).all()
    heavy = ArraySamples(np.array([[0.0], [1.0]]), np.array([1.0, 99.0]))
    (centroid,) = fit(heavy, minibatch(1), seed=0).centroids
    assert centroid == pytest.approx(0.99, abs=0.1)


def test_tiny_clusters_are_reassigned() -> None:
    """A centroid that nobody comes to is moved to a sample; with the ratio 0 it stays and the fit warns."""
    start = np.vstack([digits()[:9], np.full((1, 64), 50.0)])
    for ratio, n_empty in ((0.01, 0), (0.0, 1)):
        batches = MiniBatchParams(batch_size=256, reassignment_ratio=ratio)
        result = fit(ArraySamples(digits()), minibatch(10), minibatch=batches, start=start)
        assert result.history[0].n_empty == 1
        assert np.count_nonzero(result.cluster_sizes == 0) == n_empty
    assert result.warnings == ("1 of 10 clusters are empty (minibatch.reassignment_ratio: 0)",)
    assert result.centroids[9] == pytest.approx(start[9])


def test_full_inertia_on_request() -> None:
    """After every so many batches the record has J_clust of all samples, that of the centroids of that moment."""
    centroids: list[Float64Array] = []
    batches = MiniBatchParams(batch_size=100, max_epochs=1, full_every=5)
    result = fit(
        ArraySamples(digits()),
        minibatch(10),
        minibatch=batches,
        on_iteration=lambda _, state: centroids.append(state.centroids),
    )
    full = {record.iteration: record.j_clust_full for record in result.history if record.j_clust_full is not None}
    assert list(full) == [5, 10, 15]
    for iteration, j_clust in full.items():
        direct = distance_table(digits(), centroids[iteration - 1]).min(axis=1).mean()
        assert j_clust == pytest.approx(direct, rel=1e-12)


def test_as_good_as_scikit_learn() -> None:
    """The median inertia over nine seeds is at most one percent above scikit-learn's with the same batches."""
    X = digits()
    theirs = [MiniBatchKMeans(10, batch_size=256, n_init=1, random_state=seed).fit(X).inertia_ for seed in range(9)]
    ours = [fit_digits(seed).inertia for seed in range(9)]
    assert np.median(ours) < 1.01 * np.median(theirs)


def test_the_full_inertia_falls() -> None:
    """Over a fit, J_clust of all samples comes down, nearly to where it ends."""
    result = fit_digits(full_every=1)
    full = [record.j_clust_full for record in result.history]
    assert full[-1] == pytest.approx(result.inertia / len(digits()))
    assert full[-1] < full[0]
    assert max(after / before for before, after in pairwise(full)) < 1.05
