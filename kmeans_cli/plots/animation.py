"""The iterations of a fit as a film: points and borders in the plane, or the centroids as pictures; J_clust beside.

What stands still is drawn once; each frame draws only what moves on top of it, which takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from kmeans_cli.core.types import Float64Array, FloatArray, IntArray
from kmeans_cli.plots.centroid_grid import draw_grid, lay_out_grid
from kmeans_cli.plots.mosaic import Canvas, common_limits
from kmeans_cli.plots.plane import draw_borders, visible_borders
from kmeans_cli.plots.scatter import point_area, points_note, shown_rows
from kmeans_cli.plots.style import COLOURS, FAINT, INK, new_figure, paper_style, settle_layout, shorten

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_WIDTH, _HEIGHT = 8.0, 4.2  # inches, of the whole
_GRID = 4.9, 3.7  # inches, of the centroids as pictures
_MOST_POINTS = 2000


@dataclass(frozen=True)
class FilmView:
    """What a film shows.

    Attributes:
        title: The data set and k.
        trace: (n_iter + 1, k, d) the centroids of the start and after each iteration.
        j_clust: (n_iter,) of each iteration; NaN where it was not measured.
        points: (n, 2) samples; None: the centroids are pictures.
        image_shape: (h, w) or (h, w, 3) of these.
        names: What stands over each picture.
        axis_names: Of the two features.
    """

    title: str
    trace: FloatArray
    j_clust: Float64Array
    points: FloatArray | None = None
    image_shape: tuple[int, ...] | None = None
    names: tuple[str, ...] = ()
    axis_names: tuple[str, ...] = ("x1", "x2")


def frame_iterations(n_iter: int, most: int) -> IntArray:
    """Which iterations are shown, from 0, the start, to the last: all, or at most ``most``.

    They are denser at the beginning, where most happens: first all, then their square roots are evenly spaced.
    """
    if n_iter < most:
        return np.arange(n_iter + 1)
    spread = np.rint(np.linspace(0, 1, most) ** 2 * n_iter).astype(np.int64)
    return np.maximum(np.arange(most), spread)


def draw_film(view: FilmView, iterations: Sequence[int] | IntArray, width: int) -> Iterator[Canvas]:
    """Draw a frame for each of the iterations.

    Args:
        view: What to show.
        iterations: Which, from 0, the start.
        width: Of a frame in pixels.

    Yields:
        (height, width, 3) uint8.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    with paper_style():
        figure = new_figure(_WIDTH, _HEIGHT)
        figure.set_dpi(width / _WIDTH)
        canvas: Any = FigureCanvasAgg(figure)  # its methods have no type hints
        left, right = figure.subplots(1, 2, width_ratios=(5, 3))
        heading = figure.suptitle(_heading(view, int(iterations[-1])))
        scenes: list[_Scene] = [
            _GridScene(left, view) if view.points is None else _PlaneScene(left, view),
            _CurveScene(right, view),
        ]
        settle_layout(figure)
        moving: list[Artist] = [heading, *(artist for scene in scenes for artist in scene.moving)]
        for artist in moving:
            artist.set_animated(True)
        canvas.draw()
        still = canvas.copy_from_bbox(figure.bbox)
        for iteration in map(int, iterations):
            heading.set_text(_heading(view, iteration))
            for scene in scenes:
                scene.show(iteration)
            canvas.restore_region(still)
            for artist in moving:
                figure.draw_artist(artist)
            yield np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _heading(view: FilmView, iteration: int) -> str:
    points = "" if view.points is None else f", {points_note(len(view.points), _MOST_POINTS)}"
    moment = f"iteration {iteration} of {len(view.trace) - 1}" if iteration else "the start"
    return f"{shorten(view.title, 60)}{points}: {moment}"


class _Scene(Protocol):
    """A part of the picture: what moves in it, drawn in this order, and how."""

    moving: Sequence[Artist]

    def show(self, iteration: int) -> None:
        """Bring what moves to this iteration."""


