"""Clusters against true classes: all from the table that counts samples by cluster and class.

Samples count alike here, whatever their weights: a class score answers "how many of the samples". Every function
also takes labels that leave clusters without a sample; the entropies are those of the clusters that have one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, IntArray


class Contingency(NamedTuple):
    """How many samples of each class each cluster has.

    Attributes:
        counts: (k, n_classes) int64.
        classes: (n_classes,) the classes, ascending, of the type of ``y``.
    """

    counts: IntArray
    classes: NDArray[Any]


def contingency(labels: IntArray, y: NDArray[Any], k: int) -> Contingency:
    """Count the samples by cluster and class.

    Args:
        labels: (n,) cluster of each sample, 0 to k − 1.
        y: (n,) true classes: integers or strings.
        k: Number of clusters.
    """
    classes, class_codes = np.unique(y, return_inverse=True)
    cells = labels.astype(np.int64) * len(classes) + class_codes
    counts = np.bincount(cells, minlength=k * len(classes))
    return Contingency(counts.reshape(k, len(classes)), classes)


def majority_classes(labels: IntArray, y: NDArray[Any], k: int) -> tuple[Any, ...]:
    """The most frequent class of each of the k clusters as a Python value, the lowest on ties; None where empty."""
    counts, classes = contingency(labels, y, k)
    named = classes[counts.argmax(axis=1)].tolist()
    return tuple(name if size else None for name, size in zip(named, counts.sum(axis=1), strict=True))


def purities(labels: IntArray, y: NDArray[Any], k: int) -> Float64Array:
    """(k,) the share of each cluster's samples that belong to its majority class; NaN where it is empty."""
    counts = contingency(labels, y, k).counts
    sizes = counts.sum(axis=1)
    shares = np.full(k, np.nan)
    np.divide(counts.max(axis=1), sizes, out=shares, where=sizes > 0)
    return shares


def accuracy(table: Contingency, cluster_classes: tuple[Any, ...]) -> float:
    """The share of samples whose class is that of their cluster.

    Args:
        table: Of the samples to judge; they need not be those the clusters were named after.
        cluster_classes: (k,) class of each cluster. Samples in a cluster without one (None) count as wrong.
    """
    counts, classes = table
    code_of = {name: code for code, name in enumerate(classes.tolist())}
    right = sum(int(counts[cluster, code_of[name]]) for cluster, name in enumerate(cluster_classes) if name in code_of)
    return right / int(counts.sum())


def confused_pairs(table: Contingency, cluster_classes: tuple[Any, ...]) -> list[tuple[Any, Any, int]]:
    """Which two classes are taken for one another, and how many samples: of either, in clusters of the other.

    Args:
        table: Samples by cluster and class.
        cluster_classes: (k,) class of each cluster, None where it has none.

    Returns:
        (class, class, samples) for every two classes that are confused at all, the most samples first, then in the
        order of the classes.
    """
    counts, classes = table
    code_of = {name: code for code, name in enumerate(classes.tolist())}
    taken = np.zeros((len(classes), len(classes)), dtype=np.int64)
    for row, name in zip(counts, cluster_classes, strict=True):
        if name in code_of:
            taken[code_of[name]] += row
    both = np.triu(taken + taken.T, k=1)
    first, second = np.nonzero(both)
    order = np.argsort(-both[first, second], kind="stable")
    names = classes.tolist()
    return [(names[i], names[j], int(both[i, j])) for i, j in zip(first[order], second[order], strict=True)]


def homogeneity(counts: IntArray) -> float:
    """How far each cluster holds one class only, 0 to 1: I(C; K) / H(C), and 1 where there is one class.

    Source: Rosenberg and Hirschberg, "V-Measure: a conditional entropy-based external cluster evaluation
    measure", EMNLP-CoNLL 2007.

    Args:
        counts: (k, n_classes) a contingency table.
    """
    return _share(_mutual_information(counts), _entropy(counts.sum(axis=0)))


def completeness(counts: IntArray) -> float:
    """How far each class lies in one cluster only, 0 to 1: I(C; K) / H(K), and 1 where there is one cluster.

    Source: Rosenberg and Hirschberg 2007, as for ``homogeneity``.

    Args:
        counts: (k, n_classes) a contingency table.
    """
    return _share(_mutual_information(counts), _entropy(counts.sum(axis=1)))


