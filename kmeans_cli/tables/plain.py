"""Tables of any run: its fits, and what the rules say of k."""

from __future__ import annotations

from collections.abc import Sequence

from kmeans_cli.metrics import METRICS
from kmeans_cli.tables.table import Cell, Table
from kmeans_cli.tables.view import FitRow, RunView, number, remarks_on, title_of

_COLUMNS = {
    "k": "k",
    "init": "start",
    "seed": "seed",
    "n_iter": "iterations",
    "j_clust": "J_clust",
    "distance_sum": "distance sum",
    "accuracy_train": "accuracy, %",
    "accuracy_test": "held out, %",
    "homogeneity": "homogeneity",
    "silhouette": "silhouette",
    "stop_reason": "ended by",
}
_DECIMALS = {"j_clust": 4, "distance_sum": 1, "homogeneity": 3, "silhouette": 3}


def fits(runs: Sequence[RunView]) -> Table:
    """A row for each fit, with the columns that any of them has."""
    all_fits = [fit for run in runs for fit in run.fits]
    filled = [column for column in _COLUMNS if any(_cell(fit, column).text for fit in all_fits)]
    rows = tuple(tuple(_cell(fit, column) for column in filled) for fit in all_fits)
    return Table(title_of(runs, "all fits"), tuple(_COLUMNS[column] for column in filled), rows, remarks_on(runs))


def chosen_k(runs: Sequence[RunView]) -> Table:
    """A row for each rule: its k, and why."""
    rows, remarks = [], []
    for run in runs:
        for name, verdict in (run.metrics.get("rules") or {}).items():
            k = "none" if verdict["k"] is None else str(verdict["k"])
            label = METRICS[name].label if name in METRICS else name
            rows.append((Cell(label), Cell(k), Cell(verdict["reason"])))
        remarks += [text for text in (run.metrics.get("rules_summary"), run.published.note) if text]
    title = title_of(runs, "which k to choose")
    return Table(title, ("rule", "k", "because"), tuple(rows), tuple(remarks))


def _cell(fit: FitRow, column: str) -> Cell:
    value = fit.k if column == "k" else fit.numbers.get(column)
    if value is None:
        return Cell(fit.init if column == "init" else fit.texts.get(column, ""))
    if column.startswith("accuracy"):
        return Cell(number(100 * value, 2))
    return Cell(number(value, _DECIMALS.get(column, 0)))
