"""A photo on its way to a digit, and the centroids and training images it is nearest to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.plots.mosaic import common_limits, outline, paint, show, tile_size
from kmeans_cli.plots.style import FAINT, FONT_SIZE, PAGE_WIDTH, new_figure, paper_style, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW = 0.62  # inches, the height of a row of images
_NAMES = 1.0  # inches, the width of a row's name
_STAGES = 1.75  # inches, of the row of stages with its titles


@dataclass(frozen=True)
class NearCluster:
    """A cluster near to a digit.

    Attributes:
        cluster: Its number.
        name: Its class, or None where it is empty.
        distance: Of the digit to its centroid, in the units of the fit.
        centroid: (d,) raw units.
        images: (m, d) the nearest training images in it, raw units; none where they are not known.
    """

    cluster: int
    name: Any
    distance: float
    centroid: Float64Array
    images: FloatArray


@dataclass(frozen=True)
class PhotoView:
    """What the figure shows.

    Attributes:
        title: The photo's name.
        stages: The name and the (height, width) shades of each step of the preparation, 1 white.
        image_shape: (height, width) of a training image.
        nearest: The nearest clusters, the nearest first.
        predicted: The class.
        margin: From 0, undecided, to 1; None where there is one class only.
    """

    title: str
    stages: tuple[tuple[str, Float64Array], ...]
    image_shape: tuple[int, ...]
    nearest: tuple[NearCluster, ...]
    predicted: Any
    margin: float | None


@paper_style()
def draw(view: PhotoView) -> Figure:
    """The stages above; below, a row for each near cluster: its centroid, then the nearest training images in it."""
    figure = new_figure(PAGE_WIDTH, _STAGES + 0.5 + _ROW * len(view.nearest))
    margin = "" if view.margin is None else f", margin {view.margin:.2f}"
    figure.suptitle(f"{shorten(view.title, 60)}: {_class_name(view.predicted)}{margin}")
    grid = figure.add_gridspec(2, len(view.stages), height_ratios=(_STAGES, _ROW * len(view.nearest)))
    _draw_stages([figure.add_subplot(grid[0, column]) for column in range(len(view.stages))], view)
    _draw_nearest(figure.add_subplot(grid[1, :]), view)
    return figure


def _draw_stages(places: Sequence[Axes], view: PhotoView) -> None:
    for axes, (name, shades) in zip(places, view.stages, strict=True):
        axes.imshow(shades, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(name, size=FONT_SIZE - 1)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=FAINT)


def _draw_nearest(axes: Axes, view: PhotoView) -> None:
    """All rows as one mosaic, each named on its left."""
    h, w = tile_size(view.image_shape)
    gap = max(2, w // 8)
    left = round(_NAMES / _ROW * (h + gap))  # the names take part in the picture, or they would be cut off
    rows, corners = [], []
    for number, near in enumerate(view.nearest):
        for column, image in enumerate([near.centroid, *near.images]):
            # A wider gap sets the centroid apart.
            corners.append((left + column * (w + gap) + 2 * gap * (column > 0), number * (h + gap)))
            rows.append(image)
    at = np.array(corners)
    size = (int(at[:, 1].max()) + h, int(at[:, 0].max()) + w)
    values = np.array(rows)
    show(axes, paint(values, view.image_shape, common_limits(view.image_shape, values), at, size))
    outline(axes, at, (h, w), colors=FAINT, linewidths=0.3)
    for number, near in enumerate(view.nearest):
        text = f"{near.cluster}: {_class_name(near.name)}\ndistance {near.distance:.4g}"
        axes.text(left - 2 * gap, number * (h + gap) + h / 2, text, ha="right", va="center", size=FONT_SIZE - 1)
    known = any(len(near.images) for near in view.nearest)
    title = "nearest centroids" + (", each with the training images of its cluster nearest to the photo" * known)
    axes.set_title(title, size=FONT_SIZE - 1)


def _class_name(name: Any) -> str:
    return "empty cluster" if name is None else f"class {shorten(name, 16)}"
