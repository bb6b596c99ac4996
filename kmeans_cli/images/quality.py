"""How near a result comes to its original: MSE, PSNR, SSIM and the mean CIEDE2000, on 8-bit sRGB."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray, MapBlocks
from kmeans_cli.images.bands import bands, gather
from kmeans_cli.images.colours import run_lengths
from kmeans_cli.images.delta_e import delta_e_2000
from kmeans_cli.images.reduced import Reduced
from kmeans_cli.images.spaces import Bytes, lab

_WINDOW = 7  # pixels, as scikit-image's default
_PAIRED_PIXELS = 1 << 22  # at a time: a large picture's memory counts
_STABLE_MEAN, _STABLE_SPREAD = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True)
class Quality:
    """The differences between two pictures.

    Attributes:
        mse: Mean squared difference of the stored values, over pixels and channels.
        psnr: 10·log₁₀(255²/MSE) in dB; None for equal pictures, where it would be infinite.
        ssim: Mean structural similarity, 1 for equal pictures; None where a side is shorter than the window of 7.
        delta_e: Mean colour difference (CIEDE2000).
    """

    mse: float
    psnr: float | None
    ssim: float | None
    delta_e: float


def measure(original: Reduced, result: Reduced, map_blocks: MapBlocks = map) -> Quality:
    """The quality of a result as large as its original, both as they look on white."""
    n_pixels = original.labels.size
    squares, differences = _pair_sums(original, result, map_blocks)
    mse = squares / (n_pixels * 3)
    return Quality(
        mse=mse,
        psnr=10 * math.log10(255**2 / mse) if mse else None,
        ssim=_ssim(original, result, map_blocks),
        delta_e=differences / n_pixels,
    )


def _pair_sums(original: Reduced, result: Reduced, map_blocks: MapBlocks) -> tuple[int, float]:
    """Squared differences of the stored values and ΔE, summed over the pixels.

    Each pair of a colour of the original and one of the result is measured once, and most pairs repeat.
    """
    k = len(result.rgba)
    before, after = original.colours_shown, result.colours_shown

    def of_some(some: tuple[NDArray[np.unsignedinteger], NDArray[np.int64]]) -> tuple[int, float]:
        pairs, counts = some
        of_original, of_result = np.divmod(pairs, k)
        first, second = before[of_original], after[of_result]
        difference = first.astype(np.int32) - second
        squares = counts @ (difference * difference).sum(axis=1)
        return int(squares), float(counts @ delta_e_2000(lab(first), lab(second)))

    sums: list[tuple[int, float]] = []
    height, width = original.labels.shape
    for band in bands(height, width, _PAIRED_PIXELS):
        pairs, counts = run_lengths(_ordered_pairs(original.labels[band], result.labels[band], len(original.rgba), k))
        sums += map_blocks(of_some, [(pairs[some], counts[some]) for some in bands(len(pairs), 1)])
    squares, differences = zip(*sums, strict=True)
    return sum(squares), sum(differences)


def _ordered_pairs(first: IntArray, second: IntArray, n_first: int, n_second: int) -> NDArray[np.unsignedinteger]:
    """(h·w,) one number for the labels that two (h, w) pictures have at a pixel, ascending."""
    pairs = np.empty(first.shape, dtype=np.min_scalar_type(n_first * n_second))
    for band in bands(*first.shape):
        pairs[band] = first[band].astype(np.int64) * n_second + second[band]
    pairs = pairs.ravel()
    pairs.sort()
    return pairs


def _ssim(original: Reduced, result: Reduced, map_blocks: MapBlocks) -> float | None:
    """Mean structural similarity (Wang et al. 2004) over all whole windows and channels, as in scikit-image."""
    height, width = original.labels.shape
    if min(height, width) < _WINDOW:
        return None
    before, after = original.colours_shown, result.colours_shown

    def of_band(band: slice) -> float:
        reach = slice(band.start, band.stop + _WINDOW - 1)  # of the windows that begin in this band
        return _similarity_sum(gather(before, original.labels[reach]), gather(after, result.labels[reach]))

    windows = (height - _WINDOW + 1) * (width - _WINDOW + 1)
    total = sum(map_blocks(of_band, bands(height, width)))
    return float(total / (windows * 3))


def _similarity_sum(original: Bytes, result: Bytes) -> float:
    if len(original) < _WINDOW:
        return 0.0
    x, y = original.astype(np.int32), result.astype(np.int32)
    n = _WINDOW**2
    sample = n * (n - 1)
    # Whole numbers up to here, far below int32's end: no digit is lost to cancellation.
    sum_x, sum_y = _window_sums(x), _window_sums(y)
    product, squares = sum_x * sum_y, sum_x * sum_x + sum_y * sum_y
    joint, spread = n * _window_sums(x * y) - product, n * _window_sums(x * x + y * y) - squares
    # Means and spreads stay unscaled, so there is a single division.
    shared = (2 * product + _STABLE_MEAN * n**2) * (2 * joint + _STABLE_SPREAD * sample)
    own = (squares + _STABLE_MEAN * n**2) * (spread + _STABLE_SPREAD * sample)
    return float((shared / own).sum())


def _window_sums(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sums over all 7 × 7 windows: along one axis, then the other, by doubling (1, 2, 4, then 4 + 2 + 1)."""
    for axis in (0, 1):
        moved = np.moveaxis(values, axis, 0)
        two = moved[:-1] + moved[1:]
        seven = two[:-5] + two[2:-3]
        seven += two[4:-1]
        seven += moved[6:]
        values = np.moveaxis(seven, 0, axis)
    return values
