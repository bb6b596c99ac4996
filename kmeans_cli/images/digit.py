"""From a photo of a digit to an image like those a model was trained on (LeCun et al. 1998 describe MNIST's)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli import pictures
from kmeans_cli.core.types import BoolArray, Float64Array
from kmeans_cli.errors import PlaceError
from kmeans_cli.images.ink import Ink, centres_of_mass, stroke_widths
from kmeans_cli.images.paper import ink_is_dark, lift_ink
from kmeans_cli.images.parts import label_parts
from kmeans_cli.images.stroke import distances_to, edge_distances, redrawn

_WORKING_SIDE = 400  # pixels, the longer side of a photo while ink is looked for
_DRAWING_SIDE = 200  # pixels, the longer side of a digit while its strokes are redrawn
_SPECK = 0.1  # of the digit's area: smaller parts are dirt
_GAP = 0.1  # of the digit's height: what is farther apart is not one digit
_HALVINGS = 12
_LUMA = np.array([0.2126, 0.7152, 0.0722])  # ITU-R BT.709


@dataclass(frozen=True)
class Stage:
    """A step from the photo to the digit: what was done, and the (height, width) shades after it, 1 white."""

    name: str
    shades: Float64Array


@dataclass(frozen=True)
class Digit:
    """A digit ready to be compared.

    Attributes:
        values: (height, width) in the raw units of the training images.
        stages: How it came about, from the grey photo to the last.
    """

    values: Float64Array
    stages: tuple[Stage, ...]


def prepare_digit(pixels: NDArray[np.uint8], shape: tuple[int, int], ink: Ink) -> Digit:
    """Make a photo of one digit like the training images.

    Grey; ink lifted off the paper, dark or bright; the digit cut out; its strokes redrawn as wide as those of the
    training images; scaled to their box, with its centre of mass where theirs is.

    Args:
        pixels: (height, width, 3) uint8 sRGB.
        shape: Height and width of the training images.
        ink: How ink lies in these.

    Raises:
        PlaceError: If there is no ink, or several parts of about a digit's size.
    """
    grey = grey_of(pixels, _WORKING_SIDE)
    shades = lift_ink(grey if ink_is_dark(grey) else 1 - grey)
    digit = _cut_out(shades)
    drawn, image = _drawn(digit, shape, ink)
    stages = (
        Stage("grey", grey),
        Stage("ink lifted off the paper", shades),
        Stage("the digit cut out", digit),
        Stage("strokes redrawn", drawn),
        Stage(f"{shape[1]}×{shape[0]}", image),
    )
    return Digit(ink.paper + (ink.full - ink.paper) * image, stages)


def resize_digit(pixels: NDArray[np.uint8], shape: tuple[int, int], ink: Ink) -> Digit:
    """Only make a photo grey and as large as the training images, whatever it shows; black is taken for paper.

    Args:
        pixels: (height, width, 3) uint8 sRGB.
        shape: Height and width of the training images.
        ink: How ink lies in these.
    """
    grey = grey_of(pixels, _WORKING_SIDE)
    image = pictures.resize_grey(grey, shape)
    stages = (Stage("grey", grey), Stage(f"only resized to {shape[1]}×{shape[0]}", image))
    low, high = sorted((ink.paper, ink.full))
    return Digit(low + (high - low) * image, stages)


def grey_of(pixels: NDArray[np.uint8], side: int) -> Float64Array:
    """The brightness of a picture from 0 to 1, its longer side brought to ``side`` pixels."""
    # Of a large photo as floats there may be no room in memory; four pixels of it for one are left to average.
    step = max(1, max(pixels.shape) // (4 * side))
    pixels = pixels[::step, ::step]
    height, width = pixels.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(height * scale)), max(1, round(width * scale))
    return pictures.resize_grey(pixels / 255 @ _LUMA, size)


def _cut_out(shades: Float64Array) -> Float64Array:
    """The box around the one large part of the ink, everything else removed, at the size for drawing."""
    parts = label_parts(_joined(shades))
    inked = (shades > 0.5) & (parts >= 0)
    areas = np.bincount(parts[inked])
    n_large = int((areas >= _SPECK * areas[0]).sum())
    if n_large > 1:
        problem = f"shows {n_large} components of about the same size"
        raise PlaceError(problem, allowed="a photo of one digit; cut others away")
    own = np.where(parts == 0, shades, 0.0)
    rows, columns = _box(own > 0.5)
    digit = own[rows, columns]
    scale = _DRAWING_SIDE / max(digit.shape)
    return pictures.resize_grey(digit, tuple(max(1, round(side * scale)) for side in digit.shape))


def _joined(shades: Float64Array) -> BoolArray:
    """The mask of the ink with small gaps closed: a pen may skip, and some write a 5 in two strokes."""
    mask = shades > 0.5
    rows, columns = _box(mask)
    height = min(rows.stop - rows.start, columns.stop - columns.start)  # of several digits in a row, too
    gap = max(float(stroke_widths(shades[None])[0]), _GAP * height)
    joined: BoolArray = distances_to(mask) <= gap / 2
    return joined


def _drawn(digit: Float64Array, shape: tuple[int, int], ink: Ink) -> tuple[Float64Array, Float64Array]:
    """The digit with strokes as wide as the training images', large and in their size.

    The width is measured in the small image, as it was in theirs, and found by halving an interval. Thinned strokes
    keep the middle third of their own width: uneven ones would break elsewhere.
    """
    room = int(np.ceil(ink.stroke / ink.box * max(digit.shape))) + 1
    distances = edge_distances(np.pad(digit, room) > 0.5)
    thinner, wider = -float(stroke_widths(digit[None])[0]) / 3, float(room)
    for _ in range(_HALVINGS):
        middle = (thinner + wider) / 2
        image = _placed(redrawn(distances, middle), shape, ink)
        if stroke_widths(image[None])[0] < ink.stroke:
            thinner = middle
        else:
            wider = middle
    drawn = redrawn(distances, wider)
    return drawn, _placed(drawn, shape, ink)


def _placed(drawn: Float64Array, shape: tuple[int, int], ink: Ink) -> Float64Array:
    """A drawing scaled to the training images' box and put with its centre of mass where theirs is."""
    rows, columns = _box(drawn > 0.5)
    extent = rows.stop - rows.start, columns.stop - columns.start
    scale = max(extent) / ink.box
    (row,), (column,) = centres_of_mass(drawn[None])
    top, left = row - ink.row * scale, column - ink.column * scale
    down = _overlaps(top, scale, shape[0], drawn.shape[0])
    across = _overlaps(left, scale, shape[1], drawn.shape[1])
    image: Float64Array = down @ drawn @ across.T
    return image


def _overlaps(first: float, scale: float, n: int, length: int) -> Float64Array:
    """(n, length) the share of each small pixel, ``scale`` wide and from ``first`` on, that each large one covers."""
    start = first + scale * np.arange(n)[:, None]
    pixel = np.arange(length)
    covered = np.minimum(start + scale, pixel + 1) - np.maximum(start, pixel)
    shares: Float64Array = np.clip(covered, 0, None) / scale
    return shares


def _box(mask: BoolArray) -> tuple[slice, slice]:
    """The rows and columns that hold all of a mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
