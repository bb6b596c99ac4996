"""Curves over the number of colours: the elbow of J_clust, and quality against bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kmeans_cli.plots.picture_view import CurvePoint, CurvesView
from kmeans_cli.plots.style import (
    COLOURS,
    COLUMN_WIDTH,
    FAINT,
    FONT_SIZE,
    MARKERS,
    PAGE_WIDTH,
    new_figure,
    paper_style,
    shorten,
    wrap,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDE_RANGE = 16  # times the smallest k: beyond that the axis is logarithmic
_MOST_NAMED = 10


def applies(view: CurvesView) -> bool:
    """Whether there are several k, so that there is a curve."""
    return len({point.k for point in view.points}) > 1


@paper_style()
def draw_elbow(view: CurvesView) -> Figure:
    """J_clust against k; of several pictures in percent of the value at the smallest k, so that they compare."""
    figure = new_figure(COLUMN_WIDTH, 2.8)
    axes = figure.add_subplot()
    several = len(view.by_picture()) > 1
    for name, points, style in _curves(view):
        scale = 100 / (points[0].j_clust or 1) if several else 1
        heights = [scale * point.j_clust for point in points]
        axes.plot([point.k for point in points], heights, label=name, **style)
        elbow = view.elbows.get(points[0].name)
        if elbow is not None:
            height = next(scale * point.j_clust for point in points if point.k == elbow)
            axes.plot([elbow], [height], ls="", marker="o", ms=9, mfc="none", mec=style["color"])
    _k_axis(axes, view.points)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("J_clust in % of that at the smallest k" if several else "J_clust (mean squared distance)")
    axes.set_title(wrap(f"{view.title}: J_clust against k", COLUMN_WIDTH - 0.4, FONT_SIZE + 1))
    _legend(axes, several)
    figure.supxlabel(wrap(_elbow_note(view), COLUMN_WIDTH, FONT_SIZE - 1), size=FONT_SIZE - 1)
    return figure


@paper_style()
def draw_quality(view: CurvesView) -> Figure:
    """PSNR and SSIM against the bytes of the result, each point with its k."""
    figure = new_figure(PAGE_WIDTH, 2.8)
    several = len(view.by_picture()) > 1
    for axes, column, label in zip(figure.subplots(1, 2), ("psnr", "ssim"), ("PSNR in dB", "SSIM"), strict=True):
        for name, points, style in _curves(view):
            known = [(point.bytes_result / 1000, getattr(point, column), point.k) for point in points]
            known = [each for each in known if each[1] is not None]
            axes.plot([size for size, _, _ in known], [value for _, value, _ in known], label=name, **style)
            if not several:
                _name_points(axes, known)
        axes.set_xlabel("kB (1,000 bytes)")
        axes.set_ylabel(label)
        axes.margins(x=0.08, y=0.1)  # room for the numbers
        axes.set_xlim(left=0)
        _legend(axes, several)
    heading = f"{view.title}: quality against size" + ("" if several else ", the numbers are k")
    figure.suptitle(wrap(heading, PAGE_WIDTH, FONT_SIZE + 1))
    return figure


def _curves(view: CurvesView) -> Iterator[tuple[str, list[CurvePoint], dict[str, Any]]]:
    for number, (name, points) in enumerate(view.by_picture().items()):
        style: dict[str, Any] = {
            "color": COLOURS[number % len(COLOURS)],
            "marker": MARKERS[number // len(COLOURS) % len(MARKERS)],
            "ms": 3,
        }
        yield (shorten(name, 20) if number < _MOST_NAMED else "_nolegend_"), points, style


def _k_axis(axes: Axes, points: Sequence[CurvePoint]) -> None:
    from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator, ScalarFormatter

    ks = sorted({point.k for point in points})
    if ks[-1] > _WIDE_RANGE * ks[0] and ks[0] > 1:
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(ks if len(ks) <= _WIDE_RANGE else ks[:: -(-len(ks) // _WIDE_RANGE)]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(ScalarFormatter())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("k, number of colours")
    axes.grid(axis="y", color=FAINT, lw=0.3)


def _elbow_note(view: CurvesView) -> str:
    found = {name: k for name, k in view.elbows.items() if k is not None}
    if not found:
        return "no clear elbow"
    if len(view.elbows) == 1:
        return f"ring: the elbow, at k = {next(iter(found.values()))}"
    return f"rings: elbows, which {len(found)} of {len(view.elbows)} curves have"


def _name_points(axes: Axes, known: Sequence[tuple[float, float, int]]) -> None:
    for size, value, k in known:
        axes.annotate(str(k), (size, value), xytext=(3, -7), textcoords="offset points", fontsize=FONT_SIZE - 2)


def _legend(axes: Axes, several: bool) -> None:
    if several:
        axes.legend()
