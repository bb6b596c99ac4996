"""Ink on paper: which of a photo's pixels are ink, whatever the light, and how dark each is."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import Float64Array
from kmeans_cli.errors import PlaceError

_WIDEST_STROKE = 0.2  # of the longer side: what is wider is taken for paper in the shade
_FAINTEST = 0.06  # of the range from black to white
_CLEAREST_NOISE = 4.5  # the two sides of plain noise are 2.7 of their own deviations apart
_BINS = 256


def ink_is_dark(grey: Float64Array) -> bool:
    """Whether dark ink lies on bright paper: ink is the smaller part, so it makes the longer tail of the shades.

    Gradients of the light are taken away first, as the quadratic surface that fits best.

    Args:
        grey: (height, width) from 0, black, to 1, white.
    """
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    weights, *_ = np.linalg.lstsq(terms, grey.reshape(-1), rcond=None)
    rest = grey.reshape(-1) - terms @ weights
    return bool((rest**3).sum() < 0)


def lift_ink(bright: Float64Array) -> Float64Array:
    """The ink of dark strokes on bright paper, without the paper's shadows and gradients.

    The paper is the photo's morphological closing: strokes narrower than the window vanish in it, while shadows,
    being wider, stay; the ink is what the closing added (the black top-hat; Serra, *Image Analysis and Mathematical
    Morphology*, 1982).

    Args:
        bright: (height, width) from 0, black, to 1, white.

    Returns:
        (height, width) from 0, paper, to 1, full ink.

    Raises:
        PlaceError: If there is nothing that stands out from the paper.
    """
    smooth = _blurred(bright)
    hat = _closed(smooth, _window(smooth.shape)) - smooth
    threshold = otsu_threshold(hat)
    ink, paper = hat[hat > threshold], hat[hat <= threshold]
    if not ink.size or not paper.size:
        raise PlaceError("is blank: there is no ink on it")
    contrast = float(ink.mean() - paper.mean())
    noise = float(np.sqrt((ink.var() * ink.size + paper.var() * paper.size) / hat.size))
    if contrast < max(_FAINTEST, _CLEAREST_NOISE * noise):
        raise PlaceError("is blank: no ink stands out from its paper")
    shades: Float64Array = np.clip((hat - paper.mean()) / contrast, 0, 1)
    return shades


def otsu_threshold(values: Float64Array) -> float:
    """The value that parts an array in two with the smallest variances within (Otsu 1979)."""
    counts, edges = np.histogram(values, _BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = counts.cumsum()[:-1]
    above = values.size - below
    sums = (counts * middles).cumsum()
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
        between = np.nan_to_num(below * above * apart**2)
    return float(edges[1 + between.argmax()])


def _window(shape: tuple[int, ...]) -> int:
    return 2 * round(_WIDEST_STROKE * max(shape) / 2) + 1


def _blurred(grey: Float64Array) -> Float64Array:
    """The mean of each pixel and its eight neighbours: the grain of paper and sensor mostly cancels."""
    around = np.pad(grey, 1, mode="edge")
    mean: Float64Array = np.lib.stride_tricks.sliding_window_view(around, (3, 3)).mean(axis=(2, 3))
    return mean


def _closed(grey: Float64Array, window: int) -> Float64Array:
    """The least of the greatest: each square of the window is filled up to the lowest level that surrounds it.

    Beyond its edges the photo goes on as it ends, so that a shadow that leaves it is not taken for a narrow one.
    """
    around = np.pad(grey, window - 1, mode="edge")
    return -_largest_around(-_largest_around(around, window), window)


def _largest_around(grey: Float64Array, window: int) -> Float64Array:
    """The maximum of each whole square of the window, by rows and then by columns; smaller by window − 1."""
    for _ in range(2):
        grey = np.lib.stride_tricks.sliding_window_view(grey, window, axis=1).max(axis=2).T
    return grey
