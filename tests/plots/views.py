"""Small fits to draw, made by a few plain Lloyd iterations."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from sklearn.datasets import load_digits

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.metrics.labels import majority_classes, purities
from kmeans_cli.plots.style import save
from kmeans_cli.plots.view import FitView


def make_view(X: Any, k: int, y: Any = None, *, title: str = "data", n_iter: int = 4, **more: Any) -> FitView:
    """The view of a fit that began with the first k samples; clusters without samples keep their centroids."""
    start = np.asarray(X[:k], dtype=np.float64)
    centroids, history = start, []
    for iteration in range(1, n_iter + 1):
        squared = ((X[:, None, :] - centroids) ** 2).sum(axis=2)
        labels = squared.argmin(axis=1)
        sizes = np.bincount(labels, minlength=k)
        inertia = float(squared.min(axis=1).sum())
        n_empty = int((sizes == 0).sum())
        history.append(IterationRecord(iteration, inertia, inertia / len(X), 0.1, 1, n_empty, 0.01))
        means = [X[labels == j].mean(axis=0) if sizes[j] else centroids[j] for j in range(k)]
        centroids = np.array(means, dtype=np.float64)
    return view_of(X, y, start, centroids, labels, tuple(history), title=f"{title}, k = {k}", **more)


def view_of(
    X: Any, y: Any, start: Any, centroids: Any, labels: Any, history: tuple[IterationRecord, ...], **more: Any
) -> FitView:
    k = len(centroids)
    squared = ((X[:, None, :] - centroids) ** 2).sum(axis=2)
    nearest = np.full((k, 10), -1)
    for j in range(k):
        members = np.flatnonzero(labels == j)
        closest = members[np.argsort(squared[members, j], kind="stable")[:10]]
        nearest[j, : len(closest)] = closest
    return FitView(
        title=more.get("title", "data"),
        X=X,
        y=y,
        image_shape=more.get("image_shape"),
        feature_names=more.get("feature_names"),
        start=start,
        centroids=centroids,
        labels=labels,
        cluster_sizes=np.bincount(labels, minlength=k),
        cluster_classes=None if y is None else majority_classes(labels, y, k),
        purities=None if y is None else purities(labels, y, k),
        nearest=nearest,
        history=history,
    )


def digits_view(k: int = 10, n: int = 400, **more: Any) -> FitView:
    data = load_digits()
    return make_view(data.data[:n] / 16, k, data.target[:n], title="digits", image_shape=(8, 8), **more)


def blobs_view(k: int = 3, n: int = 300) -> FitView:
    rng = np.random.default_rng(0)
    centres = np.array([(0, 0), (1, 1), (1, -1)])
    y = np.arange(n) % 3
    return make_view(centres[y] + rng.normal(scale=0.3, size=(n, 2)), k, y, title="blobs")


def table_view(k: int = 3, d: int = 5, **more: Any) -> FitView:
    X = np.random.default_rng(1).normal(size=(60, d)) * np.arange(1, d + 1)
    return make_view(X, k, title="table", feature_names=tuple(f"feature {i}" for i in range(d)), **more)


def empty_view(**more: Any) -> FitView:
    """Twelve 4 × 4 images, of which the first three are alike and start clusters: two of those stay empty."""
    X = np.random.default_rng(2).random((12, 16))
    X[1] = X[2] = X[0]
    return make_view(X, 5, np.array([0, 0, 1] * 4), n_iter=1, **{"image_shape": (4, 4), **more})


def saved(figure: Figure, format: str = "png") -> bytes:
    file = io.BytesIO()
    save(figure, file, format)
    return file.getvalue()


def texts(figure: Figure) -> list[str]:
    """Everything written in a figure, but tick labels."""
    heading = [figure.get_suptitle(), figure.get_supxlabel()]
    return heading + [text.get_text() for axes in figure.axes for text in [*axes.texts, axes.title]]
