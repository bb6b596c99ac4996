"""What a fit is worth: its numbers on the training samples and on those held out, and its model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from kmeans_cli import metrics
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.types import Float64Array, IntArray, KMeansResult, MapBlocks
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.experiment import FitData, Fitted
from kmeans_cli.images.ink import measure_ink
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.model import Model
from kmeans_cli.progress import FitDone

N_NEAREST = 10


@dataclass(frozen=True)
class FitOutcome:
    """A fit with its numbers.

    Attributes:
        fitted: The fit.
        metrics: What ``metrics.json`` holds of it.
        nearest: (k, 10) the samples nearest to each centroid, −1 where there are fewer.
        cluster_classes: (k,) majority class of each cluster, None where empty; or None without true classes.
        purities: (k,) share of the majority class, NaN where empty; or None without true classes.
    """

    fitted: Fitted
    metrics: dict[str, Any]
    nearest: IntArray
    cluster_classes: tuple[Any, ...] | None
    purities: Float64Array | None

    @property
    def result(self) -> KMeansResult:
        """The fit's result."""
        return self.fitted.result

    @property
    def done(self) -> FitDone:
        """What is told of it."""
        seconds = self.metrics["seconds"]["init"] + self.metrics["seconds"]["fit"]
        n_iter, stop_reason = self.metrics["n_iter"], self.metrics["stop_reason"]
        return FitDone(self.fitted.job.number, n_iter, self.metrics["j_clust"], stop_reason, seconds)


def evaluate(
    data: FitData, fitted: Fitted, params: EvaluateParams, data_seed: int, map_blocks: MapBlocks
) -> FitOutcome:
    """The numbers of a fit, on the training samples and on those held out.

    Args:
        data: What was fitted.
        fitted: The fit.
        params: How to evaluate.
        data_seed: Of the draw of silhouette rows, the same for every fit of the data.
        map_blocks: Who computes blocks.
    """
    began = time.perf_counter()
    result, y, k = fitted.result, data.dataset.y, fitted.job.params.n_clusters
    classes = None if y is None else metrics.majority_classes(result.labels, y, k)
    rows = metrics.draw_rows(data.samples.n, params.silhouette_samples, data_seed)
    squared = result.squared_distances
    clustering = metrics.Clustering(
        data.samples, result.labels, result.centroids, squared, y, classes, rows, data.silhouette_distances, map_blocks
    )
    geometry = metrics.measure(clustering, needs_classes=False)
    silhouette = geometry.pop("silhouette")
    numbers = {
        "n_clusters": k,
        "init": fitted.job.params.init_name,
        "algorithm": result.algorithm,
        "algorithm_reason": result.algorithm_reason,
        "seed": fitted.job.seed,
        "n_iter": result.n_iter,
        "converged": result.converged,
        "stop_reason": result.stop_reason.value,
        **geometry,
        "cluster_sizes": result.cluster_sizes.tolist(),
        "cluster_classes": None if classes is None else list(classes),
        "train": None if y is None else metrics.measure(clustering, needs_classes=True),
        "test": _held_out_scores(data, fitted, classes, map_blocks),
        "silhouette": {"value": silhouette, "n_samples": len(rows)},
        "warnings": list(result.warnings),
        "seconds": result.seconds | {"evaluate": time.perf_counter() - began},
    }
    return FitOutcome(
        fitted,
        numbers,
        metrics.nearest_samples(squared, result.labels, k, N_NEAREST),
        classes,
        None if y is None else metrics.purities(result.labels, y, k),
    )


def _held_out_scores(
    data: FitData, fitted: Fitted, classes: tuple[Any, ...] | None, map_blocks: MapBlocks
) -> dict[str, float | None] | None:
    if data.test is None or data.dataset.test is None or classes is None:
        return None
    samples, prepared = data.test
    centroids = fitted.result.centroids
    labels = nearest_labels(samples, prepared, centroids, map_blocks)
    held_out = metrics.Clustering(samples, labels, centroids, None, data.dataset.test.y, classes)
    return metrics.measure(held_out, needs_classes=True)


def build_model(dataset: Dataset, outcome: FitOutcome) -> Model:
    """The model of a fit: all that assigning new rows needs."""
    result = outcome.result
    ink = measure_ink(dataset.X, dataset.offset, dataset.factor, dataset.image_shape)
    return Model(
        centroids=result.centroids,
        labels=result.labels,
        cluster_sizes=result.cluster_sizes,
        cluster_classes=outcome.cluster_classes,
        init_indices=result.init_indices,
        offset=dataset.offset,
        factor=dataset.factor,
        image_shape=dataset.image_shape,
        feature_names=dataset.feature_names,
        ink=None if ink is None else ink.as_array(),
        dtype=str(dataset.X.dtype),
    )
