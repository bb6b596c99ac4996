"""What a check has to say of a run."""

from __future__ import annotations

from dataclasses import dataclass


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
