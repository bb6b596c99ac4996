"""Whether the labels of fits are those of their centroids and the data, and their numbers those of the labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from kmeans_cli.checks.finding import SLACK, Finding, agree, note, shown
from kmeans_cli.checks.tables import compare_table
from kmeans_cli.config import Config
from kmeans_cli.core.distance import own_squared_distances, squared_distances
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.result import weighted_sum
from kmeans_cli.core.types import Float64Array, KMeansResult, LabelArray, MapBlocks, StopReason
from kmeans_cli.csv_tables import labels_table
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.evaluation import evaluate
from kmeans_cli.experiment import FitData, FitJob, Fitted, seed_of_fit
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.runs import Run
from kmeans_cli.runs.difference import differences
from kmeans_cli.runs.encode import json_text
from kmeans_cli.runs.read import METRICS, MODEL

MOST_SILHOUETTE_SAMPLES = 4096
"""A silhouette of more is not measured again: its time grows with the square."""

_SHOWN = 3
"""Numbers of a fit that are named when they differ; of the others only how many there are."""

_TOLD_ONLY = ("algorithm", "algorithm_reason", "warnings", "seconds")
"""What nothing in the folder can prove."""

_Result = TypeVar("_Result", bound=KMeansResult)


@dataclass(frozen=True)
class KeptFit:
    """A fit as files keep it.

    Attributes:
        where: The file with its arrays.
        told_in: The file with its numbers.
        job: What was done.
        centroids, labels: The arrays.
        n_iter: Iterations that are recorded.
        told: The numbers.
    """

    where: str
    told_in: str
    job: FitJob
    centroids: Float64Array
    labels: LabelArray
    n_iter: int
    told: Mapping[str, Any]

    def result(self, kind: type[_Result], **measured: Any) -> _Result:
        """The fit as it would have ended, with what was measured anew; what no number comes from is left empty."""
        return kind(
            centroids=self.centroids,
            history=(),
            stop_reason=StopReason(self.told["stop_reason"]),
            start=self.centroids,
            init_indices=None,
            algorithm="",
            algorithm_reason="",
            **measured,
        )


def check_fits(
    run: Run, config: Config, fits: Sequence[StoredFit], data: FitData, map_blocks: MapBlocks
) -> Iterator[Finding]:
    """Samples that are nearer to another centroid than to their own, and numbers that are not those of the labels.

    Args:
        run: A run whose ``fits``, or, without any, whose model and ``metrics.json`` belong together.
        config: Its settings.
        fits: Its fits, where it has several.
        data: What it was fitted on.
        map_blocks: Who computes.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    n_rows = min(config.evaluate.silhouette_samples, data.samples.n)
    if n_rows > MOST_SILHOUETTE_SAMPLES:
        most = f"{MOST_SILHOUETTE_SAMPLES:,} at most"
        yield note(f"the silhouette of {n_rows:,} samples was not measured again, which is done of {most}")
        config = replace(config, evaluate=replace(config.evaluate, silhouette_samples=0))
    if fits:
        data = data.for_many(config.evaluate, config.data.seed, map_blocks)
    for kept in _stored(config, fits) if fits else _single(run, config):
        fitted, shape = (len(kept.labels), kept.centroids.shape[1]), (data.samples.n, data.samples.d)
        if fitted != shape:
            yield of_other_data(kept.where, fitted, shape)
        else:
            yield from _check_labels(kept, data, map_blocks)
            yield from _check_numbers(kept, config, data, map_blocks)


def check_label_table(run: Run, data: FitData, map_blocks: MapBlocks) -> Iterator[Finding]:
    """Names and distances of ``labels.csv`` that are not those of the samples."""
    model = run.model()
    squared = own_squared_distances(data.samples, model.centroids, model.labels, map_blocks)
    table = labels_table(data.dataset, model.labels, model.cluster_classes, squared)
    yield from compare_table(run.path / "labels.csv", table, only=("row", "distance"), measured=("distance",))


