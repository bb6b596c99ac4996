"""PNG files, read back by PIL."""

from __future__ import annotations

import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from kmeans_cli.images import png
from kmeans_cli.images.png import Attempt, bit_depth, indexed_png, truecolour_png, truecolour_size
from kmeans_cli.images.png_filters import ADAPTIVE, FILTERS
from kmeans_cli.images.reindex import neighbour_order
from tests.images.pictures import noise, ramp


def _palette(k: int) -> np.ndarray:
    rgba = np.random.default_rng(k).integers(0, 256, (k, 4), dtype=np.uint8)
    rgba[:, 3] = 255
    return rgba


def _open(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize(("k", "depth"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)])
@pytest.mark.parametrize("width", [1, 2, 7, 8, 33])
def test_indexed(k: int, depth: int, width: int) -> None:
    """Every pixel has its colour again, at the smallest bit depth, whatever the width leaves in the last byte."""
    rgba = _palette(k)
    labels = np.random.default_rng(0).integers(0, k, (9, width), dtype=np.int32)
    content = indexed_png(labels, rgba)
    assert content[24] == depth == bit_depth(k)
    assert np.array_equal(np.asarray(_open(content).convert("RGB")), rgba[labels][..., :3])


def test_transparency() -> None:
    """Opacities of the palette are in the file."""
    rgba = np.array([[0, 0, 0, 0], [250, 10, 20, 128], [1, 2, 3, 255]], dtype=np.uint8)
    labels = np.array([[0, 1, 2], [2, 1, 0]], dtype=np.int32)
    content = indexed_png(labels, rgba)
    assert b"tRNS" in content
    assert np.array_equal(np.asarray(_open(content).convert("RGBA")), rgba[labels])


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (5, 4), (40, 31)])
def test_truecolour(channels: int, shape: tuple[int, int]) -> None:
    """Truecolour is lossless, with and without opacity, and its size is known without it."""
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, channels), dtype=np.uint8)
    for n_colours in (1, 300):  # as if all attempts were worth it, and as of a photo
        content = truecolour_png(pixels, n_colours)
        assert np.array_equal(np.asarray(_open(content)), pixels)
        assert truecolour_size(pixels, n_colours) == len(content)


@pytest.mark.parametrize("name", [*FILTERS, ADAPTIVE])
@pytest.mark.parametrize("band", [1, 100, 1 << 20])
def test_every_filter_can_be_undone(name: str, band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each filter writes, PIL reads, in however many bands it is written."""
    monkeypatch.setattr(png, "_BAND_BYTES", band)
    monkeypatch.setattr(png, "_PHOTO_ATTEMPTS", (Attempt(name, zlib.Z_RLE),))
    for pixels in (ramp(), noise(9, 5)):
        assert np.array_equal(np.asarray(_open(truecolour_png(pixels, 300))), pixels)


@given(st.integers(1, 12), st.integers(1, 6), st.integers(1, 9), st.integers(0, 1000))
def test_neighbour_order_is_a_permutation(k: int, height: int, width: int, seed: int) -> None:
    """Whatever the picture, also of one row or with entries nobody uses, every entry has one place."""
    labels = np.random.default_rng(seed).integers(0, k, (height, width), dtype=np.int32)
    assert sorted(neighbour_order(labels, k)) == list(range(k))


def test_neighbours_get_near_numbers() -> None:
    """Entries that meet in the picture as on a chain are numbered along the chain."""
    chain = np.array([3, 0, 4, 1, 2], dtype=np.int32)
    labels = np.repeat(chain, 4)[:, None].repeat(3, axis=1)
    order = neighbour_order(labels, 5).tolist()
    assert order in (chain.tolist(), chain[::-1].tolist())


def test_smaller_than_pil() -> None:
    """The file is smaller than what PIL's optimiser makes of the same pixels."""
    labels = (ramp(120, 160)[..., 0] // 8).astype(np.int32)
    rgba = _palette(32)
    image = Image.frombytes("P", (160, 120), labels.astype(np.uint8).tobytes())
    image.putpalette(rgba[:, :3].tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    assert len(indexed_png(labels, rgba)) < len(buffer.getvalue())
