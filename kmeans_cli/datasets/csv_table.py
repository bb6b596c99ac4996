"""CSV files as people have them, row by row into numbers, so that the text is never in memory as a whole."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.datasets.classes import classes_of_texts
from kmeans_cli.datasets.csv_columns import Columns, find_columns
from kmeans_cli.datasets.csv_format import find_format, open_rows, text_errors
from kmeans_cli.datasets.raw import Raw, name_of
from kmeans_cli.datasets.reading import reading
from kmeans_cli.errors import PlaceError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

_MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "?")
# In a file with decimal commas a point separates thousands or is a mistake; "x" makes float() refuse it.
_COMMA_TO_POINT = str.maketrans({",": ".", ".": "x"})


def read_csv(path: Path, params: DataParams) -> Raw:
    """A CSV file as data.

    Raises:
        ConfigError: If a setting names a column that is not there.
        PlaceError: If the file is missing, empty, ragged or no text, names two columns alike, or has a text or a
            missing value where a number belongs; with the line and the column.
    """
    with reading(path), text_errors(path):
        form = find_format(path, params)
        with path.open(encoding=form.encoding, newline="") as file:
            rows = open_rows(file, path, form.delimiter)
            line, first = next(rows, (0, []))
            if not first:
                raise PlaceError("is empty", where=str(path))
            if form.has_header:
                _refuse_twins(first, f"{path}, line {line}")
            columns = find_columns(first if form.has_header else None, len(first), params)
            table = _Table(path, columns, decimal_comma=form.decimal == ",", drop=params.missing == "drop")
            if not form.has_header:
                table.add(line, first)
            for line, row in rows:
                table.add(line, row)
    return table.as_raw(named=form.has_header)


def _refuse_twins(header: Sequence[str], where: str) -> None:
    counts = Counter(name.strip() for name in header)
    twins = ", ".join(f"'{name}'" for name, count in counts.items() if name and count > 1)
    if twins:
        raise PlaceError(f"has several columns named {twins}", where=where)


class _Table:
    """The rows read so far."""

    def __init__(self, path: Path, columns: Columns, *, decimal_comma: bool, drop: bool) -> None:
        self._path = path
        self._columns = columns
        self._decimal_comma = decimal_comma
        self._drop = drop
        self._numbers = array("d")
        self._weights = array("d")
        self._labels: list[str] = []
        self._ids: list[str] = []
        self._dropped: list[int] = []

    def add(self, line: int, row: Sequence[str]) -> None:
        """Add a row; or note its line, when it lacks a value and such rows are dropped."""
        columns = self._columns
        numbers = self._parse_all(line, row, columns.features)
        weight = None if columns.weight is None else self._parse_all(line, row, (columns.weight,))
        no_label = columns.label is not None and self._is_gap(line, row, columns.label, ("",))
        if numbers is None or no_label or (weight is None and columns.weight is not None):
            self._dropped.append(line)
            return
        self._numbers.extend(numbers)
        self._weights.extend(weight or ())
        if columns.label is not None:
            self._labels.append(row[columns.label])
        if columns.id is not None:
            self._ids.append(row[columns.id])

    def as_raw(self, *, named: bool) -> Raw:
        """The table as data; ``named``: its columns have names."""
        columns = self._columns
        if not self._numbers:
            raise PlaceError("has no rows of data", where=str(self._path))
        return Raw(
            name_of(self._path),
            np.frombuffer(self._numbers).reshape(-1, len(columns.features)),
            None if columns.label is None else classes_of_texts(self._labels),
            None if columns.weight is None else np.frombuffer(self._weights),
            feature_names=tuple(columns.names[index] for index in columns.features) if named else None,
            ids=None if columns.id is None else np.array(self._ids, dtype=np.str_),
            path=self._path,
            warnings=columns.warnings + self._dropped_warning(),
        )

    def _parse_all(self, line: int, row: Sequence[str], wanted: Sequence[int]) -> list[float] | None:
        try:
            numbers = [self._parse(row[index]) for index in wanted]
        except ValueError:
            numbers = [math.nan]
        if math.isfinite(sum(numbers)):
            return numbers
        return self._parse_slowly(line, row, wanted)

    def _parse_slowly(self, line: int, row: Sequence[str], wanted: Sequence[int]) -> list[float] | None:
        # Only for a row with something to report: which field it is, and whether it is missing or no number.
        gaps = [self._is_gap(line, row, index, _MISSING_WORDS) for index in wanted]
        return None if any(gaps) else [self._parse_or_report(line, row, index) for index in wanted]

    def _parse(self, field: str) -> float:
        if "_" in field:  # which Python has between digits, and no other program
            raise ValueError
        return float(field.translate(_COMMA_TO_POINT) if self._decimal_comma else field)

    def _parse_or_report(self, line: int, row: Sequence[str], index: int) -> float:
        try:
            number = self._parse(row[index])
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            allowed = "numbers; name a column of text in data.drop, or as data.label_column or data.id_column"
            raise PlaceError("is no finite number", where=self._where(line, index), value=row[index], allowed=allowed)
        return number

    def _is_gap(self, line: int, row: Sequence[str], index: int, words: Sequence[str]) -> bool:
        missing = row[index].strip().lower() in words
        if missing and not self._drop:
            problem = "is a missing value (data.missing: drop leaves such rows out)"
            raise PlaceError(problem, where=self._where(line, index), value=row[index])
        return missing

    def _where(self, line: int, index: int) -> str:
        return f"{self._path}, line {line}, column '{self._columns.names[index]}'"

    def _dropped_warning(self) -> tuple[str, ...]:
        if not self._dropped:
            return ()
        return (f"rows with a missing value left out: {len(self._dropped)}, the first is line {self._dropped[0]}",)
