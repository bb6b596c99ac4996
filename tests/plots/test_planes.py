"""Points, clusters and borders in the plane, and projections into it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import Voronoi
from sklearn.decomposition import PCA

from kmeans_cli.plots import plane, principal
from kmeans_cli.plots.scatter import name_sides, points_note, shown_rows
from kmeans_cli.plots.style import COLOURS, MARKERS
from kmeans_cli.plots.voronoi import cell_borders
from tests.plots.views import blobs_view, digits_view, empty_view, make_view, saved, texts


def test_points_before() -> None:
    """The first figure shows every point in one colour, titled with their number."""
    view = blobs_view()
    figure = plane.draw_before(view)
    points = figure.axes[0].collections[0]
    assert np.allclose(points.get_offsets(), view.X)
    assert len(points.get_facecolor()) == 1
    assert texts(figure)[-1] == "300 points in the plane"


def test_points_after() -> None:
    """The second shows them by cluster, with a cross and a name for each centroid, in the same window."""
    view = blobs_view()
    before, after = plane.draw_before(view).axes[0], plane.draw_after(view).axes[0]
    assert len(np.unique(after.collections[0].get_facecolor(), axis=0)) == 3
    crosses = after.lines[-1]
    assert crosses.get_marker() == "x"
    assert np.allclose(crosses.get_xydata(), view.centroids)
    assert [text.get_text() for text in after.texts] == [f"{j}: class {view.cluster_classes[j]}" for j in range(3)]
    assert (before.get_xlim(), before.get_ylim()) == (after.get_xlim(), after.get_ylim())
    assert after.get_aspect() == 1


def test_clusters_beyond_ten_have_other_markers() -> None:
    """Clusters that share a colour differ by their marker, up to a hundred of them."""
    assert len(COLOURS) * len(MARKERS) == 100
    view = blobs_view(12)
    groups = plane.draw_after(view).axes[0].collections[:-1]
    assert [len(group.get_offsets()) for group in groups] == [(view.labels < 10).sum(), (view.labels >= 10).sum()]


def test_at_most_5000_points_are_drawn_and_that_is_said() -> None:
    """Of more points evenly spaced ones are drawn, first and last among them, and the title says how many."""
    rows = shown_rows(60_000)
    assert (len(rows), rows[0], rows[-1]) == (5000, 0, 59_999)
    assert np.diff(rows).min() >= 11
    assert points_note(60_000) == "5,000 of 60,000 points"
    assert points_note(10_000, of=1_200_000) == "5,000 of 1,200,000 points"
    assert points_note(600, of=7_000) == "600 of 7,000 points"
    assert points_note(600, of=600) == "600 points"
    assert shown_rows(3).tolist() == [0, 1, 2]
    view = make_view(np.random.default_rng(0).random((6000, 2)), 2, n_iter=1)
    figure = plane.draw_after(view)
    assert len(figure.axes[0].collections[0].get_offsets()) == 5000
    assert texts(figure)[-1].endswith("5,000 of 6,000 points")


@pytest.mark.parametrize("k", [2, 3, 4, 30])
def test_borders_are_equally_near_to_two_centroids(k: int) -> None:
    """Along every edge two centroids are equally near, and no other is nearer."""
    centroids = np.random.default_rng(k).normal(size=(k, 2))
    edges = cell_borders(centroids, reach=5.0)
    share = np.linspace(0, 1, 7)[:, None, None]
    points = (edges[:, 0] + share * (edges[:, 1] - edges[:, 0])).reshape(-1, 2)
    distances = np.sort(np.linalg.norm(points[:, None] - centroids, axis=2), axis=1)
    assert np.allclose(distances[:, 0], distances[:, 1])


@pytest.mark.parametrize("k", [4, 30, 100])
def test_borders_are_the_voronoi_ridges(k: int) -> None:
    """There are as many edges as SciPy's Voronoi diagram has ridges."""
    centroids = np.random.default_rng(k).normal(size=(k, 2))
    assert len(cell_borders(centroids, reach=1e6)) == len(Voronoi(centroids).ridge_points)


def test_borders_of_special_places() -> None:
    """One centroid has no border, equal ones neither, and three in a line have two parallel ones."""
    assert cell_borders(np.array([[1.0, 2.0]]), 1).shape == (0, 2, 2)
    assert cell_borders(np.array([[1.0, 2.0], [1.0, 2.0]]), 1).shape == (0, 2, 2)
    edges = cell_borders(np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 0.0]]), 1)
    assert sorted(edges[:, 0, 0]) == sorted(edges[:, 1, 0]) == [1, 3]


