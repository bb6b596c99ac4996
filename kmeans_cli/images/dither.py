"""Floyd–Steinberg error diffusion, a whole wave of pixels at a time."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, IntArray
from kmeans_cli.images.wavefront import waves, with_margin, without_margin

DITHERS = ("none", "floyd-steinberg")


def floyd_steinberg(index: IntArray, points: NDArray[np.float32], palette: Float64Array, strength: float) -> IntArray:
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
    colours = with_margin(index, fill=0).reshape(-1)
    out = with_margin(np.zeros(index.shape, dtype=np.min_scalar_type(len(palette))), fill=0)
    flat = out.reshape(-1)
    low, high = palette.min(axis=0), palette.max(axis=0)
    bias = np.einsum("ij,ij->i", palette, palette) / 2
    # The errors of this wave and the three before it, by row, after one row of zeros above the picture.
    errors = deque(np.zeros((4, height + 1, points.shape[1])), maxlen=4)
    for wave in waves(height, width, skew=2):
        here, above = slice(wave.rows.start + 1, wave.rows.stop + 1), wave.rows
        passed_on = 7 * errors[-1][here] + 3 * errors[-1][above] + 5 * errors[-2][above] + errors[-3][above]
        aim = np.clip(points[colours[wave.pixels]] + strength / 16 * passed_on, low, high)
        takes_part = ~np.isnan(aim[:, 0])
        labels = np.where(takes_part, (bias - aim @ palette.T).argmin(axis=1), 0)
        flat[wave.pixels] = labels
        errors.append(np.zeros_like(errors[0]))
        errors[-1][here] = np.where(takes_part[:, None], aim - palette[labels], 0)
    return without_margin(out)
