"""What a fit leaves in a run folder: its model, labels, centroids and trace; and what its figures see of it."""

from __future__ import annotations

from kmeans_cli.csv_tables import centroids_table, labels_table
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.evaluation import FitOutcome, build_model
from kmeans_cli.experiment import Fitted
from kmeans_cli.model import Model
from kmeans_cli.plots.view import FitView
from kmeans_cli.runs.folder import RunFolder


def write_model(folder: RunFolder, name: str, dataset: Dataset, outcome: FitOutcome) -> Model:
    """Write the model of a fit as ``name``; the model."""
    model = build_model(dataset, outcome)
    with folder.open_write(name) as file:
        model.write(file)
    return model


def write_labels(folder: RunFolder, dataset: Dataset, outcome: FitOutcome) -> None:
    """Write ``labels.csv``: row, cluster, the cluster's class, distance to its centroid."""
    result = outcome.result
    table = labels_table(dataset, result.labels, outcome.cluster_classes, result.squared_distances)
    folder.write_csv("labels.csv", *table)


def write_centroids(folder: RunFolder, model: Model) -> None:
    """Write ``centroids.csv``: cluster, class, size and the centroid in raw units."""
    folder.write_csv("centroids.csv", *centroids_table(model))


def write_trace(folder: RunFolder, fitted: Fitted) -> None:
    """Write ``trace.npz`` with the centroids of every iteration, when they were kept."""
    if fitted.trace is not None:
        folder.write_npz("trace.npz", {"centroids": fitted.trace})


def build_view(dataset: Dataset, outcome: FitOutcome) -> FitView:
    """The fit as its figures see it."""
    result = outcome.result
    how = ", mini-batch" if outcome.fitted.job.params.is_minibatch else ""
    return FitView(
        title=f"{dataset.name}, k = {len(result.centroids)}{how}",
        X=dataset.X,
        y=dataset.y,
        image_shape=dataset.image_shape,
        feature_names=dataset.feature_names,
        start=result.start,
        centroids=result.centroids,
        labels=result.labels,
        cluster_sizes=result.cluster_sizes,
        cluster_classes=outcome.cluster_classes,
        purities=outcome.purities,
        nearest=outcome.nearest,
        history=result.history,
    )
