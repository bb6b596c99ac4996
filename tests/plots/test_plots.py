"""All figures together: which apply, that they draw, in each format, whole and the same each time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.transforms import Bbox

from kmeans_cli.plots.params import FORMATS
from kmeans_cli.plots.registry import PLOTS
from kmeans_cli.plots.view import FitView
from tests.plots.views import blobs_view, digits_view, empty_view, make_view, saved, table_view


def applying(view: FitView) -> set[str]:
    return {name for name, plot in PLOTS.items() if plot.applies(view)}


def colour_view() -> FitView:
    X = np.random.default_rng(3).random((30, 5 * 4 * 3), dtype=np.float32)
    return make_view(X, 6, np.array(["cat", "dog"] * 15), image_shape=(5, 4, 3))


def wide_view() -> FitView:
    return make_view(np.random.default_rng(0).random((9, 1200)), 2, image_shape=(20, 20, 3))


EXTREMES = {
    "one cluster": lambda: digits_view(1, n=30),
    "a cluster per sample": lambda: digits_view(12, n=12),
    "one iteration": lambda: digits_view(3, n=30, n_iter=1),
    "many clusters": lambda: digits_view(110, n=120),
    "empty clusters": empty_view,
    "empty clusters of no images": lambda: empty_view(image_shape=None),
    "colour": colour_view,
    "tall": lambda: make_view(np.random.default_rng(0).random((20, 64)), 4, image_shape=(32, 2)),
    "wide": lambda: make_view(np.random.default_rng(0).random((20, 64)), 4, image_shape=(1, 64)),
    "one feature": lambda: table_view(d=1),
    "three samples": lambda: make_view(np.eye(3), 3),
    "plane": blobs_view,
    "plane of 60 clusters": lambda: blobs_view(60),
    "a point": lambda: make_view(np.full((9, 2), 7.0), 2),
    "constant": lambda: make_view(np.ones((9, 4)), 2, image_shape=(2, 2)),
    "huge": lambda: make_view(np.random.default_rng(0).random((20, 2)) * 1e12 + 1e14, 3),
    "a flat cloud": lambda: make_view(np.random.default_rng(0).random((20, 2)) * [1000, 1], 3),
    "more features than samples": lambda: make_view(
        np.random.default_rng(0).random((9, 1200)), 2, image_shape=(20, 20, 3)
    ),
}


@pytest.fixture(params=EXTREMES)
def extreme(request: pytest.FixtureRequest) -> FitView:
    return EXTREMES[request.param]()


def test_images_with_classes_have_these_figures() -> None:
    """A fit of images with classes has the loss, the two sheets of images, the matrix and the projection."""
    assert applying(digits_view()) == {"loss", "centroids", "nearest", "classes", "principal"}


def test_plane_has_these_figures() -> None:
    """A fit in the plane is drawn as it is; without classes there is no matrix."""
    assert applying(blobs_view()) == {"loss", "classes", "points", "clusters"}
    assert applying(replace(blobs_view(), y=None, cluster_classes=None)) == {"loss", "points", "clusters"}


def test_tables_have_these_figures() -> None:
    """Other data have their centroids by feature and the projection; one feature has no plane."""
    assert applying(table_view()) == {"loss", "profiles", "principal"}
    assert applying(table_view(d=1)) == {"loss", "profiles"}
    assert applying(table_view(d=65)) == {"loss", "principal"}


def test_figures_with_a_row_per_cluster_end_at_256() -> None:
    """With more clusters than a page can list, the centroid grid remains."""
    view = digits_view(257, n=300, n_iter=1)
    assert applying(view) == {"loss", "centroids", "principal"}


def test_a_measured_value_is_no_class() -> None:
    """No cluster × class matrix is drawn for more than a hundred classes."""
    view = digits_view(3, n=150)
    assert "classes" not in applying(replace(view, y=np.arange(150)))


def test_every_extreme_draws_whole(extreme: FitView) -> None:
    """Whatever the fit, each figure that applies draws without a warning, fits a page and cuts nothing off."""
    for name in applying(extreme):
        figure = PLOTS[name].draw(extreme)
        assert saved(figure).startswith(b"\x89PNG")
        assert figure.get_figwidth() <= 7.3
        assert figure.get_figheight() <= 10
        renderer = FigureCanvasAgg(figure).get_renderer()
        page = Bbox.from_bounds(0, 0, *figure.get_size_inches()).padded(0.02)
        inches = figure.dpi_scale_trans.inverted()
        written = [text for axes in figure.axes for text in axes.texts if text.get_text().strip()]
        drawn = [text.get_window_extent(renderer).transformed(inches) for text in written]
        drawn.append(figure.get_tightbbox(renderer))
        assert np.array_equal(Bbox.union([page, *drawn]).extents, page.extents), name


def views_by_figure() -> dict[str, FitView]:
    """A view for each kind of figure."""
    views = (table_view(), blobs_view(), digits_view(3, n=60))
    return {name: view for view in views for name in applying(view)}


@pytest.mark.parametrize("format", FORMATS)
def test_drawn_again_gives_the_same_bytes(format: str) -> None:
    """Every figure drawn a second time has the same bytes, in every format."""
    views = views_by_figure()
    assert views.keys() == PLOTS.keys()
    for name, view in views.items():
        assert saved(PLOTS[name].draw(view), format) == saved(PLOTS[name].draw(view), format), name


@pytest.mark.parametrize("name", ["loss", "clusters", "classes"])
def test_saved_again_gives_the_same_bytes(name: str) -> None:
    """A figure saved a second time has the same bytes, although a layout done again would differ."""
    figure = PLOTS[name].draw(blobs_view())
    assert saved(figure) == saved(figure)


def test_drawing_needs_no_pyplot() -> None:
    """Importing the figures loads no matplotlib, reading the settings neither, and drawing loads no pyplot."""
    program = """
import sys
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.registry import PLOTS
assert "matplotlib" not in sys.modules
from tests.plots.views import digits_view, saved
view = digits_view(2, n=20)
for plot in PLOTS.values():
    if plot.applies(view):
        saved(plot.draw(view))
assert "matplotlib.pyplot" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])
