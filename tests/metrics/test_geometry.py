"""Distances to the own centroid and what follows from them, with scikit-learn as the oracle."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn import metrics as oracle
from sklearn.datasets import load_digits

from kmeans_cli.core.distance import own_squared_distances
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.metrics.geometry import (
    calinski_harabasz,
    davies_bouldin,
    distance_sum,
    draw_rows,
    inertia,
    j_clust,
    silhouette,
)


def _means(X, labels, k, weights=None):
    """(k, d) cluster means; a place far away for an empty cluster."""
    X = X.astype(np.float64)
    weights = np.ones(len(X)) if weights is None else weights
    return np.array(
        [
            np.average(X[labels == j], axis=0, weights=weights[labels == j])
            if (labels == j).any()
            else np.full(X.shape[1], 1e6)
            for j in range(k)
        ]
    )


def _figures(X, labels, k, weights=None):
    """Davies–Bouldin, Caliński–Harabasz and inertia of the clusters around their means."""
    means = _means(X, labels, k, weights)
    squared = own_squared_distances(ArraySamples(X), means, labels)
    return (
        davies_bouldin(squared, labels, means, weights),
        calinski_harabasz(squared, labels, means, weights),
        inertia(squared, weights),
    )


@pytest.fixture(scope="module", params=[np.float32, np.float64])
def digits(request):
    """Digits as float32 or float64, with labels that leave clusters 3 and 11 empty."""
    X, y = load_digits(return_X_y=True)
    labels = np.random.default_rng(0).integers(0, 12, len(X)).astype(np.int32)
    labels[: len(X) // 2] = y[: len(X) // 2]
    labels[(labels == 3) | (labels == 11)] = 0
    # Thirds are not exact in float32, so that arithmetic in float32 would show.
    return (X / 3).astype(request.param), labels


def test_davies_bouldin_and_calinski_harabasz_equal_scikit_learns(digits):
    """Both equal scikit-learn's to 1e-9 around cluster means, empty clusters or not, for float32 data too."""
    X, labels = digits
    exact = X.astype(np.float64)
    found_db, found_ch, _ = _figures(X, labels, 12)
    assert found_db == pytest.approx(oracle.davies_bouldin_score(exact, labels), rel=1e-9)
    assert found_ch == pytest.approx(oracle.calinski_harabasz_score(exact, labels), rel=1e-9)


def test_silhouette_equals_scikit_learns(digits):
    """The silhouette of a draw equals scikit-learn's of the same rows to 1e-9, for float32 data too."""
    X, labels = digits
    rows = draw_rows(len(X), 500, seed=3)
    expected = oracle.silhouette_score(X[rows].astype(np.float64), labels[rows])
    assert silhouette(X[rows], labels[rows]) == pytest.approx(expected, abs=1e-9)


def test_silhouette_with_lone_rows_and_duplicates():
    """Rows alone in their cluster count as 0, and so do rows at distance 0 from both clusters."""
    X = np.array([[0.0, 0], [0, 0], [1, 0], [9, 9], [9, 8], [0, 0]])
    labels = np.array([4, 4, 4, 1, 1, 7])
    assert silhouette(X, labels) == pytest.approx(oracle.silhouette_score(X, labels), abs=1e-12)


def test_threads_do_not_change_a_bit():
    """The builtin map and a pool of threads give the same silhouette."""
    rng = np.random.default_rng(0)
    rows, labels = rng.random((1500, 300), dtype=np.float32), rng.integers(0, 4, 1500)
    with ThreadPoolExecutor(2) as pool:
        threaded = silhouette(rows, labels, pool.map)
    assert threaded == silhouette(rows, labels)


def test_sums_by_hand():
    """Inertia and distance sum are weighted sums, J_clust is the inertia per unit of weight."""
    squared, weights = np.array([1.0, 4.0, 9.0]), np.array([1.0, 0.0, 3.0])
    assert (inertia(squared), distance_sum(squared), j_clust(squared)) == (14, 6, 14 / 3)
    assert (inertia(squared, weights), distance_sum(squared, weights), j_clust(squared, weights)) == (28, 10, 7)


def test_a_weight_counts_like_repeated_samples(digits):
    """Integer weights give the same figures as the samples repeated so many times; weight 0 leaves one out."""
    X, labels = digits
    weights = np.random.default_rng(2).integers(0, 4, len(X))
    repeated = _figures(np.repeat(X, weights, axis=0), np.repeat(labels, weights), 12)
    assert _figures(X, labels, 12, weights.astype(np.float64)) == pytest.approx(repeated, rel=1e-9)


@pytest.mark.parametrize("labels", [np.zeros(6, dtype=int), np.arange(6)], ids=["one cluster", "k = n"])
def test_undefined_figures_are_none(labels):
    """With one cluster, or as many as samples, separation is not defined: None, where scikit-learn raises."""
    X = np.random.default_rng(0).random((6, 2))
    assert _figures(X, labels, 6)[:2] == (None, None)
    assert silhouette(X, labels) is None


def test_identical_samples_give_plain_numbers():
    """Clusters of one and the same point have finite figures, as scikit-learn defines them, and no warnings."""
    X, labels = np.full((6, 3), 0.5), np.array([0, 0, 0, 1, 1, 1])
    assert _figures(X, labels, 2) == (0.0, 1.0, 0.0)
    assert silhouette(X, labels) == 0


def test_overflow_is_none():
    """A ratio beyond the largest float is None, which JSON can hold."""
    squared, labels, centroids = np.full(4, 5e-324), np.array([0, 0, 1, 1]), np.array([[0.0], [1e10]])
    assert calinski_harabasz(squared, labels, centroids) is None


def test_draw_is_fixed_by_its_seed():
    """A draw has distinct ascending rows, the same for the same seed, and all rows where there are too few."""
    rows = draw_rows(1000, 50, seed=1)
    assert len(np.unique(rows)) == 50
    assert rows.tolist() == sorted(rows)
    assert rows.tolist() == draw_rows(1000, 50, seed=1).tolist() != draw_rows(1000, 50, seed=2).tolist()
    assert draw_rows(3, 50, seed=1).tolist() == [0, 1, 2]


def test_no_rows_no_silhouette():
    """A draw of no rows, which is how the silhouette is turned off, has none."""
    rows = draw_rows(10, 0, seed=0)
    assert len(rows) == 0
    assert silhouette(np.ones((10, 2))[rows], np.arange(10)[rows]) is None
