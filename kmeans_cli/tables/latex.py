"""A table as LaTeX that needs no package: in UTF-8, with what its fonts lack written as commands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap

from kmeans_cli.tables.table import Table

# Characters at which names of columns, and texts in cells, are broken.
_HEAD_WIDTH, _TEXT_WIDTH = 12, 45
_SIZES = ((r"\normalsize", 70), (r"\footnotesize", 90), (r"\scriptsize", 1 << 30))  # up to so many characters
_ESCAPES = {
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
    '"': "''",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "$-$",
    "–": "--",
    "…": r"\ldots{}",
    "√": r"$\surd$",
}


def to_latex(table: Table) -> str:
    """A ``table`` environment: caption, a tabular in a font that about fits a page, remarks and footnotes."""
    return "\n".join(_lines(table)) + "\n"


def escape_latex(text: str) -> str:
    """The text with each character that means something to LaTeX, or that its fonts lack, written out."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def _lines(table: Table) -> Iterator[str]:
    widths = [_width(table, place) for place in range(len(table.header))]
    columns = "".join(_column(width, is_right) for width, is_right in zip(widths, table.right, strict=True))
    yield r"\begin{table}"
    yield r"\centering"
    yield rf"\caption{{{escape_latex(table.title)}}}"
    yield next(size for size, most in _SIZES if sum(widths) <= most) + r"\setlength{\tabcolsep}{3pt}"
    yield rf"\begin{{tabular}}{{{columns}}}"
    yield r"\hline"
    yield _row([_head(name, is_right) for name, is_right in zip(table.header, table.right, strict=True)])
    yield r"\hline"
    for row in table.rows:
        yield _row([escape_latex(cell.text) + _marks(cell.marks) for cell in row])
    yield r"\hline"
    yield r"\end{tabular}"
    notes = [escape_latex(remark) for remark in table.remarks]
    notes += [f"{_marks((place,))} {escape_latex(text)}" for place, text in enumerate(table.footnotes, start=1)]
    for note in notes:
        yield rf"\par\smallskip\footnotesize {note}"
    yield r"\end{table}"


def _width(table: Table, place: int) -> int:
    """About how many characters wide a column will be, with the room beside it; long texts fold."""
    head = max(map(len, wrap(table.header[place], _HEAD_WIDTH)), default=0)
    return min(_TEXT_WIDTH, max([head, *(len(row[place].text) for row in table.rows)])) + 1


def _column(width: int, is_right: bool) -> str:
    if width > _TEXT_WIDTH:
        return rf"p{{{0.4 * _TEXT_WIDTH:g}em}}"
    return "r" if is_right else "l"


def _head(name: str, is_right: bool) -> str:
    """A name in lines, so that it makes no column wider than its numbers."""
    lines = [escape_latex(line) for line in wrap(name, _HEAD_WIDTH)]
    if len(lines) < 2:
        return "".join(lines)
    stacked = r" \\ ".join(lines)
    return rf"\shortstack[{'r' if is_right else 'l'}]{{{stacked}}}"


def _row(texts: Sequence[str]) -> str:
    # A cell that begins with a bracket would otherwise be taken for the optional argument of the row before.
    return " & ".join(f"{{{text}}}" if text.startswith("[") else text for text in texts) + r" \\"


def _marks(marks: Sequence[int]) -> str:
    return rf"\textsuperscript{{{','.join(map(str, marks))}}}" if marks else ""
