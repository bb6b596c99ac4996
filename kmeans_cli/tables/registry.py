"""The tables of a report, made of finished runs: the same runs give the same bytes.

To add a table: one function of runs and one line in ``TABLES``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kmeans_cli.tables import minibatch, plain, restarts, starts
from kmeans_cli.tables.table import Table
from kmeans_cli.tables.view import RunView


@dataclass(frozen=True)
class TableKind:
    """A kind of table.

    Attributes:
        build: Makes it of runs; without rows where they hold nothing for it.
        description: What it shows, in a few words.
    """

    build: Callable[[Sequence[RunView]], Table]
    description: str


TABLES: dict[str, TableKind] = {
    "starts": TableKind(starts.starts, "accuracy, J_clust and iterations of each k and start, beside the published"),
    "starts-k": TableKind(starts.starts_by_k, "the final J_clust of each start by k, beside the published"),
    "restarts": TableKind(restarts.restarts, "the best and the worst of many starts, beside the published"),
    "confused": TableKind(restarts.confused, "the classes that the best and the worst of many starts confuse"),
    "minibatch": TableKind(minibatch.minibatch, "what mini-batch costs and saves at each k, beside the published"),
    "k": TableKind(plain.chosen_k, "which k each rule chooses, and why"),
    "fits": TableKind(plain.fits, "every fit"),
}
"""Name -> table."""
