"""How near a result comes to its original: MSE, PSNR, SSIM and the mean CIEDE2000, on 8-bit sRGB."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, MapBlocks
from kmeans_cli.images.bands import bands
from kmeans_cli.images.delta_e import delta_e_2000
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


def measure(original: Bytes, result: Bytes, map_blocks: MapBlocks = map) -> Quality:
    """The quality of a (h, w, 3) uint8 result, computed in bands of rows."""
    height, width, channels = original.shape
    rows = list(bands(height, width))
    squares: int = sum(map_blocks(lambda band: _squares(original[band], result[band]), rows))
    mse = squares / (height * width * channels)
    differences: float = sum(map_blocks(lambda band: _difference_sum(original[band], result[band]), rows))
    return Quality(
        mse=mse,
        psnr=10 * math.log10(255**2 / mse) if mse else None,
        ssim=_ssim(original, result, rows, map_blocks),
        delta_e=differences / (height * width),
    )


def _squares(original: Bytes, result: Bytes) -> int:
    difference = original.astype(np.int32) - result
    return int(np.vdot(difference, difference))


def _difference_sum(original: Bytes, result: Bytes) -> float:
    """Σ ΔE over the pixels of a band; each pair of colours is measured once, and most pairs repeat."""
    pairs, counts = np.unique(_codes(original) << 24 | _codes(result), return_counts=True)
    return float(counts @ delta_e_2000(lab(_colours(pairs >> 24)), lab(_colours(pairs))))


def _codes(pixels: Bytes) -> NDArray[np.int64]:
    red, green, blue = (pixels[..., channel].ravel().astype(np.int64) for channel in range(3))
    return red << 16 | green << 8 | blue


def _colours(codes: NDArray[np.int64]) -> Bytes:
    return np.stack([codes >> 16 & 255, codes >> 8 & 255, codes & 255], axis=1).astype(np.uint8)


def _ssim(original: Bytes, result: Bytes, rows: list[slice], map_blocks: MapBlocks) -> float | None:
    """Mean structural similarity (Wang et al. 2004) over all whole windows and channels, as in scikit-image."""
    height, width, channels = original.shape
    if min(height, width) < _WINDOW:
        return None

    def of_band(band: slice) -> float:
        reach = slice(band.start, band.stop + _WINDOW - 1)  # of the windows that begin in this band
        return _similarity_sum(original[reach], result[reach])

    windows = (height - _WINDOW + 1) * (width - _WINDOW + 1)
    total = sum(map_blocks(of_band, rows))
    return float(total / (windows * channels))


def _similarity_sum(original: Bytes, result: Bytes) -> float:
    if len(original) < _WINDOW:
        return 0.0
    x, y = original.astype(np.int32), result.astype(np.int32)
    n = _WINDOW**2
    # Whole numbers up to here, far below int32's end: no digit is lost to cancellation.
    sum_x, sum_y = _window_sums(x), _window_sums(y)
    spread = n * _window_sums(x * x + y * y) - sum_x**2 - sum_y**2
    joint = n * _window_sums(x * y) - sum_x * sum_y
    sample = n * (n - 1)
    by_mean = _ratio(2 * (sum_x * sum_y) / n**2, (sum_x**2 + sum_y**2) / n**2, _STABLE_MEAN)
    by_spread = _ratio(2 * joint / sample, spread / sample, _STABLE_SPREAD)
    return float(np.vdot(by_mean, by_spread))


def _ratio(shared: Float64Array, own: Float64Array, stable: float) -> Float64Array:
    return (shared + stable) / (own + stable)


def _window_sums(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Sums over all 7 × 7 windows: along one axis, then the other, by doubling (1, 2, 4, then 4 + 2 + 1)."""
    for axis in (0, 1):
        moved = np.moveaxis(values, axis, 0)
        two = moved[:-1] + moved[1:]
        four = two[:-2] + two[2:]
        values = np.moveaxis(four[:-3] + two[4:-1] + moved[6:], 0, axis)
    return values
