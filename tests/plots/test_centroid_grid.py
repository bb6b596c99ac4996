"""The centroids as pictures."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure

from kmeans_cli.plots.captions import percent
from kmeans_cli.plots.centroid_grid import draw, draw_grid, grid_columns, lay_out_grid
from kmeans_cli.plots.mosaic import tile_size
from tests.plots.views import digits_view, empty_view, make_view, saved, texts


@pytest.mark.parametrize("k", [1, 3, 10, 64, 256])
def test_each_tile_has_its_title(k: int) -> None:
    """Each centroid of a cluster with samples has a title with number, class, size and purity, in cluster order."""
    view = digits_view(k, n=max(60, k))
    titles = [text.get_text() for text in draw(view).axes[0].texts]
    for j, title in zip(np.flatnonzero(view.cluster_sizes), titles, strict=True):
        first, second = title.split("\n")
        assert first == f"{j}: {'class ' * (len(titles) <= 100)}{view.cluster_classes[j]}"
        assert second == f"{view.cluster_sizes[j]}, {percent(view.purities[j])}"


def test_tiles_are_the_centroids() -> None:
    """The picture holds every centroid, unmixed, at the place of its title."""
    view = digits_view(4)
    limits = (0.0, 1.0)
    layout = lay_out_grid(["x"] * 4, (8, 8))
    canvas = layout.picture(view.centroids, limits)
    zoom = tile_size((8, 8))[0] // 8
    for centroid, (x, y) in zip(view.centroids, layout.corners, strict=True):
        tile = canvas[y : y + 8 * zoom : zoom, x : x + 8 * zoom : zoom, 0]
        assert np.array_equal(tile.ravel(), np.rint(255 * centroid))


@pytest.mark.parametrize(("k", "columns"), [(1, 1), (3, 3), (10, 5), (16, 4), (20, 5), (36, 6), (64, 8), (256, 16)])
def test_grid_is_nearly_square_and_full(k: int, columns: int) -> None:
    """The number of columns leaves no gaps where there is a choice."""
    assert grid_columns(k) == columns


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (4, 16), (16, 4), (7, 5, 3)])
@pytest.mark.parametrize("k", [1, 10, 37, 256])
def test_tiles_do_not_overlap_and_fit_the_page(k: int, shape: tuple[int, ...]) -> None:
    """For any k and image shape the tiles are apart, inside the picture, and the whole fits a page."""
    layout = lay_out_grid(["255: class 7\n178, 98 %"] * k, shape)
    height, width = tile_size(shape)
    used = np.zeros(layout.pixels, dtype=int)
    for x, y in layout.corners:
        assert used[y : y + height, x : x + width].size == height * width
        used[y : y + height, x : x + width] += 1
    assert used.max() == 1
    assert layout.inches[0] <= 7.3
    assert layout.inches[1] <= 9.5


def test_titles_do_not_overlap() -> None:
    """No two titles touch, even of 256 clusters."""
    figure = draw(digits_view(256, n=300))
    saved(figure)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    bounds = np.array([box.extents for box in boxes])
    left, low, right, high = bounds.T[:, :, None]
    meet = (left < right.T) & (right > left.T) & (low < high.T) & (high > low.T)
    assert meet.sum() == len(boxes) > 200  # each with itself


def test_empty_clusters_are_counted() -> None:
    """An empty cluster has no tile; the note says how many there are, and nothing where there are none."""
    figure = draw(empty_view())
    assert [text.get_text()[:2] for text in figure.axes[0].texts] == ["0:", "3:", "4:"]
    assert texts(figure)[1].replace("\n", " ").endswith("; 2 empty clusters not shown")
    assert "empty" not in texts(draw(digits_view()))[1]


def test_without_classes_the_size_is_shown() -> None:
    """Without true classes a title has the cluster's number and size."""
    view = make_view(np.random.default_rng(0).random((20, 16)), 2, image_shape=(4, 4))
    figure = draw(view)
    assert [text.get_text() for text in figure.axes[0].texts] == [f"{j}\n{view.cluster_sizes[j]}" for j in range(2)]
    assert "above each: cluster and samples" in texts(figure)[1]


def test_a_film_reuses_the_grid() -> None:
    """The grid draws into any axes, and new centroids replace the image's data."""
    axes = Figure().add_subplot()
    layout = lay_out_grid(["a", "b"], (4, 4))
    image = draw_grid(axes, layout, np.zeros((2, 16)), ["a", "b"], (0, 1))
    later = layout.picture(np.ones((2, 16)), (0, 1))
    image.set_data(later)
    assert np.array_equal(image.get_array(), later)
