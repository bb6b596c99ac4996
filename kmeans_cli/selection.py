"""Which k? Rules over the curves of a sweep, side by side: each names a k or none, and says why.

To add a rule: one function of ``Curves`` and one line in ``K_RULES``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.errors import ConfigError
from kmeans_cli.metrics import METRICS

ELBOW_STRENGTH = 0.2
"""The least height over the diagonal that counts as an elbow: evenly filled cubes of 64 dimensions reach 0.16."""

WEAK_SILHOUETTE = 0.25
"""Up to here "no substantial structure has been found" (Kaufman and Rousseeuw, "Finding Groups in Data", 1990)."""


@dataclass(frozen=True)
class Curves:
    """The best fit of each k, in numbers.

    Attributes:
        ks: The numbers of clusters, ascending, each once.
        inertia: Of each k.
        silhouette, calinski_harabasz, davies_bouldin: Of each k; None where not defined or not measured.
        gap: The gap statistic and its standard error by k; empty when it was not asked for.
    """

    ks: Sequence[int]
    inertia: Sequence[float]
    silhouette: Sequence[float | None]
    calinski_harabasz: Sequence[float | None]
    davies_bouldin: Sequence[float | None]
    gap: Mapping[int, tuple[float, float]]


@dataclass(frozen=True)
class Verdict:
    """What a rule says: a k or None, and in words why."""

    k: int | None
    reason: str


@dataclass(frozen=True)
class Selection:
    """What several rules say.

    Attributes:
        verdicts: By the rule's name, in the order asked for.
        chosen: The k that most rules name, of several the one of the rule asked for first; None where no rule names
            one.
        summary: The verdicts in a sentence, which says when they disagree.
    """

    verdicts: Mapping[str, Verdict]
    chosen: int | None
    summary: str


def choose(rules: Sequence[str], curves: Curves) -> Selection:
    """Ask several rules, names in ``K_RULES``, for their k."""
    verdicts = {name: K_RULES[name](curves) for name in rules}
    votes = Counter(verdict.k for verdict in verdicts.values() if verdict.k is not None)
    chosen = max(votes, key=lambda k: votes[k], default=None)  # of equals the first that was counted
    return Selection(verdicts, chosen, _summary(verdicts))


def check_rules(rules: Sequence[str], where: str) -> None:
    """Check the names of rules.

    Raises:
        ConfigError: For a name that is no rule.
    """
    for name in rules:
        if name not in K_RULES:
            raise ConfigError("is no rule for k", where=where, value=name, allowed=tuple(K_RULES))


def elbow(curves: Curves) -> Verdict:
    """Kneedle: the k where the curve of the inertia, both axes scaled to 0…1, hangs farthest below its diagonal.

    How far, from 0 (a straight line) to 1 (a right angle), is the strength of the elbow; below ``ELBOW_STRENGTH``
    there is none. In few dimensions even data without clusters have one: their inertia falls like k^(−2/d).
    Source: Satopää, Albrecht, Irwin and Raghavan, "Finding a 'Kneedle' in a Haystack", ICDCS workshops, 2011.
    """
    ks, inertia = np.array(curves.ks, dtype=float), np.array(curves.inertia)
    if len(ks) < 3:
        return Verdict(None, f"{len(ks)} k are too few for an elbow, which takes three")
    if inertia[-1] >= inertia[0]:
        return Verdict(None, "the inertia does not fall with k")
    height = (inertia[0] - inertia) / (inertia[0] - inertia[-1]) - (ks - ks[0]) / (ks[-1] - ks[0])
    best = int(height.argmax())
    strength, k = float(height[best]), curves.ks[best]
    if strength < ELBOW_STRENGTH:
        return Verdict(None, f"no clear elbow: the strongest, at k = {k}, has {strength:.2f} of {ELBOW_STRENGTH}")
    return Verdict(k, f"the curve bends most here, strength {strength:.2f} of 1")


def silhouette(curves: Curves) -> Verdict:
    """The k with the largest mean silhouette. Source: Rousseeuw 1987."""
    verdict = _peak(curves.ks, curves.silhouette, "silhouette")
    if verdict.k is None:
        return verdict
    value = curves.silhouette[list(curves.ks).index(verdict.k)]
    if value is not None and value <= WEAK_SILHOUETTE:
        return Verdict(verdict.k, f"{verdict.reason}; weak, as is all up to {WEAK_SILHOUETTE}")
    return verdict


def calinski_harabasz(curves: Curves) -> Verdict:
    """The k with the largest Caliński–Harabasz index. Source: Caliński and Harabasz 1974."""
    return _peak(curves.ks, curves.calinski_harabasz, "calinski_harabasz")


def davies_bouldin(curves: Curves) -> Verdict:
    """The k with the smallest Davies–Bouldin index. Source: Davies and Bouldin 1979."""
    return _peak(curves.ks, curves.davies_bouldin, "davies_bouldin")


def gap(curves: Curves) -> Verdict:
    """The smallest k whose gap is at least the next k's less that one's standard error.

    Source: Tibshirani, Walther and Hastie, "Estimating the number of clusters in a data set via the gap statistic",
    Journal of the Royal Statistical Society B 63, 2001, step 3.
    """
    ks = sorted(curves.gap)
    if len(ks) < 2:
        return Verdict(None, "needs sweep.gap_references and at least two k")
    for k, following in pairwise(ks):
        value, (next_value, error) = curves.gap[k][0], curves.gap[following]
        if value >= next_value - error:
            least = f"{next_value:.4f} − {error:.4f}"
            return Verdict(k, f"the first whose gap, {value:.4f}, is not below that of k = {following}, {least}")
    return Verdict(None, f"the gap still rises by more than its standard error at k = {ks[-1]}, the largest tried")


def gap_reference(X: FloatArray, seed: int) -> FloatArray:
    """A data set without clusters to measure the gap against: evenly drawn from the box along the principal axes.

    Source: Tibshirani, Walther and Hastie 2001, section 4, choice (b).

    Args:
        X: (n, d) samples.
        seed: Of the draw.

    Returns:
        (n, d), of X's type.
    """
    mean = X.mean(axis=0, dtype=np.float64).astype(X.dtype)
    centred = X - mean
    axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))[1].astype(X.dtype)
    along = centred @ axes
    low, high = along.min(axis=0), along.max(axis=0)
    drawn = np.random.default_rng(seed).random(X.shape, dtype=X.dtype.type)
    reference: FloatArray = (low + drawn * (high - low)) @ axes.T + mean
    return reference


def gap_statistic(
    ks: Sequence[int], inertia: Sequence[float], references: Float64Array
) -> dict[int, tuple[float, float]]:
    """Gap(k) = mean ln W*ₖ − ln Wₖ and its standard error s = sd · √(1 + 1/B), by k; not where a W is 0.

    W, the sum over clusters of pairwise squared distances over twice the size, is the inertia.
    Source: Tibshirani, Walther and Hastie 2001, section 4.

    Args:
        ks: Numbers of clusters.
        inertia: Of the data, for each k.
        references: (B, len(ks)) inertia of the reference data sets.
    """
    found = {}
    for k, own, drawn in zip(ks, inertia, references.T, strict=True):
        if own > 0 and drawn.min() > 0:
            logs = np.log(drawn)
            error = logs.std() * np.sqrt(1 + 1 / len(logs))
            found[k] = (float(logs.mean() - np.log(own)), float(error))
    return found


def _peak(ks: Sequence[int], values: Sequence[float | None], name: str) -> Verdict:
    """The k with the best value of a metric; none where the best may lie beyond the ends of what was tried."""
    metric = METRICS[name]
    known = {k: value for k, value in zip(ks, values, strict=True) if value is not None}
    if not known:
        return Verdict(None, f"no {metric.label} is known: it takes two clusters")
    sign, extreme = (1, "largest") if metric.higher_is_better else (-1, "smallest")
    k = max(known, key=lambda each: sign * known[each])
    found = f"the {extreme} {metric.label}, {known[k]:.4g}"
    if k == max(known):
        return Verdict(None, f"{found}, is at k = {k}, the largest tried: a larger k may be better")
    if k == min(known) > 2:
        return Verdict(None, f"{found}, is at k = {k}, the smallest tried: a smaller k may be better")
    return Verdict(k, found)


def _summary(verdicts: Mapping[str, Verdict]) -> str:
    names_of: dict[int, list[str]] = {}
    for name, verdict in verdicts.items():
        if verdict.k is not None:
            names_of.setdefault(verdict.k, []).append(rule_label(name))
    silent = [rule_label(name) for name, verdict in verdicts.items() if verdict.k is None]
    none = f"{', '.join(silent)}: none" if silent else ""
    if len(names_of) > 1:
        found = "; ".join(f"k = {k} ({', '.join(names)})" for k, names in sorted(names_of.items()))
        return f"The rules disagree: {found}{f'; {none}' if none else ''}."
    if names_of:
        ((k, names),) = names_of.items()
        who = "All rules choose" if len(names) == len(verdicts) > 1 else f"{', '.join(names)}:"
        return f"{who} k = {k}{f'; {none}' if none else ''}."
    return "No rule names a k." if verdicts else "No rule was asked."


def rule_label(name: str) -> str:
    """The rule's name in tables: the metric's, where it is named after one."""
    return METRICS[name].label if name in METRICS else name


Rule: TypeAlias = Callable[[Curves], Verdict]

K_RULES: dict[str, Rule] = {
    "elbow": elbow,
    "silhouette": silhouette,
    "calinski_harabasz": calinski_harabasz,
    "davies_bouldin": davies_bouldin,
    "gap": gap,
}
"""Name -> rule."""
