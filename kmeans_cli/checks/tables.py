"""Whether the tables of a run tell what its arrays and records do; no data are needed."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli import fits_table
from kmeans_cli.checks.finding import Finding, agree, shown
from kmeans_cli.csv_tables import CsvTable, centroids_table, history_table
from kmeans_cli.fit_records import StoredFit
from kmeans_cli.runs import Run
from kmeans_cli.runs.encode import write_rows
from kmeans_cli.runs.read import HISTORY, METRICS

_SHOWN = 3
"""Cells of a table that are named; of the others only how many there are."""

_OF_SUMS = 1e-6
"""By so much, relatively, may an inertia of ``history.csv`` differ from a direct one, or from its neighbour.

It comes from the sums of the clusters, as Σw‖x‖² − Σ‖s‖²/w, which the core takes down to a millionth of the total
(``core.exact_loop.CANCELLED``): what rounding took from the total weighs up to a million times as much in it.
"""


def check_tables(run: Run, fits: Sequence[StoredFit]) -> Iterator[Finding]:
    """Values of ``centroids.csv``, ``history.csv`` and ``fits.csv`` that are not what they are made from.

    Args:
        run: A concluded run.
        fits: Its fits, where it has several.

    Raises:
        PlaceError, KeyError, TypeError, ValueError: If a file does not hold what the command writes.
    """
    yield from compare_table(run.path / "centroids.csv", centroids_table(run.model()))
    if fits:
        good = {fit.number: fit.history for fit in fits if fit.error is None}
        yield from compare_table(run.path / HISTORY, history_table(good))
        yield from compare_table(run.path / "fits.csv", CsvTable(fits_table.COLUMNS, fits_table.rows(fits)))
    else:
        yield from _check_history(run)


def compare_table(
    path: Path, expected: CsvTable, *, only: Collection[str] | None = None, measured: Collection[str] = ()
) -> Iterator[Finding]:
    """The cells of a CSV file that are not as expected; a file that is not there has none.

    Args:
        path: The file.
        expected: What should be in it.
        only: The columns that are looked at; None: all.
        measured: Columns of numbers that were measured anew: of these the last digits may differ.
    """
    if not path.exists():
        return
    header, *rows = csv.reader(io.StringIO(_text_of(expected)))
    with path.open(encoding="utf-8", newline="") as file:
        told_header, *told = csv.reader(file)
    if told_header != header or len(told) != len(rows):
        yield Finding(path.name, f"has {_size(told_header, told)}; it should have {_size(header, rows)}")
        return
    wrong = [
        (number, name, cell, right)
        for number, (cells, rights) in enumerate(zip(told, rows, strict=True), start=1)
        for name, cell, right in zip(header, cells, rights, strict=True)
        if cell != right and (only is None or name in only) and not (name in measured and _near(cell, right))
    ]
    for number, name, cell, right in wrong[:_SHOWN]:
        yield Finding(f"{path.name}: row {number:,}, {name}", f"is {cell or 'empty'}; it should be {right or 'empty'}")
    if len(wrong) > _SHOWN:
        yield Finding(path.name, f"{len(wrong) - _SHOWN:,} more values are not what they should be")


def _size(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return f"{len(rows):,} rows of {', '.join(header)}"


def _text_of(table: CsvTable) -> str:
    file = io.BytesIO()
    write_rows(file, *table)
    return file.getvalue().decode()


def _near(told: str, expected: str) -> bool:
    try:
        return agree(float(expected), float(told))
    except ValueError:
        return False


def _check_history(run: Run) -> Iterator[Finding]:
    """What must hold in ``history.csv`` of a single fit, whose arrays are kept nowhere else.

    How far the centroids went and how many samples moved in each iteration only a repetition can tell.
    """
    history, numbers = run.history, run.metrics
    weight = _total_weight(history)
    fits = [np.flatnonzero(history["fit"] == fit) for fit in np.unique(history["fit"])]
    k = len(run.model().centroids)
    for rows in fits:
        yield from _check_counts(rows, history, k)
        yield from _check_j_clust(rows, history, weight)
        if not _is_minibatch(numbers):
            yield from _check_fall(rows, history)
    mine = np.flatnonzero(history["fit"] == numbers["fit"])
    if len(mine) != numbers["n_iter"]:
        yield Finding(f"{METRICS}: n_iter", f"is {numbers['n_iter']}; {HISTORY} has {len(mine)} rows of this fit")
    elif len(mine):
        last = {name: column[mine[-1]] for name, column in history.items()}
        at_rest = last["n_moved"] == 0 and last["n_empty"] == 0 and not _is_minibatch(numbers)
        if at_rest and not _same_inertia(numbers["inertia"], float(last["inertia"])):
            told = f"is {last['inertia']}; {METRICS} tells {shown(numbers['inertia'])}, and nothing moved any more"
            yield Finding(f"{HISTORY}: row {mine[-1] + 1:,}, inertia", told)


def _check_counts(rows: NDArray[np.int64], history: dict[str, NDArray[Any]], k: int) -> Iterator[Finding]:
    """Iterations are counted from 1; clusters that are empty are at most all."""
    for number, row in enumerate(rows, start=1):
        if history["iteration"][row] != number:
            yield _cell(row, "iteration", history["iteration"][row], number)
        if not 0 <= history["n_empty"][row] <= k:
            yield _cell(row, "n_empty", history["n_empty"][row], f"0 to {k}")


def _total_weight(history: dict[str, NDArray[Any]]) -> float | None:
    """Of all samples, as most rows have it; None where J_clust is 0 in all."""
    known = history["j_clust"] > 0
    return float(np.median(history["inertia"][known] / history["j_clust"][known])) if known.any() else None


def _check_j_clust(
    rows: NDArray[np.int64], history: dict[str, NDArray[Any]], weight: float | None
) -> Iterator[Finding]:
    """It is the inertia by the weight of all samples; which of the two is wrong cannot be seen."""
    for row in rows:
        inertia, j_clust = float(history["inertia"][row]), float(history["j_clust"][row])
        if weight is not None and not agree(inertia / weight, j_clust):
            yield _cell(row, "j_clust", repr(j_clust), f"{shown(inertia / weight)}, by the inertia beside it")


def _check_fall(rows: NDArray[np.int64], history: dict[str, NDArray[Any]]) -> Iterator[Finding]:
    """The inertia of an exact algorithm never rises while no cluster is empty."""
    for before, row in pairwise(rows):
        was, now = float(history["inertia"][before]), float(history["inertia"][row])
        if now > was and not _same_inertia(now, was) and not history["n_empty"][before]:
            yield _cell(row, "inertia", repr(now), f"at most {shown(was)}, that of the row before")


def _same_inertia(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_OF_SUMS, abs_tol=1e-12)


def _is_minibatch(numbers: dict[str, Any]) -> bool:
    return bool(numbers["algorithm"] == "minibatch")


def _cell(row: int, column: str, told: Any, right: Any) -> Finding:
    return Finding(f"{HISTORY}: row {row + 1:,}, {column}", f"is {told}; it should be {right}")
