"""Which classes the best and the worst fit of many take for one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kmeans_cli.metrics.labels import confused_pairs, contingency
from kmeans_cli.plots.many_view import StartsView
from kmeans_cli.plots.style import COLOURS, COLUMN_WIDTH, FONT_SIZE, WRONG, new_figure, paper_style, shorten, wrap
from kmeans_cli.plots.view import FitView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST_PAIRS = 10
_LONGEST_NAME = 12  # characters
_BAR = 0.4  # height, in rows


def applies(view: StartsView) -> bool:
    """Whether true classes are known, and at least two of them confused."""
    return bool(_pairs(view.best) or _pairs(view.worst))


@paper_style()
def draw(view: StartsView) -> Figure:
    """The pairs of classes most often confused, a bar for the MIN and the MAX fit each."""
    best, worst = _pairs(view.best), _pairs(view.worst)
    both = {pair: best.get(pair, 0) + worst.get(pair, 0) for pair in best | worst}
    pairs = sorted(both, key=lambda pair: -both[pair])[:_MOST_PAIRS]
    figure = new_figure(COLUMN_WIDTH, 0.24 * len(pairs) + 1.1)
    axes = figure.add_subplot()
    for name, found, colour, shift in (("MIN", best, COLOURS[0], -_BAR / 2), ("MAX", worst, WRONG, _BAR / 2)):
        places = [row + shift for row in range(len(pairs))]
        bars = axes.barh(places, [found.get(pair, 0) for pair in pairs], _BAR, color=colour, label=name)
        axes.bar_label(bars, padding=2, size=FONT_SIZE - 2)
    names = [" and ".join(shorten(each, _LONGEST_NAME) for each in pair) for pair in pairs]
    axes.set_yticks(range(len(pairs)), names)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel("samples of one class in a cluster of the other")
    axes.legend(loc="lower right")
    axes.set_title(wrap(f"{view.title}: classes most often confused", COLUMN_WIDTH - 0.5, FONT_SIZE + 1))
    return figure


def _pairs(view: FitView) -> dict[tuple[Any, Any], int]:
    if view.y is None or view.cluster_classes is None:
        return {}
    table = contingency(view.labels, view.y, len(view.centroids))
    return {(one, other): samples for one, other, samples in confused_pairs(table, view.cluster_classes)}