def test_borders_of_a_square() -> None:
    """Four centroids in a square have the four arms of a cross; the diagonals touch in a point only."""
    square = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [2.0, 2.0]])
    edges = cell_borders(square, 1)
    arms = {tuple(map(tuple, np.sort(edge, axis=0))) for edge in edges.round(9)}
    assert arms == {((1, -1), (1, 1)), ((1, 1), (1, 3)), ((-1, 1), (1, 1)), ((1, 1), (3, 1))}


@pytest.mark.parametrize("shape", [(200, 7), (90, 1200)])
def test_principal_plane_is_that_of_scikit_learn(shape: tuple[int, int]) -> None:
    """Coordinates and shares of variance equal scikit-learn's PCA up to sign, for wide data too."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=shape) * rng.uniform(0.1, 3, size=shape[1])
    project = principal.principal_plane(X)
    oracle = PCA(2, svd_solver="full").fit(X)
    assert np.allclose(np.abs(project(X)), np.abs(oracle.transform(X)))
    assert np.allclose(project.shares, oracle.explained_variance_ratio_)


def test_principal_axes_say_their_share() -> None:
    """The axes name the direction and its percentage of the variance; centroids are projected alike."""
    view = digits_view()
    project = principal.principal_plane(view.X)
    axes = principal.draw(view).axes[0]
    assert axes.get_xlabel() == f"first principal direction ({100 * project.shares[0]:.1f} % of the variance)"
    assert axes.get_ylabel() == f"second principal direction ({100 * project.shares[1]:.1f} %)"
    assert np.allclose(axes.lines[-1].get_xydata(), project(view.centroids))


def test_principal_numbers_the_clusters_that_have_samples() -> None:
    """Only the number stands beside a centroid, and empty clusters are left out and counted in the title."""
    view = empty_view()
    axes = principal.draw(view).axes[0]
    assert {text.get_text() for text in axes.texts} <= {"0", "3", "4"}
    assert len(axes.lines[-1].get_xdata()) == 3
    title = " ".join(axes.get_title().split())
    assert title == "data, k = 5: clusters in two principal directions, 12 points; 2 empty clusters not shown"


def test_names_avoid_crosses_and_one_another() -> None:
    """A name takes another corner where one is taken, or leaves the window, and none where all are."""
    window = np.array([100.0, 100.0])
    assert name_sides(np.array([[20.0, 50.0], [80.0, 50.0]]), window, ["1", "2"]) == [(1, 1), (-1, 1)]
    assert name_sides(np.array([[20.0, 98.0]]), window, ["1"]) == [(1, -1)]
    assert name_sides(np.full((5, 2), 50.0), window, ["1"] * 5) == [(1, 1), (1, -1), (-1, 1), (-1, -1), None]
    assert name_sides(np.array([[50.0, 50.0]]), window, ["long" * 20]) == [None]


@pytest.mark.parametrize("k", [20, 50])
def test_names_that_are_drawn_do_not_overlap(k: int) -> None:
    """As drawn, no two names of crowded centroids cover each other."""
    figure = principal.draw(digits_view(k))
    saved(figure)
    boxes = np.array([text.get_window_extent().extents for text in figure.axes[0].texts])
    left, low, right, high = boxes.T[:, :, None]
    meet = (left < right.T - 1) & (right - 1 > left.T) & (low < high.T - 1) & (high - 1 > low.T)
    assert meet.sum() == len(boxes) > k / 2  # each with itself


def test_principal_plane_of_constant_data() -> None:
    """Data that do not vary have shares of 0 instead of NaN."""
    for d in (3, 1200):
        project = principal.principal_plane(np.ones((5, d)))
        assert project.shares.tolist() == [0, 0]
        assert not project(np.ones((2, d))).any()


def test_names_at_the_edge_point_inwards() -> None:
    """The name of a centroid in the right half of the figure stands on its left."""
    axes = plane.draw_after(blobs_view()).axes[0]
    middle = np.mean(axes.get_xlim())
    assert [text.get_ha() == "right" for text in axes.texts] == [text.xy[0] > middle for text in axes.texts]
