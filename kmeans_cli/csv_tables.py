"""The tables that fits leave as CSV, head and rows: written by ``records``, compared by ``checks``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kmeans_cli.core.types import Float64Array, IntArray, IterationRecord
from kmeans_cli.datasets.types import Dataset

if TYPE_CHECKING:  # pictures leave a history too, but no model
    from kmeans_cli.model import Model

_HISTORY = ("iteration", "inertia", "j_clust", "centroid_shift", "n_moved", "n_empty", "seconds")
_OPTIONAL = ("distance_sum", "j_clust_full")


class CsvTable(NamedTuple):
    """The names of the columns, and rows of as many values."""

    header: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


def history_table(histories: Mapping[int, Sequence[IterationRecord]]) -> CsvTable:
    """``history.csv``: a row per iteration of each fit, with the optional columns that were recorded.

    Args:
        histories: By the number of the fit.
    """
    records = [record for history in histories.values() for record in history]
    asked = (name for name in _OPTIONAL if any(getattr(record, name) is not None for record in records))
    columns = (*_HISTORY, *asked)
    rows = (
        (number, *(getattr(record, column) for column in columns))
        for number, history in histories.items()
        for record in history
    )
    return CsvTable(("fit", *columns), rows)


def labels_table(dataset: Dataset, labels: IntArray, classes: Sequence[Any] | None, squared: Float64Array) -> CsvTable:
    """``labels.csv``: row, cluster, the cluster's class, distance to its centroid (in the fit's units).

    Args:
        dataset: The data; its ids name the rows.
        labels: (n,) cluster of each sample.
        classes: (k,) class of each cluster, or None.
        squared: (n,) squared distance of each sample to its centroid.
    """
    names = range(len(labels)) if dataset.ids is None else dataset.ids.tolist()
    rows = (
        (name, label, None if classes is None else classes[label], distance)
        for name, label, distance in zip(names, labels.tolist(), (squared**0.5).tolist(), strict=True)
    )
    return CsvTable(("row", "cluster", "class", "distance"), rows)


def centroids_table(model: Model) -> CsvTable:
    """``centroids.csv``: cluster, class, size and the centroid in raw units, a column per feature."""
    features = model.feature_names or tuple(f"x{i}" for i in range(model.centroids.shape[1]))
    return CsvTable(("cluster", "class", "size", *features), _centroid_rows(model))


def _centroid_rows(model: Model) -> Iterator[tuple[Any, ...]]:
    raw, classes = model.centroids * model.factor + model.offset, model.cluster_classes
    for cluster, (size, centroid) in enumerate(zip(model.cluster_sizes, raw.tolist(), strict=True)):
        yield cluster, None if classes is None else classes[cluster], int(size), *centroid
