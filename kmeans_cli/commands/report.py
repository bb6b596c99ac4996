"""``kmeans report``: a table of finished runs, as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.config import build, resolve
from kmeans_cli.core.algorithms import MINIBATCH
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs.atomic import open_write
from kmeans_cli.runs.read import Run, load_run, read_columns, understood
from kmeans_cli.runs.status import RunStatus
from kmeans_cli.tables.params import Published
from kmeans_cli.tables.registry import TABLES
from kmeans_cli.tables.view import FitRow, RunView
from kmeans_cli.tables.writers import FORMATS

_FITS = "fits.csv"
_WITH_FITS = ("fit", "sweep-k", "multi-init")


def report(
    runs: Sequence[str], *, runs_dir: Path, table: str, format: str, config: Path | None = None, out: Path | None = None
) -> str:
    """A table of runs; the same runs give the same bytes.

    Args:
        runs: RUN each; one that is named twice counts once.
        runs_dir: Where runs live.
        table: A name in ``TABLES``.
        format: A name in ``FORMATS``.
        config: A config whose section ``published`` is set beside the runs instead of their own.
        out: A file to write the table to, or None.

    Raises:
        ConfigError: For an unknown table or format, or a table for which the runs hold nothing, or that
            takes a mean over different data.
        PlaceError: For a run that is missing, broken, not completed or without fits, or ``out`` not writable.
    """
    for name, names, where in ((table, TABLES, "--table"), (format, FORMATS, "--format")):
        if name not in names:
            raise ConfigError(f"is no {where[2:]}", where=where, value=name, allowed=tuple(names))
    published = None if config is None else resolve(config).config.published
    views = [_view(run, published) for run in _reportable(runs, runs_dir)]
    built = TABLES[table].build(views)
    if not built.rows:
        raise ConfigError(f"finds nothing in {', '.join(runs)}", where="--table", value=table)
    text = FORMATS[format](built)
    if out is not None:
        with open_write(out) as file:
            file.write(text.encode())
    return text


def table_names() -> dict[str, str]:
    """The tables there are, each with what it shows."""
    return {name: kind.description for name, kind in TABLES.items()}


def _reportable(names: Sequence[str], runs_dir: Path) -> list[Run]:
    """The runs, each once.

    Raises:
        PlaceError: For one that tables have nothing to say of.
    """
    runs = {run.path.resolve(): run for run in (load_run(name, runs_dir) for name in names)}
    for run in runs.values():
        command = run.record.get("command")
        if command not in _WITH_FITS:
            raise PlaceError(
                f"is a run of {command}, which has no fits to report; name one of {', '.join(_WITH_FITS)}",
                where=run.path.name,
            )
        if run.status is not RunStatus.COMPLETED:
            way = "run it again" if command == "fit" else f"finish it with: kmeans {command} --resume {run.path}"
            raise PlaceError(f"did not complete, its status is '{run.status.value}'; {way}", where=run.path.name)
    return list(runs.values())


def _view(run: Run, published: Published | None) -> RunView:
    """A run as tables see it, with these published figures or else its own."""
    with understood(run.path):
        return _as_view(run, published)


def _as_view(run: Run, published: Published | None) -> RunView:
    fits = list(_fits(run))
    settings = run.config
    return RunView(
        dataset=str(run.record["dataset"]["name"]),
        fits=tuple(fit for fit in fits if "j_clust" in fit.numbers),
        n_failed=sum("j_clust" not in fit.numbers for fit in fits),
        metrics=run.metrics,
        raw_unit=_raw_unit(run),
        published=_own_published(run) if published is None else published,
        minibatch=settings["kmeans"]["algorithm"] == MINIBATCH,
        split=settings["data"]["split"],
        data_sha256=str(run.record["dataset"]["sha256"]),
    )


def _fits(run: Run) -> Iterator[FitRow]:
    if not (run.path / _FITS).exists():
        yield _only_fit(run.metrics)
        return
    columns = read_columns(run.path / _FITS)
    for values in zip(*(column.tolist() for column in columns.values()), strict=True):
        row = dict(zip(columns, values, strict=True))
        yield FitRow(int(row["k"]), str(row["init"]), *_numbers_and_texts(row))


def _only_fit(metrics: Mapping[str, Any]) -> FitRow:
    """The fit of ``kmeans fit``, with the columns it would have in ``fits.csv``."""
    train, test = metrics["train"] or {}, metrics["test"] or {}
    scores = {
        "accuracy_train": train.get("accuracy"),
        "accuracy_test": test.get("accuracy"),
        "silhouette": (metrics["silhouette"] or {}).get("value"),
    }
    return FitRow(metrics["n_clusters"], metrics["init"], *_numbers_and_texts({**metrics, **train, **scores}))


def _numbers_and_texts(row: Mapping[str, Any]) -> tuple[dict[str, float], dict[str, str]]:
    numbers = {name: float(value) for name, value in row.items() if isinstance(value, int | float)}
    known = {name: value for name, value in numbers.items() if np.isfinite(value)}
    return known, {name: value for name, value in row.items() if isinstance(value, str)}


def _raw_unit(run: Run) -> float | None:
    factor = run.model().factor
    return float(factor[0]) if (factor == factor[0]).all() else None


def _own_published(run: Run) -> Published:
    try:
        return build(run.config).published
    except ConfigError as error:
        raise PlaceError(str(error), where=str(run.path)) from error
