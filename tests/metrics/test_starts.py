"""What depends on the start: the expected best of m, hits of the best basin, agreement and confusion."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from kmeans_cli.metrics import best_hits, confused_pairs, contingency, expected_best, pairwise_ari, right_samples


@pytest.mark.parametrize("n", [1, 2, 7])
def test_expected_best_is_the_mean_over_all_choices(n: int) -> None:
    """For each m, the same as trying every choice of m of the n values."""
    values = np.random.default_rng(n).random(n)
    by_hand = [np.mean([min(choice) for choice in combinations(values, m)]) for m in range(1, n + 1)]
    assert expected_best(values) == pytest.approx(by_hand)


def test_expected_best_of_many_values_stays_finite() -> None:
    """The binomials of 3,000 would not fit a float."""
    expected = expected_best(np.arange(3000.0))
    assert expected[0] == pytest.approx(1499.5)
    assert expected[-1] == 0
    assert (np.diff(expected) <= 0).all()


def test_hits_are_values_next_to_the_best() -> None:
    """A ten-thousandth above the smallest still is the best basin."""
    assert best_hits([2.0, 2.0001, 2.0003, 3.0]) == 2


def test_confused_pairs_count_both_ways() -> None:
    """Samples of 4 in clusters of 9 and the other way round are one number; the most confused come first."""
    y = np.array([4, 4, 4, 9, 9, 9, 7, 7])
    labels = np.array([0, 0, 1, 1, 1, 0, 1, 2])
    table = contingency(labels, y, 4)
    assert confused_pairs(table, (4, 9, 7, None)) == [(4, 9, 2), (7, 9, 1)]


def test_classes_that_are_never_confused_make_no_pair() -> None:
    """Of pure clusters there is nothing to tell."""
    y = np.array(["a", "a", "b"])
    assert confused_pairs(contingency(np.array([0, 0, 1]), y, 2), ("a", "b")) == []


def test_pairwise_ari_agrees_with_scikit_learn() -> None:
    """Symmetric, ones on the diagonal, and the value of the reference elsewhere."""
    rng = np.random.default_rng(0)
    labels = [rng.integers(0, 4, 50) for _ in range(3)]
    agreement = pairwise_ari(labels)
    for i in range(3):
        for j in range(3):
            assert agreement[i, j] == pytest.approx(adjusted_rand_score(labels[i], labels[j]))


def test_right_samples_are_of_their_clusters_class() -> None:
    """A missing sample is not right, and neither is any of an empty cluster."""
    nearest = np.array([[0, 1], [2, -1], [-1, -1]])
    right = right_samples(nearest, np.array([5, 6, 6]), (5, 6, None))
    assert right.tolist() == [[True, False], [True, False], [False, False]]
