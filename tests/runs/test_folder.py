"""What a run leaves, however it ends."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli.errors import ConfigError, FitError, Interrupted, PlaceError
from kmeans_cli.runs import RunFolder, RunStatus, load_run, open_run
from kmeans_cli.runs.folder import now, timestamp


def record_of(folder: Path) -> dict[str, Any]:
    """The content of ``run.json``."""
    record: dict[str, Any] = json.loads((folder / "run.json").read_text())
    return record


def test_run_is_running_then_completed(tmp_path: Path) -> None:
    """The record says ``running`` from the start and ``completed`` at the end, with both times."""
    with open_run(tmp_path, "fit", "x", record={"seed": 3}) as run:
        during = record_of(run.path)
    after = record_of(run.path)
    assert (during["status"], during["finished"]) == ("running", None)
    assert (after["status"], after["error"]) == ("completed", None)
    assert (after["schema"], after["command"], after["seed"]) == (1, "fit", 3)
    assert after["started"] == during["started"] <= after["finished"]
    assert run.path.name.startswith(after["started"][:19].replace("-", "").replace(":", ""))
    assert not (run.path / "log.txt").exists()


@pytest.mark.parametrize(
    ("error", "status", "line", "traced"),
    [
        (KeyboardInterrupt(), "interrupted", "interrupted", False),
        (Interrupted("stopped by SIGTERM"), "interrupted", "stopped by SIGTERM", False),
        (FitError("cluster 3 is empty", where="kmeans.empty"), "failed", "kmeans.empty: cluster 3 is empty", False),
        (ZeroDivisionError("oh"), "failed", "ZeroDivisionError: oh", True),
        (SystemExit(3), "failed", "SystemExit: 3", True),
    ],
)
def test_exception_decides_the_status(
    tmp_path: Path, error: BaseException, status: str, line: str, traced: bool
) -> None:
    """Each way out has its status and error line; only a bug has a traceback, and says where it is."""
    with pytest.raises(type(error)) as caught, open_run(tmp_path, "fit", "x", record={}):
        raise error
    assert caught.value is error
    run = load_run("latest", tmp_path)
    log = (run.path / "log.txt").read_text()
    assert (run.record["status"], run.record["error"]) == (status, line)
    assert run.record["finished"] is not None
    assert line in log or isinstance(error, SystemExit)
    assert ("Traceback" in log) is traced
    notes = getattr(error, "__notes__", [])
    assert notes == ([f"traceback: {tmp_path / run.path.name / 'log.txt'}"] if traced else [])


def test_status_marked_by_the_run_stays(tmp_path: Path) -> None:
    """A run that was stopped but kept its results says so itself, and ends well all the same."""
    with open_run(tmp_path, "fit", "x", record={}) as run:
        run.mark(RunStatus.INTERRUPTED, "stopped by SIGINT")
    record = record_of(run.path)
    assert (record["status"], record["error"]) == ("interrupted", "stopped by SIGINT")


def test_all_kinds_of_files(tmp_path: Path) -> None:
    """Text, JSON, CSV, arrays and raw bytes arrive as they were given, in subfolders too."""
    with open_run(tmp_path, "fit", "x", record={}) as run:
        run.write_text("note.txt", "Größe\n")
        run.write_json("metrics.json", {"a": np.float64(0.1), "b": np.int64(3), "c": np.arange(2), "d": None})
        run.write_csv("rows.csv", ["x", "y"], [(1, 0.1), (np.int32(2), np.float64(1e-17)), (3, None)])
        run.write_npz("a.npz", {"labels": np.arange(3)})
        with run.open_write("figures/loss.png") as file:
            file.write(b"png")
    assert (run.path / "note.txt").read_text("utf-8") == "Größe\n"
    assert json.loads((run.path / "metrics.json").read_text()) == {"a": 0.1, "b": 3, "c": [0, 1], "d": None}
    assert (run.path / "rows.csv").read_bytes() == b"x,y\n1,0.1\n2,1e-17\n3,\n"
    assert np.load(run.path / "a.npz", allow_pickle=False)["labels"].tolist() == [0, 1, 2]
    assert (run.path / "figures" / "loss.png").read_bytes() == b"png"


def test_log_appends_lines_with_their_time(tmp_path: Path) -> None:
    """Each line of the log has the time in front."""
    with open_run(tmp_path, "fit", "x", record={}) as run:
        run.log("one")
        run.log("two")
    lines = (run.path / "log.txt").read_text().splitlines()
    assert [line.split("Z ", 1)[1] for line in lines] == ["one", "two"]


WRITES: list[Callable[[RunFolder], None]] = [
    lambda run: run.write_text("a.txt", "x"),
    lambda run: run.write_text("figures/a.txt", "x"),
    lambda run: run.write_npz("a.npz", {"a": np.zeros(1)}),
    lambda run: run.log("x"),
]


@pytest.mark.parametrize("write", WRITES)
def test_deleted_folder_does_not_come_back(tmp_path: Path, write: Callable[[RunFolder], None]) -> None:
    """A folder deleted while its run goes on ends the run with one clear error, and stays deleted."""

    def run_on() -> None:
        with open_run(tmp_path, "fit", "x", record={}) as run:
            shutil.rmtree(run.path)
            write(run)

    with pytest.raises(PlaceError, match="cannot be written: No such file"):
        run_on()
    assert [path.name for path in tmp_path.iterdir()] == ["latest"]


def test_folder_deleted_before_the_end_is_an_error(tmp_path: Path) -> None:
    """A run whose folder is gone does not pass for completed."""
    with pytest.raises(PlaceError, match=r"run\.json"), open_run(tmp_path, "fit", "x", record={}) as run:
        shutil.rmtree(run.path)


def full_disk(_: int) -> None:
    """``os.fsync`` of a disk that takes no more."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_full_disk_keeps_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk fills, the error is the one to see, and earlier files are untouched."""

    def fill_disk() -> None:
        with open_run(tmp_path, "fit", "x", record={}) as run:
            run.write_text("one.txt", "1")
            monkeypatch.setattr(os, "fsync", full_disk)
            run.write_text("two.txt", "2")

    with pytest.raises(PlaceError, match=r"two\.txt: .*No space"):
        fill_disk()
    run = load_run("latest", tmp_path)
    assert (run.path / "one.txt").read_text() == "1"
    assert record_of(run.path)["status"] == "running"  # there was no room to say more
    assert "two.txt" in (run.path / "log.txt").read_text()
    assert {path.name for path in run.path.iterdir()} == {"one.txt", "run.json", "log.txt"}


