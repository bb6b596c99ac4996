"""What the figures of many fits need to know, as plain values: figures know no runs, files or engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kmeans_cli.core.types import Float64Array, IterationRecord
from kmeans_cli.plots.view import FitView


@dataclass(frozen=True)
class FitSummary:
    """One finished fit of many.

    Attributes:
        number: Its number in the run.
        k: Number of clusters.
        init: How its start was chosen.
        numbers: Its numbers by their column in ``fits.csv``: ``j_clust``, ``accuracy_train``, ``seconds``, …; None
            where there is none.
        history: A record per iteration.
    """

    number: int
    k: int
    init: str
    numbers: Mapping[str, float | None]
    history: tuple[IterationRecord, ...]

    @property
    def j_clust(self) -> float:
        """Its final J_clust, which every finished fit has."""
        value = self.numbers["j_clust"]
        assert value is not None
        return value


@dataclass(frozen=True)
class SweepView:
    """The fits of a sweep over k, ready to draw.

    Attributes:
        title: The data set, for figure titles.
        fits: The finished fits, any number for each k and init.
        chosen: The k that each rule chose, by the rule's name; None where it chose none.
        gap: The gap statistic of each k and its standard error, by k; empty when it was not asked for.
    """

    title: str
    fits: tuple[FitSummary, ...]
    chosen: Mapping[str, int | None]
    gap: Mapping[int, tuple[float, float]]


@dataclass(frozen=True)
class StartsView:
    """The fits of one k from many starts, ready to draw.

    Attributes:
        title: The data set and k, for figure titles: ``"mnist, k = 20"``.
        fits: The finished fits.
        best: The fit with the smallest inertia.
        worst: The one with the largest.
        agreement: (m, m) adjusted Rand index between the labels of each two of the m ``fits``, in their order.
    """

    title: str
    fits: tuple[FitSummary, ...]
    best: FitView
    worst: FitView
    agreement: Float64Array
