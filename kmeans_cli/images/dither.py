"""Floyd–Steinberg error diffusion, a whole wave of pixels at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array
from kmeans_cli.images.wavefront import shifted, waves, with_margin, without_margin

DITHERS = ("none", "floyd-steinberg")


def floyd_steinberg(
    index: NDArray[np.int32], points: NDArray[np.float32], palette: Float64Array, strength: float
) -> NDArray[np.int32]:
    """Give each pixel the entry nearest to its colour plus its share of its neighbours' errors.

    The error of a pixel goes on to the right (7/16), lower left (3/16), lower (5/16) and lower right pixel (1/16):
    Floyd & Steinberg, "An adaptive algorithm for spatial grey scale" (1976). Here each pixel collects it instead. What
    it aims at is kept within the range of the palette, so that errors no entry can make good do not pile up.

    Args:
        index: (h, w) the colour of each pixel.
        points: (n, d) the colours; NaN for pixels that take no part.
        palette: (k, d) the entries.
        strength: How much of the error is passed on, 0 to 1.

    Returns:
        (h, w) the palette entry of each pixel; of pixels that take no part, 0.
    """
    height, width = index.shape
    row = width + 2
    colours = with_margin(index, fill=0).reshape(-1)
    out = with_margin(np.zeros_like(index), fill=0)
    flat = out.reshape(-1)
    errors = np.zeros((len(flat), points.shape[1]), dtype=np.float32)
    shares = {1: 7 / 16, row - 1: 3 / 16, row: 5 / 16, row + 1: 1 / 16}
    low, high = palette.min(axis=0), palette.max(axis=0)
    bias = np.einsum("ij,ij->i", palette, palette) / 2
    for wave in waves(height, width, skew=2):
        passed_on = sum(share * errors[shifted(wave, -back)] for back, share in shares.items())
        aim = np.clip(points[colours[wave]] + strength * passed_on, low, high)
        taking_part = ~np.isnan(aim[:, 0])
        flat[wave] = np.where(taking_part, (bias - aim @ palette.T).argmin(axis=1), 0)
        errors[wave] = np.where(taking_part[:, None], aim - palette[flat[wave]], 0)
    return without_margin(out)
