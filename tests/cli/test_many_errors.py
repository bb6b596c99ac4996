"""``kmeans sweep-k`` and ``kmeans multi-init`` when fits fail or what is asked cannot be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.calls import BLOBS, kmeans, rows_of, status_of
from tests.same_run import comparable


def test_failed_fits_are_recorded_and_the_rest_goes_on() -> None:
    """Some fits fail: exit 5, their errors in fits.csv, the others as ever; --retry-failed repeats only those."""
    args = ("--k", "2,40", "--init", "uniform,sample", "--set", "kmeans.empty=error")
    result = kmeans("sweep-k", *BLOBS, *args)
    assert result.exit_code == 5
    assert "error: " in result.stderr
    run = Path(result.stdout.splitlines()[-1].removeprefix("run: "))
    failed = [row for row in rows_of(run) if row["status"] == "failed"]
    assert [(row["k"], row["init"]) for row in failed] == [("2", "uniform"), ("40", "uniform")]
    assert "empty" in failed[0]["error"]
    assert status_of(run) == "completed"
    before = comparable(run)
    again = kmeans("sweep-k", "--resume", str(run), "--retry-failed")
    assert again.exit_code == 5
    assert [line.split(":")[0] for line in again.stderr.splitlines()] == ["fit 1/4", "fit 3/4", "error"]
    assert comparable(run) == before


def test_all_fits_failed_is_exit_4() -> None:
    """Nothing to conclude from: exit 4, status failed."""
    result = kmeans("sweep-k", *BLOBS, "--k", "40,41", "--init", "uniform", "--set", "kmeans.empty=error")
    assert result.exit_code == 4
    assert "all 2 fits failed, the first: " in result.stderr
    assert status_of(Path("runs/latest")) == "failed"
    result = kmeans("sweep-k", *BLOBS, "--k", "40", "--init", "uniform", "--set", "kmeans.empty=error")
    assert "the only fit failed: " in result.stderr


def test_fail_fast_stops_at_the_first() -> None:
    """--fail-fast: exit 4, later fits are not tried; --resume does them."""
    args = ("--k", "2,3", "--init", "sample,uniform", "--set", "kmeans.empty=error", "--executor", "serial")
    result = kmeans("sweep-k", *BLOBS, *args, "--fail-fast")
    assert result.exit_code == 4
    run = Path("runs/latest")
    assert len(list((run / "fits").glob("*.json"))) == 2
    assert kmeans("sweep-k", "--resume", "latest").exit_code == 5
    assert [row["status"] for row in rows_of(run)][:3] == ["completed", "failed", "completed"]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ("--k 20..5", "--k: sweep.k: '20..5' runs backwards; allowed: 5..20"),
        ("--k 5..", "'5..' is no range"),
        ("--k 0..3", "0 is too small"),
        ("--k a..b", "'a..b' is no range"),
        ("--k ,", "',' is no range"),
        ("--set sweep.k=[]", "is empty"),
        ("--k 1..9999 --n-init 2", "19998 are very many fits: say --yes"),
        ("--k 2000", "sweep.k: 2000 is more than the samples there are"),
        ("--k 5..7 --n-init 3,4", "kmeans.n_init: [3, 4] is no number of starts for each k"),
        ("--n-init 0", "--n-init: kmeans.n_init: 0 is too small"),
        ("--n-init 3..2", "--n-init: '3..2' runs backwards; allowed: 2..3"),
        ("--n-init 2,x", "--n-init: kmeans.n_init"),
        ("--init random", "say 'sample'"),
        ("--init uniform,uniform", "names no init, or one twice"),
        ("--set kmeans.init.file=x.npy", "is one given start"),
        ("--set sweep.rules=[knee]", "'knee' is no rule for k"),
        ("--set sweep.gap_references=-1", "-1 is too few"),
        ("--executor threads", "'threads' is no executor"),
        ("--jobs 0", "0 is too few jobs"),
        ("--retry-failed", "--retry-failed: needs --resume"),
        ("--name a/b", "is no name for a run"),
    ],
)
@pytest.mark.parametrize("command", ["sweep-k", "multi-init"])
def test_bad_input_is_one_line_and_no_folder(command: str, args: str, words: str) -> None:
    """Whatever is wrong: exit 2, one line that says what, no run folder."""
    result = kmeans(command, *args.split())
    assert result.exit_code == 2, result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert not Path("runs").exists()


def test_a_limit_too_small_for_many_fits_is_refused() -> None:
    """Before a folder is made; the line says what it would take."""
    result = kmeans("sweep-k", *BLOBS, "--memory", "1MiB")
    assert result.exit_code == 2
    assert "executor.memory: '1MiB' is too little; allowed: at least 6" in result.stderr
    assert not Path("runs").exists()
