"""``kmeans rerun``, ``runs check`` and ``runs clean`` as a user meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from kmeans_cli.cli import runs_care
from kmeans_cli.cli.app import app
from tests.cli.calls import kmeans


@pytest.fixture
def run() -> Path:
    """A fit in a folder of its own, which is the working directory."""
    return Path(kmeans("fit", "--data", "blobs", "--k", "3", "--no-figures", "--quiet").stdout.strip())


def _change(run: Path, name: str, **changes: Any) -> None:
    path = run / name
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_rerun_of_the_same(run: Path) -> None:
    """Identical: exit 0, by name or by folder; --quiet says it by the exit code only."""
    result = kmeans("rerun", "latest")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "1 of 1 runs gave the same bytes again, times left out."
    assert ["identical", "5", run.name] in [line.split() for line in result.stdout.splitlines()]
    quiet = kmeans("rerun", "--all", "runs", "--quiet")
    assert (quiet.exit_code, quiet.stdout) == (0, "")


def test_rerun_that_differs(run: Path) -> None:
    """Exit 7, with what changed and by how much the numbers differ; all of it in the JSON."""
    _change(run, "run.json", cpu="an old one")
    _change(run, "metrics.json", n_iter=99, **{f"number{i}": i for i in range(25)})
    result = kmeans("rerun", "latest")
    assert result.exit_code == 7
    assert result.stderr.splitlines()[-1].startswith("error: 1 of 1 runs differ, the first: ")
    words = result.stdout.split()
    assert words[words.index("cpu") :][:4] == ["cpu", "an", "old", "one"]
    assert "metrics.json n_iter" in result.stdout
    assert "… and 6 more; --json has them all" in result.stdout
    (document,) = json.loads(kmeans("rerun", "latest", "--json").stdout)["runs"]
    assert (document["verdict"], len(document["deviations"])) == ("differs", 26)
    assert document["changed"][-1]["key"] == "cpu"


def test_rerun_of_what_cannot_be_repeated(run: Path) -> None:
    """Exit 3 and the reason; without knowing which runs, exit 2."""
    _change(run, "run.json", status="failed")
    result = kmeans("rerun", "latest")
    assert result.exit_code == 3
    assert result.stdout.startswith(f"not repeated: {run.name}: did not complete")
    for arguments in ((), ("latest", "--all", "runs")):
        assert kmeans("rerun", *arguments).exit_code == 2
    for folder in ("nowhere", "runs"):
        assert kmeans("rerun", "--all", folder).exit_code == 3


def test_check(run: Path) -> None:
    """Whole: exit 0; damaged: exit 3, with a line that names run, file and what is wrong."""
    result = kmeans("runs", "check")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "1 of 1 runs are whole."
    _change(run, "metrics.json", inertia=1.0)
    for arguments in (("latest",), ("runs",), ()):
        result = kmeans("runs", "check", *arguments)
        assert result.exit_code == 3
        assert f"{run.name}: model.npz: the inertia of its labels and centroids is " in result.stdout
        assert result.stderr.splitlines()[-1].startswith("error: 1 of 1 runs are damaged, the first: ")
    (document,) = json.loads(kmeans("runs", "check", "--json").stdout)["runs"]
    assert document["folder"] == "damaged"
    assert {finding["where"] for finding in document["findings"]} >= {"model.npz"}
    assert kmeans("runs", "check", "nothing").exit_code == 3


def test_check_before_the_first_run() -> None:
    """Where there is no run yet, none is damaged; a folder that was named must be there."""
    assert (kmeans("runs", "check").exit_code, kmeans("runs", "check").stdout) == (0, "no runs to check\n")
    assert kmeans("runs", "check", "nowhere").exit_code == 3


def test_check_shows_stale_runs(run: Path) -> None:
    """A run whose process is gone is shown as such, and is no damage."""
    _change(run, "run.json", status="running", pid_started="another boot/1")
    result = kmeans("runs", "check")
    assert result.exit_code == 0
    assert "stale" in result.stdout
    assert "is gone" in result.stdout


def test_clean_asks(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without --yes nothing goes unasked: somebody must agree, and where nobody is there, it is refused."""
    command = ("runs", "clean", "--status", "completed")
    nobody = kmeans(*command)
    assert (nobody.exit_code, run.exists()) == (2, True)
    assert "--yes" in nobody.stderr
    dry = kmeans(*command, "--dry-run")
    assert (dry.exit_code, run.exists()) == (0, True)
    assert dry.stdout.splitlines()[-1] == "would remove: 1 run, 0.0 MB"
    monkeypatch.setattr(runs_care, "_is_asked", lambda: True)
    for answer, there in (("n", True), ("y", False)):
        result = CliRunner().invoke(app, command, prog_name="kmeans", input=f"{answer}\n")
        assert (result.exit_code, run.exists()) == (0, there)
        assert result.stdout.splitlines()[-1] == ("nothing was removed" if there else "removed: 1 run, 0.0 MB")
    assert list(Path("runs").iterdir()) == []


def test_clean_with_yes(run: Path) -> None:
    """Only what both conditions say; the JSON names what went."""
    old = Path(shutil.copytree(run, run.with_name("20200101T000000Z-fit-x-aaaaaa")))
    _change(old, "run.json", started="2020-01-01T00:00:00Z", finished="2020-01-01T00:00:01Z")
    result = kmeans("runs", "clean", "--older-than", "30d", "--status", "completed, failed", "--yes", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["removed"], [Path(each["run"]).name for each in document["runs"]]) == (True, [old.name])
    assert (old.exists(), run.exists()) == (False, True)
    assert kmeans("runs", "clean", "--older-than", "30d", "--yes").stdout == "nothing was removed\n"


@pytest.mark.parametrize(
    "arguments", [(), ("--status", "running"), ("--status", ""), ("--older-than", "soon"), ("--older-than", "")]
)
def test_clean_refuses_nonsense(run: Path, arguments: tuple[str, ...]) -> None:
    """No condition, one that cannot be, or an age that is none: exit 2, and nothing goes."""
    assert kmeans("runs", "clean", "--yes", *arguments).exit_code == 2
    assert run.exists()
