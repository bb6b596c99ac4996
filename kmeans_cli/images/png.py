"""Small PNG files: several palette orders, filters and zlib strategies are tried, and the smallest is kept.

Pictures of a palette have neighbours of a few entries only. When the entries are ordered so that frequent neighbours
have near numbers, filters leave mostly zeros, and zlib's plain run lengths (``Z_RLE``) then do better than its search
for repeated text, at a hundredth of the time. Where that fails, unfiltered bytes with that search win.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from kmeans_cli.core.types import IntArray, MapBlocks
from kmeans_cli.images.bands import gather
from kmeans_cli.images.png_filters import ADAPTIVE, filtered
from kmeans_cli.images.reindex import neighbour_order
from kmeans_cli.images.spaces import Bytes

MOST_ENTRIES = 256
"""A PNG palette holds no more."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUECOLOUR, _INDEXED, _TRUECOLOUR_WITH_ALPHA = 2, 3, 6
_WINDOW_BITS, _MEMORY_LEVEL = 15, 8
_BAND_BYTES = 1 << 20


@dataclass(frozen=True)
class Attempt:
    """One way to write the pixels.

    Attributes:
        filter: A name in ``FILTERS``, or ``adaptive``.
        strategy: Of zlib.
        level: Of zlib.
        by_neighbours: Number the palette by ``neighbour_order`` instead of from dark to light.
    """

    filter: str
    strategy: int
    level: int = 9
    by_neighbours: bool = False


_INDEXED_ATTEMPTS = (
    Attempt("none", zlib.Z_DEFAULT_STRATEGY, level=8),  # level 9: up to twice as long for 0.2 % at most
    Attempt("up", zlib.Z_RLE, by_neighbours=True),
    Attempt("paeth", zlib.Z_RLE, by_neighbours=True),
    Attempt(ADAPTIVE, zlib.Z_RLE, by_neighbours=True),
)
_PHOTO_ATTEMPTS = (Attempt(ADAPTIVE, zlib.Z_DEFAULT_STRATEGY, level=6),)  # level 9: three times as long for 2 %
_TRUECOLOUR_ATTEMPTS = (*_PHOTO_ATTEMPTS, Attempt("none", zlib.Z_DEFAULT_STRATEGY, level=6))
_PIXELS_PER_COLOUR = 8
"""Where colours repeat less than that, unfiltered bytes never win."""


def indexed_png(labels: IntArray, rgba: Bytes, map_blocks: MapBlocks = map) -> bytes:
    """The smallest PNG found of a picture with a palette, at the smallest bit depth that holds it.

    Args:
        labels: (h, w) palette entry of each pixel.
        rgba: (k, 4) the entries, k at most 256.
        map_blocks: Who makes the attempts.
    """
    depth = bit_depth(len(rgba))
    near = neighbour_order(labels, len(rgba))

    def attempt(attempt: Attempt) -> bytes:
        order = near if attempt.by_neighbours else np.arange(len(rgba))
        rows = packed(gather(_ranks(order), labels), depth)
        header = _header(labels.shape, depth, _INDEXED)
        return b"".join([header, *_palette_chunks(rgba[order]), *_pixel_chunks(rows, 1, attempt)])

    return min(map_blocks(attempt, _INDEXED_ATTEMPTS), key=len)


def truecolour_png(pixels: Bytes, n_colours: int, map_blocks: MapBlocks = map) -> bytes:
    """The smallest PNG found of (h, w, 3) or (h, w, 4) pixels with so many distinct colours."""
    height, width, channels = pixels.shape
    header, rows = _truecolour_header(pixels), pixels.reshape(height, width * channels)

    def attempt(attempt: Attempt) -> bytes:
        return b"".join([header, *_pixel_chunks(rows, channels, attempt)])

    return min(map_blocks(attempt, _truecolour_attempts(pixels, n_colours)), key=len)


