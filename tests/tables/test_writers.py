"""Tables as Markdown, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.tables.table import Cell, Footnotes, Table
from kmeans_cli.tables.writers import FORMATS, escape_latex, to_csv, to_latex, to_markdown

TABLE = Table(
    "J_clust & co",
    ("k", "start", "J_clust"),
    ((Cell("5"), Cell("a|b"), Cell("43.14 ± 0.20", (1, 2))), (Cell("10"), Cell("50 %"), Cell("9.1"))),
    ("Mean of 3 fits.",),
    ("Another draw.", "A slip."),
)


def test_markdown() -> None:
    """Columns are padded, numbers to the right, pipes escaped, footnotes numbered below."""
    assert to_markdown(TABLE) == (
        "**J_clust & co**\n"
        "\n"
        "|   k | start |         J_clust |\n"
        "| --: | ----- | --------------: |\n"
        "|   5 | a\\|b  | 43.14 ± 0.20¹,² |\n"
        "|  10 | 50 %  |             9.1 |\n"
        "\n"
        "Mean of 3 fits.\n"
        "\n"
        "¹ Another draw.\n"
        "\n"
        "² A slip.\n"
    )


def test_csv_holds_header_and_cells() -> None:
    """No title, no marks, no notes: what a program wants."""
    assert list(csv.reader(io.StringIO(to_csv(TABLE)))) == [
        ["k", "start", "J_clust"],
        ["5", "a|b", "43.14 ± 0.20"],
        ["10", "50 %", "9.1"],
    ]


def test_latex() -> None:
    """A whole table environment; special characters are written out, marks raised."""
    lines = to_latex(TABLE).splitlines()
    assert lines[0] == r"\begin{table}"
    assert lines[-1] == r"\end{table}"
    assert r"\caption{J\_clust \& co}" in lines
    assert r"\begin{tabular}{rlr}" in lines
    assert r"5 & a\textbar{}b & 43.14 $\pm$ 0.20\textsuperscript{1,2} \\" in lines


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=30))
def test_latex_leaves_nothing_special(text: str) -> None:
    """Whatever a cell says, no character that LaTeX acts upon stands unescaped, and braces pair up."""
    escaped = escape_latex(text)
    bare = re.sub(r"\\text[a-z]+\{\}|\\ldots\{\}|\\[{}$&#%_]", "", escaped)
    assert not re.search(r"[\\{}$&#%_^~]", bare)


@given(st.lists(st.text(max_size=10), min_size=2, max_size=2))
def test_markdown_rows_have_as_many_cells(texts: list[str]) -> None:
    """No text in a cell makes or ends a cell or a row."""
    table = Table("t", ("a", "b"), (tuple(Cell(text) for text in texts),))
    row = to_markdown(table).splitlines()[4]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 3


@pytest.mark.parametrize("name", FORMATS)
def test_same_table_same_bytes(name: str) -> None:
    """Writing has no memory and tells no date."""
    assert FORMATS[name](TABLE) == FORMATS[name](TABLE)


def test_footnotes_share_numbers() -> None:
    """The same sentence has one number; None and an empty cell have none."""
    notes = Footnotes()
    assert notes.mark("1", "a", None) == Cell("1", (1,))
    assert notes.mark("2", "b", "a") == Cell("2", (2, 1))
    assert notes.mark("", "c") == Cell()
    assert notes.texts == ["a", "b"]
