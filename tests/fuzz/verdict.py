"""One input, run in this process, and what is wrong with how it ended."""

from __future__ import annotations

import json
import re
import resource
import signal
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree
from types import FrameType
from typing import Any

from typer.testing import CliRunner, Result

from kmeans_cli.cli.app import app
from tests.fuzz.broken import BROKEN
from tests.fuzz.case import DAMAGED_RUN, Case

SECONDS = 10
"""No input may take longer; whole ones take a few hundredths."""

MEMORY = 1 << 30
"""No input may make the process grow by so many bytes of address space."""

_RUNS = Path("runs")
_CODES = (0, 2, 3, 4, 5)
_LOG = re.compile(r"traceback: (.*\.(?:log|txt))")


@dataclass(frozen=True)
class Verdict:
    """How an input ended.

    Attributes:
        code: The exit code, or None when the command did not end by itself.
        problem: What should not have happened, or None.
        seconds: How long it took.
    """

    code: int | None
    problem: str | None
    seconds: float


class TooLong(BaseException):
    """The time is up. No Exception, so that nothing takes it for one of its own."""


def limit_memory() -> None:
    """Let this process grow by ``MEMORY`` from what it has now."""
    (size,) = re.findall(r"VmSize:\s*(\d+) kB", Path("/proc/self/status").read_text())
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (int(size) * 1024 + MEMORY, hard))


def judge(case: Case) -> Verdict:
    """Run an input in the working directory, which must hold the whole runs, and tidy up behind it."""
    case.write(Path())
    began = time.perf_counter()
    try:
        with _limited(SECONDS):
            result = CliRunner().invoke(app, _argv(case), prog_name="kmeans")
        code, problem = result.exit_code, _problem(case, result)
    except TooLong:
        code, problem = None, f"took longer than {SECONDS} s"
    finally:
        _tidy(case)
    return Verdict(code, problem, time.perf_counter() - began)


def _argv(case: Case) -> list[str]:
    makes_run = case.argv[0] in ("fit", "sweep-k", "compress-image", "predict")
    return [*case.argv, "--runs", str(_RUNS)] if makes_run and "--runs" not in case.argv else list(case.argv)


def _problem(case: Case, result: Result) -> str | None:
    if not isinstance(result.exception, SystemExit | None) or result.exit_code not in _CODES:
        return f"exit code {result.exit_code}: {result.exception!r} {result.stderr}{_traceback(result.stderr)}"
    lines = result.stderr.splitlines()
    errors = [line for line in lines if line.startswith("error: ")]
    if any(line.startswith("error: memory: ") or line.endswith("does not fit into memory") for line in errors):
        return f"asked for more than {MEMORY >> 20} MiB: {errors[0]}"
    if result.exit_code == 0:
        return f"said an error and ended with 0: {errors}" if errors else _completed_on_broken(case)
    if len(errors) != 1 or not all(line.startswith(("error: ", "warning: ")) for line in lines):
        return f"has not one line of error: {result.stderr!r}"
    done = _completed()
    return f"exit code {result.exit_code} and a completed run, {done[0]}" if done else None


def _traceback(stderr: str) -> str:
    """What the error line says where it is."""
    paths = [Path(part) for part in _LOG.findall(stderr)]
    found = [path for path in paths if path.exists()]
    text = "".join(f"\n{path.read_text(errors='replace')}" for path in found)
    for path in found:
        path.unlink()
    return text


def _completed() -> list[Path]:
    records = [path for path in _RUNS.glob("*/run.json") if not path.parent.is_symlink()]
    return [path.parent for path in records if json.loads(path.read_text())["status"] == "completed"]


def _completed_on_broken(case: Case) -> str | None:
    """Of what ended well: why it should not have."""
    for run in _completed():
        record: dict[str, Any] = json.loads((run / "run.json").read_text())
        if case.kind in BROKEN and case.argv[0] != "report":
            log = (run / "log.txt").read_text() if (run / "log.txt").exists() else ""
            used = re.findall(r"(?:samples|classes|weights) are '([^']*)'", log)
            finding = BROKEN[case.kind](case.files[0][1], record | {"used": used})
            if finding:
                return f"completed on a file that {finding}"
        if (
            case.damaged is not None
            and case.files[0][0].endswith("model.npz")
            and not _is_whole_zip(Path(case.files[0][0]))
        ):
            return "completed by a damaged model.npz"
    return None


def _is_whole_zip(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except Exception:
        return False


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def up(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        raise TooLong

    former = signal.signal(signal.SIGALRM, up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)


def _tidy(case: Case) -> None:
    for folder in (_RUNS, Path(DAMAGED_RUN)):
        rmtree(folder, ignore_errors=True)
    for name, _ in case.files:
        Path(name).unlink(missing_ok=True)
