"""How much depends on the start: over the final values of many fits of the same data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kmeans_cli.core.types import Float64Array

SAME_BASIN = 1e-4
"""Fits whose J_clust is within this share of the smallest count as having found the same minimum."""


def best_hits(values: Sequence[float]) -> int:
    """How many fits end in the best basin: within ``SAME_BASIN`` of the smallest value.

    Args:
        values: (n,) final J_clust, at least one.
    """
    best = min(values)
    return sum(value <= best * (1 + SAME_BASIN) for value in values)


def expected_best(values: Sequence[float]) -> Float64Array:
    """(n,) the mean, over all choices of m of the n fits, of the smallest value: for m from 1 to n, exactly.

    The i-th smallest is the smallest of a choice when the other m − 1 are larger, so with the values ascending it is
    Σᵢ xᵢ · C(n − i, m − 1) / C(n, m).

    Args:
        values: (n,) final J_clust, at least one.
    """
    ascending = np.sort(np.asarray(values, dtype=np.float64))
    n = len(ascending)
    expected = np.empty(n)
    for m in range(1, n + 1):
        # Each share from the one before: the binomials themselves leave float64 at n = 1,030.
        i = np.arange(1, n - m + 1)
        shares = m / n * np.cumprod(np.append(1.0, (n - m + 1 - i) / (n - i)))
        expected[m - 1] = shares @ ascending[: n - m + 1]
    return expected
