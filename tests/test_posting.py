"""Results that come as files."""

from __future__ import annotations

import pickle
import select
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.posting import _post


def _zeros(n: int) -> np.ndarray:
    return np.zeros(n)


def test_only_a_short_name_goes_through_the_pipe(tmp_path: Path) -> None:
    """However long a result is, what announces it is written in one piece; then it is whole and its file is gone."""
    posted = _post(tmp_path, _zeros, 100_000)
    announced = pickle.dumps(posted)
    assert len(announced) < select.PIPE_BUF / 4
    assert len(list(tmp_path.iterdir())) == 1
    np.testing.assert_array_equal(pickle.loads(announced), np.zeros(100_000))
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_cannot_be_kept_is_an_error_of_its_task(tmp_path: Path) -> None:
    """Where the folder is full or gone, pickling fails, which the pool reports as the outcome of the task."""
    with pytest.raises(FileNotFoundError):
        pickle.dumps(_post(tmp_path / "gone", _zeros, 3))
