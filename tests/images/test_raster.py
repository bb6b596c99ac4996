"""Smoothing and dithering: waves of pixels give what a loop over pixels gives."""

from __future__ import annotations

import numpy as np
import pytest

from kmeans_cli.core.types import Float64Array
from kmeans_cli.images.colours import Colours, find_colours
from kmeans_cli.images.dither import floyd_steinberg
from kmeans_cli.images.smooth import keep_all_used, smooth
from kmeans_cli.images.spaces import SPACES
from kmeans_cli.images.wavefront import waves, with_margin
from tests.images.pictures import noise, ramp

SHAPES = [(1, 1), (1, 7), (7, 1), (2, 2), (5, 9), (9, 5), (24, 32)]
PALETTE = np.array([[20.0, 30, 200], [60, 90, 128], [128, 128, 128], [200, 160, 90], [240, 220, 120]])


def _nearest(colours: Colours, palette: Float64Array) -> np.ndarray:
    points = colours.points(SPACES["rgb"]).astype(float)
    labels = ((points[:, None] - palette) ** 2).sum(axis=2).argmin(axis=1).astype(np.int32)
    return labels[colours.index]


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("skew", [1, 2])
def test_waves_visit_every_pixel_after_its_neighbours(height: int, width: int, skew: int) -> None:
    """Each pixel is in one wave, after those of the left, upper left, upper and (skew 2) upper right pixels."""
    turn = with_margin(np.full((height, width), -1, dtype=np.int32), fill=-1)
    flat, row = turn.reshape(-1), width + 2
    for number, wave in enumerate(waves(height, width, skew)):
        assert (flat[wave.pixels] == -1).all()
        assert np.array_equal(np.arange(flat.size)[wave.pixels] // row - 1, np.arange(height)[wave.rows])
        flat[wave.pixels] = number
        for back in (1, row, row + 1, row - 1)[: 2 + skew]:
            assert (flat[wave.neighbours(back)] < number).all()
    assert (turn[1:, 1:-1] >= 0).all()
    assert (turn[0] == -1).all()
    assert (turn[:, [0, -1]] == -1).all()


def _smooth_by_loop(pixels: np.ndarray, palette: Float64Array, labels: np.ndarray, s: float) -> np.ndarray:
    def cost(y: int, x: int, label: int) -> float:
        return float(((pixels[y, x].astype(float) - palette[label]) ** 2).sum())

    height, width = labels.shape
    own = np.array([[cost(y, x, labels[y, x]) for x in range(width)] for y in range(height)])
    out = labels.copy()
    for y in range(height):
        for x in range(width):
            allowed = own[y, x] + s * own.mean()
            if x and cost(y, x, out[y, x - 1]) <= allowed:
                out[y, x] = out[y, x - 1]
            elif y and cost(y, x, out[y - 1, x]) <= allowed:
                out[y, x] = out[y - 1, x]
    return out


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("s", [0.0, 0.5, 2.0])
def test_smooth_is_the_loop(height: int, width: int, s: float) -> None:
    """Smoothing in waves gives what going through the pixels one by one gives."""
    pixels = ramp(height, width)
    colours = find_colours(pixels, None)
    labels = _nearest(colours, PALETTE)
    smoothed = smooth(colours.index, colours.points(SPACES["rgb"]), PALETTE, labels, s)
    assert np.array_equal(smoothed, _smooth_by_loop(pixels, PALETTE, labels, s))


def _dither_by_loop(pixels: np.ndarray, palette: Float64Array, strength: float) -> np.ndarray:
    height, width, _ = pixels.shape
    errors = np.zeros((height + 1, width + 2, 3))
    labels = np.empty((height, width), dtype=np.int32)
    for y in range(height):
        for x in range(width):
            aim = np.clip(pixels[y, x] + strength * errors[y, x + 1], palette.min(axis=0), palette.max(axis=0))
            labels[y, x] = ((aim - palette) ** 2).sum(axis=1).argmin()
            error = aim - palette[labels[y, x]]
            errors[y, x + 2] += error * 7 / 16
            errors[y + 1, x : x + 3] += np.outer([3, 5, 1], error) / 16
    return labels


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("strength", [0.0, 0.6, 1.0])
def test_dither_is_the_loop(height: int, width: int, strength: float) -> None:
    """Dithering in waves gives what going through the pixels one by one gives."""
    pixels = ramp(height, width)
    colours = find_colours(pixels, None)
    dithered = floyd_steinberg(colours.index, colours.points(SPACES["rgb"]), PALETTE, strength)
    assert np.array_equal(dithered, _dither_by_loop(pixels, PALETTE, strength))


def test_dither_keeps_the_mean() -> None:
    """A flat grey between black and white becomes as many white pixels as it has light."""
    grey = np.full((40, 40, 3), 64, dtype=np.uint8)
    colours = find_colours(grey, None)
    black_and_white = np.array([[0.0] * 3, [255.0] * 3])
    labels = floyd_steinberg(colours.index, colours.points(SPACES["rgb"]), black_and_white, 1.0)
    assert labels.mean() == pytest.approx(64 / 255, abs=0.02)


def test_lost_entries_come_back() -> None:
    """Every entry that was nearest to some pixel is in use afterwards, and nothing else is changed."""
    nearest = np.array([[0, 1, 2, 2, 3]], dtype=np.int32)
    changed = np.array([[2, 2, 2, 2, 2]], dtype=np.int32)
    assert keep_all_used(changed, nearest, 4).tolist() == [[0, 1, 2, 2, 3]]
    assert keep_all_used(np.array([[0, 1, 3, 2, 3]], dtype=np.int32), nearest, 4).tolist() == [[0, 1, 3, 2, 3]]
    # Giving entry 0 its pixel back takes the last one of entry 1, which then gets its own back.
    assert keep_all_used(np.array([[1, 2, 2]], dtype=np.int32), np.array([[0, 1, 2]], dtype=np.int32), 3).tolist() == [
        [0, 1, 2]
    ]


def test_noise_needs_no_photo() -> None:
    """Any picture will do, also one in which each colour occurs once."""
    colours = find_colours(noise(17, 13), None)
    labels = _nearest(colours, PALETTE)
    assert np.array_equal(
        smooth(colours.index, colours.points(SPACES["rgb"]), PALETTE, labels, 0.3),
        _smooth_by_loop(noise(17, 13), PALETTE, labels, 0.3),
    )
