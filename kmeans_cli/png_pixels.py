"""Whether a PNG holds as many pixels as it claims: where they end too early, PIL goes on in black without a word.

Source: W3C, "Portable Network Graphics (PNG) Specification (Third Edition)", sections 5, 7.2 and 8.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import IO

_PIECE = 1 << 20
_SIGNATURE_BYTES = 8
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by type of colour
_WHOLE = ((0, 0, 1, 1),)
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Of each pass: its first column and row, and the steps to the next ones."""


def has_all_pixels(file: IO[bytes]) -> bool:
    """Unpack the pixels of a PNG piece by piece, and count.

    Args:
        file: Whose chunks are whole, checksums included.

    Returns:
        Whether there are as many bytes as the header claims, before the stream ends or is broken.
    """
    file.seek(_SIGNATURE_BYTES)
    left, stream = 0, zlib.decompressobj()
    for name, content in _chunks(file):
        if name == b"IHDR":
            left = _claimed(content)
        elif name == b"IDAT" and left > 0:
            try:
                left -= _unpacked(stream, content, left)
            except zlib.error:
                return False
    return left <= 0 or left <= len(stream.flush())


def _chunks(file: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    while len(head := file.read(8)) == 8:
        length, name = struct.unpack(">I4s", head)
        yield name, file.read(length)
        file.seek(4, 1)  # the checksum


def _claimed(header: bytes) -> int:
    """How many bytes the rows have, each with its filter type."""
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    bits = depth * _CHANNELS[colour]
    total = 0
    for x, y, dx, dy in _ADAM7 if interlaced else _WHOLE:
        columns, rows = -(-(width - x) // dx), -(-(height - y) // dy)
        total += rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0
    return total


def _unpacked(stream: zlib._Decompress, packed: bytes, wanted: int) -> int:
    """How many bytes come out of a part of the stream, counted until there are enough; in memory is a piece of them."""
    count = 0
    while packed and count < wanted:
        count += len(stream.decompress(packed, _PIECE))
        packed = stream.unconsumed_tail
    return count
