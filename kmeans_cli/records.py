"""What every run of fits leaves in its folder: the history and the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.csv_tables import history_table
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.style import save
from kmeans_cli.runs.folder import RunFolder

if TYPE_CHECKING:  # all figures, for runs that draw none too
    from kmeans_cli.plots.registry import Plot

_View = TypeVar("_View")


def write_history(folder: RunFolder, histories: Mapping[int, Sequence[IterationRecord]]) -> None:
    """Write ``history.csv``: a row per iteration of each fit, by the number of the fit."""
    folder.write_csv("history.csv", *history_table(histories))


def write_figures(
    folder: RunFolder,
    plots: Mapping[str, Plot[_View]],
    view: _View,
    params: FigureParams,
    suffix: str = "",
    should_stop: Callable[[], bool] = lambda: False,
) -> bool:
    """Draw every figure that applies to the view into ``figures/``; False when it was stopped before the last.

    Args:
        folder: The run folder.
        plots: What to draw.
        view: Of what.
        params: Into which format.
        suffix: Behind the name of each file.
        should_stop: Asked before each figure.
    """
    for name, plot in plots.items():
        if should_stop():
            return False
        if plot.applies(view):
            with folder.open_write(f"figures/{name}{suffix}.{params.format}") as file:
                save(plot.draw(view), file, params.format)
    return True
