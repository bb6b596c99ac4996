"""Which classes each cluster holds: counts, shaded by their share of the cluster."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IntArray
from kmeans_cli.metrics.labels import contingency
from kmeans_cli.plots.heatmap import add_scale, column_names_height, hatch_rows, label_columns, label_rows, write_cells
from kmeans_cli.plots.style import (
    COLUMN_WIDTH,
    FONT_SIZE,
    MOST_CLUSTERS,
    PAGE_HEIGHT,
    PAGE_WIDTH,
    new_figure,
    paper_style,
    wrap,
)
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

_MOST_CLASSES = 100  # more are a measured value rather than classes
_BLOCK_ROWS = 64  # clusters that a page has room for, one above the other
_NAMES = 0.7  # inches for the names of the rows


def applies(view: FitView) -> bool:
    """Whether true classes are known, and clusters and classes few enough for a page."""
    return view.y is not None and len(view.centroids) <= MOST_CLUSTERS and len(np.unique(view.y)) <= _MOST_CLASSES


@paper_style()
def draw(view: FitView) -> Figure:
    """Clusters down, classes across; from 65 clusters on in blocks side by side."""
    assert view.y is not None
    k = len(view.centroids)
    counts, classes = contingency(view.labels, view.y, k)
    n_blocks = math.ceil(k / _BLOCK_ROWS)
    rows = math.ceil(k / n_blocks)
    cell = _cell_inches(rows, len(classes), n_blocks)
    width = max(COLUMN_WIDTH, n_blocks * (_NAMES + cell[0] * len(classes)) + 0.7)
    figure = new_figure(width, cell[1] * rows + 0.9 + column_names_height(list(classes), 72 * cell[0]))
    blocks = figure.subplots(1, n_blocks, squeeze=False)[0]
    for index, axes in enumerate(blocks):
        image = _draw_block(axes, view, counts, classes, range(k)[index * rows : (index + 1) * rows], cell)
        axes.set_ylim(rows - 0.5, -0.5)  # the last block may be shorter, its cells are not
    figure.suptitle(wrap(f"{view.title}: samples of each class in each cluster", width, FONT_SIZE + 1))
    figure.supxlabel("true class", size=FONT_SIZE)
    figure.supylabel("cluster (samples)", size=FONT_SIZE)
    add_scale(figure, image, list(blocks), "share of the cluster", cell[1] * rows)
    return figure


def _cell_inches(rows: int, columns: int, n_blocks: int) -> tuple[float, float]:
    most, least = ((width - 0.7) / n_blocks - _NAMES for width in (PAGE_WIDTH, COLUMN_WIDTH))
    return max(min(0.34, most / columns), least / columns), min(0.24, (PAGE_HEIGHT - 1.1) / rows)


def _draw_block(
    axes: Axes,
    view: FitView,
    counts: IntArray,
    classes: NDArray[Any],
    clusters: range,
    cell_inches: tuple[float, float],
) -> AxesImage:
    cell = (72 * cell_inches[0], 72 * cell_inches[1])
    shown = counts[clusters.start : clusters.stop]
    sizes = shown.sum(axis=1, keepdims=True)
    shares = shown / np.maximum(sizes, 1)
    image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    hatch_rows(axes, np.flatnonzero(sizes == 0))
    label_rows(axes, [f"{j} ({view.cluster_sizes[j] or 'empty'})" for j in clusters], cell[1])
    label_columns(axes, list(classes), cell[0])
    write_cells(axes, np.where(shown > 0, shown.astype(str), ""), shares > 0.6, cell)
    return image
