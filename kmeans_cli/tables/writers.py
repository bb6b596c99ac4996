"""A table as text: Markdown for a page, CSV for a program, LaTeX for a paper. The same table gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

from kmeans_cli.tables.latex import to_latex
from kmeans_cli.tables.table import Table

_SPECIAL = re.compile(r"[\\|*`<>\[\]#~]|(?<!\w)_|_(?!\w)")  # an underscore within a word is one
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def to_markdown(table: Table) -> str:
    """A heading in bold, a pipe table with numbers to the right, remarks and footnotes."""
    grid = [[_escape(name) for name in table.header]]
    grid += [[_escape(cell.text) + _superscript(*cell.marks) for cell in row] for row in table.rows]
    widths = [max(3, *(len(row[place]) for row in grid)) for place in range(len(table.header))]
    rule = ["-" * (width - 1) + (":" if is_right else "-") for width, is_right in zip(widths, table.right, strict=True)]
    lines = [_pipes(row, widths, table.right) for row in (grid[0], rule, *grid[1:])]
    notes = [_escape(remark) for remark in table.remarks]
    notes += [f"{_superscript(place)} {_escape(text)}" for place, text in enumerate(table.footnotes, start=1)]
    return f"**{_escape(table.title)}**\n\n" + "\n".join(lines) + "\n" + "".join(f"\n{note}\n" for note in notes)


def to_csv(table: Table) -> str:
    """The header and the rows alone, without marks and notes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows([cell.text for cell in row] for row in table.rows)
    return text.getvalue()


def _pipes(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (
        text.rjust(width) if is_right else text.ljust(width)
        for text, width, is_right in zip(row, widths, right, strict=True)
    )
    return f"| {' | '.join(cells)} |"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split()))


def _superscript(*numbers: int) -> str:
    return ",".join(map(str, numbers)).translate(_SUPERSCRIPTS)


FORMATS: dict[str, Callable[[Table], str]] = {"md": to_markdown, "csv": to_csv, "latex": to_latex}
"""Name -> writer."""
