"""What tables need to know of runs, as plain values: tables know no folders and files."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmeans_cli.errors import ConfigError
from kmeans_cli.tables.params import Published, PublishedRow


@dataclass(frozen=True)
class FitRow:
    """A finished fit as ``fits.csv`` has it.

    Attributes:
        k: Number of clusters.
        init: How its start was chosen.
        numbers: Its numbers by column, those that it has.
        texts: What its other columns say.
    """

    k: int
    init: str
    numbers: Mapping[str, float]
    texts: Mapping[str, str]


@dataclass(frozen=True)
class RunView:
    """A run with what tables say of it.

    Attributes:
        dataset: Its data.
        fits: Its finished fits.
        n_failed: How many failed.
        metrics: ``metrics.json``.
        raw_unit: How many raw units one unit of its distances is: 255 for pixels divided by 255; None where features
            were scaled differently.
        published: What others found.
        minibatch: Whether by mini-batch, which is not exact.
        split: Which part of the data was fitted.
        data_sha256: What tells its data from others: only fits of the same data have a mean.
    """

    dataset: str
    fits: tuple[FitRow, ...]
    n_failed: int
    metrics: Mapping[str, Any]
    raw_unit: float | None
    published: Published
    minibatch: bool = False
    split: str = "train"
    data_sha256: str = ""


def values_of(fits: Sequence[FitRow], column: str) -> list[float]:
    """A column of the fits that have it."""
    return [fit.numbers[column] for fit in fits if column in fit.numbers]


def grouped(runs: Sequence[RunView]) -> dict[tuple[int, str], list[FitRow]]:
    """The fits of all runs by k and init, in the order of the runs.

    Raises:
        ConfigError: If the runs are of different data, so that a mean over them would say nothing.
    """
    if len({run.data_sha256 for run in runs}) > 1:
        names = ", ".join(dict.fromkeys(run.dataset for run in runs))
        problem = "makes means over runs of the same data, and these are of different data"
        raise ConfigError(problem, where="--table", value=names, allowed="a report for each data set")
    groups: dict[tuple[int, str], list[FitRow]] = {}
    for run in runs:
        for fit in run.fits:
            groups.setdefault((fit.k, fit.init), []).append(fit)
    return groups


def published_row(runs: Sequence[RunView], k: int, init: str, having: str) -> PublishedRow | None:
    """The first published row for this k and init that has a figure of this name."""
    rows = (row for run in runs for row in run.published.rows)
    found = (row for row in rows if row.k == k and row.init in (None, init) and getattr(row, having) is not None)
    return next(found, None)


def remarks_on(runs: Sequence[RunView]) -> tuple[str, ...]:
    """What must be said of the runs and of what they are compared with, each sentence once."""
    published = [run.published for run in runs]
    sentences = [f"Published: {each.source}." for each in published if each.source]
    sentences += [text for each in published for text in (each.protocol, each.note) if text]
    n_failed = sum(run.n_failed for run in runs)
    sentences += [f"Fits that failed, and are not counted: {n_failed}."] if n_failed else []
    return tuple(dict.fromkeys(sentences))


def title_of(runs: Sequence[RunView], text: str) -> str:
    """The names of the data, then what the table shows."""
    return f"{', '.join(dict.fromkeys(run.dataset for run in runs))}: {text}"


def spread(values: Sequence[float], form: Callable[[float], str]) -> str:
    """Mean ± standard deviation (of a sample); of one value that value, of none nothing."""
    if not values:
        return ""
    mean = form(math.fsum(values) / len(values))
    return mean if len(values) == 1 else f"{mean} ± {form(statistics.stdev(values))}"


def number(value: float | None, decimals: int) -> str:
    """A number with so many decimals, nothing for None."""
    return "" if value is None else f"{value:.{decimals}f}"
