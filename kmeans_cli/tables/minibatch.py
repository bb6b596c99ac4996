"""The tutorial's table: mini-batch at several k, beside the exact algorithm and what was published."""

from __future__ import annotations

from collections.abc import Sequence

from kmeans_cli.tables.table import Cell, Footnotes, Table
from kmeans_cli.tables.view import FitRow, RunView, number, published_row, remarks_on, spread, title_of, values_of

_HEADER = ("k", "algorithm", "fits", "inertia", "homogeneity", "accuracy, %", "held out, %", "seconds")
_ON_TEST = "Fitted on the test images and judged on the same, as the source did; nothing was held out."


def minibatch(runs: Sequence[RunView]) -> Table:
    """A row for each k of each run, those of one k together; runs on another split than the training data last.

    Each number is the mean ± standard deviation over the fits.
    """
    notes, with_published = Footnotes(), any(run.published.rows for run in runs)
    groups = [(run, k) for run in runs for k in dict.fromkeys(fit.k for fit in run.fits)]
    groups.sort(key=lambda group: (group[0].split != "train", group[1]))
    rows = []
    for run, k in groups:
        fits = [fit for fit in run.fits if fit.k == k]
        row = [Cell(str(k)), notes.mark(_name(run), None if run.split == "train" else _ON_TEST), *_numbers(fits)]
        rows.append((*row, _published(runs, run, k, fits[0].init, notes)) if with_published else tuple(row))
    header = (*_HEADER, "published accuracy, %") if with_published else _HEADER
    remarks = (
        "Mean ± standard deviation over the fits. Accuracy and homogeneity of the samples fitted, but for held out. "
        "Seconds: the start and the fit.",
        *remarks_on(runs),
    )
    return Table(title_of(runs, "mini-batch and exact k-means"), header, tuple(rows), remarks, tuple(notes.texts))


def _name(run: RunView) -> str:
    return "mini-batch" if run.minibatch else "exact"


def _numbers(fits: Sequence[FitRow]) -> list[Cell]:
    def cell(column: str, decimals: int, factor: float = 1) -> Cell:
        values = [factor * value for value in values_of(fits, column)]
        return Cell(spread(values, lambda value: number(value, decimals)))

    return [
        Cell(str(len(fits))),
        Cell(spread(values_of(fits, "inertia"), lambda value: f"{value:,.0f}")),
        cell("homogeneity", 3),
        cell("accuracy_train", 1, 100),
        cell("accuracy_test", 1, 100),
        cell("seconds", 2),
    ]


def _published(runs: Sequence[RunView], run: RunView, k: int, init: str, notes: Footnotes) -> Cell:
    """What was published for mini-batch with this k; nothing beside the exact algorithm."""
    row = published_row(runs, k, init, "accuracy") if run.minibatch else None
    return Cell() if row is None or row.accuracy is None else notes.mark(number(100 * row.accuracy, 0), row.note)
