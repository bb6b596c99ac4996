"""``kmeans sweep-k`` and ``kmeans multi-init`` gone on with, and finished runs used again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.calls import BLOBS, kmeans, status_of, sweep
from tests.same_run import comparable


def test_a_grown_sweep_is_as_one_that_large_from_the_beginning() -> None:
    """--resume with more k, inits and starts: only the new fits are done, the files are those of the large sweep."""
    small = sweep("--k", "4..5", "--init", "sample")
    large = ("--k", "3..6", "--init", "uniform,sample", "--n-init", "2")
    result = kmeans("sweep-k", "--resume", str(small), *large)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("\n") == 14
    assert comparable(small) == comparable(sweep(*large))
    record = json.loads((small / "run.json").read_text())
    assert len(record["resumed"]) == 1
    assert record["status"] == "completed"


def test_resuming_a_finished_run_touches_nothing() -> None:
    """Nothing is left to do: exit 0, the same report, no file written."""
    run = sweep("--k", "2..3")
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    result = kmeans("sweep-k", "--resume", "latest", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n_fits"] == 2
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before


def test_the_time_limit_leaves_a_run_to_resume() -> None:
    """--max-time ends as interrupted (130) with what is done; --resume completes it."""
    np.save("rows.npy", np.random.default_rng(0).random((8_000, 16)))
    args = ("sweep-k", "--data", "rows.npy", "--k", "30..33", "--no-figures", "--executor", "serial")
    result = kmeans(*args, "--max-time", "0.1s")
    assert result.exit_code == 130
    assert "interrupted: the time limit of 0.1 s was reached" in result.stderr
    run = Path(result.stdout.removeprefix("run: ").strip())
    assert status_of(run) == "interrupted"
    assert not (run / "metrics.json").exists()
    assert kmeans("sweep-k", "--resume", str(run), "--set", "kmeans.max_iter=1000").exit_code == 0
    assert status_of(run) == "completed"


def test_reuse_takes_a_finished_run() -> None:
    """--reuse: same settings, data and command give the same folder; anything else a new one."""
    first = sweep("--k", "2..3")
    assert sweep("--k", "2..3", "--reuse", "--name", "other", "--jobs", "1") == first
    assert sweep("--k", "2..3", "--reuse", "--seed", "1") != first
    assert sweep("--k", "2..3") != first
    other = kmeans("multi-init", *BLOBS, "--k", "2..3", "--n-init", "1", "--reuse", "-q").stdout.strip()
    assert "multi-init" in other


def test_reuse_does_not_take_a_run_without_the_figures() -> None:
    """A run made with --no-figures is none where figures are wanted; the other way round it is."""
    without = sweep("--k", "2..3")
    args = ("sweep-k", "--data", "blobs", "--k", "2..3", "--reuse", "-q")
    drawn = Path(kmeans(*args).stdout.strip())
    assert drawn != without
    assert (drawn / "figures").is_dir()
    assert Path(kmeans(*args).stdout.strip()) == drawn
    assert Path(kmeans(*args, "--no-figures").stdout.strip()) == drawn


def test_dry_run_says_what_is_there_already() -> None:
    """--dry-run counts fits, those there already with --resume, and names the run --reuse would take."""
    run = sweep("--k", "2..3")
    plan = json.loads(kmeans("sweep-k", "--resume", "latest", "--k", "2..5", "--dry-run", "--json").stdout)
    assert (plan["fits"], plan["there_already"], plan["to_do"]) == (4, 2, 2)
    plan = json.loads(kmeans("sweep-k", *BLOBS, "--k", "2..3", "--reuse", "--dry-run", "--json").stdout)
    assert Path(plan["run"]) == run
    assert plan["to_do"] == 0
    assert len(list(Path("runs").iterdir())) == 2


def _broken(run: Path, how: str) -> None:
    if how == "half json":
        (run / "fits" / "0001.json").write_text('{"k": 3, "in')
    elif how == "half npz":
        path = run / "fits" / "0001.npz"
        path.write_bytes(path.read_bytes()[:-30])
    elif how == "no npz":
        (run / "fits" / "0000.npz").unlink()
    elif how == "no record":
        (run / "run.json").unlink()
    elif how == "no status":
        record = json.loads((run / "run.json").read_text())
        del record["status"]
        (run / "run.json").write_text(json.dumps(record))
    elif how == "no config":
        (run / "config.yaml").unlink()


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("half json", "0001.json: is no usable JSON"),
        ("half npz", "0001.npz: is broken or cut short"),
        ("no npz", "0000.npz: does not exist"),
        ("no record", "it has no run.json"),
        ("no status", "run.json: None is no status"),
    ],
)
def test_a_damaged_run_is_refused_and_left_as_it_is(how: str, words: str) -> None:
    """Resuming what cannot be trusted: exit 3, one line that names the file, nothing changed."""
    run = sweep("--k", "2..4")
    _broken(run, how)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    result = kmeans("sweep-k", "--resume", str(run))
    assert result.exit_code == 3, result.stderr
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("--seed", "1"), "--resume: seed: 1 was 0 in the run"),
        (("--set", "kmeans.empty=zero"), "kmeans.empty: 'zero' was 'farthest' in the run"),
        (("--k", "2..3"), "would leave out k = 4"),
        (("--init", "sample"), "would leave out k = 2, init k-means++"),
        (("--data", "digits"), "data.name: 'digits' was 'blobs' in the run"),
    ],
)
def test_other_settings_are_not_resumed(args: tuple[str, ...], words: str) -> None:
    """Settings that would change or drop fits are refused with what they were; the run stays as it is."""
    run = sweep("--k", "2..4")
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    result = kmeans("sweep-k", "--resume", "latest", *args)
    assert result.exit_code == 2, result.stderr
    assert words in result.stderr
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_changed_data_are_not_resumed() -> None:
    """The file has the same name but not the same numbers: exit 3, saying so."""
    np.save("rows.npy", np.arange(40.0).reshape(20, 2))
    result = kmeans("sweep-k", "--data", "rows.npy", "--k", "2..3", "--no-figures")
    assert result.exit_code == 0, result.stderr
    np.save("rows.npy", np.arange(42.0).reshape(21, 2))
    result = kmeans("sweep-k", "--resume", "latest", "--k", "2..4")
    assert result.exit_code == 3
    assert "has changed since the run was started" in result.stderr


def test_a_run_of_another_command_is_not_resumed() -> None:
    """Exit 2, naming both commands."""
    sweep("--k", "2..3")
    result = kmeans("multi-init", "--resume", "latest")
    assert result.exit_code == 2
    assert "is a run of sweep-k, not of multi-init" in result.stderr


def test_a_run_that_is_alive_is_not_resumed() -> None:
    """Its process runs: exit 3, saying which process."""
    run = sweep("--k", "2..3")
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"status": "running"}))
    result = kmeans("sweep-k", "--resume", "latest", "--k", "2..4")
    assert result.exit_code == 3
    assert f"is still being worked on, by process {record['pid']}" in result.stderr
