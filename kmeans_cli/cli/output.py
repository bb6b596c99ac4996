"""What goes to stdout: tables, lines, JSON documents.

Texts from data and paths go through ``Text`` or straight to the stream: Rich would take ``[k]`` for markup.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console as RichConsole
from rich.console import Group, JustifyMethod, RenderableType
from rich.table import Table
from rich.text import Text

from kmeans_cli.cli.stdout import writing

_WIDE = 200
"""Columns of a table that goes to a file or a pipe: nothing is folded there."""
_GAP = 3  # beside each column of a table


def build_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    title: str = "",
    whole: Collection[str] = (),
    spare: Sequence[str] = (),
) -> Table:
    """A table of texts; None is an empty cell, and numbers are set to the right.

    Args:
        columns: The heads; their words are never broken. All empty: the table has none.
        rows: As many cells each.
        title: Stands above.
        whole: Columns whose cells are never folded, whatever the terminal's width.
        spare: Columns left out, in this order, where the terminal has no room for all.
    """
    rows = list(rows)
    texts = [[name, *(_text(row[place]) for row in rows)] for place, name in enumerate(columns)]
    widest = [max(map(cell_len, column)) for column in texts]
    if spare and sum(widest) > _room(len(columns)):
        kept = [place for place, name in enumerate(columns) if name != spare[0]]
        fewer = [[row[place] for place in kept] for row in rows]
        return build_table([columns[i] for i in kept], fewer, title=title, whole=whole, spare=spare[1:])
    table = Table(
        box=box.SIMPLE_HEAD,
        title=Text(title) if title else None,
        title_justify="left",
        pad_edge=False,
        show_header=any(columns),
    )
    heads = [max(map(cell_len, name.split()), default=0) for name in columns]
    least = [full if name in whole else head for name, full, head in zip(columns, widest, heads, strict=True)]
    for place, width in enumerate(_fitting(widest, least, _room(len(columns)))):
        is_number = all(isinstance(row[place], int | float | None) for row in rows)
        justify: JustifyMethod = "right" if is_number and rows else "left"
        table.add_column(Text(columns[place]), justify=justify, overflow="fold", width=width)
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in row))
    return table


def write_table(table: RenderableType) -> None:
    """Print a table, or several and what is said between, on stdout; no blanks at the ends of lines.

    Where tables meet, each has an empty line of its own; one of these is enough.
    """
    was_empty = False
    for part in table.renderables if isinstance(table, Group) else [table]:
        console = rich_console(width=_built_width(part) if isinstance(part, Table) else None)
        with console.capture() as captured:
            console.print(part)
        for line in map(str.rstrip, captured.get().splitlines()):
            if line or not was_empty:
                write_line(line)
            was_empty = not line


def _built_width(table: Table) -> int:
    return sum(column.width or 0 for column in table.columns) + _GAP * len(table.columns)


def write_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    write_text(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_line(text: str) -> None:
    """Print one line on stdout as it is: paths must survive."""
    write_text(text + "\n")


def no_colour() -> bool:
    """Whether the user wants none (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


def write_text(text: str) -> None:
    """Print a text on stdout as it is."""
    with writing(sys.stdout):
        sys.stdout.write(text)


def rich_console(*, stderr: bool = False, width: int | None = None) -> RichConsole:
    """Rich's console without its guesses: no colour where the user wants none, and no words picked out."""
    # Without a colour system nothing is bold or dim either; Rich's own NO_COLOR keeps those.
    return RichConsole(stderr=stderr, width=width, color_system=None if no_colour() else "auto", highlight=False)


def _room(n_columns: int) -> int:
    """The characters that a table of so many columns has for its cells on stdout."""
    width = RichConsole().width if sys.stdout.isatty() else _WIDE
    return width - _GAP * n_columns


def _fitting(widest: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Widths of columns, the widest ones narrowed until all fit; none below its least, even if they then do not.

    Rich would not keep to the least, and cut off what is too wide.
    """
    widths = list(widest)
    while sum(widths) > room:
        can_fold = [place for place, width in enumerate(widths) if width > least[place]]
        if not can_fold:
            break
        widths[max(can_fold, key=widths.__getitem__)] -= 1
    return widths


def _text(value: Any) -> str:
    return "" if value is None else str(value)
