"""Values survive the way through files."""

import io
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmeans_cli.runs.encode import json_text, write_rows


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_all_their_digits(number: float) -> None:
    """A float read back from JSON or CSV, NumPy's or Python's, is the same float."""
    for value in (number, np.float64(number)):
        assert json.loads(json_text([value])) == [number]
        file = io.BytesIO()
        write_rows(file, ["x"], [[value]])
        assert float(file.getvalue().split()[1]) == number


@pytest.mark.parametrize("value", [math.nan, math.inf, np.float64("nan"), np.float32("inf"), np.array([np.nan])])
def test_json_has_no_nan(value: object) -> None:
    """NaN and infinity are refused, also in NumPy's clothes."""
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": value})


def test_json_takes_paths_and_numpy() -> None:
    """Paths become strings, NumPy's booleans, numbers and arrays plain ones."""
    value = {"p": Path("/a"), "b": np.True_, "i": np.uint8(3), "x": np.eye(1)}
    assert json.loads(json_text(value)) == {"p": "/a", "b": True, "i": 3, "x": [[1.0]]}


def test_json_refuses_what_it_cannot_hold() -> None:
    """Something that is no JSON is a bug that names the type."""
    with pytest.raises(TypeError, match="set"):
        json_text({"a": {1}})
