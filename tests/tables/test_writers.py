"""Tables as Markdown, CSV and LaTeX."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.tables.latex import escape_latex, to_latex
from kmeans_cli.tables.table import Cell, Footnotes, Table
from kmeans_cli.tables.writers import FORMATS, to_csv, to_markdown

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
    assert r"k & start & J\_clust \\" in lines
    assert r"5 & a\textbar{}b & 43.14 $\pm$ 0.20\textsuperscript{1,2} \\" in lines


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_latex_compiles(tmp_path: Path) -> None:
    """A document that holds the table, and one full of special characters, is typeset without an error."""
    special = Table("#1 & ~", ("\\{}",), ((Cell('[k] $x^2$ <_%> | "'),), (Cell("± × − – … √ ü ń"),)))
    body = to_latex(TABLE) + to_latex(special)
    document = f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\\end{{document}}\n"
    (tmp_path / "table.tex").write_text(document, encoding="utf-8")
    command = ["pdflatex", "-halt-on-error", "-interaction=nonstopmode", "table.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


def test_latex_breaks_what_is_long() -> None:
    """Names of columns come in lines, long texts in a column that folds, and wide tables in a smaller font."""
    table = Table("t", ("published iterations", "because"), ((Cell("53"), Cell("long " * 20)),))
    lines = to_latex(table).splitlines()
    assert r"\shortstack[r]{published \\ iterations} & because \\" in lines
    assert r"\begin{tabular}{rp{18em}}" in lines
    assert lines[3] == r"\normalsize\setlength{\tabcolsep}{3pt}"
    wide = Table("t", ("a",) * 30, ((Cell("12345"),) * 30,))
    assert to_latex(wide).splitlines()[3].startswith(r"\scriptsize")


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
