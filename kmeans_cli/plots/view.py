"""What the figures of one fit need to know, as plain arrays: figures know no runs, files or engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import IterationRecord


@dataclass(frozen=True)
class FitView:
    """One fit, ready to draw.

    Attributes:
        title: The data set and k, for figure titles: ``"digits, k = 10"``.
        X: (n, d) samples in the fit's units.
        y: (n,) true classes, or None.
        image_shape: (h, w) or (h, w, 3), or None.
        feature_names: d names, or None.
        start: (k, d) the centroids the fit began with.
        centroids: (k, d) float64, in canonical order.
        labels: (n,) cluster of each sample.
        cluster_sizes: (k,) samples per cluster.
        cluster_classes: (k,) majority class of each cluster, None where empty; or None without true classes.
        purities: (k,) share of the majority class, NaN where empty; or None without true classes.
        nearest: (k, m) indices of the samples nearest to each centroid, nearest first, −1 where there are fewer.
        history: A record per iteration.
    """

    title: str
    X: NDArray[np.floating[Any]]
    y: NDArray[Any] | None
    image_shape: tuple[int, ...] | None
    feature_names: tuple[str, ...] | None
    start: NDArray[np.float64]
    centroids: NDArray[np.float64]
    labels: NDArray[np.integer[Any]]
    cluster_sizes: NDArray[np.integer[Any]]
    cluster_classes: tuple[Any, ...] | None
    purities: NDArray[np.float64] | None
    nearest: NDArray[np.integer[Any]]
    history: tuple[IterationRecord, ...]
