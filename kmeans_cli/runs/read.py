"""A run folder read back: for reports, for other commands, and for notebooks."""

from __future__ import annotations

import csv
import io
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from kmeans_cli.errors import ConfigError, KMeansError, PlaceError
from kmeans_cli.runs.atomic import place_errors
from kmeans_cli.runs.find import find_run
from kmeans_cli.runs.folder import CONFIG, RECORD, SCHEMA
from kmeans_cli.runs.process import is_alive
from kmeans_cli.runs.status import RunStatus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kmeans_cli.model import Model

METRICS = "metrics.json"
HISTORY = "history.csv"
MODEL = "model.npz"


@dataclass(frozen=True)
class Run:
    """A run that was read back; its files are read when they are first asked for.

    Every attribute raises PlaceError when its file is missing (a run that did not complete has not all of them) or
    broken.

    Attributes:
        path: The folder.
        record: What ``run.json`` holds.
    """

    path: Path
    record: Mapping[str, Any] = field(repr=False)

    @property
    def status(self) -> RunStatus:
        """The run's status as of now."""
        return status_of(self.record)

    @cached_property
    def config(self) -> dict[str, Any]:
        """The resolved config, as a tree."""
        from kmeans_cli.strict_yaml import read_yaml_file

        try:
            tree = read_yaml_file(self.path / CONFIG).tree
        except ConfigError as error:
            raise PlaceError(error.problem, where=error.where) from error
        return _mapping(tree, self.path / CONFIG)

    @property
    def config_file(self) -> Path:
        """The file of the resolved config.

        Raises:
            PlaceError: If it is missing.
        """
        path = self.path / CONFIG
        if not path.is_file():
            raise PlaceError("is missing, so nobody knows what the run was to do", where=str(path))
        return path

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """The numbers of ``metrics.json``."""
        return read_json(self.path / METRICS)

    @cached_property
    def history(self) -> dict[str, NDArray[Any]]:
        """The columns of ``history.csv`` by name; a row per iteration of each fit."""
        return read_columns(self.path / HISTORY)

    def model(self) -> Model:
        """The model of ``model.npz``; of several fits the best."""
        from kmeans_cli.model import read_model

        return read_model(self.path / MODEL)

    @property
    def was_in_passes(self) -> bool:
        """Whether the data were read in passes: then nothing else here should try to hold them."""
        return bool((self.record.get("dataset") or {}).get("in_passes"))

    @property
    def labels(self) -> NDArray[np.integer[Any]]:
        """(n_samples,) the model's cluster of every training sample."""
        return self.model().labels


def load_run(run: str | PathLike[str], runs_dir: str | PathLike[str] = "runs") -> Run:
    """Read a run back, for a notebook.

    Args:
        run: A path, a folder's name in ``runs_dir``, a unique beginning of one, or ``latest``.
        runs_dir: Where runs live.

    Raises:
        PlaceError: There is no such run, or its ``run.json`` is broken.

    Example:
        >>> run = load_run("latest")  # doctest: +SKIP
        >>> run.metrics["j_clust"], run.history["j_clust"], run.model().centroids  # doctest: +SKIP
    """
    path = find_run(str(run), Path(runs_dir))
    return Run(path, read_record(path))


def read_record(folder: Path) -> dict[str, Any]:
    """What ``run.json`` of a run folder holds.

    Raises:
        PlaceError: It is missing, broken, of a newer program, or without a status that it may have.
    """
    path = folder / RECORD
    record = read_json(path)
    schema, status = record.get("schema"), record.get("status")
    if type(schema) is not int or not 1 <= schema <= SCHEMA:
        raise PlaceError(
            "is no schema that this version reads", where=str(path), value=schema, allowed=f"1 to {SCHEMA}"
        )
    allowed = [known.value for known in RunStatus if known.written]
    if status not in allowed:
        raise PlaceError("is no status", where=str(path), value=status, allowed=allowed)
    return record


def status_of(record: Mapping[str, Any]) -> RunStatus:
    """The status a record tells, or ``stale`` where it says ``running`` and the process is gone from this machine.

    Of a run on another machine only its word is known.
    """
    status = RunStatus(record["status"])
    pid = record.get("pid")
    if status is not RunStatus.RUNNING or record.get("host") != platform.node() or not isinstance(pid, int):
        return status
    return status if is_alive(pid, record.get("pid_started")) else RunStatus.STALE


@contextmanager
def understood(where: Path) -> Iterator[None]:
    """A part of the work that takes files of a run for what this program wrote, and says so when they are not.

    Raises:
        PlaceError: Instead of the errors of a key that is missing, or a value of another type.
    """
    try:
        yield
    except KMeansError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        problem = f"is damaged, or was not written by this program ({type(error).__name__}: {error})"
        raise PlaceError(problem, where=str(where)) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file that holds an object.

    Raises:
        PlaceError: It is missing, unreadable, no JSON, or something other than an object.
    """
    if path.exists() and not path.is_file():
        raise PlaceError("is no file", where=str(path))
    with place_errors(path, "cannot be read"):
        content = path.read_bytes()
    try:
        return _mapping(json.loads(content, parse_constant=_no_number), path)
    except (ValueError, RecursionError) as error:
        raise PlaceError(f"is no usable JSON: {error}", where=str(path)) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is nothing that JSON has")


def read_columns(path: Path) -> dict[str, NDArray[Any]]:
    """The columns of a CSV file with a header, by name: int64 or float64 (NaN where empty), else text.

    Raises:
        PlaceError: It is missing, unreadable, cut short, or has rows of other lengths than its header.
    """
    with place_errors(path, "cannot be read"), path.open(encoding="utf-8", newline="") as file:
        try:
            text = file.read()
            header, *rows = csv.reader(io.StringIO(text, newline="")) if text else [[]]
        except (ValueError, csv.Error) as error:
            raise PlaceError(f"is no usable table: {error}", where=str(path)) from error
    _check_table(text, header, rows, str(path))
    columns: Iterable[tuple[str, ...]] = zip(*rows, strict=True) if rows else ((),) * len(header)
    return {name: _column(texts) for name, texts in zip(header, columns, strict=True)}


def _check_table(text: str, header: Sequence[str], rows: Sequence[Sequence[str]], where: str) -> None:
    if not text.endswith("\n"):
        raise PlaceError("is no usable table: it is cut short, or empty", where=where)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(header):
            problem = f"is no usable table: row {number:,} has {len(row)} cells, its head {len(header)}"
            raise PlaceError(problem, where=where)


def _column(texts: tuple[str, ...]) -> NDArray[Any]:
    import numpy as np

    for kind in (np.int64, np.float64):
        try:
            return np.array([text or "nan" for text in texts]).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array(texts)


def _mapping(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise PlaceError("must hold keys and values", where=str(path))
    return value
