"""The range grammar of flags and YAML: ``5..20`` (both ends in), ``5..50..5``, ``10,16``, ``2,4,8..16``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NoReturn

from kmeans_cli.errors import ConfigError

MAX_VALUES = 10_000
"""More than anyone fits; a bound, so that ``1..1000000000000`` is an error and not a full memory."""

_GRAMMAR = "a number 10, a range 5..20 (both ends in), one with a step 5..50..5, or several: 2,4,8..16"
_ITEM = re.compile(r"([0-9]{1,18})(?:\.\.([0-9]{1,18})(?:\.\.([0-9]{1,18}))?)?")
_SHORTEST_RANGE = 3


def parse_range(value: Any, *, where: str = "k", minimum: int = 1) -> tuple[int, ...]:
    """The numbers a range stands for, in the order given.

    Args:
        value: Text in the grammar, a whole number, or a list of both, as YAML gives them.
        where: The flag or dotted key, for errors.
        minimum: The smallest number allowed.

    Raises:
        ConfigError: For other text, an empty or falling range, a number below ``minimum`` or given twice, or
            more than ``MAX_VALUES`` numbers.
    """
    numbers: dict[int, None] = {}
    for low, high, step in (_bounds(item, value, where) for item in _items(value)):
        if low < minimum:
            raise ConfigError("is too small", where=where, value=low, allowed=f"whole numbers from {minimum}")
        if (high - low) // step + len(numbers) >= MAX_VALUES:
            raise ConfigError(
                "stands for too many numbers", where=where, value=value, allowed=f"at most {MAX_VALUES:,}"
            )
        for number in range(low, high + 1, step):
            if number in numbers:
                raise ConfigError(f"names {number} twice", where=where, value=value)
            numbers[number] = None
    return tuple(numbers) or _refuse("is empty", value, where)


def format_range(numbers: Sequence[int]) -> str:
    """Short text in the grammar from which ``parse_range`` makes the same numbers in the same order."""
    items, start = [], 0
    while start < len(numbers):
        stop = _end_of_steps(numbers, start)
        items.append(_item_text(numbers[start:stop]))
        start = stop
    return ",".join(items)


def _items(value: Any) -> list[Any]:
    parts = value if isinstance(value, list | tuple) else [value]
    return [item for part in parts for item in (part.split(",") if isinstance(part, str) else [part])]


def _bounds(item: Any, value: Any, where: str) -> tuple[int, int, int]:
    """First number, last number and step of one item between commas."""
    match = None if isinstance(item, bool) else _ITEM.fullmatch(str(item).strip())
    if match is None:
        _refuse("is no range", value, where)
    low = int(match[1])
    high, step = int(match[2] or low), int(match[3] or 1)
    if high < low:
        raise ConfigError("runs backwards", where=where, value=value, allowed=f"{high}..{low}")
    if step < 1:
        raise ConfigError("has a step of 0", where=where, value=value, allowed="a step of at least 1")
    return low, high, step


def _refuse(problem: str, value: Any, where: str) -> NoReturn:
    raise ConfigError(problem, where=where, value=value, allowed=_GRAMMAR)


def _end_of_steps(numbers: Sequence[int], start: int) -> int:
    """Where the run of equal steps from ``start`` ends; ``start + 1`` when it is too short for a range."""
    if start + 1 == len(numbers) or (step := numbers[start + 1] - numbers[start]) < 1:
        return start + 1
    stop = start + 2
    while stop < len(numbers) and numbers[stop] - numbers[stop - 1] == step:
        stop += 1
    return stop if stop - start >= _SHORTEST_RANGE else start + 1


def _item_text(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return str(numbers[0])
    step = numbers[1] - numbers[0]
    return f"{numbers[0]}..{numbers[-1]}" + (f"..{step}" if step > 1 else "")
