"""How ink lies in grey images: measured in the training images, so that a photo can be made alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kmeans_cli.core.types import BoolArray, Float64Array, FloatArray, IntArray

_MOST_IMAGES = 1000  # their averages are stable to a hundredth of a pixel
_INKED = 0.1  # of full ink: what counts as part of a digit when its extent is measured


@dataclass(frozen=True)
class Ink:
    """How ink lies in the training images. Lengths are in pixels of theirs, shades in their raw units.

    Attributes:
        paper: The value where no ink is.
        full: The value of full ink; smaller than ``paper`` for dark ink.
        stroke: How wide a stroke is, on average.
        box: The longer side of the box around a digit, the median.
        row, column: Where the digits' centre of mass lies on average, from the upper left corner.
    """

    paper: float
    full: float
    stroke: float
    box: float
    row: float
    column: float

    def as_array(self) -> Float64Array:
        """The (6,) values in the order of the attributes, for a file."""
        return np.array([self.paper, self.full, self.stroke, self.box, self.row, self.column])

    @classmethod
    def of_array(cls, values: Float64Array) -> Ink:
        """The inverse of ``as_array``."""
        return cls(*values.tolist())


def measure_ink(
    X: FloatArray, offset: Float64Array, factor: Float64Array, image_shape: tuple[int, ...] | None
) -> Ink | None:
    """Measure at most 1,000 of the training images, evenly spaced. The ink is what covers the smaller part of them.

    Args:
        X: (n, d) rows in the units of the fit.
        offset: (d,).
        factor: (d,); raw = X × factor + offset.
        image_shape: (height, width) of a row; anything else is no grey image.

    Returns:
        The averages over images with any ink; None where rows are no grey images, or all of one shade.
    """
    if image_shape is None or len(image_shape) != 2:
        return None
    raw = X[:: -(-len(X) // _MOST_IMAGES)] * factor + offset
    low, high = np.percentile(raw, [1, 99])
    if low == high:
        return None
    paper, full = (low, high) if np.median(raw) < (low + high) / 2 else (high, low)
    shades = np.clip((raw - paper) / (full - paper), 0, 1).reshape(-1, *image_shape)
    shades = shades[(shades > _INKED).any(axis=(1, 2))]
    rows, columns = centres_of_mass(shades)
    return Ink(
        paper=float(paper),
        full=float(full),
        stroke=float(stroke_widths(shades).mean()),
        box=float(np.median(np.maximum(_extents(shades, 1), _extents(shades, 2)))),
        row=float(rows.mean()),
        column=float(columns.mean()),
    )


def stroke_widths(shades: Float64Array) -> Float64Array:
    """(n,) mean width of the strokes in (n, height, width) images of shades from 0, paper, to 1, full ink.

    A stroke of width w and length l has the area w·l and, both sides taken, the outline 2·l. The area is the sum of
    the shades; the outline is the sum of the lengths of their gradients, also where edges are grey (the coarea
    formula; Rudin, Osher & Fatemi 1992 call it the total variation).
    """
    around = np.pad(shades, ((0, 0), (1, 1), (1, 1)))
    down = np.diff(around, axis=1)[:, :, :-1]
    across = np.diff(around, axis=2)[:, :-1]
    outlines = np.hypot(down, across).sum(axis=(1, 2))
    widths: Float64Array = 2 * shades.sum(axis=(1, 2)) / outlines
    return widths


def centres_of_mass(shades: Float64Array) -> tuple[Float64Array, Float64Array]:
    """(n,) rows and columns of the centres of mass of (n, height, width) images, from their upper left corners."""
    _, height, width = shades.shape
    mass = shades.sum(axis=(1, 2))
    rows = shades.sum(axis=2) @ (np.arange(height) + 0.5) / mass
    columns = shades.sum(axis=1) @ (np.arange(width) + 0.5) / mass
    return rows, columns


def _extents(shades: Float64Array, axis: int) -> IntArray:
    """(n,) how many rows (axis 1) or columns (axis 2) there are from the first with ink to the last."""
    inked: BoolArray = np.max(shades, axis=3 - axis) > _INKED
    extents: IntArray = inked.shape[1] - inked.argmax(axis=1) - inked[:, ::-1].argmax(axis=1)
    return extents
