"""Disks that are full, folders that go away, systems that refuse: an exit code, one line, nothing else is touched."""

from __future__ import annotations

import errno
import io
import multiprocessing.popen_spawn_posix
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kmeans_cli.runs import folder as run_folder
from kmeans_cli.runs import read
from tests.cli.calls import kmeans
from tests.kill.chains import check_whole
from tests.kill.processes import wait_for
from tests.same_run import comparable

_BLOBS = ("--data", "blobs", "--no-figures")
COMMANDS = {
    "fit": ("fit", *_BLOBS, "--k", "3"),
    "sweep-k": ("sweep-k", *_BLOBS, "--k", "2..3", "--executor", "serial"),
}


def _assert_one_line(result: Any, code: int, words: str) -> None:
    errors = [line for line in result.stderr.splitlines() if not line.startswith("fit ")]
    assert (result.exit_code, len(errors)) == (code, 1), result.stderr
    assert errors[0].startswith("error: ")
    assert words in errors[0]


def _runs(folder: str = "runs") -> list[Path]:
    return sorted(Path(folder).glob("2*"))


class Disk:
    """A disk that takes so many writes, and then no more."""

    def __init__(self) -> None:
        self.left = 10**9
        self.n_written = 0

    def open(self, path: Path, mode: str = "r", *args: Any, **extra: Any) -> Any:
        """What stands in for ``Path.open``."""
        if mode == "xb":
            return io.BufferedWriter(_Raw(self, path))
        if mode == "a":
            return io.TextIOWrapper(io.BufferedWriter(_Raw(self, path, "a")), encoding="utf-8")
        return open(path, mode, *args, **extra)  # noqa: PTH123 - it stands in for Path.open

    def write(self) -> None:
        """Count one."""
        if self.left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.left -= 1
        self.n_written += 1


class _Raw(io.FileIO):
    def __init__(self, disk: Disk, path: Path, mode: str = "x") -> None:
        self.disk = disk
        super().__init__(path, mode)

    def write(self, content: Any) -> int:
        self.disk.write()
        return super().write(content)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk on which runs are written; its process counts as gone when a command has ended."""
    disk = Disk()
    monkeypatch.setattr(Path, "open", lambda path, *args, **extra: disk.open(path, *args, **extra))
    monkeypatch.setattr(read, "is_alive", lambda *_: False)
    return disk


@pytest.mark.parametrize(
    ("command", "step"),
    [("fit", 4), ("sweep-k", 9), *(pytest.param(command, 1, marks=pytest.mark.long) for command in COMMANDS)],
)
def test_a_disk_that_is_full_at_any_write(command: str, step: int, disk: Disk) -> None:
    """Whichever write is the last that fits: exit code 3, whole files, --resume ends as if nothing had been."""
    assert kmeans(*COMMANDS[command]).exit_code == 0
    (alone,) = _runs()
    untouched, n_writes = comparable(alone), disk.n_written
    assert n_writes > 10
    for n in range(0, n_writes, step):
        disk.left = n
        result = kmeans(*COMMANDS[command], "--runs", f"full-{n}")
        _assert_one_line(result, 3, "No space left on device")
        for path in Path(f"full-{n}").rglob("[!.]*"):
            check_whole(path)
        disk.left = 10**9
        for run in _runs(f"full-{n}"):
            again = kmeans(command, "--resume", str(run), "--quiet")
            assert again.exit_code == 0, (n, again.stderr)
            assert comparable(run) == untouched, n
        shutil.rmtree(f"full-{n}", ignore_errors=True)
    assert comparable(alone) == untouched


def test_a_file_that_may_not_grow() -> None:
    """The system's own limit to the size of files: one line, exit code 3, the run before is as it was."""
    assert kmeans("fit", "--no-figures", "--quiet", "--runs", "runs").exit_code == 0
    (alone,) = _runs("runs")
    untouched = comparable(alone)
    done = subprocess.run(
        [sys.executable, "-m", "kmeans_cli", "fit", "--no-figures", "--runs", "runs"],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)),
    )
    assert done.returncode == 3, done.stderr
    errors = [line for line in done.stderr.splitlines() if not line.startswith("fit ")]
    assert len(errors) == 1, done.stderr
    assert "cannot be written: File too large" in errors[0]
    (run,) = set(_runs("runs")) - {alone}
    assert '"failed"' in (run / "run.json").read_text()
    for path in run.rglob("*"):
        check_whole(path)
    assert comparable(alone) == untouched


def _vanishing(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Let the run folder be deleted by somebody before write number ``at``."""
    real, numbers = run_folder.RunFolder.open_write, iter(range(10**6))

    def open_write(self: run_folder.RunFolder, name: str) -> Any:
        if next(numbers) == at:
            shutil.rmtree(self.path)
        return real(self, name)

    monkeypatch.setattr(run_folder.RunFolder, "open_write", open_write)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("at", [1, 2, 4, 6, 8])
def test_a_folder_deleted_while_its_run_works(command: str, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that names the file, exit code 3; the folder does not come back, and the one before stays."""
    kmeans(*COMMANDS[command])
    (alone,) = _runs()
    untouched = comparable(alone)
    _vanishing(monkeypatch, at)
    _assert_one_line(kmeans(*COMMANDS[command]), 3, "No such file or directory")
    assert _runs() == [alone]
    assert comparable(alone) == untouched


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a place where not even root may write")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_place_where_nobody_may_write(command: str) -> None:
    """Nothing is fitted: the folder is claimed first."""
    result = kmeans(*COMMANDS[command], "--runs", "/proc/self/runs")
    _assert_one_line(result, 3, "/proc/self/runs: cannot hold runs: ")
    assert "fit 1" not in result.stderr


def test_no_more_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that starts no worker: one line with a way out, exit code 4, and no folder."""
    started: list[int] = []
    real = multiprocessing.popen_spawn_posix.Popen._launch

    def launch(self: Any, process: Any) -> None:
        if started:
            raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")
        real(self, process)
        started.append(self.pid)

    monkeypatch.setattr(multiprocessing.popen_spawn_posix.Popen, "_launch", launch)
    command = [*COMMANDS["sweep-k"], "--executor", "processes", "--jobs", "2"]
    _assert_one_line(kmeans(*command), 4, "Resource temporarily unavailable; try fewer --jobs")
    assert len(started) == 1
    wait_for(lambda: not multiprocessing.active_children())
    assert _runs() == []


def test_no_more_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that starts no thread: the same, and a run that --resume goes on with."""
    real = threading.Thread.start

    def start(self: threading.Thread) -> None:
        if self.name.startswith("block"):
            raise RuntimeError("can't start new thread")
        real(self)

    monkeypatch.setattr(threading.Thread, "start", start)
    result = kmeans("fit", "--no-figures", "--jobs", "2")
    _assert_one_line(result, 4, "no more threads can be started: can't start new thread; try --jobs 1")
    assert kmeans("fit", "--resume", "latest", "--jobs", "1").exit_code == 0


@pytest.fixture(autouse=True)
def _no_worker_stays() -> Iterator[None]:
    """No worker stays behind a test."""
    yield
    wait_for(lambda: not multiprocessing.active_children())
