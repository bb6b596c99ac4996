"""The first course report's tables: what the way to start does to accuracy, J_clust and iterations."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kmeans_cli.tables.params import PublishedRow
from kmeans_cli.tables.table import Cell, Footnotes, Table
from kmeans_cli.tables.view import (
    FitRow,
    RunView,
    grouped,
    number,
    published_row,
    remarks_on,
    spread,
    title_of,
    values_of,
)

_HEADER = ("k", "start", "fits", "accuracy, %", "J_clust", "iterations")
_PUBLISHED = ("accuracy, %", "J_clust", "iterations")


def starts(runs: Sequence[RunView]) -> Table:
    """A row for each k and init: accuracy, J_clust and iterations, mean ± standard deviation over the starts."""
    groups = grouped(runs)
    held_out = all("accuracy_test" in fit.numbers for fits in groups.values() for fit in fits)
    notes, with_published = Footnotes(), any(run.published.rows for run in runs)
    rows = [
        (*_own(k, init, fits, held_out), *(_published(runs, k, init, notes) if with_published else ()))
        for (k, init), fits in groups.items()
    ]
    header = _HEADER + (tuple(f"published {name}" for name in _PUBLISHED) if with_published else ())
    which = "held-out samples" if held_out else "training samples"
    remarks = (f"Mean ± standard deviation over the fits; accuracy on {which}.", *remarks_on(runs))
    title = title_of(runs, "the start, and where it leads")
    return Table(title, header, tuple(rows), remarks, tuple(notes.texts))


def starts_by_k(runs: Sequence[RunView]) -> Table:
    """A row for each k: the final J_clust of each init, its mean and its best, beside the published one."""
    groups = grouped(runs)
    inits = list(dict.fromkeys(init for _, init in groups))
    with_published = [init for init in inits if _has_published(runs, list(groups), init)]
    notes, header = Footnotes(), ["k"]
    for init in inits:
        header += [init, f"{init}, best", *([f"{init}, published"] if init in with_published else [])]
    rows = []
    for k in sorted({k for k, _ in groups}):
        row = [Cell(str(k))]
        for init in inits:
            row += _losses(groups.get((k, init), []))
            if init in with_published:
                row.append(_published_loss(published_row(runs, k, init, "j_clust"), 3, notes))
        rows.append(tuple(row))
    remarks = ("Mean ± standard deviation over the fits, and the smallest.", *remarks_on(runs))
    title = title_of(runs, "final J_clust by k and start")
    return Table(title, tuple(header), tuple(rows), remarks, tuple(notes.texts))


def _own(k: int, init: str, fits: Sequence[FitRow], held_out: bool) -> list[Cell]:
    accuracies = [100 * value for value in values_of(fits, "accuracy_test" if held_out else "accuracy_train")]
    return [
        Cell(str(k)),
        Cell(init),
        Cell(str(len(fits))),
        Cell(spread(accuracies, lambda value: number(value, 1))),
        Cell(spread(values_of(fits, "j_clust"), lambda value: number(value, 2))),
        Cell(spread(values_of(fits, "n_iter"), lambda value: number(value, 1))),
    ]


def _published(runs: Sequence[RunView], k: int, init: str, notes: Footnotes) -> list[Cell]:
    row = published_row(runs, k, init, "accuracy") or published_row(runs, k, init, "j_clust")
    if row is None:
        return [Cell()] * len(_PUBLISHED)
    return [
        notes.mark("" if row.accuracy is None else number(100 * row.accuracy, 0), _interval(row)),
        _published_loss(row, 2, notes),
        notes.mark(number(row.n_iter, 0)),
    ]


def _published_loss(row: PublishedRow | None, decimals: int, notes: Footnotes) -> Cell:
    return Cell() if row is None else notes.mark(number(row.j_clust, decimals), row.note)


def _interval(row: PublishedRow) -> str | None:
    """What an accuracy on few samples is worth: the 95 % interval of a share, by the normal approximation."""
    if row.accuracy is None or row.accuracy_samples is None:
        return None
    half = 1.96 * math.sqrt(row.accuracy * (1 - row.accuracy) / row.accuracy_samples)
    return f"Measured on {row.accuracy_samples} samples: ± {100 * half:.0f} points (95 % interval)."


def _losses(fits: Sequence[FitRow]) -> list[Cell]:
    losses = values_of(fits, "j_clust")
    return [Cell(spread(losses, lambda value: number(value, 2))), Cell(number(min(losses, default=None), 3))]


def _has_published(runs: Sequence[RunView], keys: Sequence[tuple[int, str]], init: str) -> bool:
    return any(published_row(runs, k, name, "j_clust") for k, name in keys if name == init)
