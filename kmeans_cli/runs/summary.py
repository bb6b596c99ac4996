"""The runs of a folder, a line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.find import claimed_folders
from kmeans_cli.runs.read import METRICS, read_json, read_record, status_of
from kmeans_cli.runs.status import RunStatus


@dataclass(frozen=True)
class RunSummary:
    """One run at a glance; what a run does not have, or not yet, is None.

    Attributes:
        name: The folder's name.
        path: The folder.
        status: As of now: ``stale`` and ``broken`` included.
        command: The subcommand.
        started, finished: ISO 8601 in UTC.
        seconds: From start to finish.
        k: Number of clusters; of several fits, here and below, that of the fit whose model is the run's.
        j_clust: Inertia by sample, in the fit's units.
        accuracy: By majority label, on the training samples.
    """

    name: str
    path: Path
    status: RunStatus
    command: str | None = None
    started: str | None = None
    finished: str | None = None
    seconds: float | None = None
    k: int | None = None
    j_clust: float | None = None
    accuracy: float | None = None


def list_runs(runs_dir: Path) -> list[RunSummary]:
    """A summary of every run in ``runs_dir``, the newest first; folders that were to become one are ``broken``.

    Raises:
        PlaceError: ``runs_dir`` is missing or unreadable.
    """
    summaries = [summarise(folder) for folder in claimed_folders(runs_dir)]
    return sorted(summaries, key=lambda run: (run.started or "", run.name), reverse=True)


def summarise(folder: Path) -> RunSummary:
    """The summary of one run folder, whatever is in it."""
    try:
        record = read_record(folder)
    except PlaceError:
        return RunSummary(folder.name, folder, RunStatus.BROKEN)
    try:
        metrics = read_json(folder / METRICS)
    except PlaceError:
        metrics = {}
    numbers = _of_model(metrics)
    return RunSummary(
        name=folder.name,
        path=folder,
        status=status_of(record),
        command=_get(record, "command", str),
        started=_get(record, "started", str),
        finished=_get(record, "finished", str),
        seconds=_seconds(record),
        k=_get(numbers, "n_clusters", int),
        j_clust=_get(numbers, "j_clust", float),
        accuracy=_get(_get(numbers, "train", dict) or {}, "accuracy", float),
    )


def _of_model(metrics: Mapping[str, Any]) -> Mapping[str, Any]:
    """The numbers of the fit whose model is the run's: of several the one ``sweep-k`` or ``multi-init`` names."""
    fits = _get(metrics, "fits", list)
    if fits is None:
        return metrics
    number = _get(metrics, "model_fit", int)
    if number is None:
        number = _get(_get(metrics, "best", dict) or {}, "fit", int)
    named = (fit for fit in fits if isinstance(fit, dict) and fit.get("fit") == number)
    return next(named, {})


def _get(tree: Mapping[str, Any], key: str, kind: type) -> Any:
    value = tree.get(key)
    return value if type(value) is kind else None  # so that true is no number


def _seconds(record: Mapping[str, Any]) -> float | None:
    try:
        span = datetime.fromisoformat(record["finished"]) - datetime.fromisoformat(record["started"])
    except (KeyError, TypeError, ValueError):
        return None
    return span.total_seconds()
