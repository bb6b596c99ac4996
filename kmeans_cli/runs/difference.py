"""Where two trees of settings or numbers differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TIMES = "seconds"
"""The key below which nothing is compared: no two runs take the same time."""


@dataclass(frozen=True)
class Difference:
    """One value that differs; None also where one side does not have it.

    Attributes:
        key: Dotted, with the place in a list in brackets: ``fits[3].j_clust``.
        a: On the one side.
        b: On the other.
    """

    key: str
    a: Any
    b: Any


def differences(a: Mapping[str, Any], b: Mapping[str, Any]) -> tuple[Difference, ...]:
    """The leaves in which two trees differ, in their order; a number and the same number of another type are equal."""
    left, right = dict(_leaves(a)), dict(_leaves(b))
    keys = [*left, *(key for key in right if key not in left)]
    pairs = ((key, left.get(key), right.get(key)) for key in keys)
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            if name != TIMES:
                yield from _leaves(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and value:
        for place, item in enumerate(value):
            yield from _leaves(item, f"{key}[{place}]")
    else:
        yield key, value
