"""Tiles painted into one picture."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.plots.mosaic import common_limits, limits_note, paint, tile_size


def test_paint_places_and_scales() -> None:
    """Each tile lies at its corner, black for the lower limit and white for the upper; the rest is white."""
    tiles = np.stack([np.zeros(30 * 30), np.full(30 * 30, 8.0), np.full(30 * 30, 16.0)])
    corners = np.array([(0, 0), (40, 0), (0, 50)])
    canvas = paint(tiles, (30, 30), (0, 16), corners, (80, 70))
    assert canvas.shape == (80, 70, 3)
    assert (canvas[:30, :30] == 0).all()
    assert (canvas[:30, 40:] == 128).all()
    assert (canvas[50:, :30] == 255).all()
    assert (canvas[30:50] == 255).all()


def test_paint_keeps_orientation() -> None:
    """Rows of an image run downwards, columns to the right."""
    image = np.arange(32 * 24) / (32 * 24 - 1)
    canvas = paint(image[None], (32, 24), (0, 1), np.array([(0, 0)]), (32, 24))
    assert np.array_equal(canvas[:, :, 0], np.rint(255 * image.reshape(32, 24)))


def test_colour_channels_stay_apart() -> None:
    """The channels of a colour image become red, green and blue."""
    canvas = paint(np.tile([1.0, 0.5, 0.0], 900)[None], (30, 30, 3), (0, 1), np.array([(0, 0)]), (30, 30))
    assert (canvas == [255, 128, 0]).all()


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (1, 64), (32, 2), (1, 1), (5, 4, 3)])
def test_small_images_are_enlarged_by_whole_numbers(shape: tuple[int, ...]) -> None:
    """A painted tile is a whole multiple of its image, at least 24 pixels wide on average."""
    height, width = tile_size(shape)
    assert height % shape[0] == width % shape[1] == 0
    assert height // shape[0] == width // shape[1]
    assert height * width >= 24**2


def test_limits_are_common() -> None:
    """The scale spans the smallest and largest value of all rows, and is never empty."""
    assert common_limits((1, 2), np.array([[0.2, 0.5]]), np.array([[0.1, 0.3]])) == (0.1, 0.5)
    assert common_limits((1, 2), np.array([[3.0, 3.0]]), np.empty((0, 2))) == (3.0, 4.0)


def test_colours_within_the_unit_range_are_true() -> None:
    """Colours that lie in 0…1 are shown as they are, not stretched; others are stretched."""
    assert common_limits((1, 1, 3), np.array([[0.2, 0.5, 0.6]])) == (0, 1)
    assert common_limits((1, 1, 3), np.array([[0.0, 50.0, 255.0]])) == (0, 255)


def test_scale_is_said() -> None:
    """The note names the values of black and white."""
    assert limits_note((8, 8), (0.0, 0.944)) == "grey scale: black = 0, white = 0.944"
    assert limits_note((8, 8, 3), (0.0, 1.0)) == "colour channels from 0 to 1"
