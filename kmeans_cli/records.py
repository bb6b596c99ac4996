"""What fits leave in a run folder: the tables and arrays of the contract, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.csv_tables import centroids_table, history_table, labels_table
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.evaluation import FitOutcome, build_model
from kmeans_cli.experiment import Fitted
from kmeans_cli.model import Model
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.style import save
from kmeans_cli.plots.view import FitView
from kmeans_cli.runs.folder import RunFolder

if TYPE_CHECKING:  # all figures, for runs that draw none too
    from kmeans_cli.plots.registry import Plot

_View = TypeVar("_View")


def write_history(folder: RunFolder, histories: Mapping[int, Sequence[IterationRecord]]) -> None:
    """Write ``history.csv``: a row per iteration of each fit, by the number of the fit."""
    folder.write_csv("history.csv", *history_table(histories))


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


def write_figures(
    folder: RunFolder,
    plots: Mapping[str, Plot[_View]],
    view: _View,
    params: FigureParams,
    suffix: str = "",
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Draw every figure that applies to the view into ``figures/``; False when it was stopped before the last.

    Args:
        folder: The run folder.
        plots: What to draw.
        view: Of what.
        params: Into which format.
        suffix: Behind the name of each file.
        should_stop: Asked before each figure.
    """
    for name, plot in plots.items():
        if should_stop():
            return False
        if plot.applies(view):
            with folder.open_write(f"figures/{name}{suffix}.{params.format}") as file:
                save(plot.draw(view), file, params.format)
    return True


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
