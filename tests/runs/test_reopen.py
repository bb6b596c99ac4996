"""Going on with a run in its own folder."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kmeans_cli.errors import ConfigError, FitError, Interrupted, PlaceError
from kmeans_cli.runs import find_resumable, open_run, reopen_run
from kmeans_cli.runs.process import start_of


def _ended(runs_dir: Path) -> Path:
    with pytest.raises(Interrupted), open_run(runs_dir, "sweep-k", "x", record={"argv": ["first"], "seed": 3}) as run:
        raise Interrupted("stopped")
    return run.path


def test_the_run_goes_on_under_its_own_name(tmp_path: Path) -> None:
    """The status is running within, completed after; when and how it was started stays, resuming is added."""
    path = _ended(tmp_path)
    before = json.loads((path / "run.json").read_text())
    with reopen_run(path, record={"argv": ["second"], "seed": 4}) as run:
        assert json.loads((path / "run.json").read_text())["status"] == "running"
        assert run.path == path
    after = json.loads((path / "run.json").read_text())
    assert (after["status"], after["error"], after["seed"]) == ("completed", None, 4)
    assert (after["started"], after["argv"]) == (before["started"], ["first"])
    assert [again["argv"] for again in after["resumed"]] == [["second"]]


def test_an_error_ends_it_as_it_ends_any_run(tmp_path: Path) -> None:
    """Failed when it failed, with the line."""
    path = _ended(tmp_path)
    with pytest.raises(FitError), reopen_run(path, record={"argv": []}):
        raise FitError("no luck")
    record = json.loads((path / "run.json").read_text())
    assert (record["status"], record["error"]) == ("failed", "no luck")


def test_what_a_killed_process_left_half_written_goes(tmp_path: Path) -> None:
    """Siblings that were never renamed are removed, in subfolders too."""
    path = _ended(tmp_path)
    (path / "fits").mkdir()
    for name in (".metrics.json.0a1b2c3d.part", "fits/.0007.json.0a1b2c3d.part"):
        (path / name).write_text("{")
    with reopen_run(path, record={"argv": []}):
        assert not list(path.rglob(".*.part"))


def test_a_run_that_is_alive_is_left_alone(tmp_path: Path) -> None:
    """While its process runs, nobody else writes there."""
    alive = {"argv": [], "pid": os.getpid(), "pid_started": start_of(os.getpid())}
    with open_run(tmp_path, "sweep-k", "x", record=alive) as run:
        with pytest.raises(PlaceError, match=f"worked on, by process {os.getpid()}"):
            find_resumable(str(run.path), tmp_path, "sweep-k")
        with pytest.raises(PlaceError, match="worked on"), reopen_run(run.path, record={"argv": []}):
            pass


def test_a_run_of_another_host_says_how_to_go_on(tmp_path: Path) -> None:
    """Whether its process is gone cannot be seen from here; once its user says so in the record, it goes on."""
    path = _ended(tmp_path)
    record = json.loads((path / "run.json").read_text())
    (path / "run.json").write_text(json.dumps(record | {"status": "running", "pid": 7, "host": "elsewhere"}))
    with pytest.raises(PlaceError, match='by process 7 of elsewhere; if that is gone, write "interrupted"'):
        find_resumable(str(path), tmp_path, "sweep-k")
    (path / "run.json").write_text((path / "run.json").read_text().replace('"running"', '"interrupted"'))
    assert find_resumable(str(path), tmp_path, "sweep-k").path == path


def test_only_one_process_goes_on_with_a_run(tmp_path: Path) -> None:
    """The second of two at the same moment is refused."""
    path = _ended(tmp_path)
    with (
        reopen_run(path, record={"argv": []}),
        pytest.raises(PlaceError, match="being resumed by another process"),
        reopen_run(path, record={"argv": []}),
    ):
        pass
    assert json.loads((path / "run.json").read_text())["status"] == "completed"


def test_another_command_s_run_is_refused(tmp_path: Path) -> None:
    """A sweep is not gone on with as something else."""
    path = _ended(tmp_path)
    assert find_resumable(path.name, tmp_path, "sweep-k").path == path
    with pytest.raises(ConfigError, match="is a run of sweep-k, not of multi-init"):
        find_resumable(path.name, tmp_path, "multi-init")
