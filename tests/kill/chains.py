"""Chains of killings: a command is started, killed at a random moment, gone on with, killed again, until it ends.

After each killing, whatever is there must be whole and nothing that was finished may be gone; in the end, the run must
have the files of one left alone.
"""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np
import yaml

from kmeans_cli.runs.summary import summarise
from tests.kill.processes import record_of, run_in, start, wait_for, workers_of
from tests.same_run import comparable

EARLY = 0.15
"""The share of killings that do not wait until there is a run folder."""

_EARLY_SECONDS = 1.0
_SMALL = ("--data", "digits", "--set", "data.per_class=100", "--set", "evaluate.silhouette_samples=200")
_FIT = ("fit", *_SMALL, "--no-figures", "--set", "checkpoint_seconds=0", "--init", "sample")
_SWEEP = ("sweep-k", *_SMALL, "--no-figures", "--k", "4..15", "--n-init", "2")


@dataclass(frozen=True)
class Work:
    """What is disturbed.

    Attributes:
        args: The command.
        victims: ``process``: the whole process; ``workers``: its workers only, so that it ends by itself.
        signals: What it is told: SIGKILL, or a request to stop that it must answer well.
    """

    args: tuple[str, ...]
    victims: str = "process"
    signals: tuple[signal.Signals, ...] = (signal.SIGKILL,)

    @property
    def command(self) -> str:
        """Its subcommand."""
        return self.args[0]


_PROCESSES = ("--executor", "processes", "--jobs", "2")
_POLITE = (signal.SIGINT, signal.SIGTERM)

WORKS = {
    "fit": Work((*_FIT, "--k", "40")),
    "fit, 20 starts": Work((*_FIT, "--k", "20", "--n-init", "20")),
    "fit, mini-batch, trace": Work(
        (*_FIT, "--k", "20", "--algorithm", "minibatch", "--set", "minibatch.batch_size=100", "--set", "trace=true")
    ),
    "sweep, serial": Work((*_SWEEP, "--executor", "serial")),
    "sweep, 2 processes": Work((*_SWEEP, *_PROCESSES)),
    "starts and figures": Work(("multi-init", *_SMALL, "--k", "10", "--n-init", "20", *_PROCESSES)),
    "sweep, workers only": Work((*_SWEEP, *_PROCESSES), victims="workers"),
    "fit, SIGINT or SIGTERM": Work((*_FIT, "--k", "20", "--n-init", "20"), signals=_POLITE),
    "sweep, SIGINT or SIGTERM": Work((*_SWEEP, *_PROCESSES), signals=_POLITE),
}


@dataclass
class Tally:
    """What was done to one kind of work, and what came of it."""

    killed: int = 0
    moments: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    finished: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.killed + other.killed,
            self.moments + other.moments,
            self.resumed + other.resumed,
            self.finished + other.finished,
        )


def disturb(work: Work, n_times: int, folder: Path, rng: random.Random) -> Tally:
    """Kill the work ``n_times`` at random moments, in as many chains as it takes; check everything on the way."""
    process = start(folder, *work.args, "--runs", "alone")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    alone, tally = run_in(folder / "alone"), Tally()
    assert alone is not None
    seconds = summarise(alone).seconds
    assert seconds is not None
    for number in count():
        chain = _Chain(work, seconds, folder / f"chain-{number}", rng, tally)
        if work.victims == "workers":
            chain.kill_workers(n_times)
        else:
            chain.kill_until_done(n_times)
        assert comparable(chain.run) == comparable(alone), f"{chain.run} is not as {alone}"
        tally.finished += 1
        if tally.killed >= n_times:
            return tally
    raise AssertionError


