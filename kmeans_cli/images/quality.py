"""How near a result comes to its original: MSE, PSNR, SSIM and the mean CIEDE2000, on 8-bit sRGB."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import MapBlocks
from kmeans_cli.images.bands import bands
from kmeans_cli.images.colours import sorted_counts
from kmeans_cli.images.delta_e import delta_e_2000
from kmeans_cli.images.reduced import Reduced
from kmeans_cli.images.spaces import Bytes, lab

_WINDOW = 7  # pixels, as scikit-image's default
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
    height, width = original.labels.shape
    pairs = _colour_pairs(original, result)
    mse = _square_sum(pairs) / (height * width * 3)
    return Quality(
        mse=mse,
        psnr=10 * math.log10(255**2 / mse) if mse else None,
        ssim=_ssim(original.shown, result.shown, map_blocks),
        delta_e=_difference_sum(pairs, map_blocks) / (height * width),
    )


class _Pairs(NamedTuple):
    """Which colours of the original became which of the result, both (m, 3), and in how many (m,) pixels."""

    before: Bytes
    after: Bytes
    counts: NDArray[np.int64]


def _colour_pairs(original: Reduced, result: Reduced) -> _Pairs:
    k = len(result.rgba)
    codes = np.empty(original.labels.shape, dtype=np.min_scalar_type(len(original.rgba) * k))
    for band in bands(*codes.shape):
        codes[band] = original.labels[band].astype(np.int64) * k + result.labels[band]
    distinct, counts = sorted_counts(codes)
    before, after = np.divmod(distinct, k)
    return _Pairs(original.colours_shown[before], result.colours_shown[after], counts)


def _square_sum(pairs: _Pairs) -> int:
    difference = pairs.before.astype(np.int32) - pairs.after
    return int(pairs.counts @ (difference * difference).sum(axis=1))


def _difference_sum(pairs: _Pairs, map_blocks: MapBlocks) -> float:
    """Σ ΔE over the pixels."""

    def of_some(some: slice) -> float:
        return float(pairs.counts[some] @ delta_e_2000(lab(pairs.before[some]), lab(pairs.after[some])))

    return sum(map_blocks(of_some, bands(len(pairs.counts), 1)))


def _ssim(original: Bytes, result: Bytes, map_blocks: MapBlocks) -> float | None:
    """Mean structural similarity (Wang et al. 2004) over all whole windows and channels, as in scikit-image."""
    height, width, channels = original.shape
    if min(height, width) < _WINDOW:
        return None

    def of_band(band: slice) -> float:
        reach = slice(band.start, band.stop + _WINDOW - 1)  # of the windows that begin in this band
        return _similarity_sum(original[reach], result[reach])

    windows = (height - _WINDOW + 1) * (width - _WINDOW + 1)
    total = sum(map_blocks(of_band, bands(height, width)))
    return float(total / (windows * channels))


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
