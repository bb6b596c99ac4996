"""What is drawn for each progress event, and what goes to stdout."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from pathlib import Path

import pytest

from kmeans_cli.cli import console as module
from kmeans_cli.cli.console import Console
from kmeans_cli.cli.output import build_table
from kmeans_cli.core.types import IterationRecord
from kmeans_cli.progress import Bytes, Event, FitDone, FitsState, FitStarted, Iteration, Stage, Warned

RECORD = IterationRecord(3, 70.0, 0.7, 0.1, 5, 0, 0.01)
EVENTS: tuple[Event, ...] = (
    Stage("loading digits"),
    FitStarted(0, 2, 10, "sample", 1, 1000),
    Iteration(0, RECORD),
    Bytes("train-images", 1_000_000, 3_000_000),
    FitDone(0, 3, 0.7, "no label changed", 0.25),
    Warned("2 clusters [k] are empty"),
)


def _draw(console: Console) -> None:
    with console.live():
        for event in EVENTS:
            console(event)


def test_without_a_terminal_a_fit_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Plain lines for finished fits and warnings, nothing else, nothing on stdout."""
    _draw(Console())
    captured = capsys.readouterr()
    assert captured.err.splitlines() == [
        "fit 1/2: k 10, sample, J_clust 0.7, 3 iterations (no label changed), 0.25 s",
        "warning: 2 clusters [k] are empty",
    ]
    assert captured.out == ""


def test_a_long_fit_says_so_every_minute(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute without a line, the iteration is told."""
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    console = Console()
    console(Iteration(0, RECORD))
    console(Bytes("pass at 9 MB/s", 1_000_000, 3_000_000))
    console(FitDone(0, 3, 0.7, "no label changed", 0.25))
    console(Bytes("train-images", 1_000_000, 3_000_000))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:2] == [
        "fit 1/1: iteration 3, J_clust 0.7, 0 s",
        "fit 1/1: iteration 3, J_clust 0.7, pass at 9 MB/s, 0 s",
    ]
    assert lines[3:] == ["train-images: 1.0 MB of 3.0 MB, 0 s"]


def test_verbose_tells_every_iteration(capsys: pytest.CaptureFixture[str]) -> None:
    """Stages, starts and iterations get a line of their own."""
    _draw(Console(verbose=True))
    lines = capsys.readouterr().err.splitlines()
    assert lines[:3] == ["loading digits", "fit 1/2: k 10, init sample", "fit 1/2: iteration 3, J_clust 0.7"]


def test_quiet_tells_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """No progress and no warnings."""
    _draw(Console(quiet=True))
    captured = capsys.readouterr()
    assert captured.err == captured.out == ""


def test_a_failed_fit_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    """The error of a fit is in its line."""
    console = Console()
    console(FitStarted(4, 9, 20, "uniform", 1, 1000))
    console(FitDone(4, 0, None, "", 0.1, error="cluster 3 is empty"))
    assert "fit 5/9: k 20, uniform, failed: cluster 3 is empty" in capsys.readouterr().err


def test_the_state_of_many_fits_is_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Done, running, failed, the best so far, and how long the rest takes."""
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    console = Console()
    console(FitsState(0, 2, 0, 32, None, None))
    console(FitsState(12, 2, 1, 32, 34.7312, 3725.0))
    console(FitsState(31, 1, 0, 32, 34.7312, 65.0))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("0/32 done, 2 running, ")
    assert lines[1].startswith("12/32 done, 2 running, 1 failed, best J_clust 34.73, 1 h 02 min left, ")
    assert "1 min 05 s left" in lines[2]


@pytest.mark.parametrize(
    ("quiet", "document", "expected"),
    [(True, None, "runs/a [k]\n"), (True, {"x": 1.5}, None), (False, {"x": 1.5}, None)],
)
def test_results_for_scripts(
    quiet: bool, document: dict[str, float] | None, expected: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """Quiet prints only the path, JSON one document with the path in it."""
    Console(quiet=quiet).result(Path("runs/a [k]"), as_json=document, table=build_table(["a"], [["b"]]))
    out = capsys.readouterr().out
    if expected is not None:
        assert out == expected
    else:
        assert json.loads(out) == {"x": 1.5, "run_dir": "runs/a [k]"}


def test_the_last_line_is_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    """People get the table and then where everything is, on one line however long."""
    folder = Path("runs") / ("x" * 300)
    Console().result(folder, as_json=None, table=build_table(["a"], [["b"]]))
    assert capsys.readouterr().out.splitlines()[-1] == f"run: {folder}"


def test_quiet_without_a_run_still_answers(capsys: pytest.CaptureFixture[str]) -> None:
    """Where there is no folder to name, as in a plan, the table is the answer."""
    Console(quiet=True).result(None, as_json=None, table=build_table(["plan"], [["b"]]))
    assert "plan" in capsys.readouterr().out


def _in_a_terminal(tmp_path: Path, **env: str) -> str:
    """What `kmeans fit` on the blobs writes to a terminal behind stderr."""
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "kmeans_cli", "fit", "--data", "blobs", "--k", "3", "--no-figures"]
    process = subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=follower, env=os.environ | {"COLUMNS": "60"} | env
    )
    os.close(follower)
    seen = _read_all(leader)
    assert process.wait() == 0
    return seen.decode()


