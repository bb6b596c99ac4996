"""A table as text: Markdown for a page, CSV for a program, LaTeX for a paper. The same table gives the same bytes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence

from kmeans_cli.tables.table import Cell, Table

_NUMBER = re.compile(r"[−+\-]?[0-9][0-9.,]*( [±–] [0-9.,]+)?( ?%)?(/[0-9]+)?")
_MARKDOWN = re.compile(r"[\\|*`<>\[\]#~]|(?<!\w)_|_(?!\w)")  # an underscore within a word is one
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "$-$",
    "–": "--",
    "…": r"\ldots{}",
    "√": r"$\surd$",
}


def to_markdown(table: Table) -> str:
    """A heading in bold, a pipe table with numbers to the right, remarks and footnotes."""
    grid = [[_escape_markdown(name) for name in table.header]]
    grid += [[_escape_markdown(cell.text) + _superscript(cell) for cell in row] for row in table.rows]
    widths = [max(3, *(len(row[place]) for row in grid)) for place in range(len(table.header))]
    right = _right_columns(table)
    rule = ["-" * (width - 1) + ":" if is_right else "-" * width for width, is_right in zip(widths, right, strict=True)]
    lines = [_pipes(row, widths, right) for row in (grid[0], rule, *grid[1:])]
    notes = [*table.remarks, *(f"{_number(place)} {text}" for place, text in enumerate(table.footnotes, start=1))]
    below = "".join(f"\n{_escape_markdown(note)}\n" for note in notes)
    return f"**{_escape_markdown(table.title)}**\n\n" + "\n".join(lines) + "\n" + below


def to_csv(table: Table) -> str:
    """The header and the rows alone, without marks and notes."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.header)
    writer.writerows([cell.text for cell in row] for row in table.rows)
    return text.getvalue()


def to_latex(table: Table) -> str:
    """A ``table`` environment that needs no package beyond LaTeX's own, in UTF-8."""
    return "\n".join(_latex_lines(table)) + "\n"


def escape_latex(text: str) -> str:
    """The text with each character that means something to LaTeX, or that its fonts lack, written out."""
    return "".join(_LATEX.get(character, character) for character in text)


def _latex_lines(table: Table) -> Iterator[str]:
    columns = "".join("r" if is_right else "l" for is_right in _right_columns(table))
    yield r"\begin{table}"
    yield r"\centering"
    yield rf"\caption{{{escape_latex(table.title)}}}"
    yield rf"\begin{{tabular}}{{{columns}}}"
    yield r"\hline"
    yield _latex_row([escape_latex(name) for name in table.header])
    yield r"\hline"
    for row in table.rows:
        yield _latex_row([escape_latex(cell.text) + _latex_marks(cell.marks) for cell in row])
    yield r"\hline"
    yield r"\end{tabular}"
    notes = [escape_latex(remark) for remark in table.remarks]
    notes += [f"{_latex_marks((place,))} {escape_latex(text)}" for place, text in enumerate(table.footnotes, start=1)]
    for note in notes:
        yield rf"\par\smallskip\footnotesize {note}"
    yield r"\end{table}"


def _latex_row(texts: Sequence[str]) -> str:
    # A cell that begins with a bracket would otherwise be taken for the optional argument of the row before.
    return " & ".join(f"{{{text}}}" if text.startswith("[") else text for text in texts) + r" \\"


def _latex_marks(marks: Sequence[int]) -> str:
    return rf"\textsuperscript{{{','.join(map(str, marks))}}}" if marks else ""


def _right_columns(table: Table) -> list[bool]:
    """Which columns hold numbers, and nothing else."""
    texts = [[row[place].text for row in table.rows if row[place].text] for place in range(len(table.header))]
    return [bool(column) and all(_NUMBER.fullmatch(text) for text in column) for column in texts]


def _pipes(row: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = (
        text.rjust(width) if is_right else text.ljust(width)
        for text, width, is_right in zip(row, widths, right, strict=True)
    )
    return f"| {' | '.join(cells)} |"


def _escape_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", " ".join(text.split()))


def _superscript(cell: Cell) -> str:
    return _number(*cell.marks) if cell.marks else ""


def _number(*numbers: int) -> str:
    return ",".join(map(str, numbers)).translate(_SUPERSCRIPTS)


FORMATS: dict[str, Callable[[Table], str]] = {"md": to_markdown, "csv": to_csv, "latex": to_latex}
"""Name -> writer."""
