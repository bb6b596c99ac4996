"""Values written once and mapped by many."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.shared import read_shared, write_shared


@dataclass(frozen=True)
class _Pair:
    first: np.ndarray
    second: np.ndarray
    name: str


def test_a_value_comes_back_with_the_same_bytes(tmp_path: Path) -> None:
    """Arrays of any type, empty and strided ones too, and all that is no array."""
    arrays = [np.arange(7, dtype=np.float32), np.zeros((0, 3)), np.array(["a", "bc"]), np.eye(4)[::2, ::-1]]
    write_shared({"arrays": arrays, "text": "Größe"}, tmp_path)
    back = read_shared(tmp_path)
    assert back["text"] == "Größe"
    for array, copy in zip(arrays, back["arrays"], strict=True):
        assert (array.dtype, array.shape) == (copy.dtype, copy.shape)
        np.testing.assert_array_equal(array, copy)


def test_arrays_are_mapped_and_read_only(tmp_path: Path) -> None:
    """Nothing can be written to what others see; the array in two places is one."""
    rows = np.arange(1000.0)
    write_shared(_Pair(rows, rows, "x"), tmp_path)
    back = read_shared(tmp_path)
    assert back.first is back.second
    assert (tmp_path / "arrays").stat().st_size < 2 * rows.nbytes
    assert back.first.ctypes.data % 64 == 0
    with pytest.raises(ValueError, match="read-only"):
        back.first[0] = 1


def test_read_once_in_a_process(tmp_path: Path) -> None:
    """Every task gets the same value, without reading it again."""
    write_shared([1, 2], tmp_path)
    assert read_shared(tmp_path) is read_shared(tmp_path)