def v_measure(counts: IntArray) -> float:
    """The harmonic mean of homogeneity h and completeness c: 2hc / (h + c), and 0 where both are 0.

    Source: Rosenberg and Hirschberg 2007, as for ``homogeneity``, with β = 1.

    Args:
        counts: (k, n_classes) a contingency table.
    """
    h, c = homogeneity(counts), completeness(counts)
    return 2 * h * c / (h + c) if h + c > 0 else 0.0


def nmi(counts: IntArray) -> float:
    """Normalised mutual information, I(C; K) over the arithmetic mean of H(C) and H(K).

    Written out, that is the V-measure, and so it is computed: the name is kept because papers use both.
    Source: Becker, "Identification and Characterization of Events in Social Media", 2011, section 4.3.

    Args:
        counts: (k, n_classes) a contingency table.
    """
    return v_measure(counts)


def ari(counts: IntArray) -> float:
    """Adjusted Rand index: the agreement on pairs of samples, 0 as expected of chance and 1 where perfect.

    Source: Hubert and Arabie, "Comparing partitions", Journal of Classification 2, 1985.

    Args:
        counts: (k, n_classes) a contingency table.
    """
    # Python integers from here on: products of pair counts pass 64 bits at 100,000 samples.
    together = _ordered_pairs(counts.ravel())
    in_cluster = _ordered_pairs(counts.sum(axis=1))
    in_class = _ordered_pairs(counts.sum(axis=0))
    if together == in_cluster == in_class:
        return 1.0
    n = int(counts.sum())
    everywhere = n * (n - 1)
    above_chance = together * everywhere - in_cluster * in_class
    return 2 * above_chance / ((in_cluster + in_class) * everywhere - 2 * in_cluster * in_class)


def pairwise_ari(labels: Sequence[IntArray]) -> Float64Array:
    """(m, m) adjusted Rand index between each two of m clusterings of the same samples.

    Args:
        labels: m arrays (n,) of clusters from 0.
    """
    agreement = np.ones((len(labels), len(labels)))
    for i, one in enumerate(labels):
        for j, other in enumerate(labels[:i]):
            agreement[i, j] = agreement[j, i] = ari(contingency(one, other, int(one.max()) + 1).counts)
    return agreement


def canonical_order(labels: IntArray, k: int, y: NDArray[Any] | None) -> IntArray:
    """(k,) the order in which clusters are stored: by majority class, size (larger first), first member.

    Args:
        labels: (n,) cluster of each sample, 0 to k − 1.
        k: Number of clusters; those without a sample come last, in their old order.
        y: (n,) true classes, or None: then size decides first.
    """
    sizes = np.bincount(labels, minlength=k)
    first_member = np.full(k, len(labels))
    present, first_member_of_present = np.unique(labels, return_index=True)
    first_member[present] = first_member_of_present
    if y is None:
        return np.lexsort((first_member, -sizes))
    majority = contingency(labels, y, k).counts.argmax(axis=1)
    return np.lexsort((first_member, -sizes, majority, sizes == 0))


def _entropy(sizes: IntArray) -> float:
    """Of the distribution of samples over groups with these sizes, in nats."""
    shares = sizes[sizes > 0] / sizes.sum()
    return float(-(shares * np.log(shares)).sum())


def _mutual_information(counts: IntArray) -> float:
    """I(C; K) = Σ p(c,k) ln(p(c,k) / (p(c) p(k))), in nats."""
    joint = counts / counts.sum()
    independent = np.outer(joint.sum(axis=1), joint.sum(axis=0))
    filled = counts > 0
    return max(0.0, float((joint[filled] * np.log(joint[filled] / independent[filled])).sum()))


def _share(information: float, entropy: float) -> float:
    # The information is at most the entropy; rounding may say otherwise in the last digit.
    return min(1.0, information / entropy) if entropy > 0 else 1.0


def _ordered_pairs(sizes: IntArray) -> int:
    """Σ s(s − 1): the ordered pairs of samples within groups of these sizes."""
    return int((sizes * (sizes - 1)).sum())
