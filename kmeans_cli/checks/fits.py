"""Whether the labels and numbers of fits are those of their centroids and the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli import metrics
from kmeans_cli.checks.finding import Finding
from kmeans_cli.core.distance import nearest_labels, own_squared_distances, squared_distances
from kmeans_cli.core.prepare import Prepared, prepare
from kmeans_cli.core.result import weighted_sum
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, LabelArray
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.datasets.types import ClassArray, Dataset
from kmeans_cli.model import read_model
from kmeans_cli.runs import Run, RunStatus
from kmeans_cli.runs.difference import differences
from kmeans_cli.runs.read import METRICS, MODEL, read_columns, read_json

SLACK = 1e-9
"""By so much, relatively, may numbers differ: other processors add in another order."""


@dataclass(frozen=True)
class _Kept:
    """A fit as a file keeps it; ``told`` is what may be told of it: the numbers of one fit, or of several."""

    where: str
    centroids: Float64Array
    labels: LabelArray
    told: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class FittedData:
    """The data of a fit, ready to be measured."""

    samples: ArraySamples
    prepared: Prepared
    y: ClassArray | None

    @classmethod
    def of(cls, dataset: Dataset) -> FittedData:
        """Make a data set ready."""
        samples = ArraySamples(dataset.X, dataset.weights)
        return cls(samples, prepare(samples), dataset.y)


def check_agreement(run: Run) -> Iterator[Finding]:
    """Where files that tell the same tell it differently; needs no data.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    if not _is_concluded(run):
        return
    if (run.path / "labels.csv").exists():
        labels, told = run.labels, read_columns(run.path / "labels.csv")["cluster"]
        if not np.array_equal(labels, told):
            n = int((labels != told).sum()) if len(labels) == len(told) else abs(len(labels) - len(told))
            yield Finding("labels.csv", f"{n:,} of {len(labels):,} clusters are not those of {MODEL}")
    for fit in run.metrics.get("fits", ()):
        name = f"fits/{fit['fit']:04d}.json"
        stored = read_json(run.path / name)["metrics"]
        if differences(stored, {key: fit.get(key) for key in stored}):
            yield Finding(name, f"does not tell what {METRICS} tells of this fit")


def check_fits(run: Run, data: FittedData) -> Iterator[Finding]:
    """Samples that are nearer to another centroid than to their own, and inertias that are not theirs.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    for kept in _kept(run):
        yield from _check(kept, data)


def _is_concluded(run: Run) -> bool:
    """Whether models and ``metrics.json`` belong together; those of several fits do when all are done."""
    status = (RunStatus.COMPLETED,) if (run.path / "fits").exists() else (RunStatus.COMPLETED, RunStatus.INTERRUPTED)
    return run.status in status and (run.path / METRICS).exists() and (run.path / MODEL).exists()


def _kept(run: Run) -> Iterator[_Kept]:
    """Every fit of the run that has centroids and labels."""
    for path in sorted((run.path / "fits").glob("*.json")):
        stored = read_json(path)
        if stored["error"] is None:
            arrays = read_npz_arrays(path.with_suffix(".npz"))
            where = f"fits/{path.stem}.npz"
            yield _Kept(where, arrays["centroids"], arrays["labels"], [stored["metrics"]])
    if _is_concluded(run):
        for path in (*sorted(run.path.glob("model*.npz")), *sorted((run.path / "models").glob("*.npz"))):
            model = read_model(path)
            told = _told(run.metrics, path, len(model.centroids))
            yield _Kept(path.relative_to(run.path).as_posix(), model.centroids, model.labels, told)


def _told(numbers: Mapping[str, Any], path: Path, k: int) -> list[Mapping[str, Any]]:
    """What ``metrics.json`` tells: of the run's own model one fit, of others all fits with their k."""
    if "fits" not in numbers:
        return [numbers]
    good = [fit for fit in numbers["fits"] if fit["error"] is None and fit["n_clusters"] == k]
    if path.name == MODEL:
        number = numbers["model_fit"] if "model_fit" in numbers else numbers["best"]["fit"]
        good = [fit for fit in good if fit["fit"] == number]
    return good


def _check(kept: _Kept, data: FittedData) -> Iterator[Finding]:
    n, d = data.samples.n, data.samples.d
    if (len(kept.labels), kept.centroids.shape[1]) != (n, d):
        yield Finding(kept.where, f"is of {len(kept.labels):,} samples, and the data have {n:,}")
        return
    yield from _check_labels(kept, data)
    found = _measure(kept, data)
    told = min(kept.told, key=lambda each: abs(each["inertia"] - found["inertia"]), default=None)
    if told is None:
        yield Finding(kept.where, f"is of no fit that {METRICS} tells of")
        return
    said = {**told, **(told["train"] or {})}
    for name, value in found.items():
        if not agree(value, said[name]):
            numbers = f"is {shown(value)}; told is {shown(said[name])}"
            yield Finding(kept.where, f"the {name} of its labels and centroids {numbers}")


def shown(number: float | None) -> str:
    """A number with as many digits as are compared."""
    return "none" if number is None else f"{number:.12g}"


def agree(measured: float | None, told: float | None) -> bool:
    """Whether two numbers are the same but for the last digits, or both missing."""
    if measured is None or told is None:
        return measured is told
    return math.isclose(measured, told, rel_tol=SLACK, abs_tol=1e-12)


def _measure(kept: _Kept, data: FittedData) -> dict[str, Any]:
    """What ``metrics.json`` tells of labels and centroids, measured anew."""
    squared, weights = own_squared_distances(data.samples, kept.centroids, kept.labels), data.samples.weights
    inertia = weighted_sum(squared, weights)
    numbers = {
        "inertia": inertia,
        "j_clust": inertia / data.prepared.total_weight,
        "distance_sum": weighted_sum(np.sqrt(squared), weights),
    }
    return numbers | ({} if data.y is None else _class_scores(kept, data.samples, data.y))


def _class_scores(kept: _Kept, samples: ArraySamples, y: ClassArray) -> dict[str, float | None]:
    classes = metrics.majority_classes(kept.labels, y, len(kept.centroids))
    clustering = metrics.Clustering(samples, kept.labels, kept.centroids, None, y, classes)
    return metrics.measure(clustering, needs_classes=True)


def _check_labels(kept: _Kept, data: FittedData) -> Iterator[Finding]:
    nearest = nearest_labels(data.samples, data.prepared, kept.centroids)
    other = np.flatnonzero(nearest != kept.labels)
    rows = data.samples.take(other)
    own = squared_distances(rows, kept.centroids[kept.labels[other]])
    # Of equally near centroids any will do: the fit had them in another order.
    wrong = other[own > squared_distances(rows, kept.centroids[nearest[other]]) * (1 + SLACK)]
    if len(wrong):
        first = wrong[0]
        yield Finding(
            f"{kept.where}: labels",
            f"{len(wrong):,} of {data.samples.n:,} samples are nearer to another centroid than to their own; "
            f"sample {first} is in cluster {kept.labels[first]}, its nearest is {nearest[first]}",
        )
