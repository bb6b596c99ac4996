"""How ink lies in images."""

import numpy as np
import pytest

from kmeans_cli.images.ink import Ink, centres_of_mass, measure_ink, stroke_widths


def _bar(width: float, height: int = 40) -> np.ndarray:
    """A vertical bar in a 60×60 image, its right edge grey where the width is no whole number."""
    image = np.zeros((60, 60))
    image[10 : 10 + height, 20 : 20 + int(width)] = 1
    image[10 : 10 + height, 20 + int(width)] = width % 1
    return image


@pytest.mark.parametrize("width", [2, 3, 5, 3.5])
def test_stroke_width_of_a_bar(width: float) -> None:
    """The width of a long bar comes out, up to the share of its two short ends."""
    expected = 2 * width * 40 / (2 * 40 + 2 * width)
    assert stroke_widths(_bar(width)[None])[0] == pytest.approx(expected, rel=0.03)


def test_stroke_width_of_a_ring() -> None:
    """Curved strokes count both of their sides; on a grid, slanted outlines come out up to a tenth longer."""
    y, x = np.mgrid[:200, :200]
    radius = np.hypot(y - 100, x - 100)
    ring = np.clip(0.5 + 6 - np.abs(radius - 60), 0, 1)
    assert stroke_widths(ring[None])[0] == pytest.approx(12, rel=0.1)


def test_centre_of_mass() -> None:
    """Centres are measured from the upper left corner, so that of one pixel is its middle."""
    image = np.zeros((1, 5, 7))
    image[0, 2, 4] = 0.5
    rows, columns = centres_of_mass(image)
    assert (rows[0], columns[0]) == (2.5, 4.5)


@pytest.mark.parametrize(("paper", "full"), [(0, 250), (250, 0)])
def test_measured_in_raw_units(paper: float, full: float) -> None:
    """Paper, ink and lengths are found for bright and for dark ink, through the scaling of the fit."""
    raw = paper + (full - paper) * np.stack([_bar(3), _bar(3)]).reshape(2, -1)
    ink = measure_ink((raw - 7) / 100, np.full(3600, 7.0), np.full(3600, 100.0), (60, 60))
    assert ink is not None
    assert (ink.paper, ink.full) == pytest.approx((paper, full))
    assert ink.stroke == pytest.approx(2 * 3 * 40 / 86, rel=0.03)
    assert ink.box == 40
    assert (ink.row, ink.column) == pytest.approx((30, 21.5))
    assert Ink.of_array(ink.as_array()) == ink


@pytest.mark.parametrize("shape", [None, (4, 3, 3)])
def test_no_grey_images(shape: tuple[int, ...] | None) -> None:
    """Rows that are no images, and images in colour, have no ink."""
    assert measure_ink(np.eye(36), np.zeros(36), np.ones(36), shape) is None


def test_blank_images() -> None:
    """Images of one shade have no ink."""
    assert measure_ink(np.full((3, 9), 0.5), np.zeros(9), np.ones(9), (3, 3)) is None
