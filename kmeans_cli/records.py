"""What fits leave in a run folder: the tables and arrays of the contract, and the figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.experiment import FitOutcome, Fitted, build_model
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.view import FitView
from kmeans_cli.runs.folder import RunFolder

HISTORY_COLUMNS = ("iteration", "inertia", "j_clust", "centroid_shift", "n_moved", "n_empty", "seconds")
OPTIONAL_COLUMNS = ("distance_sum", "j_clust_full")


def write_history(folder: RunFolder, fits: Sequence[Fitted]) -> None:
    """Write ``history.csv``: a row per iteration of each fit, with the optional columns that were recorded."""
    records = [record for fitted in fits for record in fitted.result.history]
    asked = (name for name in OPTIONAL_COLUMNS if any(getattr(record, name) is not None for record in records))
    columns = (*HISTORY_COLUMNS, *asked)
    folder.write_csv("history.csv", ("fit", *columns), _history_rows(fits, columns))


def write_model(folder: RunFolder, name: str, dataset: Dataset, outcome: FitOutcome) -> None:
    """Write the model of a fit as ``name``."""
    with folder.open_write(name) as file:
        build_model(dataset, outcome).write(file)


def write_labels(folder: RunFolder, dataset: Dataset, outcome: FitOutcome) -> None:
    """Write ``labels.csv``: row, cluster, the cluster's class, distance to its centroid (in the fit's units)."""
    labels, classes = outcome.result.labels.tolist(), outcome.cluster_classes
    names = range(len(labels)) if dataset.ids is None else dataset.ids.tolist()
    distances = (outcome.result.squared_distances**0.5).tolist()
    rows = (
        (name, label, None if classes is None else classes[label], distance)
        for name, label, distance in zip(names, labels, distances, strict=True)
    )
    folder.write_csv("labels.csv", ("row", "cluster", "class", "distance"), rows)


def write_centroids(folder: RunFolder, dataset: Dataset, outcome: FitOutcome) -> None:
    """Write ``centroids.csv``: cluster, class, size and the centroid in raw units, a column per feature."""
    result, classes = outcome.result, outcome.cluster_classes
    features = dataset.feature_names or tuple(f"x{i}" for i in range(result.centroids.shape[1]))
    raw = result.centroids * dataset.factor + dataset.offset
    rows = (
        (cluster, None if classes is None else classes[cluster], int(size), *centroid)
        for cluster, (size, centroid) in enumerate(zip(result.cluster_sizes, raw.tolist(), strict=True))
    )
    folder.write_csv("centroids.csv", ("cluster", "class", "size", *features), rows)


def write_trace(folder: RunFolder, fitted: Fitted) -> None:
    """Write ``trace.npz`` with the centroids of every iteration, when they were kept."""
    if fitted.trace is not None:
        folder.write_npz("trace.npz", {"centroids": fitted.trace})


def write_figures(
    folder: RunFolder, view: FitView, params: FigureParams, should_stop: Callable[[], bool] = lambda: False
) -> bool:
    """Draw every figure that applies to the fit into ``figures/``; False when it was stopped before the last."""
    from kmeans_cli.plots import PLOTS, save  # matplotlib costs a third of a second

    for name, plot in PLOTS.items():
        if should_stop():
            return False
        if plot.applies(view):
            with folder.open_write(f"figures/{name}.{params.format}") as file:
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


def _history_rows(fits: Sequence[Fitted], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for fitted in fits:
        for record in fitted.result.history:
            yield (fitted.job.number, *_values(record, columns))


def _values(record: IterationRecord, columns: Sequence[str]) -> Iterator[Any]:
    return (getattr(record, column) for column in columns)