class _CurveScene:
    """J_clust up to the iteration, and in grey what will come."""

    def __init__(self, axes: Axes, view: FilmView) -> None:
        from matplotlib.ticker import MaxNLocator

        self._j = view.j_clust
        self._iterations = np.arange(1, len(self._j) + 1)
        known = np.isfinite(self._j)
        axes.plot(self._iterations[known], self._j[known], color=FAINT, linewidth=0.8)
        (self._line,) = axes.plot([], [], color=COLOURS[0])
        (self._dot,) = axes.plot([], [], ls="", marker="o", ms=4, color=COLOURS[0])
        axes.set(xlabel="iteration", ylabel="J_clust (mean squared distance)")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        self.moving: Sequence[Artist] = [self._line, self._dot]

    def show(self, iteration: int) -> None:
        seen = np.flatnonzero(np.isfinite(self._j[:iteration]))
        self._line.set_data(self._iterations[seen], self._j[seen])
        self._dot.set_data(self._iterations[seen[-1:]], self._j[seen[-1:]])


class _PlaneScene:
    """Points in the colour of their nearest centroid, the borders between, and each centroid with its way so far."""

    def __init__(self, axes: Axes, view: FilmView) -> None:
        from matplotlib.collections import LineCollection

        assert view.points is not None
        self._axes, self._trace = axes, view.trace.astype(np.float64)
        self._points = view.points[shown_rows(len(view.points), _MOST_POINTS)]
        self._colours = np.array(COLOURS)[np.arange(view.trace.shape[1]) % len(COLOURS)]
        _hold_all(axes, np.concatenate([view.points, self._trace.reshape(-1, 2)]))
        axes.set(xlabel=shorten(view.axis_names[0], 40), ylabel=shorten(view.axis_names[1], 40))
        self._cloud = axes.scatter(
            self._points[:, 0], self._points[:, 1], s=point_area(len(self._points)), linewidths=0, alpha=0.75
        )
        self._borders = draw_borders(axes, self._trace[-1])
        self._ways = LineCollection([], colors=INK, linewidths=0.8)
        axes.add_collection(self._ways, autolim=False)
        style: dict[str, Any] = {"ls": "", "marker": "X", "mec": "white", "mew": 0.8, "color": INK}
        (self._centroids,) = axes.plot([], [], ms=8, **style)
        self.moving: Sequence[Artist] = [self._cloud, self._borders, self._ways, self._centroids]

    def show(self, iteration: int) -> None:
        centroids = self._trace[iteration]
        squared = ((self._points[:, None] - centroids) ** 2).sum(axis=2)
        self._cloud.set_facecolor(self._colours[squared.argmin(axis=1)].tolist())
        self._borders.set_segments(list(visible_borders(self._axes, centroids)))
        self._ways.set_segments(list(self._trace[: iteration + 1].transpose(1, 0, 2)))
        self._centroids.set_data(*centroids.T)


class _GridScene:
    """The centroids as pictures, all in the grey scale of the last ones."""

    def __init__(self, axes: Axes, view: FilmView) -> None:
        assert view.image_shape is not None
        self._trace = view.trace
        self._limits = common_limits(view.image_shape, view.trace[-1])
        self._layout = lay_out_grid(view.names, view.image_shape, *_GRID)
        self._image = draw_grid(axes, self._layout, view.trace[0], view.names, self._limits)
        # The picture is white between its tiles, so their frames and titles have to follow it.
        self.moving: Sequence[Artist] = [self._image, *axes.collections, *axes.texts]

    def show(self, iteration: int) -> None:
        self._image.set_data(self._layout.picture(self._trace[iteration], self._limits))


def _hold_all(axes: Axes, points: Float64Array) -> None:
    """Give axes equal scales and limits around all (m, 2) points."""
    low, high = points.min(axis=0), points.max(axis=0)
    room = 0.05 * (float((high - low).max()) or 1.0)
    axes.set_aspect("equal")
    axes.set_xlim(low[0] - room, high[0] + room)
    axes.set_ylim(low[1] - room, high[1] + room)
