"""Everything in a run folder that must be the same in another run of the same settings and data."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

_OWN_STORY = ("run.json", "log.txt", "git.diff")


def comparable(folder: Path) -> dict[str, Any]:
    """The files of a run by name, without what tells the time, as values that ``==`` compares."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {
        name: _content(path)
        for name, path in sorted(files.items())
        if name not in _OWN_STORY and "time-by-k" not in name
    }


def _content(path: Path) -> Any:
    if path.suffix == ".json":
        return _untimed(json.loads(path.read_text()))
    if path.suffix == ".csv":
        with path.open(newline="") as file:
            return [{name: text for name, text in row.items() if name != "seconds"} for row in csv.DictReader(file)]
    if path.suffix == ".npz":
        with np.load(path) as arrays:
            return {name: (arrays[name].dtype.str, arrays[name].tobytes()) for name in arrays if name != "seconds"}
    return path.read_bytes()


def _untimed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _untimed(each) for name, each in value.items() if name != "seconds"}
    return [_untimed(each) for each in value] if isinstance(value, list) else value
