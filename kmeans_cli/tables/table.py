"""A table of texts with footnotes, before it is Markdown, CSV or LaTeX."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_NUMBER = re.compile(r"[−+-]?[0-9][0-9.,]*( [±–] [0-9.,]+)?( %)?(/[0-9]+)?")


class Cell(NamedTuple):
    """A text in a table.

    Attributes:
        text: What it says; nothing in an empty cell.
        marks: The numbers of its footnotes, from 1.
    """

    text: str = ""
    marks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        title: What it shows, in a line.
        header: The name of each column.
        rows: The cells, as many in a row as the header has names.
        remarks: Sentences about the whole table.
        footnotes: Sentences about marked cells, number 1 first.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    remarks: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()

    @property
    def right(self) -> tuple[bool, ...]:
        """Which columns hold numbers and nothing else, so that they are set to the right."""
        columns = ([row[place].text for row in self.rows if row[place].text] for place in range(len(self.header)))
        return tuple(bool(texts) and all(_NUMBER.fullmatch(text) for text in texts) for texts in columns)


@dataclass
class Footnotes:
    """Collects footnotes while a table is built; the same sentence has one number."""

    texts: list[str] = field(default_factory=list)

    def mark(self, text: str, *sentences: str | None) -> Cell:
        """A cell with a footnote for each sentence that is not None; an empty cell has none."""
        wanted = [sentence for sentence in sentences if sentence] if text else []
        self.texts += [sentence for sentence in dict.fromkeys(wanted) if sentence not in self.texts]
        return Cell(text, tuple(self.texts.index(sentence) + 1 for sentence in wanted))
