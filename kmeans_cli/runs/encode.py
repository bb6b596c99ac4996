"""Values as the text of JSON and CSV files: numbers with all their digits, NumPy's like Python's own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from os import PathLike, fspath
from typing import Any, BinaryIO


def json_text(value: Any) -> str:
    """``value`` as indented JSON; NumPy scalars and arrays become numbers and lists, paths strings.

    Raises:
        ValueError: A NaN or infinity, which JSON does not have; where a number is missing, hand in None.
        TypeError: Something that JSON cannot hold.
    """
    return json.dumps(value, indent=2, allow_nan=False, default=plain) + "\n"


def plain(value: Any) -> Any:
    """A value that JSON holds, for one that it does not: the ``default`` of ``json.dumps``."""
    if hasattr(value, "tolist"):  # NumPy's scalars and arrays, without importing it
        return value.tolist()
    if isinstance(value, PathLike):
        return fspath(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON holds")


def write_rows(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write CSV in UTF-8; None becomes an empty field, and floats keep all their digits."""
    # A file name that is no valid text must not cost a run its results: its odd bytes are written as \udcXX.
    text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    text.detach()
