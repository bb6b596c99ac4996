"""Strokes made wider and thinner."""

import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from kmeans_cli.images.stroke import edge_distances, redrawn


def test_distances_are_those_of_scipy() -> None:
    """Inside and outside, the distances are SciPy's exact Euclidean ones, less half a pixel to the edge."""
    mask = np.random.default_rng(0).random((30, 41)) < 0.1
    expected = np.where(mask, 0.5 - distance_transform_edt(mask), distance_transform_edt(~mask) - 0.5)
    np.testing.assert_allclose(edge_distances(mask), expected)


@pytest.mark.parametrize("wider", [-2.0, -0.25, 0.0, 0.5, 3.0])
def test_a_bar_grows_on_both_sides(wider: float) -> None:
    """A bar of 6 pixels becomes 6 + 2·wider pixels wide, in greys where these are no whole ones."""
    mask = np.zeros((40, 40), dtype=bool)
    mask[:, 15:21] = True
    assert redrawn(edge_distances(mask), wider)[20].sum() == pytest.approx(6 + 2 * wider)
