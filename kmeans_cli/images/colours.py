"""The distinct colours of a picture with their counts: the same as all pixels, with far fewer rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array
from kmeans_cli.images.bands import bands, gather
from kmeans_cli.images.spaces import Bytes, Space

_N_OPAQUE = 1 << 24
_Code = TypeVar("_Code", bound=np.unsignedinteger)


@dataclass(frozen=True)
class Colours:
    """Which colours a picture has, and where.

    Attributes:
        rgba: (n, 4) uint8, distinct. Pixels without any opacity are one colour, the first: (0, 0, 0, 0).
        counts: (n,) int64, pixels of each.
        index: (h, w) int32, the colour of each pixel.
    """

    rgba: Bytes
    counts: NDArray[np.int64]
    index: NDArray[np.int32]

    @property
    def is_opaque(self) -> bool:
        """Whether nothing shines through."""
        return bool((self.rgba[:, 3] == 255).all())

    @property
    def n_hidden(self) -> int:
        """1 when some pixels are fully transparent, else 0: where the visible colours begin."""
        return int(self.rgba[0, 3] == 0)

    @property
    def weights(self) -> Float64Array:
        """(n,) how much each colour counts: its pixels, by their opacity."""
        return self.counts * (self.rgba[:, 3] / 255)

    def points(self, space: Space) -> NDArray[np.float32]:
        """(n, 3) coordinates of the colours; (n, 4) with the opacity where there is any transparency."""
        return to_points(self.rgba, space, with_opacity=not self.is_opaque)


def to_points(rgba: Bytes, space: Space, *, with_opacity: bool) -> NDArray[np.float32]:
    """(n, 3) float32 coordinates of (n, 4) colours, or (n, 4) with the opacity on the scale of the space.

    Equal colours have equal points, wherever they come from.
    """
    points = np.empty((len(rgba), 4 if with_opacity else 3), dtype=np.float32)
    points[:, :3] = space.from_srgb(rgba[:, :3])
    if with_opacity:
        points[:, 3] = rgba[:, 3] * (space.white / 255)
    return points


def from_points(points: Float64Array, space: Space) -> Bytes:
    """(n, 4) colours rounded to 8-bit sRGB, from (n, 3) or (n, 4) coordinates."""
    rgba = np.full((len(points), 4), 255, dtype=np.uint8)
    rgba[:, :3] = np.rint(space.to_srgb(points[:, :3]))
    if points.shape[1] == 4:
        # 0 would make a colour invisible, and that is another entry of the palette.
        rgba[:, 3] = np.rint(points[:, 3] * (255 / space.white)).clip(1, 255)
    return rgba


def find_colours(pixels: Bytes, alpha: Bytes | None) -> Colours:
    """The colours of (h, w, 3) pixels with their (h, w) opacity, None when all are opaque."""
    codes = _codes(pixels, alpha)
    distinct, counts = run_lengths(np.sort(codes, axis=None))
    index = _positions(codes, distinct, is_opaque=alpha is None)
    return Colours(_decoded(distinct, is_opaque=alpha is None), counts, index)


def _codes(pixels: Bytes, alpha: Bytes | None) -> NDArray[np.uint32]:
    """(h, w) one number for each colour; where nothing is visible, 0."""
    codes = pixels[..., 0].astype(np.uint32)
    for channel in (1, 2):
        codes <<= 8
        codes |= pixels[..., channel]
    if alpha is not None:
        codes <<= 8
        codes |= alpha
        codes[alpha == 0] = 0
    return codes


def run_lengths(ordered: NDArray[_Code]) -> tuple[NDArray[_Code], NDArray[np.int64]]:
    """The distinct ones of (n,) ordered codes, and how often each is among them."""
    # Of a large picture every temporary counts.
    changed = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=changed[1:])
    first = np.flatnonzero(changed)
    del changed
    counts = np.empty_like(first)
    np.subtract(first[1:], first[:-1], out=counts[:-1])
    counts[-1] = len(ordered) - first[-1]
    return ordered[first], counts


def _positions(codes: NDArray[np.uint32], distinct: NDArray[np.uint32], *, is_opaque: bool) -> NDArray[np.int32]:
    if not is_opaque:
        positions = np.empty(codes.shape, dtype=np.int32)
        for band in bands(*codes.shape):
            positions[band] = np.searchsorted(distinct, codes[band])
        return positions
    # A table of all 2²⁴ colours answers ten times faster than a search. The position of a colour is the number of
    # those of smaller red and green, plus its place among its like, which takes a single byte.
    sizes = np.bincount(distinct >> 8, minlength=_N_OPAQUE >> 8)
    before = (np.cumsum(sizes) - sizes).astype(np.int32)
    place = np.empty(_N_OPAQUE, dtype=np.uint8)
    place[distinct] = np.arange(len(distinct)) - before[distinct >> 8]
    positions = gather(before, codes >> 8)
    positions += gather(place, codes)
    return positions


def _decoded(codes: NDArray[np.uint32], *, is_opaque: bool) -> Bytes:
    if is_opaque:
        codes = codes << np.uint32(8) | np.uint32(255)
    return codes.astype(">u4").view(np.uint8).reshape(-1, 4)