def compare_numbers(kept: KeptFit, measured: Mapping[str, Any]) -> Iterator[Finding]:
    """Numbers of a fit that were measured anew and are others than told."""
    names = [name for name in measured if name not in _TOLD_ONLY]
    found = json.loads(json_text({name: measured[name] for name in names}))  # as the file would have them
    wrong = [
        each for each in differences(found, {name: kept.told[name] for name in names}) if not agree(each.a, each.b)
    ]
    for each in wrong[:_SHOWN]:
        numbers = f"is {shown(each.a)}; {kept.told_in} tells {shown(each.b)}"
        yield Finding(kept.where, f"the {each.key} of its labels and centroids {numbers}")
    if len(wrong) > _SHOWN:
        yield Finding(kept.where, f"so are {len(wrong) - _SHOWN} more of its numbers others than {kept.told_in} tells")


def _stored(config: Config, fits: Sequence[StoredFit]) -> Iterator[KeptFit]:
    for fit in fits:
        if fit.error is None:
            arrays, key = read_npz_arrays(fit.path.with_suffix(".npz"), ("centroids", "labels")), fit.key
            params = replace(config.kmeans, n_clusters=key.k, init=key.init, n_init=1)
            where, told_in = f"fits/{fit.path.stem}.npz", f"fits/{fit.path.name}"
            job = FitJob(fit.number, params, seed_of_fit(config.seed, key.start))
            yield KeptFit(where, told_in, job, arrays["centroids"], arrays["labels"], len(fit.history), fit.metrics)


def _single(run: Run, config: Config) -> Iterator[KeptFit]:
    model, told = run.model(), run.metrics
    yield KeptFit(MODEL, METRICS, job_of(run, config), model.centroids, model.labels, told["n_iter"], told)


def job_of(run: Run, config: Config) -> FitJob:
    """The fit of a run whose model was kept, by its settings."""
    number = run.metrics["fit"]
    return FitJob(number, config.kmeans, seed_of_fit(config.seed, number))


def _check_numbers(kept: KeptFit, config: Config, data: FitData, map_blocks: MapBlocks) -> Iterator[Finding]:
    squared = own_squared_distances(data.samples, kept.centroids, kept.labels, map_blocks)
    result = kept.result(
        KMeansResult,
        labels=kept.labels,
        squared_distances=squared,
        inertia=weighted_sum(squared, data.samples.weights),
        cluster_sizes=np.bincount(kept.labels, minlength=len(kept.centroids)),
    )
    fitted = Fitted(kept.job, result, None)
    measured = evaluate(data, fitted, config.evaluate, config.data.seed, map_blocks).metrics | {"n_iter": kept.n_iter}
    if not config.evaluate.silhouette_samples:
        del measured["silhouette"]
    yield from compare_numbers(kept, measured)


def _check_labels(kept: KeptFit, data: FitData, map_blocks: MapBlocks) -> Iterator[Finding]:
    nearest = nearest_labels(data.samples, data.prepared, kept.centroids, map_blocks)
    other = np.flatnonzero(nearest != kept.labels)
    rows = data.samples.take(other)
    own = squared_distances(rows, kept.centroids[kept.labels[other]])
    # Of equally near centroids any will do: the fit had them in another order.
    wrong = other[own > squared_distances(rows, kept.centroids[nearest[other]]) * (1 + SLACK)]
    if len(wrong):
        first = wrong[0]
        yield nearer_elsewhere(kept.where, len(wrong), data.samples.n, first, kept.labels[first], nearest[first])


def of_other_data(where: str, fitted: tuple[int, int], shape: tuple[int, int]) -> Finding:
    """That a fit is of another (n, d) than the data have."""
    (n, d), (n_data, d_data) = fitted, shape
    return Finding(where, f"is of {n:,} × {d:,} numbers, and the data have {n_data:,} × {d_data:,}")


def nearer_elsewhere(where: str, n_wrong: int, n: int, first: int, own: int, nearest: int) -> Finding:
    """That samples are not in the cluster of their nearest centroid."""
    return Finding(
        f"{where}: labels",
        f"{n_wrong:,} of {n:,} samples are nearer to another centroid than to their own; "
        f"sample {first} is in cluster {own}, its nearest is {nearest}",
    )
