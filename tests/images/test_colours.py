"""Distinct colours."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.images.colours import find_colours, from_points, to_points
from kmeans_cli.images.spaces import SPACES
from tests.images.pictures import noise


def test_every_pixel_is_found_again() -> None:
    """The colours at the pixels' indices are the picture; counts are those of NumPy's unique rows."""
    pixels = noise(30, 40) & 0xC0
    colours = find_colours(pixels, None)
    assert np.array_equal(colours.rgba[colours.index][..., :3], pixels)
    rows, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    assert np.array_equal(colours.rgba[:, :3], rows)
    assert np.array_equal(colours.counts, counts)
    assert colours.is_opaque
    assert np.array_equal(colours.weights, counts)
    assert colours.points(SPACES["rgb"]).shape == (len(rows), 3)


def test_opacity_is_a_part_of_the_colour() -> None:
    """Equal colours of other opacity are other colours, weighted by it; what is invisible is one, whatever it hides."""
    pixels = np.array([[[9, 9, 9], [9, 9, 9], [1, 2, 3], [200, 0, 0], [9, 9, 9]]], dtype=np.uint8)
    colours = find_colours(pixels, np.array([[255, 51, 0, 0, 51]], dtype=np.uint8))
    assert colours.rgba.tolist() == [[0, 0, 0, 0], [9, 9, 9, 51], [9, 9, 9, 255]]
    assert colours.counts.tolist() == [2, 2, 1]
    assert colours.weights == pytest.approx([0, 0.4, 1])
    assert colours.n_hidden == 1
    assert colours.index.tolist() == [[2, 1, 0, 0, 1]]


@pytest.mark.parametrize("name", SPACES)
@pytest.mark.parametrize("with_opacity", [False, True])
def test_points_and_back(name: str, with_opacity: bool) -> None:
    """Colours survive the way to the coordinates and back, with their opacity where that is kept."""
    rgba = np.random.default_rng(0).integers(1, 256, (50, 4), dtype=np.uint8)
    if not with_opacity:
        rgba[:, 3] = 255
    points = to_points(rgba, SPACES[name], with_opacity=with_opacity)
    assert np.array_equal(from_points(points.astype(float), SPACES[name]), rgba)
