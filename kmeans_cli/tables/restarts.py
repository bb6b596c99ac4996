"""The second course report's tables: the best and the worst of many starts, trial beside trial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmeans_cli.tables.params import PublishedRow
from kmeans_cli.tables.table import Cell, Footnotes, Table
from kmeans_cli.tables.view import FitRow, RunView, number, published_row, remarks_on, spread, title_of, values_of

_MOST_PAIRS = 3


@dataclass(frozen=True)
class _Trial:
    """The fits of one k and init, their MIN and MAX fit, and what was published of the like."""

    run: RunView
    summary: Mapping[str, Any]
    fits: tuple[FitRow, ...]
    published: PublishedRow | None


def restarts(runs: Sequence[RunView]) -> Table:
    """A column for each trial, ours and the published: spread of the distance sum, nearest samples, confusions."""
    trials, notes = list(_trials(runs)), Footnotes()
    header, columns = [""], [[Cell(name) for name in _QUANTITIES]]
    for trial in trials:
        k, init = trial.summary["k"], trial.summary["init"]
        header.append(f"k = {k}, {init}")
        columns.append([Cell(own(trial)) for own, _ in _QUANTITIES.values()])
        if trial.published is not None:
            header.append(f"k = {k}, published")
            columns.append([_published_cell(trial.published, other, notes) for _, other in _QUANTITIES.values()])
    rows = tuple(row for row in zip(*columns, strict=True) if any(cell.text for cell in row[1:]))
    remarks = (
        "MIN and MAX: the fits with the smallest and the largest inertia. Distance sums, not squared, in raw units.",
        *remarks_on(runs),
    )
    title = title_of(runs, "the best and the worst of many starts")
    return Table(title, tuple(header), rows if trials else (), remarks, tuple(notes.texts))


def confused(runs: Sequence[RunView]) -> Table:
    """The pairs of classes most often confused, by trial: samples of either in clusters of the other."""
    rows = []
    for trial in _trials(runs):
        best, worst = (_pairs(trial, which) for which in ("best", "worst"))
        for pair in sorted(best | worst, key=lambda pair: -best.get(pair, 0) - worst.get(pair, 0)):
            counts = (Cell(str(found[pair]) if pair in found else "") for found in (best, worst))
            rows.append((Cell(str(trial.summary["k"])), Cell(trial.summary["init"]), Cell(pair), *counts))
    remarks = ("An empty cell: not among the pairs that this fit confuses most.", *remarks_on(runs))
    title = title_of(runs, "classes most often confused")
    return Table(title, ("k", "start", "classes", "samples, MIN", "samples, MAX"), tuple(rows), remarks)


def _trials(runs: Sequence[RunView]) -> Iterator[_Trial]:
    for run in runs:
        for summary in run.metrics.get("trials") or ():
            k, init = summary["k"], summary["init"]
            fits = tuple(fit for fit in run.fits if (fit.k, fit.init) == (k, init))
            yield _Trial(run, summary, fits, published_row(runs, k, init, "distance_sum_min"))


def _published_cell(row: PublishedRow, of: Callable[[PublishedRow], str], notes: Footnotes) -> Cell:
    is_sum = of in (_published_min, _published_max)  # what a note on a trial is about
    return notes.mark(of(row), row.note if is_sum else None)


def _distance_sums(trial: _Trial) -> list[float]:
    """Of all fits, in raw units."""
    unit = trial.run.raw_unit
    return [] if unit is None else [value * unit for value in values_of(trial.fits, "distance_sum")]


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _nearest(trial: _Trial, which: str) -> str:
    counted = trial.summary[which].get("nearest")
    return f"{counted['right']}/{counted['shown']}" if counted else ""


def _accuracy(trial: _Trial, which: str) -> str:
    value = trial.summary[which].get("accuracy")
    return "" if value is None else number(100 * value, 1)


def _pairs(trial: _Trial, which: str) -> dict[str, int]:
    found = trial.summary[which].get("confused") or ()
    return {"–".join(map(str, pair["classes"])): pair["samples"] for pair in found}


def _most_confused(trial: _Trial, which: str) -> str:
    return ", ".join(list(_pairs(trial, which))[:_MOST_PAIRS])


def _hits(trial: _Trial) -> str:
    return str(trial.summary["spread"].get("best_hits", ""))


def _published_min(row: PublishedRow) -> str:
    return _whole(row.distance_sum_min)


def _published_max(row: PublishedRow) -> str:
    return _whole(row.distance_sum_max)


def _nothing(row: PublishedRow) -> str:  # noqa: ARG001 - it stands where they published nothing
    return ""


_QUANTITIES: dict[str, tuple[Callable[[_Trial], str], Callable[[PublishedRow], str]]] = {
    "starts": (lambda trial: str(len(trial.fits)), lambda row: number(row.n_init, 0)),
    "smallest distance sum": (lambda trial: _whole(min(_distance_sums(trial), default=None)), _published_min),
    "largest distance sum": (lambda trial: _whole(max(_distance_sums(trial), default=None)), _published_max),
    "mean ± standard deviation": (lambda trial: spread(_distance_sums(trial), _whole), _nothing),
    "starts that reached MIN": (_hits, _nothing),
    "iterations": (lambda trial: spread(values_of(trial.fits, "n_iter"), lambda value: number(value, 0)), _nothing),
    "ten nearest right, MIN": (lambda trial: _nearest(trial, "best"), lambda row: row.nearest_min or ""),
    "ten nearest right, MAX": (lambda trial: _nearest(trial, "worst"), lambda row: row.nearest_max or ""),
    "accuracy of MIN, %": (lambda trial: _accuracy(trial, "best"), _nothing),
    "accuracy of MAX, %": (lambda trial: _accuracy(trial, "worst"), _nothing),
    "most confused, MIN": (lambda trial: _most_confused(trial, "best"), _nothing),
    "most confused, MAX": (lambda trial: _most_confused(trial, "worst"), lambda row: row.confused or ""),
}
"""Row of the table -> what we found, and what they published."""
