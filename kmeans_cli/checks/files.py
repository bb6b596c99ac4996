"""Whether the files that a run must have are there, and every file can be read as what it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kmeans_cli.checks.finding import Finding, note
from kmeans_cli.config import resolve
from kmeans_cli.datasets.arrays import read_npy_array, read_npz_arrays
from kmeans_cli.errors import KMeansError
from kmeans_cli.fit_records import FITS
from kmeans_cli.model import read_model
from kmeans_cli.pictures import open_picture
from kmeans_cli.runs import Run
from kmeans_cli.runs.atomic import place_errors
from kmeans_cli.runs.folder import CONFIG, GIT_DIFF, LOG, RECORD
from kmeans_cli.runs.read import HISTORY, METRICS, MODEL, read_columns, read_json

_OF_EVERY_RUN = (CONFIG, METRICS)
_OF_A_FIT = (*_OF_EVERY_RUN, HISTORY, MODEL, "centroids.csv")
_OF_SEVERAL = (*_OF_A_FIT, "labels.csv", "fits.csv")
_MAY_BE_EMPTY = (LOG, GIT_DIFF)


def check_files(folder: Path) -> Iterator[Finding]:
    """Every file that cannot be read, and everything that no run writes; links are not followed.

    Raises:
        OSError: If a folder's files are known by name but must not be looked at.
    """
    unreadable: list[OSError] = []
    for place, subfolders, names in os.walk(folder, onerror=unreadable.append):
        for name in sorted((*subfolders, *names)):
            path = Path(place, name)
            where = path.relative_to(folder).as_posix()
            if path.is_symlink():
                yield Finding(where, "is a link, which no run makes; it was not followed")
            elif name in subfolders:
                continue
            elif not path.is_file():
                yield Finding(where, "is no file that could be read")  # a pipe would wait for ever
            elif name.startswith(".") and name.endswith(".part"):
                yield note(f"{where} is what a killed process left half-written; --resume removes it")
            else:
                yield from _unreadable(path, where)
    for error in unreadable:
        yield Finding(Path(error.filename).relative_to(folder).as_posix(), f"cannot be read: {error.strerror}")


def check_completeness(run: Run) -> Iterator[Finding]:
    """What a completed run should have and does not.

    Raises:
        KeyError, TypeError, AttributeError: If ``metrics.json`` does not hold what the command writes.
        PlaceError: If it cannot be read.
    """
    command = str(run.record.get("command"))
    if command not in _REQUIRED:
        yield Finding(f"{RECORD}: command", f"{command!r} is no command that makes runs")
        return
    for name in _REQUIRED[command](run):
        if not (run.path / name).exists():
            yield Finding(name, "is missing")


def _unreadable(path: Path, where: str) -> Iterator[Finding]:
    try:
        _READ.get(path.suffix, _read_bytes)(path)
        if path.suffix == ".npz" and (path.name.startswith("model") or path.parent.name == "models"):
            read_model(path)
        if not path.stat().st_size and path.name not in _MAY_BE_EMPTY:
            yield Finding(where, "is empty")
    except KMeansError as error:
        yield Finding(where, str(error).removeprefix(str(path)).lstrip(": "))


def _read_bytes(path: Path) -> None:
    with place_errors(path, "cannot be read"), path.open("rb") as file:
        while file.read(1 << 20):
            pass


def _of_fit(run: Run) -> Iterator[str]:
    yield from _OF_A_FIT
    yield "labels.npy" if run.was_in_passes else "labels.csv"
    yield from _trace(run)


def _of_several(run: Run) -> Iterator[str]:
    yield from _OF_SEVERAL
    yield from _trace(run)
    for fit in run.metrics["fits"]:
        yield f"fits/{fit['fit']:04d}.json"
        if fit["error"] is None:
            yield f"fits/{fit['fit']:04d}.npz"


def _of_sweep(run: Run) -> Iterator[str]:
    yield from _of_several(run)
    yield from (f"models/k{k}.npz" for k in run.metrics["best"])


def _of_multi_init(run: Run) -> Iterator[str]:
    yield from _of_several(run)
    yield "model-worst.npz"
    trials = run.metrics["trials"]
    for trial in trials if len(trials) > 1 else ():
        stem = f"models/k{trial['k']}-{trial['init']}"
        yield from (f"{stem}.npz", f"{stem}-worst.npz")


def _of_compress(run: Run) -> Iterator[str]:
    yield from (*_OF_EVERY_RUN, HISTORY, "fits.csv")
    for result in sorted((run.path / FITS).glob("*.json")):
        if read_json(result)["error"] is None:
            yield from (f"labels/{result.stem}.npy", f"palettes/{result.stem}.json")


def _of_predict(run: Run) -> Iterator[str]:
    yield from _OF_EVERY_RUN
    if run.metrics["rows"]:
        yield "labels.csv"


def _trace(run: Run) -> Iterator[str]:
    if run.config.get("trace"):
        yield "trace.npz"


_READ: Mapping[str, Callable[[Path], Any]] = {
    ".json": read_json,
    ".csv": read_columns,
    ".npz": read_npz_arrays,
    ".npy": read_npy_array,
    ".yaml": resolve,
    ".png": open_picture,
    ".gif": open_picture,
}
_REQUIRED: Mapping[str, Callable[[Run], Iterator[str]]] = {
    "fit": _of_fit,
    "sweep-k": _of_sweep,
    "multi-init": _of_multi_init,
    "compress-image": _of_compress,
    "predict": _of_predict,
}
