"""Bytes with a few things wrong in them, the same for the same seed."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from random import Random

_NUMBERS = (0, 1, 2, 7, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_TOKENS = (
    b"nan",
    b"inf",
    b"1e999",
    b"-1",
    b"0",
    b"\0",
    b'"',
    b"\n",
    b",",
    b"..",
    b"9" * 30,
    b"\xff\xfe",
    b"null",
    b"{",
    b"[",
)

Edit = Callable[[bytearray, Random], None]


def mutate(valid: bytes, seed: int) -> bytes:
    """A copy of some bytes after one to eight edits; the seed decides which and where."""
    rng, data = Random(seed), bytearray(valid)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        rng.choice(EDITS)(data, rng)
    return bytes(data)


def _flip_bit(data: bytearray, rng: Random) -> None:
    if data:
        data[_place(data, rng)] ^= 1 << rng.randrange(8)


def _set_byte(data: bytearray, rng: Random) -> None:
    if data:
        data[_place(data, rng)] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _set_number(data: bytearray, rng: Random) -> None:
    at, order = _place(data, rng), rng.choice("<>")
    packed = struct.pack(f"{order}I", rng.choice(_NUMBERS))
    data[at : at + 4] = rng.choice((packed, packed[:2], packed[2:]))


def _cut(data: bytearray, rng: Random) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _remove(data: bytearray, rng: Random) -> None:
    del data[_slice(data, rng)]


def _repeat(data: bytearray, rng: Random) -> None:
    part = data[_slice(data, rng)]
    at = _place(data, rng)
    data[at:at] = part * rng.choice((1, 1, 2, 20))


def _blank(data: bytearray, rng: Random) -> None:
    part = _slice(data, rng)
    data[part] = bytes(len(data[part]))


def _insert(data: bytearray, rng: Random) -> None:
    at = _place(data, rng)
    data[at:at] = rng.choice((rng.choice(_TOKENS), rng.randbytes(rng.randrange(1, 9))))


def _append(data: bytearray, rng: Random) -> None:
    data += rng.randbytes(rng.randrange(1, 64))


EDITS: Sequence[Edit] = (_flip_bit, _set_byte, _set_number, _cut, _remove, _repeat, _blank, _insert, _append)


def _place(data: bytearray, rng: Random) -> int:
    """Anywhere, but as often in the first 64 bytes, where headers are."""
    end = len(data) if rng.random() < 0.5 else min(len(data), 64)
    return rng.randrange(end) if end else 0


def _slice(data: bytearray, rng: Random) -> slice:
    start = _place(data, rng)
    return slice(start, start + rng.choice((1, 2, 4, 16, 200)))
