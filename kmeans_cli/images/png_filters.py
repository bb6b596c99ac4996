"""PNG's row filters: each byte minus a prediction from its neighbours (PNG specification, third edition, section 9)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_cli.images.spaces import Bytes

Filter = Callable[[Bytes, Bytes, Bytes], Bytes]
"""From the left, upper and upper left neighbours of bytes to what they are predicted to be."""


def _none(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:  # noqa: ARG001 - see Filter
    return np.zeros_like(up)


def _sub(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:  # noqa: ARG001 - see Filter
    return left


def _up(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:  # noqa: ARG001 - see Filter
    return up


def _average(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:  # noqa: ARG001 - see Filter
    return (left & up) + ((left ^ up) >> 1)


def _paeth(left: Bytes, up: Bytes, corner: Bytes) -> Bytes:
    """The neighbour nearest to left + up − corner."""
    a, b, c = (neighbour.astype(np.int16) for neighbour in (left, up, corner))
    to_left, to_up = np.abs(b - c), np.abs(a - c)
    to_corner = np.abs(a + b - 2 * c)
    return np.where((to_left <= to_up) & (to_left <= to_corner), left, np.where(to_up <= to_corner, up, corner)).astype(
        np.uint8
    )


FILTERS: dict[str, Filter] = {"none": _none, "sub": _sub, "up": _up, "average": _average, "paeth": _paeth}
"""In the order of their numbers in the file."""

ADAPTIVE = "adaptive"
"""For each row the filter that leaves the smallest values: a rule of thumb of the PNG specification."""


def filtered(rows: Bytes, above: Bytes, pixel_bytes: int, name: str) -> Bytes:
    """(h, 1 + w) the filtered bytes of (h, w) rows, each row after the number of its filter.

    Args:
        rows: The bytes of the rows.
        above: (w,) the bytes of the row before them; zeros for the first.
        pixel_bytes: How far the left neighbour is: bytes of a pixel, at least 1.
        name: A name in ``FILTERS``, or ``adaptive``.
    """
    up = np.vstack([above, rows[:-1]])
    left, corner = _moved_right(rows, pixel_bytes), _moved_right(up, pixel_bytes)
    names = list(FILTERS)
    if name != ADAPTIVE:
        number = np.full((len(rows), 1), names.index(name), dtype=np.uint8)
        return np.hstack([number, rows - FILTERS[name](left, up, corner)])
    choices = np.stack([rows - predict(left, up, corner) for predict in FILTERS.values()])
    # As signed bytes the residuals of a good prediction are small.
    costs = np.minimum(choices, -choices).sum(axis=2, dtype=np.int64)
    best = costs.argmin(axis=0)
    return np.hstack([best.astype(np.uint8)[:, None], choices[best, np.arange(len(rows))]])


def _moved_right(rows: Bytes, by: int) -> Bytes:
    moved = np.zeros_like(rows)
    moved[:, by:] = rows[:, :-by]
    return moved
