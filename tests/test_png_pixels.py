"""Counting the pixels of a PNG."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.png_pixels import _unpacked, has_all_pixels

_INTERLACED = (7, 6)  # width and height


def _png(width: int, height: int, pixels: bytes, *, interlaced: bool = False) -> io.BytesIO:
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, interlaced)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels)), (b"IEND", b""))
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + b"".join(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
            for name, data in chunks
        )
    )


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
@pytest.mark.parametrize("size", [(1, 1), (9, 7), (300, 200)])
def test_whole_pictures(mode: str, size: tuple[int, int]) -> None:
    """What PIL writes is whole, whatever its pixels are."""
    file = io.BytesIO()
    Image.new(mode, size).save(file, "PNG")
    assert has_all_pixels(file)


def test_pixels_that_end_too_early() -> None:
    """A row that is missing is noticed, wherever the stream ends well; more than enough is enough."""
    rows = np.zeros((5, 1 + 4), dtype=np.uint8).tobytes()
    assert has_all_pixels(_png(4, 5, rows))
    assert has_all_pixels(_png(4, 5, rows + b"\0"))
    assert not has_all_pixels(_png(4, 5, rows[:-1]))
    assert not has_all_pixels(_png(4, 6, rows))


def test_no_more_is_unpacked_than_the_picture_needs() -> None:
    """A small picture with a bomb behind its pixels costs one piece."""
    packer = zlib.compressobj(1)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    stream = zlib.decompressobj()
    assert _unpacked(stream, bomb, 25) <= 1 << 20
    assert stream.unconsumed_tail


def test_interlaced_pixels() -> None:
    """Adam7: each pass has rows of its own, and passes without columns have none."""
    width, height = _INTERLACED
    passes = [(1, 1), (1, 1), (2, 1), (2, 2), (4, 1), (3, 3), (7, 3)]  # columns and rows, counted by hand
    n_bytes = sum(rows * (1 + columns) for columns, rows in passes)
    assert has_all_pixels(_png(width, height, bytes(n_bytes), interlaced=True))
    assert not has_all_pixels(_png(width, height, bytes(n_bytes - 1), interlaced=True))
