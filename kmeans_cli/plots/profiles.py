"""What sets each cluster apart: its centroid's deviation from the mean, feature by feature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array
from kmeans_cli.plots.captions import cluster_name
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
    from matplotlib.figure import Figure

_MOST_FEATURES = 64  # columns that can be named on a page


def applies(view: FitView) -> bool:
    """Whether the features are no pixels, more than the plane's two (or one), and few enough for a page."""
    n_features = view.X.shape[1]
    named = view.image_shape is None and n_features != 2 and n_features <= _MOST_FEATURES
    return named and len(view.centroids) <= MOST_CLUSTERS


@paper_style()
def draw(view: FitView) -> Figure:
    """Clusters down, features across, shaded by how far the centroid lies from the mean of all samples."""
    deviations = standard_deviations_from_mean(view)
    k, d = deviations.shape
    column, row = min(0.42, (PAGE_WIDTH - 1.6) / d), min(0.24, (PAGE_HEIGHT - 2) / k)
    names = view.feature_names or [f"x{i + 1}" for i in range(d)]
    width = max(COLUMN_WIDTH, column * d + 1.6)
    figure = new_figure(width, row * k + 0.6 + column_names_height(names, 72 * column))
    axes = figure.add_subplot()
    most = float(np.abs(deviations).max()) or 1.0
    image = axes.imshow(deviations, cmap="PuOr", vmin=-most, vmax=most, aspect="auto", interpolation="nearest")
    empty = view.cluster_sizes == 0
    hatch_rows(axes, np.flatnonzero(empty))
    label_rows(axes, [f"{cluster_name(view, j)} ({view.cluster_sizes[j]})" for j in range(k)], 72 * row)
    label_columns(axes, names, 72 * column)
    texts = np.where(empty[:, None], "", signed_texts(deviations))
    write_cells(axes, texts, np.abs(deviations) > 0.6 * most, (72 * column, 72 * row))
    axes.set_title(wrap(f"{view.title}: centroids, in standard deviations from the mean", width, FONT_SIZE + 1))
    axes.set_ylabel("cluster (samples)")
    add_scale(figure, image, [axes], "deviation", row * k)
    return figure


def signed_texts(values: Float64Array) -> NDArray[np.str_]:
    """Each number with one decimal and its sign, a minus as long as a plus; a zero has none."""
    rounded = values.round(1)
    signed = np.char.replace(np.char.mod("%+.1f", rounded), "-", "−")
    return np.where(rounded == 0, "0.0", signed)


def standard_deviations_from_mean(view: FitView) -> Float64Array:
    """(k, d) how far each centroid lies from the mean of all samples, in the feature's standard deviations.

    Features of different units can so be read side by side. A constant feature, and an empty cluster, have 0.
    """
    spread = view.X.std(axis=0, dtype=np.float64)
    away = view.centroids - view.X.mean(axis=0, dtype=np.float64)
    scaled = np.divide(away, spread, out=np.zeros_like(away), where=spread > 0)
    return np.where(view.cluster_sizes[:, None] > 0, scaled, 0.0)
