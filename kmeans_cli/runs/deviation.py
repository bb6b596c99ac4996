"""Whether two run folders hold the same results, and where not: which numbers, and by how much.

Times are left out, and what tells a run's own story. Equal bytes need no reading; otherwise a file is read as what it
is: the values of JSON, the columns of CSV, the arrays of NPZ and NPY.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmeans_cli.datasets.arrays import read_npy_array, read_npz_arrays
from kmeans_cli.runs.difference import TIMES, Difference, differences
from kmeans_cli.runs.folder import CONFIG, GIT_DIFF, LOG, RECORD
from kmeans_cli.runs.read import METRICS, read_columns, read_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OWN_STORY = frozenset({RECORD, LOG, GIT_DIFF, CONFIG})
_FIGURES = "figures"  # drawn from the numbers, and not in every repetition


@dataclass(frozen=True)
class Deviation:
    """Values of one file that are not the same.

    Attributes:
        file: Its name in the folder.
        what: The value of JSON, the column or the array; empty: the file as a whole.
        n: How many values differ.
        before: In the one folder: the value that differs most, or what is there in its stead.
        now: The same in the other.
        by: How far these are apart, where they are finite numbers.
    """

    file: str
    what: str
    n: int
    before: Any
    now: Any
    by: float | None


def result_files(folder: Path) -> dict[str, Path]:
    """The files of a run that must be the same in a repetition, by name; hidden ones and links left out."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    named = {path.relative_to(folder): path for path in files}
    return {
        name.as_posix(): path
        for name, path in named.items()
        if str(name) not in _OWN_STORY and name.parts[0] != _FIGURES and not name.name.startswith(".")
    }


def compare_results(before: Path, now: Path) -> Iterator[Deviation]:
    """Where the results in two run folders differ, file by file, ``metrics.json`` first.

    Raises:
        PlaceError: If a file that is not the same in both cannot be read.
    """
    left, right = result_files(before), result_files(now)
    for name in sorted({*left, *right}, key=lambda name: (name != METRICS, name)):
        if name not in left or name not in right:
            yield Deviation(name, "", 1, _presence(name in left), _presence(name in right), None)
        elif left[name].read_bytes() != right[name].read_bytes():
            yield from _COMPARE.get(left[name].suffix, _compare_bytes)(name, left[name], right[name])


def _presence(there: bool) -> str:
    return "there" if there else "missing"


def _compare_bytes(name: str, before: Path, now: Path) -> Iterator[Deviation]:
    then, since = (f"{path.stat().st_size:,} bytes" for path in (before, now))
    yield Deviation(name, "", 1, then, since, None)


def _compare_json(name: str, before: Path, now: Path) -> Iterator[Deviation]:
    for each in differences(read_json(before), read_json(now)):
        yield Deviation(name, each.key, 1, each.a, each.b, _apart(each))


def _apart(difference: Difference) -> float | None:
    a, b = difference.a, difference.b
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in (a, b))
    return float(abs(a - b)) if numbers else None


def _compare_tables(name: str, before: Path, now: Path) -> Iterator[Deviation]:
    """By columns, where there are as many rows."""
    then, since = (max(map(len, read_columns(path).values()), default=0) for path in (before, now))
    if then == since:
        yield from _compare_arrays(read_columns, name, before, now)
    else:
        yield Deviation(name, "", abs(then - since), f"{then:,} rows", f"{since:,} rows", None)


def _compare_arrays(
    read: Callable[[Path], Mapping[str, NDArray[Any]]], name: str, before: Path, now: Path
) -> Iterator[Deviation]:
    left, right = read(before), read(now)
    for key in [*left, *(key for key in right if key not in left)]:
        if key == TIMES:
            continue
        if key not in left or key not in right:
            yield Deviation(name, key, 1, _presence(key in left), _presence(key in right), None)
        else:
            yield from _compare_values(name, key, left[key], right[key])


def _compare_values(name: str, key: str, before: NDArray[Any], now: NDArray[Any]) -> Iterator[Deviation]:
    """At most one deviation: with the values that are farthest apart."""
    import numpy as np

    if before.shape != now.shape or before.dtype != now.dtype:
        then, since = (f"{array.dtype} {array.shape}" for array in (before, now))
        yield Deviation(name, key, max(before.size, now.size), then, since, None)
        return
    differing = np.flatnonzero(_bytes_of(before) != _bytes_of(now))
    if not len(differing):
        return
    a, b = before.ravel()[differing], now.ravel()[differing]
    if before.dtype.kind not in "iuf":
        yield Deviation(name, key, len(differing), a[0].item(), b[0].item(), None)
        return
    apart = np.abs(a.astype(np.float64) - b.astype(np.float64))
    most = int(np.where(np.isnan(apart), np.inf, apart).argmax())
    by = float(apart[most]) if np.isfinite(apart[most]) else None
    yield Deviation(name, key, len(differing), _plain(a[most].item()), _plain(b[most].item()), by)


def _plain(number: float) -> float | str:
    """The number; what JSON has not, as text."""
    return number if math.isfinite(number) else str(number)


def _bytes_of(array: NDArray[Any]) -> NDArray[np.void]:
    """Each value as its bytes, so that even −0 and 0 are two."""
    import numpy as np

    flat = np.ascontiguousarray(array).reshape(-1)
    return flat.view(np.dtype((np.void, array.dtype.itemsize)))


_COMPARE: dict[str, Callable[[str, Path, Path], Iterator[Deviation]]] = {
    ".json": _compare_json,
    ".csv": _compare_tables,
    ".npz": partial(_compare_arrays, read_npz_arrays),
    ".npy": partial(_compare_arrays, lambda path: {"": read_npy_array(path)}),
}
