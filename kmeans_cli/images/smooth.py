"""Longer runs of one colour for a little more error: what a PNG compresses better."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, IntArray
from kmeans_cli.images.bands import count
from kmeans_cli.images.wavefront import waves, with_margin, without_margin


def smooth(index: IntArray, points: NDArray[np.float32], palette: Float64Array, labels: IntArray, s: float) -> IntArray:
    """Let pixels go on with their left neighbour's palette entry, or else their upper one's.

    A pixel may do so when that costs it, over its nearest entry, at most ``s`` times the mean squared error there is
    without smoothing. Neighbours count as they are after smoothing, so runs grow from left to right and downwards.

    Args:
        index: (h, w) the colour of each pixel.
        points: (n, d) the colours; NaN for pixels that keep their entry whatever it costs.
        palette: (k, d) the entries; infinite for one that no other pixel may take.
        labels: (h, w) the nearest entry of each pixel, of a type that holds k too.
        s: At least 0.

    Returns:
        (h, w) the palette entry of each pixel.
    """
    height, width = index.shape
    budget = s * _mean_cost(index, points, palette, labels)
    out = with_margin(labels, fill=len(palette))
    palette = np.vstack([palette, np.full_like(palette[:1], np.inf)])  # beyond the margin nobody goes on
    flat, colours, row = out.reshape(-1), with_margin(index, fill=0).reshape(-1), width + 2
    for wave in waves(height, width, skew=1):
        here, own = points[colours[wave.pixels]], flat[wave.pixels]
        left, upper = flat[wave.neighbours(1)], flat[wave.neighbours(row)]
        allowed = _costs(here, palette[own]) + budget
        own = np.where(_costs(here, palette[upper]) <= allowed, upper, own)
        flat[wave.pixels] = np.where(_costs(here, palette[left]) <= allowed, left, own)
    return without_margin(out)


def _mean_cost(index: IntArray, points: NDArray[np.float32], palette: Float64Array, labels: IntArray) -> float:
    """The mean squared distance of the pixels to their entries; rows at a time, for memory's sake."""
    rows = (_costs(points[colours], palette[entries]) for colours, entries in zip(index, labels, strict=True))
    # Pixels that are NaN keep an entry that shows nothing, without error.
    return sum(float(np.nansum(row)) for row in rows) / index.size


def _costs(points: NDArray[np.float32], entries: Float64Array) -> Float64Array:
    difference = points - entries
    costs: Float64Array = np.einsum("ij,ij->i", difference, difference)
    return costs


def keep_all_used(labels: IntArray, nearest: IntArray, k: int) -> IntArray:
    """The labels with every entry in use again that was before smoothing or dithering.

    The pixels nearest to an entry that nobody uses any more get it back. That may take the last pixels of another
    entry, so it is repeated; each time more pixels have their nearest entry, so it ends.
    """
    labels = labels.copy()
    while len(lost := np.flatnonzero(count(labels, k) == 0)):
        back = np.isin(nearest, lost)
        labels[back] = nearest[back]
    return labels
