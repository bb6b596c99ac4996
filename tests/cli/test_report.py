"""``kmeans report`` and ``kmeans runs compare`` from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from kmeans_cli.tables.registry import TABLES
from tests.cli.calls import kmeans


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    for k in ("2", "3"):
        result = kmeans(
            "fit", "--k", k, "--set", "data.per_class=5", "--no-figures", "--runs", str(folder), "--name", f"k{k}"
        )
        assert result.exit_code == 0, result.stderr
    return folder


def _run(runs_dir: Path, name: str) -> str:
    return next(path.name for path in runs_dir.glob(f"*-{name}-*"))


def test_report_prints_a_table(runs_dir: Path) -> None:
    """Several runs, Markdown by default, nothing but the table on stdout."""
    result = kmeans("report", _run(runs_dir, "k2"), _run(runs_dir, "k3"), "--runs", str(runs_dir))
    assert result.exit_code == 0
    assert result.stdout.startswith("**digits: all fits**\n\n|")
    assert [line.split("|")[1].strip() for line in result.stdout.splitlines()[4:6]] == ["2", "3"]


def test_report_writes_a_file(runs_dir: Path, tmp_path: Path) -> None:
    """With --out the table is in the file and stdout is empty."""
    out = tmp_path / "table.tex"
    result = kmeans("report", "latest", "--runs", str(runs_dir), "--format", "latex", "--out", str(out))
    assert (result.exit_code, result.stdout) == (0, "")
    assert out.read_text(encoding="utf-8").startswith(r"\begin{table}")


def test_report_names_its_tables() -> None:
    """The help lists every table with what it shows."""
    text = kmeans("report", "--help").stdout
    assert all(f"{name}: " in text for name in TABLES)


@pytest.mark.parametrize(
    ("args", "code", "line"),
    [
        (["latest", "--table", "start"], 2, "did you mean 'starts'?"),
        (["latest", "--format", "html"], 2, "allowed: md, csv, latex"),
        (["latest", "--table", "restarts"], 2, "finds nothing in latest"),
        (["nothing"], 3, "'nothing' is no run"),
        ([], 2, "RUN"),
    ],
)
def test_report_refuses_in_one_line(runs_dir: Path, args: list[str], code: int, line: str) -> None:
    """A wrong name or run is an error of its kind, in one line."""
    result = kmeans("report", *args, "--runs", str(runs_dir))
    assert result.exit_code == code
    assert line in result.stderr
    assert result.stderr.count("\n") == 1


def test_compare_says_what_differs(runs_dir: Path) -> None:
    """Settings and numbers that differ, then a sentence; exit 0."""
    result = kmeans("runs", "compare", _run(runs_dir, "k2"), _run(runs_dir, "k3"), "--runs", str(runs_dir))
    assert result.exit_code == 0
    assert "kmeans.n_clusters" in result.stdout
    assert "train.accuracy" in result.stdout
    assert result.stdout.splitlines()[-1].startswith("1 setting and ")


def test_compare_of_a_run_with_itself(runs_dir: Path) -> None:
    """Nothing differs, and that is said."""
    run = _run(runs_dir, "k2")
    result = kmeans("runs", "compare", run, run, "--runs", str(runs_dir))
    assert result.stdout == f"A: {run}\nB: {run}\nThe same settings and the same numbers.\n"
