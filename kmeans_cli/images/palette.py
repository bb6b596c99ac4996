"""From centroids to a palette: rounded to 8-bit sRGB, with exactly k entries in use, from dark to light."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, LabelArray
from kmeans_cli.images.colours import from_points, to_points
from kmeans_cli.images.spaces import Bytes, Space, oklab

Assign = Callable[[Float64Array], LabelArray]
"""From (m, d) entries to the (n,) exact nearest entry of each colour."""


@dataclass(frozen=True)
class Visible:
    """The colours of a picture that can be seen, as the fit saw them.

    Attributes:
        rgba: (n, 4) uint8, distinct.
        points: (n, d) float32 coordinates.
        weights: (n,) above 0.
        space: What the coordinates are in.
    """

    rgba: Bytes
    points: NDArray[np.float32]
    weights: Float64Array
    space: Space

    def entries(self, rgba: Bytes) -> Float64Array:
        """(k, d) coordinates of palette entries; those of a colour of the picture are exactly its own."""
        with_opacity = self.points.shape[1] == 4
        return to_points(rgba, self.space, with_opacity=with_opacity).astype(np.float64)


def settle(visible: Visible, centroids: Float64Array, assign: Assign) -> tuple[Bytes, LabelArray]:
    """Round centroids to colours and assign anew, with every entry distinct and in use.

    Rounding can make two centroids one colour, or leave an entry without colours. As many of the picture's own
    colours that cost most (weight times squared distance) then become entries, until none is lost: the error falls
    each time, so this ends.

    Args:
        visible: The colours; at least k.
        centroids: (k, d) in their space.
        assign: Finds the nearest entries.

    Returns:
        (k, 4) uint8 entries, and (n,) the nearest entry of each colour.
    """
    k = len(centroids)
    rgba = _distinct(from_points(centroids, visible.space))
    while True:
        entries = visible.entries(rgba)
        labels = assign(entries)
        used = np.flatnonzero(np.bincount(labels))
        if len(used) == k:
            return rgba, labels
        difference = visible.points - entries[labels]
        costs = visible.weights * np.einsum("ij,ij->i", difference, difference)
        dearest = np.argsort(-costs, kind="stable")[: k - len(used)]
        rgba = np.vstack([rgba[used], visible.rgba[dearest[costs[dearest] > 0]]])


def _distinct(rgba: Bytes) -> Bytes:
    """(m, 4) the different ones of (k, 4) entries, in order. ``np.unique`` would first import all of ``np.ma``."""
    return np.array(sorted(set(map(tuple, rgba.tolist()))), dtype=np.uint8)


def dark_to_light(rgba: Bytes) -> NDArray[np.intp]:
    """(k,) the entries in the order of Oklab's lightness, what shines through as dark as it is thin; ties by value."""
    lightness = oklab(rgba[:, :3])[:, 0] * (rgba[:, 3] / 255)
    return np.lexsort((*rgba.T[::-1], lightness))


def shares(counts: NDArray[np.int64]) -> list[float]:
    """The share of each of (k,) pixel counts."""
    whole = int(counts.sum())
    return [count / whole for count in counts.tolist()]


def hex_code(entry: Bytes) -> str:
    """``#1f2e3d``, with two digits more where an entry is not opaque."""
    return "#" + (entry[:3] if entry[3] == 255 else entry).tobytes().hex()


def palette_values(rgba: Bytes, counts: NDArray[np.int64]) -> list[dict[str, Any]]:
    """The entries as plain values: rgb, alpha where it is not opaque, and share."""
    return [
        {"rgb": entry[:3]} | ({} if entry[3] == 255 else {"alpha": entry[3]}) | {"share": share}
        for entry, share in zip(rgba.tolist(), shares(counts), strict=True)
    ]


def palette_json(name: str, rgba: Bytes, counts: NDArray[np.int64]) -> str:
    """The palette as a JSON document, an entry per line."""
    codes = map(hex_code, rgba)
    entries = (
        json.dumps({"hex": code} | value | {"pixels": count})
        for code, value, count in zip(codes, palette_values(rgba, counts), counts.tolist(), strict=True)
    )
    return f'{{"name": {json.dumps(name)}, "colours": [\n  ' + ",\n  ".join(entries) + "\n]}\n"


def palette_gpl(name: str, rgba: Bytes, counts: NDArray[np.int64]) -> str:
    """The palette for GIMP, Inkscape and Krita: text with a colour, its code and its share per line."""
    lines = (
        f"{red:3d} {green:3d} {blue:3d}\t{hex_code(entry)} {share:.2%}"
        for entry, (red, green, blue, _), share in zip(rgba, rgba.tolist(), shares(counts), strict=True)
    )
    return f"GIMP Palette\nName: {' '.join(name.split())}\nColumns: 0\n#\n" + "\n".join(lines) + "\n"
