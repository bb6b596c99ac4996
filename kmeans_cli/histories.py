"""The records of a fit's iterations as arrays, for the files that keep them, and back without losing a digit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, IterationRecord

NAMES = ("history", "seconds")
"""The arrays: what was measured, the same in every repetition; and what it took."""

_MEASURED = tuple(field.name for field in fields(IterationRecord) if field.name not in ("iteration", "seconds"))
_COUNTS = ("n_moved", "n_empty")
_OPTIONAL = tuple(field.name for field in fields(IterationRecord) if field.default is None)


def to_arrays(history: Sequence[IterationRecord]) -> dict[str, Float64Array]:
    """``history`` (n_iter, measures), NaN where a number was not asked for, and ``seconds`` (n_iter,)."""
    rows = [[getattr(record, name) for name in _MEASURED] for record in history]
    return {
        "history": np.array(rows, dtype=np.float64).reshape(len(rows), len(_MEASURED)),
        "seconds": np.array([record.seconds for record in history]),
    }


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> tuple[IterationRecord, ...]:
    """The records in the order of the iterations."""
    rows = zip(arrays["history"].tolist(), arrays["seconds"].tolist(), strict=True)
    return tuple(
        IterationRecord(iteration=number, seconds=seconds, **dict(_named(row)))
        for number, (row, seconds) in enumerate(rows, start=1)
    )


def _named(row: Sequence[float]) -> Iterator[tuple[str, Any]]:
    for name, value in zip(_MEASURED, row, strict=True):
        if name in _OPTIONAL and np.isnan(value):
            yield name, None
        else:
            yield name, int(value) if name in _COUNTS else value
