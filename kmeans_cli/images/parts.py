"""The connected parts of a mask, found by runs of pixels."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import BoolArray, IntArray


def label_parts(mask: BoolArray) -> IntArray:
    """Number the connected parts of a mask; pixels that touch at a corner are connected.

    Each row's runs of set pixels are joined with the runs of the row above that they touch (union-find over runs:
    Rosenfeld & Pfaltz 1966, with runs for pixels).

    Args:
        mask: (height, width).

    Returns:
        (height, width) integers: −1 off the mask, else the part, from 0, the largest first.
    """
    row, start, stop = _runs(mask)
    parent = list(range(len(row)))
    first = np.searchsorted(row, np.arange(len(mask) + 1))
    for above in range(len(mask) - 1):
        i, j = first[above], first[above + 1]
        while i < first[above + 1] and j < first[above + 2]:
            if start[i] <= stop[j] and start[j] <= stop[i]:
                parent[_root(parent, i)] = _root(parent, j)
            # The run that ends first cannot touch what follows the other.
            i, j = (i + 1, j) if stop[i] < stop[j] else (i, j + 1)
    roots = np.array([_root(parent, run) for run in range(len(row))], dtype=np.int64)
    _, part = np.unique(roots, return_inverse=True)
    sizes = np.bincount(part, weights=stop - start)
    rank = np.argsort(np.argsort(-sizes, kind="stable"))
    labels = np.full(mask.shape, -1)
    labels[mask] = np.repeat(rank[part], stop - start)
    return labels


def _runs(mask: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Row, first column and column after the last of each run, in reading order."""
    steps = np.diff(np.pad(mask.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, start = np.nonzero(steps == 1)
    stop = np.nonzero(steps == -1)[1]
    return row, start, stop


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run
