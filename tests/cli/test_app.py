"""The error boundary, the lazy commands and their help."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from kmeans_cli import __version__
from kmeans_cli.cli.app import COMMANDS, app, exit_code
from kmeans_cli.errors import (
    ConfigError,
    Differs,
    FitError,
    Interrupted,
    KMeansError,
    PlaceError,
    Refused,
    SomeFitsFailed,
)


def _raise(error: BaseException) -> Callable[[], Any]:
    def command() -> None:
        raise error

    return command


def _kmeans(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kmeans_cli", *args], capture_output=True, text=True, **options)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (ConfigError, 2),
        (PlaceError, 3),
        (FitError, 4),
        (SomeFitsFailed, 5),
        (Refused, 6),
        (Differs, 7),
        (Interrupted, 130),
    ],
)
def test_each_error_has_its_exit_code(kind: type[KMeansError], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    """An expected error is one line on stderr and the contract's code."""
    assert exit_code(_raise(kind("is\nwrong", where="here"))) == code
    captured = capsys.readouterr()
    assert captured.err == "error: here: is wrong\n"
    assert captured.out == ""


def test_a_bug_says_where_its_traceback_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Anything unexpected is exit 1 and a line naming a file with the traceback."""
    assert exit_code(_raise(RuntimeError("oh [k]"))) == 1
    line = capsys.readouterr().err
    assert line.startswith("error: this is a bug in kmeans: RuntimeError: oh [k]; traceback: ")
    log = Path(line.rpartition("traceback: ")[2].strip())
    assert "RuntimeError: oh [k]" in log.read_text()
    log.unlink()


def test_a_bug_in_a_run_points_to_its_log(capsys: pytest.CaptureFixture[str]) -> None:
    """When the run folder has the traceback, no other file is made."""
    error = RuntimeError("oh")
    error.add_note("traceback: runs/x/log.txt")
    assert exit_code(_raise(error)) == 1
    assert capsys.readouterr().err.endswith("; traceback: runs/x/log.txt\n")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KeyboardInterrupt(), 130, "error: interrupted\n"),
        (BrokenPipeError(), 141, ""),
        (
            OSError(11, "Try again"),
            3,
            "error: the operating system refused something: Try again\n",
        ),
        (PermissionError(13, "Permission denied", "a.txt"), 3, "error: a.txt: Permission denied\n"),
    ],
)
def test_the_outside_world_has_codes_too(
    error: BaseException, code: int, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C, a reader that went away and a full disk are no bugs."""
    assert exit_code(_raise(error)) == code
    assert capfd.readouterr().err == line


def test_a_command_may_choose_its_code() -> None:
    """typer.Exit in a command is that exit code."""
    assert exit_code(lambda: 130) == 130
    assert exit_code(lambda: None) == 0


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (
            "fit --sed 3",
            "No such option: --sed (Possible options: --scheduler, --seed, --set); see 'kmeans fit --help'",
        ),
        ("fti", "No such command 'fti'. Did you mean 'fit'?; see 'kmeans --help'"),
        ("runs shwo", "Did you mean 'show'?"),
        ("fit a b", "unexpected extra argument(s) (b)"),
        ("fit --seed", "--seed"),
        ("runs show", "Missing argument"),
    ],
)
def test_usage_errors_are_one_line(args: str, words: str) -> None:
    """Wrong usage is exit 2 with one line that names the nearest match."""
    result = CliRunner().invoke(app, args.split(), prog_name="kmeans")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr


def test_version() -> None:
    """--version prints name and version."""
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, f"kmeans {__version__}\n")


@pytest.mark.parametrize("args", [[], ["config"], ["runs"], ["data"]])
def test_a_group_alone_shows_its_help(args: list[str]) -> None:
    """Without a command the help is shown, and nothing else is said."""
    result = CliRunner().invoke(app, args, prog_name="kmeans")
    assert result.exit_code == 2
    assert "Commands" in result.stdout
    assert result.stderr == ""


@pytest.mark.parametrize("args", ["", "fit", "runs", "runs list", "data info", "config new"])
def test_switches_have_no_type_in_the_help(args: str) -> None:
    """A switch takes no value, and the help shows none; what takes one has its name."""
    out = CliRunner().invoke(app, [*args.split(), "--help"], prog_name="kmeans").stdout
    assert "--help" in out
    assert "<bool>" not in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_be_imported(name: str) -> None:
    """Each command's module is there and has a help."""
    result = CliRunner().invoke(app, [name, "--help"], prog_name="kmeans")
    assert result.exit_code == 0
    assert f"Usage: kmeans {name}" in result.stdout


def test_help_lists_all_commands_and_imports_none() -> None:
    """`kmeans --help` shows every command without NumPy, pydantic, matplotlib or any command's module."""
    program = (
        "import sys\nsys.argv = ['kmeans', '--help']\nfrom kmeans_cli.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert end.code == 0\n"
        "loaded = {'numpy', 'pydantic', 'matplotlib', 'yaml', 'kmeans_cli.cli.fit'} & set(sys.modules)\n"
        "assert not loaded, loaded\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name, line in COMMANDS.items():
        assert name in done.stdout
        assert line[:30] in done.stdout


@pytest.mark.parametrize("name", ["fit", "sweep_k", "compress_image"])
def test_fits_on_this_machine_load_no_cluster(name: str) -> None:
    """Dask, and asyncio with it, are imported for runs on a cluster only."""
    program = (
        f"import sys, kmeans_cli.cli.{name}\nassert not {{'asyncio', 'distributed', 'matplotlib'}} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`kmeans config schema | head` ends without complaint, however much is left to print."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kmeans_cli", "config", "show"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_behind_stdout_is_one_line() -> None:
    """Output that cannot be written is exit 3."""
    with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "kmeans_cli", "config", "new"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (3, "error: standard output: No space left on device\n")


def test_a_closed_stdout_is_one_line() -> None:
    """`kmeans … >&-` is exit 3 before anything is done, not a bug; a closed stderr does not matter."""
    command = f"{sys.executable} -m kmeans_cli config show"
    done = subprocess.run(f"{command} >&-", shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "error: standard output: is closed\n")
    done = subprocess.run(f"{command} 2>&-", shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "kmeans.init" in done.stdout


def test_an_ascii_terminal_is_no_error(tmp_path: Path) -> None:
    """Letters the terminal lacks are escaped."""
    done = _kmeans(
        "data", "list", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii", "PATH": "", "HOME": str(tmp_path)}, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "8\\xd78" in done.stdout


def test_typer_is_used_by_its_public_names() -> None:
    """What the boundary relies on is there in the installed Typer."""
    assert issubclass(typer.BadParameter, typer.TyperException)