class _Chain:
    """One run, from its first start to its end."""

    def __init__(self, work: Work, seconds: float, runs: Path, rng: random.Random, tally: Tally) -> None:
        self.work, self.seconds_left, self.runs, self.rng, self.tally = work, seconds, runs, rng, tally
        self.finished: dict[str, bytes] = {}
        self.iterations: dict[str, int] = {}
        self.tmp = runs.with_name(f"{runs.name}-tmp")
        self.tmp.mkdir()

    @property
    def run(self) -> Path:
        """The run folder."""
        run = run_in(self.runs)
        assert run is not None
        return run

    def kill_until_done(self, n_times: int) -> None:
        """Start and kill till the run is completed, or left alone once it was killed often enough."""
        while True:
            process = self._start()
            if self.tally.killed < n_times and self._await_moment(process):
                self._kill(process)
                continue
            _, err = process.communicate(timeout=120)
            assert process.returncode == 0, err
            return

    def kill_workers(self, n_times: int) -> None:
        """Kill workers, a few in a run, while the process that leads them goes on; what failed for it is repeated."""
        process, code = self._start(), 5
        for _ in range(3):
            if self.tally.killed < n_times and self._await_moment(process):
                self._kill_worker(process)
        while code == 5:  # some fits lost their worker twice
            _, err = process.communicate(timeout=120)
            code = process.returncode
            assert code in (0, 5), err
            self._check()
            if code == 5:
                process = self._start("--retry-failed")

    def _start(self, *flags: str) -> subprocess.Popen[str]:
        run = run_in(self.runs)
        if run is None:
            return start(self.runs.parent, *self.work.args, "--runs", self.runs.name, tmp=self.tmp)
        self.tally.resumed += 1
        return start(self.runs.parent, self.work.command, "--resume", str(run), *flags, tmp=self.tmp)

    def _await_moment(self, process: subprocess.Popen[str]) -> bool:
        """Wait for a random moment of the process; False when it ended before."""
        if self.work.signals != _POLITE and self.rng.random() < EARLY:
            return not _ended(process, self.rng.uniform(0, _EARLY_SECONDS))
        wait_for(lambda: process.poll() is not None or record_of(self.runs).get("pid") == process.pid)
        delay = self.rng.uniform(0, self.seconds_left)
        # What was reached is kept, but for what was being done.
        self.seconds_left -= delay / 2
        return not _ended(process, delay)

    def _kill(self, process: subprocess.Popen[str]) -> None:
        workers, number = workers_of(process.pid), self.rng.choice(self.work.signals)
        moment = self._moment(process)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        if number in _POLITE:
            self._check_answer(process.returncode, err)
        wait_for(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        self._count(moment)
        self._check()

    def _check_answer(self, code: int, err: str) -> None:
        """Told to stop, it says so and how to go on; unless it had just finished."""
        if record_of(self.runs)["status"] != "completed":
            assert (code, record_of(self.runs)["status"]) == (130, "interrupted"), err
            assert f"kmeans {self.work.command} --resume " in err, err
        assert "Traceback" not in err, err

    def _kill_worker(self, process: subprocess.Popen[str]) -> None:
        workers = workers_of(process.pid)
        if workers:
            moment = self._moment(process)
            os.kill(self.rng.choice(workers), signal.SIGKILL)
            self._count(moment)

    def _count(self, moment: str) -> None:
        self.tally.killed += 1
        self.tally.moments[moment] += 1

    def _moment(self, process: subprocess.Popen[str]) -> str:
        """Where the process is, in words."""
        run = run_in(self.runs)
        if run is None or record_of(self.runs).get("pid") != process.pid:
            return "starting"
        return "concluding" if any((run / name).exists() for name in ("fits.csv", "labels.csv")) else "fitting"

    def _check(self) -> None:
        """Every file is whole, and nothing that was finished is gone or another."""
        run = run_in(self.runs)
        if run is None:
            return
        for path in run.rglob("[!.]*"):
            check_whole(path)
        kept = {path.name: path.read_bytes() for path in run.glob("fits/*.npz") if path.with_suffix(".json").exists()}
        assert self.finished.items() <= kept.items(), "a finished fit is lost"
        self.finished = kept
        if record_of(self.runs)["status"] != "completed":
            iterations = dict(_iterations_kept(run))
            assert all(iterations.get(name, 0) >= n for name, n in self.iterations.items()), "iterations are lost"
            self.iterations = iterations


def check_whole(path: Path) -> None:
    """Fail when a file is not what its name promises, from its first to its last byte."""
    if path.suffix == ".json":
        assert json.loads(path.read_text())
    elif path.suffix == ".npz":
        with zipfile.ZipFile(path) as file:
            assert file.testzip() is None
    elif path.suffix == ".csv":
        with path.open(newline="") as file:
            assert len({len(row) for row in csv.reader(file)}) == 1
        assert path.read_bytes().endswith(b"\n")
    elif path.suffix == ".yaml":
        assert "kmeans" in yaml.safe_load(path.read_text())
    elif path.suffix == ".png":
        assert path.read_bytes().endswith(b"IEND\xaeB`\x82")


def _iterations_kept(run: Path) -> Iterator[tuple[str, int]]:
    for path in run.glob("checkpoints/*.npz"):
        with np.load(path) as arrays:
            yield path.name, len(arrays["seconds"])


def _ended(process: subprocess.Popen[str], seconds: float) -> bool:
    """Let a process go on for a while; whether it ended meanwhile."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        time.sleep(0.001)
    return process.poll() is not None
