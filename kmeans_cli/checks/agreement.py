"""Whether files of a run that tell the same tell it alike; no data are needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from kmeans_cli.checks.finding import Finding, shown
from kmeans_cli.checks.tables import check_tables, compare_table
from kmeans_cli.csv_tables import CsvTable
from kmeans_cli.datasets.arrays import read_npy_array, read_npz_arrays
from kmeans_cli.fit_records import FITS, StoredFit, read_fits
from kmeans_cli.model import Model, read_model
from kmeans_cli.runs import Run, RunStatus
from kmeans_cli.runs.difference import differences
from kmeans_cli.runs.read import METRICS, MODEL, read_json


def is_concluded(run: Run) -> bool:
    """Whether models and ``metrics.json`` belong together; those of several fits do when all are done."""
    status = (RunStatus.COMPLETED,) if (run.path / FITS).exists() else (RunStatus.COMPLETED, RunStatus.INTERRUPTED)
    return run.status in status and (run.path / METRICS).exists() and (run.path / MODEL).exists()


def check_agreement(run: Run) -> Iterator[Finding]:
    """Where files of a concluded run that tell the same tell it differently.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    yield from _check_entries(run)
    fits = read_fits(run.path)
    if fits:
        yield from _check_models(run, fits)
    else:
        model, numbers = run.model(), run.metrics
        classes = None if model.cluster_classes is None else list(model.cluster_classes)
        told = {"cluster_sizes": model.cluster_sizes.tolist(), "cluster_classes": classes}
        for each in differences(told, {name: numbers[name] for name in told}):
            yield Finding(f"{METRICS}: {each.key}", f"is {shown(each.b)}; {MODEL} has {shown(each.a)}")
    yield from _check_labels(run)
    yield from check_tables(run, fits)


def _check_entries(run: Run) -> Iterator[Finding]:
    """Where ``metrics.json`` does not repeat the numbers of every fit."""
    for fit in run.metrics.get("fits", ()):
        name = f"fits/{fit['fit']:04d}.json"
        stored = read_json(run.path / name)["metrics"]
        for each in differences(stored, {key: fit.get(key) for key in stored}):
            where = f"{METRICS}: fits[{fit['fit']}].{each.key}"
            yield Finding(where, f"is {shown(each.b)}; {name} tells {shown(each.a)}")


def _check_models(run: Run, fits: Sequence[StoredFit]) -> Iterator[Finding]:
    """Each model is that of the fit which ``metrics.json`` names."""
    by_number = {fit.number: fit for fit in fits if fit.error is None}
    for name, number in _fit_of_each_model(run.metrics).items():
        path = run.path / name
        if not path.exists():
            continue  # which is said elsewhere
        if number not in by_number:
            yield Finding(name, f"should be of fit {number}, which {METRICS} names, but there is none")
        elif not _is_of(read_model(path), by_number[number]):
            yield Finding(name, f"is not of fit {number}, which {METRICS} names for it")


def _fit_of_each_model(numbers: Mapping[str, Any]) -> dict[str, int]:
    """The number of the fit by the name of the model."""
    if "model_fit" in numbers:
        return {MODEL: numbers["model_fit"]} | {f"models/k{k}.npz": fit for k, fit in numbers["best"].items()}
    models = {MODEL: numbers["best"]["fit"], "model-worst.npz": numbers["worst"]["fit"]}
    for trial in numbers["trials"]:
        stem = f"models/k{trial['k']}-{trial['init']}"
        models |= {f"{stem}.npz": trial["best"]["fit"], f"{stem}-worst.npz": trial["worst"]["fit"]}
    return models


def _is_of(model: Model, fit: StoredFit) -> bool:
    arrays = read_npz_arrays(fit.path.with_suffix(".npz"), ("centroids", "labels"))
    classes = fit.metrics["cluster_classes"]
    return (
        np.array_equal(model.centroids, arrays["centroids"])
        and np.array_equal(model.labels, arrays["labels"])
        and model.cluster_classes == (None if classes is None else tuple(classes))
    )


def _check_labels(run: Run) -> Iterator[Finding]:
    model = run.model()
    if run.was_in_passes:
        labels = read_npy_array(run.path / "labels.npy")
        k = len(model.cluster_sizes)
        if labels.ndim != 1 or labels.dtype.kind != "i" or (len(labels) and not 0 <= labels.min() <= labels.max() < k):
            yield Finding("labels.npy", f"does not hold a cluster from 0 to {k - 1} for each sample")
        else:
            for cluster, n in enumerate(np.bincount(labels, minlength=k)):
                if n != model.cluster_sizes[cluster]:
                    told = f"{MODEL} has {model.cluster_sizes[cluster]:,} samples in it"
                    yield Finding("labels.npy", f"cluster {cluster} occurs {n:,} times; {told}")
        return
    classes = model.cluster_classes
    rows = ((None, label, None if classes is None else classes[label], None) for label in model.labels.tolist())
    table = CsvTable(("row", "cluster", "class", "distance"), rows)
    yield from compare_table(run.path / "labels.csv", table, only=("cluster", "class"))
