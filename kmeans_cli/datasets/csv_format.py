"""How a CSV file is written: its encoding, delimiter, decimal mark, and whether it has a header."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from kmeans_cli.errors import PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

_HEAD_CHARACTERS = 1 << 20
_HEAD_ROWS = 100
_BLANKS = " "  # as a delimiter: any run of blanks and tabs
_DELIMITERS = ("\t", ";", ",", _BLANKS)  # the comma after those that leave it to be the decimal mark
# A header may begin with "#" as the name of its first column.
_COMMENT = re.compile(r"\s*(#(?![\t;,])|$)")
_NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*")
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+([eE][+-]?\d+)?\s*")
_DECIMAL_POINT = re.compile(r"\s*[+-]?\d*\.\d+([eE][+-]?\d+)?\s*")


@dataclass(frozen=True)
class CsvFormat:
    """How to read a CSV file."""

    encoding: str
    delimiter: str
    decimal: str
    has_header: bool


def find_format(path: Path, params: DataParams) -> CsvFormat:
    """The format of a CSV file: what the settings say, and what its beginning shows.

    The delimiter is the first of tab, semicolon, comma and any run of blanks that gives every row the same number
    of fields, two or more. Lines at the top that begin with ``#`` are comments. The first row is a header when none
    of its fields is a number, or a setting names a column. The decimal mark is a comma when some field reads
    ``1,5`` and none ``1.5``.

    Raises:
        PlaceError: If the file is missing, or no text.
    """
    encoding = _encoding(path)
    with text_errors(path), path.open(encoding=encoding, newline="") as file:
        head = file.read(_HEAD_CHARACTERS)
    delimiter = params.delimiter or _sniff_delimiter(head, params.decimal)
    rows = _head_rows(head, delimiter)
    decimal = params.decimal or ("," if delimiter != "," and _has_decimal_comma(rows) else ".")
    return CsvFormat(encoding, delimiter, decimal, _names_a_column(params) or _has_header(rows))


def open_rows(file: io.TextIOBase, path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of an open CSV file, but blank ones and comments at its top, each with its line number from 1.

    Raises:
        PlaceError: If a row has another number of fields than the first, or is no CSV.
    """
    reader = csv.reader(_lines(file, delimiter), delimiter=delimiter, strict=True)
    n_fields = None
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PlaceError(f"cannot be read as CSV ({error})", where=f"{path}, line {reader.line_num}") from None
        if not row:
            continue
        n_fields = n_fields or len(row)
        if len(row) != n_fields:
            problem = f"has {len(row)} fields where the first line has {n_fields}"
            raise PlaceError(problem, where=f"{path}, line {reader.line_num}")
        yield reader.line_num, row


@contextmanager
def text_errors(path: Path) -> Iterator[None]:
    """Turn the errors of decoding into one that says what to do.

    Raises:
        PlaceError: Instead of UnicodeError.
    """
    try:
        yield
    except UnicodeError as error:
        raise PlaceError(f"is no UTF-8 text ({error}); save it as UTF-8", where=str(path)) from None


def _lines(file: Iterable[str], delimiter: str) -> Iterator[str]:
    """The lines for ``csv.reader``, as many as there are so that it counts right: comments at the top are blank."""
    at_top = True
    for line in file:
        at_top = at_top and _COMMENT.match(line) is not None
        if at_top:
            yield ""
        else:
            yield " ".join(line.split()) if delimiter == _BLANKS else line


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    return "utf-16" if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _head_rows(head: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(_lines(io.StringIO(head, newline=""), delimiter), delimiter=delimiter)
    try:
        rows = list(islice((row for row in reader if row), _HEAD_ROWS))
    except csv.Error:  # reported with its line when the rows are read
        return []
    cut = len(head) == _HEAD_CHARACTERS and len(rows) < _HEAD_ROWS
    return rows[:-1] if cut and len(rows) > 1 else rows


def _sniff_delimiter(head: str, decimal: str | None) -> str:
    widths = {mark: [len(row) for row in _head_rows(head, mark)] for mark in _DELIMITERS if mark != decimal}
    for mark, found in widths.items():
        if found and found[0] > 1 and len(set(found)) == 1:
            return mark
    # None fits all rows. Not to go by the first one: the name of a single column may have blanks.
    comma_first = sorted(widths, key=lambda mark: mark != ",")
    return max(comma_first, key=lambda mark: max(widths[mark][1:], default=0))


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    return bool(rows) and any(field.strip() for field in rows[0]) and not any(map(_NUMBER.fullmatch, rows[0]))


def _names_a_column(params: DataParams) -> bool:
    named = (params.label_column, params.weight_column, params.id_column, *(params.columns or ()), *params.drop)
    return any(isinstance(column, str) for column in named)


def _has_decimal_comma(rows: Sequence[Sequence[str]]) -> bool:
    fields = [field for row in rows for field in row]
    return any(map(_DECIMAL_COMMA.fullmatch, fields)) and not any(map(_DECIMAL_POINT.fullmatch, fields))
