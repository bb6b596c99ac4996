"""``make kill-test`` in short: a few killings at random moments, every time the same ones."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.kill.chains import WORKS, disturb

N_TIMES = {"fit, 20 starts": 3, "sweep, 2 processes": 3, "sweep, workers only": 2}


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for workers in /proc")
@pytest.mark.parametrize("name", N_TIMES)
def test_whatever_is_killed_ends_as_if_left_alone(name: str, tmp_path: Path) -> None:
    """After each killing all files are whole and nothing finished is lost; resumed, the run has the same files."""
    tally = disturb(WORKS[name], N_TIMES[name], tmp_path, random.Random(7))
    assert tally.killed >= N_TIMES[name]
    assert tally.finished >= 1
