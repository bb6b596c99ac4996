"""What each of several fits leaves: ``fits/0007.npz`` with its arrays, then ``fits/0007.json``, which commits it.

The number is the fit's place in the grid of its run. When the run grows, places move; so what counts is the key
(k, init, start) in the json, and the files get their new numbers when the run is resumed: a grown run ends with the
files of one that was as large from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli import histories, metrics
from kmeans_cli.core.types import IterationRecord, KMeansResult, LabelArray, StopReason
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.datasets.types import ClassArray
from kmeans_cli.errors import PlaceError
from kmeans_cli.evaluation import FitOutcome
from kmeans_cli.experiment import FitJob, Fitted
from kmeans_cli.runs.folder import RunFolder
from kmeans_cli.runs.read import read_json, understood
from kmeans_cli.sweep import FitKey

FITS = "fits"

_NUMBER, _NUMBERS = (int, float), (dict, type(None))
_KINDS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("n_clusters", "n_iter"), int),
    **dict.fromkeys(("init", "algorithm", "algorithm_reason", "stop_reason"), str),
    **dict.fromkeys(("inertia", "j_clust", "distance_sum"), _NUMBER),
    **dict.fromkeys(("davies_bouldin", "calinski_harabasz"), (*_NUMBER, type(None))),
    **dict.fromkeys(("train", "test", "silhouette"), _NUMBERS),
    **dict.fromkeys(("cluster_sizes", "warnings"), list),
    "cluster_classes": (list, type(None)),
    "converged": bool,
    "seconds": dict,
}
"""What the numbers of a finished fit must be; what else there is does not matter."""


@dataclass(frozen=True)
class StoredFit:
    """A fit as it stands in a run folder; its arrays are read when they are asked for.

    Attributes:
        path: Its json file.
        key: Which fit it is.
        seed: Of its draws.
        error: Why it failed, or None.
        metrics: Its numbers as in ``metrics.json``; empty when it failed.
    """

    path: Path
    key: FitKey
    seed: int
    error: str | None
    metrics: dict[str, Any]

    @property
    def number(self) -> int:
        """Its number in the run."""
        return int(self.path.stem)

    @cached_property
    def history(self) -> tuple[IterationRecord, ...]:
        """A record per iteration."""
        return histories.from_arrays(self._arrays(*histories.NAMES))

    @property
    def labels(self) -> LabelArray:
        """(n,) int32 cluster of each sample."""
        return self._arrays("labels")["labels"]

    def outcome(self, job: FitJob, y: ClassArray | None) -> FitOutcome:
        """The fit as it was when it had just been evaluated.

        Args:
            job: What was done: the job with this key.
            y: (n,) true classes of the samples, or None.
        """
        arrays, numbers, k = self._arrays(), self.metrics, self.key.k
        result = KMeansResult(
            centroids=arrays["centroids"],
            labels=arrays["labels"],
            squared_distances=arrays["squared_distances"],
            inertia=numbers["inertia"],
            cluster_sizes=np.array(numbers["cluster_sizes"]),
            history=self.history,
            stop_reason=StopReason(numbers["stop_reason"]),
            start=arrays["start"],
            init_indices=arrays.get("init_indices"),
            algorithm=numbers["algorithm"],
            algorithm_reason=numbers["algorithm_reason"],
            seconds=numbers["seconds"],
            warnings=tuple(numbers["warnings"]),
        )
        classes = numbers["cluster_classes"]
        return FitOutcome(
            Fitted(job, result, arrays.get("trace")),
            numbers,
            arrays["nearest"],
            None if classes is None else tuple(classes),
            None if y is None else metrics.purities(result.labels, y, k),
        )

    def _arrays(self, *names: str) -> dict[str, NDArray[Any]]:
        return read_npz_arrays(self.path.with_suffix(".npz"), names or None)


def write_outcome(folder: RunFolder, outcome: FitOutcome) -> None:
    """Keep a finished fit; the json comes last and commits it."""
    job, result = outcome.fitted.job, outcome.result
    arrays = {
        "centroids": result.centroids,
        "labels": result.labels,
        "squared_distances": result.squared_distances,
        "nearest": outcome.nearest,
        "start": result.start,
        "init_indices": result.init_indices,
        **histories.to_arrays(result.history),
        "trace": outcome.fitted.trace,
    }
    folder.write_npz(f"{_stem(job.number)}.npz", {name: array for name, array in arrays.items() if array is not None})
    _write_json(folder, job, None, outcome.metrics)


def write_failure(folder: RunFolder, job: FitJob, error: str) -> None:
    """Keep that a fit failed, and why."""
    _write_json(folder, job, error, {})


def read_fits(run: Path) -> list[StoredFit]:
    """Every finished fit of a run, by number.

    Raises:
        PlaceError: If a file of one is missing, half-written or damaged.
    """
    paths = sorted((run / FITS).glob("*.json"), key=lambda path: (len(path.stem), path.stem))  # 9999 before 10000
    return [_read_fit(path) for path in paths]


def make_ready(folder: RunFolder, jobs: Sequence[FitJob], *, keep_failed: bool) -> None:
    """Bring the fits of a run that is gone on with into order.

    Every fit gets the number it has among the jobs, which must name the finished ones in the order they have; a crash
    in the middle leaves each readable under its old number or its new one. Arrays that no json commits are removed.

    Args:
        folder: The run folder.
        jobs: All fits of the run.
        keep_failed: Otherwise the records of failed fits are removed too.
    """
    numbers = {job.key: job.number for job in jobs}
    # The last first: each one's new place is then free.
    for stored in reversed(read_fits(folder.path)):
        if stored.error is not None and not keep_failed:
            stored.path.unlink()
        elif stored.key not in numbers:
            raise PlaceError("is of no fit of this run", where=str(stored.path), value=tuple(stored.key))
        elif numbers[stored.key] != stored.number:
            _move(folder, stored, numbers[stored.key])
    for arrays in (folder.path / FITS).glob("*.npz"):
        if not arrays.with_suffix(".json").exists():
            arrays.unlink()


def _move(folder: RunFolder, stored: StoredFit, number: int) -> None:
    arrays = stored.path.with_suffix(".npz")
    if stored.error is None:
        with folder.open_write(f"{_stem(number)}.npz") as file:
            file.write(arrays.read_bytes())
    stored.path.replace(folder.path / f"{_stem(number)}.json")
    arrays.unlink(missing_ok=True)


def _stem(number: int) -> str:
    return f"{FITS}/{number:04d}"


def _write_json(folder: RunFolder, job: FitJob, error: str | None, numbers: dict[str, Any]) -> None:
    identity = job.key._asdict() | {"seed": job.seed, "error": error}
    folder.write_json(f"{_stem(job.number)}.json", identity | {"metrics": numbers})


def _read_fit(path: Path) -> StoredFit:
    record = read_json(path)
    try:
        key = FitKey(int(record["k"]), str(record["init"]), int(record["start"]))
        stored = StoredFit(path, key, record["seed"], record["error"], record["metrics"])
    except (KeyError, TypeError, ValueError) as error:
        raise PlaceError(f"is no record of a fit: {error!r}", where=str(path)) from error
    if stored.error is None:
        _check_numbers(stored.metrics, path)
        _check_arrays(stored)
    return stored


def _check_numbers(numbers: Any, path: Path) -> None:
    if not isinstance(numbers, dict):
        raise PlaceError("is no record of a fit: its metrics are no numbers by name", where=str(path))
    for name, kind in _KINDS.items():
        if not isinstance(numbers.get(name, ...), kind):
            raise PlaceError(f"is damaged: its {name} is missing or of another type", where=str(path))
    if numbers["stop_reason"] not in [reason.value for reason in StopReason]:
        raise PlaceError("is no reason to stop", where=str(path), value=numbers["stop_reason"])
    for name in ("train", "test", "silhouette", "seconds"):
        if not all(value is None or isinstance(value, _NUMBER) for value in (numbers[name] or {}).values()):
            raise PlaceError(f"is damaged: its {name} are no numbers", where=str(path))


def _check_arrays(stored: StoredFit) -> None:
    path = stored.path.with_suffix(".npz")
    arrays = read_npz_arrays(path)  # which finds changed bytes
    with understood(path):
        lengths = {name: len(arrays[name]) for name in ("centroids", "start", "nearest", "labels", "squared_distances")}
        k, n = stored.key.k, sum(stored.metrics["cluster_sizes"])
    if list(lengths.values()) != [k, k, k, n, n]:
        raise PlaceError(
            f"does not belong to {stored.path.name}, which tells of k = {k} and {n} samples", where=str(path)
        )
