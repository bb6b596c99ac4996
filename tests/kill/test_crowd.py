"""Fifty real runs at the same moment in one folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kmeans_cli.runs import RunStatus, list_runs
from tests.kill.chains import check_whole
from tests.same_run import comparable

# All is imported once; the fifty are forked from there, so that they begin together.
_CROWD = """
import os, sys
import numpy as np
from kmeans_cli.cli import fit
from kmeans_cli.cli.app import app
read, write = os.pipe()
for number in range(50):
    if os.fork() == 0:
        os.close(write)
        os.read(read, 1)  # until the gate opens
        sys.argv = ["kmeans", "fit", "--data", "blobs", "--k", "3", "--jobs", "1", "--no-figures", "--quiet"]
        app(sys.argv[1:], prog_name="kmeans")
os.close(write)
codes = [os.waitstatus_to_exitcode(os.wait()[1]) for number in range(50)]
sys.exit(any(codes))
"""


def test_fifty_fits_in_one_second(tmp_path: Path) -> None:
    """50 whole and equal folders, and ``latest`` points to one of them."""
    done = subprocess.run([sys.executable, "-c", _CROWD], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    runs = list_runs(tmp_path / "runs")
    assert [run.status for run in runs] == [RunStatus.COMPLETED] * 50
    assert len(done.stdout.split()) == 50
    assert (tmp_path / "runs" / "latest").resolve() in {run.path.resolve() for run in runs}
    for run in runs:
        for path in run.path.rglob("*"):
            check_whole(path)
        assert comparable(run.path) == comparable(runs[0].path)
