"""An order of palette entries in which frequent neighbours in the picture have near numbers."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import Float64Array, IntArray

_ENOUGH_PIXELS = 1 << 21  # of a larger picture some rows tell as much as all


def neighbour_order(labels: IntArray, k: int) -> IntArray:
    """(k,) the entries in their new order.

    The greedy re-indexing of Zeng, Li & Lei, "An efficient color re-indexing scheme for palette-based compression"
    (ICIP 2000): begin with the two entries that meet most often, then always add the entry that meets those placed
    most often, at the end where its neighbours are. Only vertical neighbours are counted, as those are what
    the filters predict from where pixels share bytes.

    Args:
        labels: (h, w) palette entry of each pixel.
        k: Number of entries, at least 1.
    """
    meetings = _meetings(labels, k)
    first, second = np.unravel_index(np.argmax(meetings), meetings.shape)
    placed = [int(first), int(second)] if first != second else [int(first)]
    is_placed = np.zeros(k, dtype=bool)
    is_placed[placed] = True
    strength = meetings[:, placed].sum(axis=1)
    while len(placed) < k:
        entry = int(np.where(is_placed, -1, strength).argmax())
        if _leans_left(meetings[entry, placed]):
            placed.insert(0, entry)
        else:
            placed.append(entry)
        is_placed[entry] = True
        strength += meetings[:, entry]
    return np.array(placed)


def _meetings(labels: IntArray, k: int) -> Float64Array:
    """(k, k) symmetric counts of vertical neighbours with different labels."""
    step = 1 + labels.size // _ENOUGH_PIXELS
    pairs = labels[1::step].astype(np.intp) * k + labels[:-1:step]
    counts = np.bincount(pairs.ravel(), minlength=k * k).reshape(k, k).astype(np.float64)
    counts += counts.T
    np.fill_diagonal(counts, 0)
    return counts


def _leans_left(meetings: Float64Array) -> bool:
    """Whether an entry's meetings with the placed ones, from left to right, ask for a place at the left end."""
    nearness = np.log2(1 + 1 / np.arange(1, len(meetings) + 1))
    return bool(meetings @ nearness >= meetings @ nearness[::-1])
