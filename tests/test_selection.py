"""The rules for k, on curves whose answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

from kmeans_cli.errors import ConfigError
from kmeans_cli.selection import (
    K_RULES,
    Curves,
    check_rules,
    choose,
    elbow,
    gap,
    gap_reference,
    gap_statistic,
    silhouette,
)

KS = tuple(range(1, 9))
# Three clusters: the inertia falls steeply up to 3 and hardly any more; every index has its best there.
CLEAR = Curves(
    ks=KS,
    inertia=(100, 50, 10, 9, 8, 7, 6, 5),
    silhouette=(None, 0.4, 0.8, 0.6, 0.5, 0.4, 0.3, 0.2),
    calinski_harabasz=(None, 40, 90, 70, 60, 50, 40, 30),
    davies_bouldin=(None, 0.9, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9),
    gap={k: (value, 0.01) for k, value in zip(KS, (0.1, 0.5, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5), strict=True)},
)


@pytest.mark.parametrize("rule", K_RULES)
def test_every_rule_finds_clear_clusters(rule: str) -> None:
    """Three clusters far apart are three by every rule."""
    assert K_RULES[rule](CLEAR).k == 3


def test_agreement_is_one_sentence() -> None:
    """Rules that agree are said to."""
    assert choose(list(K_RULES), CLEAR).summary == "All rules choose k = 3."


def test_disagreement_is_said_with_names() -> None:
    """The sentence names every k with the rules that chose it, and those that chose none."""
    curves = replace(CLEAR, silhouette=(None, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3), davies_bouldin=(None,) * 8)
    selection = choose(["elbow", "silhouette", "calinski_harabasz", "davies_bouldin"], curves)
    assert selection.summary == (
        "The rules disagree: k = 2 (silhouette); k = 3 (elbow, Caliński–Harabasz); Davies–Bouldin: none."
    )
    assert selection.chosen == 3


def test_of_equally_many_votes_the_first_rule_decides() -> None:
    """With one vote each, the rule asked for first has its k chosen."""
    curves = replace(CLEAR, silhouette=(None, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3))
    assert choose(["silhouette", "elbow"], curves).chosen == 2
    assert choose(["elbow", "silhouette"], curves).chosen == 3


def test_no_verdict_is_no_k() -> None:
    """Where no rule names a k, none is chosen."""
    selection = choose(["gap"], replace(CLEAR, gap={}))
    assert selection.chosen is None
    assert selection.summary == "No rule names a k."


def test_a_straight_line_has_no_elbow() -> None:
    """Without a bend there is no elbow, and the reason names the strength."""
    verdict = elbow(replace(CLEAR, inertia=(80, 70, 60, 50, 40, 30, 20, 10)))
    assert verdict.k is None
    assert "no clear elbow" in verdict.reason


@pytest.mark.parametrize("inertia", [(1.0,), (2.0, 1.0), (0.0, 0.0, 0.0), (1.0, 2.0, 3.0)])
def test_curves_that_cannot_bend_have_no_elbow(inertia: tuple[float, ...]) -> None:
    """Too few k, a flat and a rising curve are no error."""
    assert elbow(replace(CLEAR, ks=KS[: len(inertia)], inertia=inertia)).k is None


def test_the_elbow_of_a_right_angle_has_full_strength() -> None:
    """A curve that falls at once and then stays is bent as far as can be."""
    assert "strength 0.93" in elbow(replace(CLEAR, ks=range(1, 17), inertia=(1.0, *[0.0] * 15))).reason


def test_a_best_value_at_the_end_is_no_peak() -> None:
    """An index that is best at the largest k, or at a smallest one above 2, may be better beyond."""
    rising = replace(CLEAR, silhouette=(None, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7))
    assert "largest tried" in silhouette(rising).reason
    falling = replace(CLEAR, ks=range(5, 13), silhouette=(0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1))
    assert "smallest tried" in silhouette(falling).reason


def test_a_weak_silhouette_is_called_weak() -> None:
    """Kaufman and Rousseeuw see no substantial structure up to 0.25."""
    verdict = silhouette(replace(CLEAR, silhouette=(None, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.1)))
    assert verdict.k == 3
    assert "weak" in verdict.reason


def test_a_gap_that_rises_to_the_end_names_no_k() -> None:
    """The rule needs a k after the one it names."""
    assert "still rises" in gap(replace(CLEAR, gap={1: (0.1, 0.01), 2: (0.2, 0.01), 4: (0.3, 0.01)})).reason


def test_gap_statistic_by_hand() -> None:
    """Mean and deviation of the logarithms, the latter widened for the number of references."""
    found = gap_statistic([2, 3], [np.e, 0.0], np.array([[np.e**2, 1.0], [np.e**4, 1.0]]))
    assert set(found) == {2}
    assert found[2] == pytest.approx((2.0, 1.0 * np.sqrt(1.5)))


def test_gap_reference_fills_the_box_along_the_principal_axes() -> None:
    """A slanted cloud has a slanted reference: as long and as narrow, and the same for the same seed."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(500, 2)) * (10, 0.1) @ np.array([[0.6, 0.8], [-0.8, 0.6]]) + 5
    reference = gap_reference(X, seed=1)
    long, narrow = np.linalg.svd(X - X.mean(axis=0))[2] @ (reference - X.mean(axis=0)).T
    assert np.ptp(narrow) < 1 < 20 < np.ptp(long)
    assert np.array_equal(reference, gap_reference(X, seed=1))
    assert gap_reference(X.astype(np.float32), seed=1).dtype == np.float32


def gap_of(X: np.ndarray) -> int | None:
    """The k from 1 to 4 that the gap names, with ten references; three leave its standard error too uncertain."""

    def inertias(rows: np.ndarray) -> list[float]:
        return [KMeans(k, n_init=1, random_state=0).fit(rows).inertia_ for k in range(1, 5)]

    with threadpool_limits(1):  # scikit-learn's threads cost far more than these fits
        references = np.array([inertias(gap_reference(X, seed)) for seed in range(10)])
        return gap(replace(CLEAR, gap=gap_statistic(range(1, 5), inertias(X), references))).k


def test_gap_finds_three_blobs() -> None:
    """With real fits, three blobs far apart are three."""
    rng = np.random.default_rng(3)
    assert gap_of(np.concatenate([rng.normal(at, 0.3, (100, 2)) for at in ((0, 0), (3, 3), (3, -3))])) == 3


def test_gap_sees_no_clusters_in_evenly_filled_squares() -> None:
    """A square is one cluster; one of five may be mistaken, as a rule of one standard error is now and then."""
    found = [gap_of(np.random.default_rng(seed).random((300, 2))) for seed in range(5)]
    assert found.count(1) >= 4


def test_an_unknown_rule_is_refused() -> None:
    """The error names the key, the rules there are, and the one that was probably meant."""
    with pytest.raises(ConfigError, match=r"sweep\.rules: 'elbo' is no rule.*did you mean 'elbow'"):
        check_rules(["elbo"], "sweep.rules")
