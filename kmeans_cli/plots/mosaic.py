"""Many small pictures painted into one: an axes per tile would take seconds, one image takes milliseconds.

Positions are in pixels of the painted picture from the upper left, y downwards; corners are (m, 2) arrays of
(x, y); a tile is (height, width).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

Canvas = NDArray[np.uint8]
Limits = tuple[float, float]

_LEAST_SIDE = 24


def common_limits(image_shape: tuple[int, ...], *rows: FloatArray) -> Limits:
    """The values drawn as black and as white, the same for all tiles of a figure.

    The smallest and the largest value there is; for colours within 0…1 that whole range, so that they are true.
    """
    low = min(float(part.min()) for part in rows if part.size)
    high = max(float(part.max()) for part in rows if part.size)
    if len(image_shape) == 3 and low >= 0 and high <= 1:
        return 0.0, 1.0
    return (low, high) if high > low else (low, low + 1)


def limits_note(image_shape: tuple[int, ...], limits: Limits) -> str:
    """The scale of the tiles, in words."""
    low, high = limits
    if len(image_shape) == 3:
        return f"colour channels from {low:.3g} to {high:.3g}"
    return f"grey scale: black = {low:.3g}, white = {high:.3g}"


def tile_size(image_shape: tuple[int, ...]) -> tuple[int, int]:
    """Height and width of a painted tile: the image's own, or a multiple where that is small.

    Gaps and titles take whole pixels, and one pixel of an 8 × 8 image would be a wide gap.
    """
    height, width = image_shape[:2]
    zoom = math.ceil(_LEAST_SIDE / math.sqrt(height * width))
    return zoom * height, zoom * width


def paint(
    rows: FloatArray, image_shape: tuple[int, ...], limits: Limits, corners: IntArray, size: tuple[int, int]
) -> Canvas:
    """Paint samples or centroids as tiles on white.

    Args:
        rows: (m, d) values.
        image_shape: (h, w) or (h, w, 3), of d values.
        limits: The values drawn as black and as white.
        corners: (m, 2) upper left pixel (x, y) of each tile.
        size: Height and width of the whole picture.

    Returns:
        (height, width, 3) uint8.
    """
    low, high = limits
    shades = np.clip((np.asarray(rows, dtype=np.float64) - low) / (high - low), 0, 1)
    tiles = np.rint(255 * shades).astype(np.uint8).reshape(len(rows), *image_shape[:2], -1)
    canvas = np.full((*size, 3), 255, dtype=np.uint8)
    height, width = tile_size(image_shape)
    zoom = height // image_shape[0]
    for tile, (x, y) in zip(tiles, corners, strict=True):
        canvas[y : y + height, x : x + width] = tile.repeat(zoom, axis=0).repeat(zoom, axis=1)
    return canvas


def show(axes: Axes, canvas: Canvas) -> AxesImage:
    """Put a painted picture into axes whose data coordinates become its pixels; no ticks, no frame."""
    height, width = canvas.shape[:2]
    axes.set_axis_off()
    return axes.imshow(canvas, interpolation="nearest", extent=(0, width, height, 0))


def outline(axes: Axes, corners: IntArray, tile: tuple[int, int], **line: Any) -> None:
    """Draw a frame around each tile; ``line`` are properties of a matplotlib LineCollection."""
    height, width = tile
    around = np.array([(0, 0), (width, 0), (width, height), (0, height), (0, 0)])
    _draw_lines(axes, corners[:, None, :] + around, **line)


def cross(axes: Axes, corners: IntArray, tile: tuple[int, int], **line: Any) -> None:
    """Draw a small × into the upper right corner of each tile."""
    height, width = tile
    side = 0.3 * min(height, width)
    right, left, top, bottom = width - 0.3 * side, width - 1.3 * side, 0.3 * side, 1.3 * side
    strokes = np.array([[(left, top), (right, bottom)], [(left, bottom), (right, top)]])
    _draw_lines(axes, (corners[:, None, None, :] + strokes).reshape(-1, 2, 2), **line)


def _draw_lines(axes: Axes, lines: Float64Array, **line: Any) -> None:
    from matplotlib.collections import LineCollection

    axes.add_collection(LineCollection(list(lines), **line), autolim=False)
