"""What a check has to say of a run."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

SLACK = 1e-9
"""By so much, relatively, may numbers differ that were measured anew: other processors add in another order."""


@dataclass(frozen=True)
class Finding:
    """One thing to know of a run.

    Attributes:
        where: The file, and what in it: ``model.npz: labels``; empty: the run as a whole.
        text: What is so.
        is_damage: Whether it should not be so; else something that could not be checked, or that is to be done.
    """

    where: str
    text: str
    is_damage: bool = True

    def __str__(self) -> str:
        """As a line."""
        return f"{self.where}: {self.text}" if self.where else self.text


def note(text: str) -> Finding:
    """A finding that is no damage."""
    return Finding("", text, is_damage=False)


def shown(value: Any) -> str:
    """A value in a line; a number with as many digits as are compared."""
    return "none" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def agree(measured: Any, told: Any) -> bool:
    """Whether two values are the same, or numbers that differ in the last digits only."""
    if isinstance(measured, float) and isinstance(told, int | float) and not isinstance(told, bool):
        return math.isclose(measured, told, rel_tol=SLACK, abs_tol=1e-12)
    return bool(measured == told)
