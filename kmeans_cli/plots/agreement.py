"""How far the partitions of many starts agree: the adjusted Rand index of each two."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.plots.heatmap import add_scale, write_cells
from kmeans_cli.plots.many_view import StartsView
from kmeans_cli.plots.style import COLUMN_WIDTH, FONT_SIZE, PAGE_WIDTH, new_figure, paper_style, wrap

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CELL = 0.19  # inches, when there is room


@paper_style()
def draw(view: StartsView) -> Figure:
    """A cell for each two starts, the starts in the order of their final J_clust, the best first."""
    order = np.argsort([fit.j_clust for fit in view.fits], kind="stable")
    shown = view.agreement[np.ix_(order, order)]
    m = len(order)
    side = float(np.clip(_CELL * m, COLUMN_WIDTH - 1.2, PAGE_WIDTH - 1.2))
    figure = new_figure(side + 1.2, side + 0.75)
    axes = figure.add_subplot()
    image = axes.imshow(shown, cmap="Blues", vmin=min(0.0, float(shown.min())), vmax=1, interpolation="nearest")
    cell = 72 * side / m
    texts = np.array([[f"{100 * value:.0f}" for value in row] for row in shown])
    write_cells(axes, texts, shown > 0.6, (cell, cell))
    step = max(1, round(9 / cell))
    names = [str(view.fits[fit].number) for fit in order[::step]]
    axes.set_xticks(range(0, m, step), names, size=FONT_SIZE - 2, rotation=90)
    axes.set_yticks(range(0, m, step), names, size=FONT_SIZE - 2)
    axes.tick_params(length=0, pad=2)
    axes.set_xlabel("fit, by J_clust, the best first")
    axes.set_ylabel("fit")
    add_scale(figure, image, [axes], "adjusted Rand index (in the cells: × 100)", side)
    others = shown[~np.eye(m, dtype=bool)]
    heading = f"{view.title}: how far {m} starts agree, on average {others.mean():.2f}"
    figure.suptitle(wrap(heading, side + 1.2, FONT_SIZE + 1))
    return figure