def _read_all(leader: int) -> bytes:
    """Everything a terminal is sent until its other end is closed."""
    seen = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            chunk = os.read(leader, 4096)
        except OSError:  # the terminal's other end is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(leader)
    return seen


def test_a_terminal_gets_a_moving_line(tmp_path: Path) -> None:
    """A terminal that can move the cursor shows the progress in place, and it is gone at the end."""
    seen = _in_a_terminal(tmp_path, TERM="xterm")
    assert "\x1b[?25l" in seen
    assert "0:00:00" in seen
    assert "iterations (" not in seen


def test_a_full_bar_is_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After one pass comes another: the time goes on, the bar begins anew, and what has no end has no bar."""
    monkeypatch.setattr(module, "_can_move", lambda: True)
    with Console().live() as console:
        assert console._bar is not None
        (task,) = console._bar.tasks
        console(Bytes("pass", 3, 3))
        assert (task.completed, task.total, task.finished) == (3, 3, False)
        console(Bytes("pass", 1, 3))
        assert (task.completed, task.total) == (1, 3)
        console(Stage("evaluating"))
        assert task.total is None


def test_a_wish_to_stop_is_shown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """After Ctrl-C the moving line says that the iteration is still finished."""
    monkeypatch.setattr(module, "_can_move", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    wishes: list[str] = []
    with Console(stopping=lambda: bool(wishes)).live() as console:
        console(EVENTS[1])
        console(Iteration(0, RECORD))
        wishes.append("stopped by SIGINT")
    assert "stopping after this iteration …" in capsys.readouterr().err
    with Console(stopping=lambda: bool(wishes)).live() as console:
        console(Stage("evaluating"))
    assert "stopping" not in capsys.readouterr().err


def test_without_colour_nothing_is_bold() -> None:
    """NO_COLOR means no escapes at all, in tables and in the help, on a terminal too."""
    for command in (["config", "show"], ["--help"], ["fit", "--help"]):
        leader, follower = pty.openpty()
        environment = os.environ | {"TERM": "xterm", "NO_COLOR": "1"}
        arguments = [sys.executable, "-m", "kmeans_cli", *command]
        process = subprocess.Popen(arguments, stdout=follower, stderr=follower, env=environment)
        os.close(follower)
        seen = _read_all(leader)
        assert process.wait() == 0
        assert len(seen) > 100
        assert b"\x1b" not in seen


@pytest.mark.parametrize("env", [{"TERM": "dumb"}, {"TERM": "xterm", "NO_COLOR": "1"}])
def test_a_plain_terminal_gets_plain_lines(tmp_path: Path, env: dict[str, str]) -> None:
    """A dumb terminal, or one whose user wants no colour, gets the line of a pipe."""
    seen = _in_a_terminal(tmp_path, **env)
    assert "\x1b" not in seen
    assert "fit 1/1: k 3, k-means++, J_clust" in seen
