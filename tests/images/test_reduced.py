"""From colours and centroids to a palette and labels."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.prepare import prepare
from kmeans_cli.core.samples import ArraySamples
from kmeans_cli.core.types import Float64Array, LabelArray
from kmeans_cli.errors import ConfigError
from kmeans_cli.images.colours import find_colours
from kmeans_cli.images.palette import Assign, Visible, dark_to_light, palette_gpl, palette_json, settle
from kmeans_cli.images.params import ImageParams
from kmeans_cli.images.reduced import Reduced, check_dither, on_white, reduce_colours, visible_colours
from kmeans_cli.images.spaces import SPACES, Bytes
from tests.images.pictures import noise, ramp

SPACE_NAMES = tuple(SPACES)


def _assign(visible: Visible) -> Assign:
    samples = ArraySamples(np.ascontiguousarray(visible.points), visible.weights)
    prepared = prepare(samples)

    def nearest(entries: Float64Array) -> LabelArray:
        return nearest_labels(samples, prepared, entries)

    return nearest


def _reduce(pixels: Bytes, centroids: Float64Array | None, alpha: Bytes | None = None, **settings: object) -> Reduced:
    params = ImageParams(**settings)
    colours = find_colours(pixels, alpha)
    visible = visible_colours(colours, params.space)
    return reduce_colours(colours, visible, params, centroids, _assign(visible))


@pytest.mark.parametrize("space", SPACE_NAMES)
@pytest.mark.parametrize("k", [1, 2, 7, 60])
def test_exactly_k_whatever_the_centroids(space: str, k: int) -> None:
    """Centroids that round to one colour still give k distinct entries, each the nearest of some colour."""
    colours = find_colours(noise(8, 8), None)
    visible = visible_colours(colours, space)
    middle = visible.points.mean(axis=0, dtype=float)
    equal = np.repeat(middle[None], k, axis=0)
    rgba, labels = settle(visible, equal, _assign(visible))
    assert len(np.unique(rgba, axis=0)) == k
    assert len(np.unique(labels)) == k
    entries = visible.entries(rgba)
    squared = ((visible.points[:, None].astype(float) - entries) ** 2).sum(axis=2)
    assert np.array_equal(squared.argmin(axis=1), labels)


@pytest.mark.parametrize("settings", [{}, {"dither": "floyd-steinberg"}, {"smooth": 2.0}, {"smooth": 50.0}])
def test_every_entry_is_used(settings: dict[str, object]) -> None:
    """Also after dithering and any smoothing there are exactly k colours, from dark to light."""
    pixels = ramp()
    centroids = pixels.reshape(-1, 3)[::70].astype(float)
    reduced = _reduce(pixels, centroids, **settings)
    assert len(reduced.rgba) == len(np.unique(centroids, axis=0))
    assert reduced.counts.min() > 0
    assert reduced.counts.sum() == pixels.shape[0] * pixels.shape[1]
    assert np.array_equal(dark_to_light(reduced.rgba), np.arange(len(reduced.rgba)))


def test_pixels_have_the_nearest_entry() -> None:
    """Plain labels are the nearest entry of the rounded palette."""
    pixels = ramp()
    reduced = _reduce(pixels, np.array([[40.0, 60.2, 128], [200.4, 180, 90], [128, 10, 180]]))
    squared = ((pixels[:, :, None].astype(float) - reduced.rgba[:, :3]) ** 2).sum(axis=3)
    assert np.array_equal(squared.argmin(axis=2), reduced.labels)


def test_own_entry_for_every_colour() -> None:
    """Without centroids every colour keeps itself, and the file has the very pixels."""
    pixels = ramp(6, 5)
    reduced = _reduce(pixels, None)
    assert np.array_equal(reduced.pixels, pixels)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(reduced.png())).convert("RGB")), pixels)


@pytest.mark.parametrize("settings", [{}, {"dither": "floyd-steinberg"}, {"smooth": 1.0}])
def test_transparency_is_kept(settings: dict[str, object]) -> None:
    """Invisible pixels stay so and share one entry, that no other pixel takes; opacities are means like colours."""
    pixels = ramp(12, 16)
    alpha = np.full((12, 16), 255, dtype=np.uint8)
    alpha[:, :5] = 0
    alpha[:, 5:8] = 100
    centroids = np.array([[50.0, 50, 128, 255], [200, 150, 128, 255], [90, 120, 150, 100]])
    reduced = _reduce(pixels, centroids, alpha, **settings)
    assert len(reduced.rgba) == 4
    assert reduced.rgba[0].tolist() == [0, 0, 0, 0]
    assert np.array_equal(reduced.labels == 0, alpha == 0)
    assert sorted(reduced.rgba[:, 3].tolist()) == [0, 100, 255, 255]
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(reduced.png())).convert("RGBA")), reduced.pixels)


def test_more_than_256_colours_are_truecolour() -> None:
    """A palette that no PNG holds is written as truecolour, still with exactly k colours."""
    pixels = noise(30, 30)
    reduced = _reduce(pixels, pixels.reshape(-1, 3)[:300].astype(float))
    image = Image.open(io.BytesIO(reduced.png()))
    assert image.mode == "RGB"
    assert len(np.unique(np.asarray(image).reshape(-1, 3), axis=0)) == 300
    with pytest.raises(ConfigError, match="few colours"):
        check_dither(ImageParams(dither="floyd-steinberg"), 300)


def test_on_white() -> None:
    """Half a black is grey, nothing is white."""
    black = np.zeros((3, 3), dtype=np.uint8)
    assert on_white(black, np.array([255, 128, 0], dtype=np.uint8))[:, 0].tolist() == [0, 127, 255]


def test_palette_files() -> None:
    """The palette as JSON and for GIMP: colours, codes, shares that sum to one; names stay on their line."""
    rgba = np.array([[16, 32, 48, 255], [200, 100, 0, 51]], dtype=np.uint8)
    counts = np.array([3, 1])
    document = json.loads(palette_json('a "b"', rgba, counts))
    assert document["name"] == 'a "b"'
    first, second = document["colours"]
    assert first == {"hex": "#102030", "rgb": [16, 32, 48], "share": 0.75, "pixels": 3}
    assert (second["hex"], second["alpha"]) == ("#c8640033", 51)
    lines = palette_gpl("a\nb", rgba, counts).splitlines()
    assert lines[:2] == ["GIMP Palette", "Name: a b"]
    assert lines[-2] == " 16  32  48\t#102030 75.00%"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"space": "labb"}, "did you mean 'lab'"),
        ({"dither": "floyd"}, "is no dither"),
        ({"dither_strength": 1.5}, "from 0 to 1"),
        ({"smooth": -1.0}, "at least 0"),
        ({"smooth": float("nan")}, "at least 0"),
        ({"smooth": 1.0, "dither": "floyd-steinberg"}, "undoes"),
        ({"max_pixels": 0}, "too small"),
    ],
)
def test_settings_that_cannot_be(settings: dict[str, object], words: str) -> None:
    """Each bad setting is an error that says what is allowed."""
    with pytest.raises(ConfigError, match=words):
        ImageParams(**settings)
