"""The first pass over shards: are all values finite, what is their digest, and what a fit must know of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.prepare import LARGEST_VALUE
from kmeans_cli.core.stream import Piece
from kmeans_cli.core.survey import Frame, Moments
from kmeans_cli.core.types import Float64Array, MapBlocks
from kmeans_cli.datasets.scale import to_fit_units
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.errors import PlaceError


@dataclass(frozen=True)
class Survey:
    """What the first pass found.

    Attributes:
        frame: For the fit.
        sha256: Over type and shape and the digests of the pieces, in hexadecimal.
    """

    frame: Frame
    sha256: str


def survey(stream: FileStream, map_blocks: MapBlocks) -> Survey:
    """Read everything once.

    Raises:
        PlaceError: If a value is NaN, infinite or enormous; it says where.
    """
    _, first = next(stream.blocks(stream.pieces()[0]))
    point: Float64Array = np.nan_to_num(first.mean(axis=0, dtype=np.float64))
    digest = hashlib.sha256(f"X {stream.raw_dtype.str} {(stream.n, stream.d)}\n".encode())
    moments: Moments | None = None
    for part, part_digest in map_blocks(_Look(stream, point), stream.pieces()):
        moments = part if moments is None else moments + part
        digest.update(part_digest)
    assert moments is not None
    return Survey(Frame.of(moments, point, stream.dtype), digest.hexdigest())


@dataclass(frozen=True)
class _Look:
    """Look at every value of a piece."""

    stream: FileStream
    point: Float64Array

    def __call__(self, piece: Piece) -> tuple[Moments, bytes]:
        stream, digest, moments = self.stream, hashlib.sha256(), None
        shard, first = stream.shard_of(piece.start)
        for where, raw in stream.raw_blocks(piece):
            digest.update(raw.reshape(-1).view(np.uint8).data)
            _check(raw, piece.start - first + where.start, str(shard.path))
            rows = to_fit_units(raw, stream.offset, stream.factor, stream.dtype, str(shard.path))
            part = Moments.of(rows, self.point)
            moments = part if moments is None else moments + part
        assert moments is not None
        return moments, digest.digest()


def _check(raw: NDArray[np.generic], first: int, where: str) -> None:
    if raw.dtype.kind != "f" or -LARGEST_VALUE <= float(raw.min()) <= float(raw.max()) <= LARGEST_VALUE:
        return
    bad = ~(np.abs(raw.astype(np.float64)) <= LARGEST_VALUE)
    row, column = divmod(int(bad.argmax()), raw.shape[1])
    place = f"row {first + row:,}, column {column} (counted from 0)"
    raise PlaceError(f"has a value that is NaN, infinite or beyond ±{LARGEST_VALUE:g} in {place}", where=where)
