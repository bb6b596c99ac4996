"""The centroids as pictures, in cluster order. The layout also serves best and worst fits and film frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kmeans_cli.core.types import FloatArray, IntArray
from kmeans_cli.plots.captions import cluster_facts, cluster_name, empty_note, shown_clusters
from kmeans_cli.plots.mosaic import Canvas, Limits, common_limits, limits_note, outline, paint, show, tile_size
from kmeans_cli.plots.style import (
    FAINT,
    FONT_SIZE,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    SMALLEST_FONT,
    captioned_figure,
    paper_style,
    points_wide,
)
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_TILE = 1.1  # inches, the side of a square tile when there is room
_LINE = 1.2  # height of a line of text, in font sizes
_GAP = 0.08  # between tiles, in tile widths


@dataclass(frozen=True)
class GridLayout:
    """Where k tiles with titles lie, and how large it all is.

    Attributes:
        image_shape: (h, w) or (h, w, 3) of a tile.
        corners: (k, 2) upper left pixel (x, y) of each tile.
        pixels: Height and width of the whole.
        inches: Width and height of the whole on paper.
        font_size: Of the titles, in points; 0 where the tiles are too small to have any.
    """

    image_shape: tuple[int, ...]
    corners: IntArray
    pixels: tuple[int, int]
    inches: tuple[float, float]
    font_size: float

    def picture(self, centroids: FloatArray, limits: Limits) -> Canvas:
        """All tiles painted: (height, width, 3) uint8; for a film, the new data of the image that was drawn."""
        return paint(centroids, self.image_shape, limits, self.corners, self.pixels)


def lay_out_grid(
    titles: Sequence[str],
    image_shape: tuple[int, ...],
    width: float = PAGE_WIDTH,
    height: float = PAGE_HEIGHT - 0.6,
) -> GridLayout:
    """Lay out a tile for each title, on at most ``width`` × ``height`` inches.

    Titles have as many lines as the longest; their font shrinks with the tiles down to what print still shows.
    """
    h, tile_width = tile_size(image_shape)
    w = max(tile_width, h // 2)  # of a cell: a title has to fit over a tall and narrow tile, too
    columns = grid_columns(len(titles), h / w)
    rows = math.ceil(len(titles) / columns)
    lines = max(title.count("\n") + 1 for title in titles)
    widest = min(width / columns / (1 + _GAP), _TILE * math.sqrt(w / h))
    above = lines * _font_size(titles, widest) * _LINE / 72  # inches
    tile = max(min(widest, (height / rows - above) / (h / w + _GAP)), 0.1 * widest)
    font_size = _font_size(titles, tile)
    head = math.ceil(w * lines * font_size * _LINE / 72 / tile)
    gap = max(1, round(_GAP * math.sqrt(h * w)))
    number = np.arange(len(titles))
    across = number % columns * (w + gap) + (w - tile_width) // 2
    corners = np.stack([across, head + number // columns * (h + head + gap)], axis=1)
    pixels = (rows * (h + head + gap) - gap, columns * (w + gap) - gap)
    return GridLayout(image_shape, corners, pixels, (pixels[1] * tile / w, pixels[0] * tile / w), font_size)


def grid_columns(k: int, aspect: float = 1.0) -> int:
    """How many columns make a nearly square grid of k tiles, height ÷ width of each given, with few gaps."""
    square = math.sqrt(k * aspect)
    candidates = range(max(1, math.ceil(square)), max(1, math.ceil(1.5 * square)) + 1)
    return min(k, min(candidates, key=lambda columns: -k % columns))


def draw_grid(
    axes: Axes, layout: GridLayout, centroids: FloatArray, titles: Sequence[str], limits: Limits
) -> AxesImage:
    """Draw centroids with their titles into axes.

    Args:
        axes: Any axes; best of the layout's size.
        layout: From ``lay_out_grid``.
        centroids: (k, d) values.
        titles: A title for each.
        limits: The values drawn as black and as white.

    Returns:
        The image, whose data a film replaces by ``layout.picture`` of the next centroids.
    """
    image = show(axes, layout.picture(centroids, limits))
    tile = tile_size(layout.image_shape)
    outline(axes, layout.corners, tile, colors=FAINT, linewidths=0.3)
    if layout.font_size:
        # Out of the layout: they lie within the picture, and to measure hundreds of texts takes long.
        style: dict[str, Any] = {"size": layout.font_size, "linespacing": 1.0, "in_layout": False}
        for (x, y), title in zip(layout.corners, titles, strict=True):
            axes.text(x + tile[1] / 2, y, title, ha="center", va="bottom", **style)
    return image


def applies(view: FitView) -> bool:
    """Whether the centroids are pictures."""
    return view.image_shape is not None


@paper_style()
def draw(view: FitView) -> Figure:
    """The centroid of every cluster with samples as a picture, titled with number, class, size and purity."""
    assert view.image_shape is not None
    clusters = shown_clusters(view)
    centroids, titles = view.centroids[clusters], build_titles(view, clusters)
    layout = lay_out_grid(titles, view.image_shape)
    limits = common_limits(view.image_shape, centroids)
    facts = "cluster and samples" if view.purities is None else "cluster and its class, samples and purity"
    note = f"above each: {facts}; {limits_note(view.image_shape, limits)}{empty_note(view)}"
    figure = captioned_figure(layout.inches, f"{view.title}: centroids", note)
    draw_grid(figure.add_subplot(), layout, centroids, titles, limits)
    return figure


def build_titles(view: FitView, clusters: IntArray) -> list[str]:
    """Two lines for each cluster; the word "class" is left out where many make the tiles small."""
    short = len(clusters) > 100
    return [f"{cluster_name(view, cluster, short=short)}\n{cluster_facts(view, cluster)}" for cluster in clusters]


def _font_size(titles: Sequence[str], tile: float) -> float:
    """The font in which the longest line fits over a tile this wide in inches; 0 where none does."""
    longest = max((line for title in titles for line in title.split("\n")), key=len)
    fitting = tile * (1 + _GAP) * 72 / points_wide(longest, 1)
    return min(FONT_SIZE, fitting) if fitting >= SMALLEST_FONT - 1 else 0.0