def truecolour_size(pixels: Bytes, n_colours: int) -> int:
    """How many bytes ``truecolour_png`` has, without holding them all."""
    height, width, channels = pixels.shape
    rows = pixels.reshape(height, width * channels)

    def size(attempt: Attempt) -> int:
        return sum(map(len, _squeezed(rows, channels, attempt)))

    around = len(_truecolour_header(pixels)) + sum(map(len, [*_chunk(b"IDAT"), *_chunk(b"IEND")]))
    return around + min(map(size, _truecolour_attempts(pixels, n_colours)))


def _truecolour_header(pixels: Bytes) -> bytes:
    height, width, channels = pixels.shape
    return _header((height, width), 8, _TRUECOLOUR if channels == 3 else _TRUECOLOUR_WITH_ALPHA)


def _truecolour_attempts(pixels: Bytes, n_colours: int) -> tuple[Attempt, ...]:
    height, width, _ = pixels.shape
    is_photo = n_colours * _PIXELS_PER_COLOUR > height * width
    return _PHOTO_ATTEMPTS if is_photo else _TRUECOLOUR_ATTEMPTS


def bit_depth(k: int) -> int:
    """The fewest bits that tell k palette entries apart: 1, 2, 4 or 8."""
    return next(bits for bits in (1, 2, 4, 8) if k <= 1 << bits)


def packed(labels: Bytes, depth: int) -> Bytes:
    """(h, bytes of a row) labels of so many bits, the first in the highest bits; rows end with zeros."""
    if depth == 8:
        return labels
    per_byte = 8 // depth
    padded = np.pad(labels, ((0, 0), (0, -labels.shape[1] % per_byte)))
    rows = np.zeros((len(labels), padded.shape[1] // per_byte), dtype=np.uint8)
    for place in range(per_byte):
        rows |= padded[:, place::per_byte] << np.uint8(8 - depth * (place + 1))
    return rows


def _ranks(order: IntArray) -> Bytes:
    ranks = np.empty(len(order), dtype=np.uint8)
    ranks[order] = np.arange(len(order), dtype=np.uint8)
    return ranks


def _header(shape: tuple[int, ...], depth: int, kind: int) -> bytes:
    height, width = shape
    return b"".join([_SIGNATURE, *_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))])


def _palette_chunks(rgba: Bytes) -> list[bytes]:
    colours = _chunk(b"PLTE", rgba[:, :3].tobytes())
    seen_through = np.flatnonzero(rgba[:, 3] < 255)
    if not len(seen_through):
        return colours
    return colours + _chunk(b"tRNS", rgba[: seen_through[-1] + 1, 3].tobytes())


def _pixel_chunks(rows: Bytes, pixel_bytes: int, attempt: Attempt) -> list[bytes]:
    return _chunk(b"IDAT", *_squeezed(rows, pixel_bytes, attempt)) + _chunk(b"IEND")


def _squeezed(rows: Bytes, pixel_bytes: int, attempt: Attempt) -> Iterator[bytes]:
    squeeze = zlib.compressobj(attempt.level, zlib.DEFLATED, _WINDOW_BITS, _MEMORY_LEVEL, attempt.strategy)
    for band, above in _bands(rows):
        yield squeeze.compress(filtered(band, above, pixel_bytes, attempt.filter).data)
    yield squeeze.flush()


def _bands(rows: Bytes) -> Iterator[tuple[Bytes, Bytes]]:
    """Some rows at a time, with the one before them: filters need several copies of what they work on."""
    step = max(1, _BAND_BYTES // rows.shape[1])
    above = np.zeros_like(rows[0])
    for start in range(0, len(rows), step):
        band = rows[start : start + step]
        yield band, above
        above = band[-1]


def _chunk(name: bytes, *content: bytes) -> list[bytes]:
    """A chunk in parts; joining them is left to the end, as a copy of a large picture counts."""
    checksum = zlib.crc32(name)
    for part in content:
        checksum = zlib.crc32(part, checksum)
    return [struct.pack(">I", sum(map(len, content))), name, *content, struct.pack(">I", checksum)]
