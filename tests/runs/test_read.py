"""Runs read back, whole and broken."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import kmeans_cli
from kmeans_cli.errors import PlaceError
from kmeans_cli.runs import RunStatus, load_run, open_run
from kmeans_cli.runs.process import start_of
from kmeans_cli.runs.read import read_columns, read_json, read_record, status_of


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A completed run with config, metrics and history."""
    with open_run(tmp_path / "runs", "fit", "x", record={"seed": 3}) as folder:
        folder.write_text("config.yaml", "seed: 3\nkmeans: {n_clusters: 2}\n")
        folder.write_json("metrics.json", {"n_clusters": 2, "j_clust": 0.5})
        folder.write_csv("history.csv", ["iteration", "inertia", "distance_sum"], [(1, 9.5, None), (2, 0.1, None)])
    return folder.path


def test_run_for_a_notebook(run: Path) -> None:
    """A run has its record, config, metrics and history as plain values and columns."""
    loaded = kmeans_cli.load_run(run)
    assert loaded.path == run
    assert loaded.status is RunStatus.COMPLETED
    assert loaded.record["seed"] == 3
    assert loaded.config == {"seed": 3, "kmeans": {"n_clusters": 2}}
    assert loaded.metrics["j_clust"] == 0.5
    assert loaded.history["iteration"].tolist() == [1, 2]
    assert loaded.history["iteration"].dtype == np.int64
    assert loaded.history["inertia"].tolist() == [9.5, 0.1]
    assert np.isnan(loaded.history["distance_sum"]).all()


def test_run_by_any_of_its_names(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``load_run`` takes what the commands take, and looks in ``runs`` by itself."""
    monkeypatch.chdir(run.parents[1])
    for name in ("latest", run.name, run.name[:20], f"runs/{run.name}"):
        assert load_run(name).path == run


def test_package_is_imported_without_numpy() -> None:
    """The package, and reading a run's record, cost no NumPy."""
    program = "import sys, kmeans_cli.commands.runs; from kmeans_cli import load_run; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_package_has_no_other_late_names() -> None:
    """A misspelled name of the package is the usual error."""
    with pytest.raises(AttributeError, match="lod_run"):
        _ = kmeans_cli.lod_run


@pytest.mark.parametrize("name", ["config", "metrics", "history", "labels"])
def test_missing_file_is_a_place_error(run: Path, name: str) -> None:
    """What a run does not have is said when it is asked for, and not before."""
    for file in ("config.yaml", "metrics.json", "history.csv"):
        (run / file).unlink()
    loaded = load_run(run)
    with pytest.raises(PlaceError, match=str(run)):
        getattr(loaded, name)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no usable JSON"),
        ('{"schema": 1, "sta', "is no usable JSON"),
        ("[]", "must hold keys and values"),
        ("{}", "None is no schema"),
        ('{"schema": 2, "status": "completed"}', "2 is no schema that this version reads; allowed: 1 to 1"),
        ('{"schema": true, "status": "completed"}', "True is no schema"),
        ('{"schema": 1}', "None is no status"),
        ('{"schema": 1, "status": "stale"}', "'stale' is no status; allowed: running, completed"),
        ('{"schema": 1, "status": []}', r"\[\] is no status"),
        ("[" * 100_000, "is no usable JSON"),
    ],
)
def test_broken_record_is_a_place_error(run: Path, content: str, message: str) -> None:
    """A record that is half, of another kind or of another schema is named with what is wrong."""
    (run / "run.json").write_text(content)
    with pytest.raises(PlaceError, match=f"^{run / 'run.json'}: .*{message}"):
        read_record(run)


@pytest.mark.parametrize("content", [b"a,b\n1\n", b"", b"\xff\xfe", b'a\n"' + b"x" * 200_000])
def test_broken_table_is_a_place_error(tmp_path: Path, content: bytes) -> None:
    """A table with ragged rows or no text at all is one line."""
    path = tmp_path / "history.csv"
    path.write_bytes(content)
    with pytest.raises(PlaceError, match="is no usable table"):
        read_columns(path)


def test_table_without_rows_has_empty_columns(tmp_path: Path) -> None:
    """A header alone gives a column of no numbers for each name."""
    (tmp_path / "a.csv").write_text("a,b\n")
    assert {name: column.shape for name, column in read_columns(tmp_path / "a.csv").items()} == {"a": (0,), "b": (0,)}


def test_text_column_stays_text(tmp_path: Path) -> None:
    """A column that is not all numbers is text as it stands."""
    (tmp_path / "a.csv").write_text("a\n1\nx\n\n".replace("\n\n", '\n""\n'))
    assert read_columns(tmp_path / "a.csv")["a"].tolist() == ["1", "x", ""]


@given(content=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever a file holds, reading it gives a value or a PlaceError."""
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    for read in (read_json, read_columns):
        try:
            read(path)
        except PlaceError:
            continue


def record(**changes: Any) -> dict[str, Any]:
    """The record of a run of this very process."""
    own = {"pid": os.getpid(), "pid_started": start_of(os.getpid()), "host": platform.node()}
    return {"schema": 1, "status": "running"} | own | changes


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, RunStatus.RUNNING),
        ({"pid_started": "earlier"}, RunStatus.STALE),
        ({"pid": 2**40}, RunStatus.STALE),
        ({"pid": "x"}, RunStatus.RUNNING),
        ({"pid_started": "earlier", "host": "elsewhere"}, RunStatus.RUNNING),
        ({"pid_started": "earlier", "status": "completed"}, RunStatus.COMPLETED),
    ],
)
def test_running_without_its_process_is_stale(changes: dict[str, Any], status: RunStatus) -> None:
    """``running`` is stale when its process is gone from this machine; on others only the word counts."""
    assert status_of(record(**changes)) is status


def test_killed_run_is_stale(tmp_path: Path) -> None:
    """A run killed outright says ``running``, and is shown as stale."""
    program = (
        "import os, sys, pathlib; from kmeans_cli.runs import collect, open_run\n"
        "origin = collect(argv=[], seed=0, config={}, dataset={'sha256': ''}, threads=1)\n"
        "with open_run(pathlib.Path(sys.argv[1]), 'fit', 'x', record=origin): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False)
    killed = load_run("latest", tmp_path)
    assert json.loads((killed.path / "run.json").read_text())["status"] == "running"
    assert killed.status is RunStatus.STALE
