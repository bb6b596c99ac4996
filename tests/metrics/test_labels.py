"""Clusters against true classes, with scikit-learn as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from kmeans_cli.metrics.labels import (
    accuracy,
    ari,
    canonical_order,
    completeness,
    contingency,
    homogeneity,
    majority_classes,
    nmi,
    purities,
    v_measure,
)

SCORES = [
    (homogeneity, oracle.homogeneity_score),
    (completeness, oracle.completeness_score),
    (v_measure, oracle.v_measure_score),
    (nmi, oracle.normalized_mutual_info_score),
    (ari, oracle.adjusted_rand_score),
]

# k, then pairs of cluster and class.
clusterings = st.integers(1, 8).flatmap(
    lambda k: st.tuples(
        st.just(k), st.lists(st.tuples(st.integers(0, k - 1), st.integers(-2, 5)), min_size=1, max_size=60)
    )
)


@pytest.mark.parametrize(("score", "expected"), SCORES)
@given(clustering=clusterings)
def test_scores_equal_scikit_learns(score, expected, clustering):
    """Every score equals scikit-learn's to 1e-9, whatever clusters are empty, single or equal to the classes."""
    k, pairs = clustering
    labels, y = np.array(pairs).T
    assert score(contingency(labels, y, k).counts) == pytest.approx(expected(y, labels), abs=1e-9)


@pytest.mark.parametrize(("score", "expected"), SCORES)
def test_scores_of_many_samples(score, expected):
    """Pair counts beyond 64 bits do not overflow, and string classes score like numbers."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 20, 300_000).astype(np.int32)
    y = np.where(rng.random(300_000) < 0.5, labels // 2, rng.integers(0, 10, 300_000))
    names = np.array([f"class {c}" for c in range(10)])[y]
    assert score(contingency(labels, names, 20).counts) == pytest.approx(expected(y, labels), abs=1e-9)


@pytest.mark.parametrize("score", [homogeneity, completeness, v_measure, nmi, ari])
def test_a_perfect_clustering_scores_exactly_one(score):
    """Clusters that are the classes under other numbers score 1.0, not a rounding error more or less."""
    y = np.repeat(np.arange(7), 13)
    assert score(contingency((y + 3) % 7, y, 7).counts) == 1.0


def test_contingency_counts_by_hand():
    """Rows are clusters, the empty one too; columns are classes, ascending."""
    table = contingency(np.array([0, 2, 2, 2]), np.array(["b", "a", "b", "b"]), 3)
    assert table.counts.tolist() == [[0, 1], [0, 0], [1, 2]]
    assert table.classes.tolist() == ["a", "b"]


def test_majority_class_is_the_lowest_on_ties_and_none_where_empty():
    """A tie goes to the lowest class; an empty cluster has none; values are Python's, for JSON."""
    classes = majority_classes(np.array([0, 0, 2, 2, 2]), np.array([7, 3, 1, 9, 9]), 3)
    assert classes == (3, None, 9)
    assert type(classes[0]) is int


def test_purity_is_the_majority_share_and_nan_where_empty():
    """Purity is the share of the majority class; an empty cluster has none."""
    shares = purities(np.array([0, 0, 2, 2, 2]), np.array([7, 3, 1, 9, 9]), 3)
    np.testing.assert_array_equal(shares, [1 / 2, np.nan, 2 / 3])


def test_accuracy_of_other_samples():
    """Held-out samples are judged by the training clusters' classes; no class, or an unseen one, is wrong."""
    held_out = contingency(np.array([0, 0, 1, 2, 2]), np.array([5, 6, 5, 8, 8]), 3)
    assert accuracy(held_out, (5, None, 8)) == 3 / 5
    assert accuracy(held_out, (1, 1, 1)) == 0


@given(clustering=clusterings)
def test_accuracy_is_the_share_of_right_predictions(clustering):
    """Accuracy equals scikit-learn's of the classes predicted sample by sample."""
    k, pairs = clustering
    labels, y = np.array(pairs).T
    classes = majority_classes(labels, y, k)
    predicted = [classes[label] for label in labels]
    assert accuracy(contingency(labels, y, k), classes) == oracle.accuracy_score(y, predicted)


def test_canonical_order_goes_by_class_then_size_then_first_member():
    """Clusters are ordered by majority class, larger first, earlier first member first; empty ones last."""
    labels = np.array([5, 4, 4, 3, 2, 2, 0, 0])
    y = np.array([1, 0, 0, 0, 1, 1, 0, 0])
    # Class 0: clusters 4 and 0 of size 2 (4 begins earlier), then 3; class 1: 2, then 5; cluster 1 is empty.
    assert canonical_order(labels, 6, y).tolist() == [4, 0, 3, 2, 5, 1]


def test_canonical_order_without_classes_goes_by_size():
    """Without classes, larger clusters come first, then earlier first members; empty ones stay last."""
    assert canonical_order(np.array([3, 1, 1, 0]), 4, None).tolist() == [1, 3, 0, 2]


@given(clustering=clusterings, seed=st.integers(0, 99), with_classes=st.booleans())
def test_canonical_order_does_not_depend_on_the_numbers_clusters_had(clustering, seed, with_classes):
    """Two numberings of one clustering end in the same labels."""
    k, pairs = clustering
    labels, y = np.array(pairs).T
    other = np.random.default_rng(seed).permutation(k)[labels]
    final = [np.argsort(canonical_order(each, k, y if with_classes else None))[each] for each in (labels, other)]
    np.testing.assert_array_equal(*final)
