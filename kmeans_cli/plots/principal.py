"""Samples with more than two features, seen along the two directions in which they vary most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.plots.captions import empty_note, shown_clusters
from kmeans_cli.plots.scatter import draw_centroids, draw_points, plane_figure, points_note, shown_rows
from kmeans_cli.plots.style import FONT_SIZE, PAGE_WIDTH, paper_style, wrap
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Rows the directions are computed from. An eigenproblem of side 1,000 takes 0.1 s and grows with the cube.
_ROWS = 4000
_LARGEST_SIDE = 1000
_WIDTH = 0.75 * PAGE_WIDTH


@dataclass(frozen=True)
class Projection:
    """A plane through the data.

    Attributes:
        mean: (d,) the origin.
        directions: (d, 2) orthonormal; zero where the data do not vary in so many directions.
        shares: (2,) of the variance along each.
    """

    mean: Float64Array
    directions: Float64Array
    shares: Float64Array

    def __call__(self, rows: FloatArray) -> Float64Array:
        """(m, 2) coordinates of (m, d) rows."""
        return (rows - self.mean) @ self.directions


def applies(view: FitView) -> bool:
    """Whether there are directions to choose from: more than two features, and more than two samples."""
    return view.X.shape[1] > 2 and len(view.X) > 2


@paper_style()
def draw(view: FitView) -> Figure:
    """The clusters, and the centroids of those with samples, in the plane of the two principal directions."""
    project = principal_plane(view.X)
    rows = shown_rows(len(view.X))
    clusters = shown_clusters(view)
    points, centroids = project(view.X[rows]), project(view.centroids[clusters])
    figure, axes = plane_figure(np.concatenate([points, centroids]), _WIDTH)
    draw_points(axes, points, view.labels[rows])
    draw_centroids(axes, centroids, [f"{cluster}" for cluster in clusters])
    axes.set_xlabel(f"first principal direction ({100 * project.shares[0]:.1f} % of the variance)")
    axes.set_ylabel(f"second principal direction ({100 * project.shares[1]:.1f} %)")
    shown = points_note(len(view.X), of=int(view.cluster_sizes.sum()))
    title = f"{view.title}: clusters in two principal directions, {shown}{empty_note(view)}"
    axes.set_title(wrap(title, figure.get_figwidth() - 0.5, FONT_SIZE + 1))
    return figure


def principal_plane(X: FloatArray) -> Projection:
    """The two directions of largest variance, by the eigenvectors of the covariance matrix, in float64.

    From at most 4,000 evenly spaced rows; of more than 1,000 features from 1,000 rows, through the matrix of the
    rows' inner products, which has the same eigenvalues (Bishop, Pattern Recognition and Machine Learning, 12.1.4).
    The sign of a direction is chosen so that its largest component is positive.

    Args:
        X: (n, d) with d ≥ 2.
    """
    wide = X.shape[1] > _LARGEST_SIDE
    rows = X[shown_rows(len(X), _LARGEST_SIDE if wide else _ROWS)].astype(np.float64)
    mean = rows.mean(axis=0)
    centred = rows - mean
    if wide:
        values, vectors = np.linalg.eigh(centred @ centred.T)
        directions = centred.T @ vectors[:, :-3:-1]
        lengths = np.linalg.norm(directions, axis=0)
        directions /= np.where(lengths > 0, lengths, 1)
    else:
        values, vectors = np.linalg.eigh(centred.T @ centred)
        directions = vectors[:, :-3:-1]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.where(directions[largest, [0, 1]] < 0, -1, 1)
    total = float(values.sum())
    return Projection(mean, directions, values[:-3:-1].clip(min=0) / (total if total > 0 else 1))