def test_disk_full_from_the_start_leaves_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that cannot even write its record leaves nothing."""
    monkeypatch.setattr("kmeans_cli.runs.claim.sync_folder", lambda _: None)
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(PlaceError, match="No space"), open_run(tmp_path, "fit", "x", record={}):
        pytest.fail("the run must not begin")
    assert list(tmp_path.iterdir()) == []


def test_status_that_cannot_be_committed_is_no_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run whose last write fails is never ``completed``."""
    with pytest.raises(PlaceError), open_run(tmp_path, "fit", "x", record={}) as run:
        monkeypatch.setattr(os, "fsync", full_disk)
    assert record_of(run.path)["status"] == "running"


def test_latest_that_cannot_be_set_is_only_logged(tmp_path: Path) -> None:
    """A run goes on where ``latest`` cannot be a link, and its log says so."""
    (tmp_path / "latest").mkdir()
    with open_run(tmp_path, "fit", "x", record={}) as run:
        pass
    assert record_of(run.path)["status"] == "completed"
    assert "`latest` does not point here" in (run.path / "log.txt").read_text()


def test_hostile_name_leaves_nothing(tmp_path: Path) -> None:
    """A name that would lead out of the runs folder is refused before anything is made."""
    with (
        pytest.raises(ConfigError, match=r"name: '\.\./\.\./x'"),
        open_run(tmp_path / "runs", "fit", "../../x", record={}),
    ):
        pytest.fail("the run must not begin")
    assert list(tmp_path.iterdir()) == []


def test_nan_in_a_json_file_is_a_bug(tmp_path: Path) -> None:
    """NaN is not written as something that is no JSON."""
    with pytest.raises(ValueError, match="JSON"), open_run(tmp_path, "fit", "x", record={}) as run:
        run.write_json("metrics.json", {"a": float("nan")})
    assert "Traceback" in (run.path / "log.txt").read_text()
    assert not (run.path / "metrics.json").exists()


def test_text_that_is_no_text_is_escaped(tmp_path: Path) -> None:
    """A file name that is no valid UTF-8 costs no run its log, tables or record."""
    odd = os.fsdecode(b"a\xff.csv")
    with open_run(tmp_path, "fit", "x", record={"argv": [odd]}) as run:
        run.log(odd)
        run.write_text("a.txt", odd)
        run.write_csv("a.csv", ["id"], [[odd]])
    for name in ("log.txt", "a.txt", "a.csv", "run.json"):
        assert "\\udcff" in (run.path / name).read_text("utf-8")
    assert record_of(run.path)["argv"] == [odd]


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_uncommitted_changes_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the record says that the working directory is dirty, ``git.diff`` says how."""
    monkeypatch.chdir(tmp_path)
    for command in (
        ["init", "-q"],
        ["-c", "user.name=n", "-c", "user.email=e@example.org", "commit", "-q", "--allow-empty", "-m", "m"],
    ):
        subprocess.run(["git", *command], check=True)
    (tmp_path / "a.txt").write_text("new line\n")
    subprocess.run(["git", "add", "a.txt"], check=True)
    with open_run(tmp_path / "runs", "fit", "x", record={"git": {"commit": "?", "dirty": True}}) as run:
        pass
    assert "+new line" in (run.path / "git.diff").read_text()


def test_timestamp_is_utc_with_z() -> None:
    """Times are ISO 8601 with microseconds and a Z."""
    assert timestamp(now()).endswith("Z")
    assert len(timestamp(now())) == len("2026-11-21T20:39:41.000000Z")
