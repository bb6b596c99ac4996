"""Every entry of the table: its exit code, its one line, and no run that calls itself completed."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from glob import glob
from pathlib import Path
from shutil import copytree, rmtree

import pytest
from PIL import Image
from typer.testing import CliRunner

from kmeans_cli.cli.app import COMMANDS, app
from tests.bad_inputs import arrays, configs, csv_files, flags, pictures, run_folders
from tests.bad_inputs.entry import BadInput

FAMILIES = (csv_files, arrays, pictures, configs, flags, run_folders)
ENTRIES = tuple(entry for family in FAMILIES for entry in family.ENTRIES)
AT_LEAST = 200

_WHOLE_RUNS = (
    "fit --data rows.csv --k 2 --no-figures",
    "fit --k 2 --set data.limit=20 --no-figures",
    "sweep-k --data rows.csv --k 2,3 --no-figures --executor serial",
    "compress-image a.png --k 2 --no-figures",
    "predict runs/*-fit-rows-* rows.csv",
)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with a completed run of each kind in ``runs/``, and where it must lie: paths in it are absolute."""
    place, kept = tmp_path_factory.mktemp("whole") / "place", tmp_path_factory.mktemp("kept") / "place"
    place.mkdir()
    (place / "rows.csv").write_text("1,2\n3,4\n5,6\n9,9\n")
    Image.new("RGB", (4, 4)).save(place / "a.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for argv in _WHOLE_RUNS:
            result = CliRunner().invoke(app, _expanded(argv), prog_name="kmeans")
            assert result.exit_code == 0, result.stderr
    copytree(place, kept, symlinks=True)
    return place, kept


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder an entry wants, made the working directory."""
    entry: BadInput = request.getfixturevalue("entry")
    place = tmp_path
    if entry.runs:
        place, kept = request.getfixturevalue("whole")
        rmtree(place)
        copytree(kept, place, symlinks=True)
    for name, content in entry.files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if entry.prepare is not None:
        entry.prepare(place)
    monkeypatch.chdir(place)
    return place


class TooLong(BaseException):
    """The time is up. No Exception, so that nothing takes it for one of its own."""


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """Ten seconds for what takes a hundredth; an entry that hangs must not hang the others."""

    def up(number: int, frame: object) -> None:  # noqa: ARG001 - the signature of a handler
        raise TooLong

    former = signal.signal(signal.SIGALRM, up)
    signal.alarm(10)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, former)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_is_refused(entry: BadInput, folder: Path, record_property: Callable[[str, object], None]) -> None:
    """A bad input has its exit code, one line on stderr with the words that help, and leaves no completed run."""
    record_property("bad input", True)
    before = _statuses(folder)
    result = CliRunner().invoke(app, _expanded(entry.argv), prog_name="kmeans")
    assert isinstance(result.exception, SystemExit), result.exception
    _check(entry, result.exit_code, result.stdout, result.stderr)
    assert (_statuses(folder) - before)["completed"] == 0


@pytest.mark.parametrize("entry", ENTRIES[::60], ids=lambda entry: entry.name)
def test_is_refused_by_a_process(entry: BadInput, folder: Path) -> None:  # noqa: ARG001 - it makes the folder
    """So it is when a shell calls the program."""
    done = subprocess.run(
        [sys.executable, "-m", "kmeans_cli", *_expanded(entry.argv)], capture_output=True, text=True, check=False
    )
    _check(entry, done.returncode, done.stdout, done.stderr)


def test_the_table_is_long() -> None:
    """There are enough entries, each with a name of its own, and every command is among them."""
    names = Counter(entry.name for entry in ENTRIES)
    assert len(names) == len(ENTRIES) >= AT_LEAST
    assert {entry.argv.split()[0] for entry in ENTRIES} >= set(COMMANDS)


def _check(entry: BadInput, code: int, stdout: str, stderr: str) -> None:
    assert code == entry.code, stderr
    assert stdout == ""
    assert stderr.count("\n") == 1, stderr
    (error,) = stderr.splitlines()
    assert error.startswith("error: ")
    for words in entry.words:
        assert words in error


def _expanded(argv: str) -> list[str]:
    """The arguments as a shell gives them, patterns expanded."""
    return [name for word in shlex.split(argv) for name in (glob(word) if word.startswith("runs/*") else [word])]  # noqa: PTH207 - relative, as a shell


def _statuses(folder: Path) -> Counter[str]:
    """How many runs the folder has of each status."""
    found: Counter[str] = Counter()
    for record in (folder / "runs").glob("*/run.json"):
        if not record.is_file():
            continue
        try:
            found[json.loads(record.read_bytes())["status"]] += not record.parent.is_symlink()
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            found["damaged"] += 1
    return found
