"""``kmeans sweep-k`` and ``kmeans multi-init`` from the command line to their files."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from kmeans_cli.cli.app import app
from kmeans_cli.experiment import seed_of_fit
from kmeans_cli.model import read_model
from tests.same_run import comparable

BLOBS = ("--data", "blobs", "--no-figures")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _kmeans(*args: str) -> Any:
    return CliRunner().invoke(app, list(args), prog_name="kmeans")


def _sweep(*args: str, code: int = 0) -> Path:
    """The folder of a sweep over the blobs."""
    result = _kmeans("sweep-k", *BLOBS, "--quiet", *args)
    assert result.exit_code == code, result.stderr
    return Path(result.stdout.strip())


def _rows(run: Path) -> list[dict[str, str]]:
    with (run / "fits.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def _status(run: Path) -> str:
    status: str = json.loads((run / "run.json").read_text())["status"]
    return status


def test_sweep_alone_sweeps_the_digits() -> None:
    """Without any option: k = 2 to 20 on the digits; a row for each k, a verdict of each rule, the folder."""
    result = _kmeans("sweep-k", "--no-figures")
    assert result.exit_code == 0, result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[4:23]] == [str(k) for k in range(2, 21)]
    for rule in ("elbow", "silhouette", "Caliński–Harabasz", "Davies–Bouldin"):
        assert rule in result.stdout
    assert result.stdout.splitlines()[-1].startswith("run: runs/")
    assert result.stderr.count("\n") == 19


def test_every_combination_is_a_fit() -> None:
    """k, inits and starts make a grid in that order; a start has the same seed for every k and init."""
    run = _sweep("--k", "2,4", "--init", "uniform,sample", "--n-init", "2", "--seed", "7")
    rows = _rows(run)
    grid = [(k, init, start) for k in ("2", "4") for init in ("uniform", "sample") for start in ("0", "1")]
    assert [(row["k"], row["init"], row["start"]) for row in rows] == grid
    assert [row["fit"] for row in rows] == [str(number) for number in range(8)]
    assert {(row["start"], row["seed"]) for row in rows} == {("0", "7"), ("1", str(seed_of_fit(7, 1)))}
    assert sorted(path.name for path in (run / "fits").iterdir()) == [
        f"{number:04d}.{suffix}" for number in range(8) for suffix in ("json", "npz")
    ]


def test_a_fit_of_a_sweep_is_the_fit_of_its_seed() -> None:
    """``kmeans fit`` with a fit's k, init and seed gives its numbers."""
    row = _rows(_sweep("--k", "3..5", "--n-init", "3", "--init", "sample"))[5]
    alone = _kmeans("fit", *BLOBS, "--k", row["k"], "--init", row["init"], "--seed", row["seed"], "--json")
    assert json.loads(alone.stdout)["inertia"] == float(row["inertia"])


def test_the_model_is_the_best_of_the_chosen_k() -> None:
    """model.npz is that of ``model_fit``, the best fit of the k most rules choose; models/ has the best of each k."""
    run = _sweep("--k", "2..6", "--n-init", "3")
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["chosen_k"] == 3
    assert metrics["rules"]["silhouette"]["k"] == 3
    chosen = metrics["fits"][metrics["model_fit"]]
    assert chosen["inertia"] == min(fit["inertia"] for fit in metrics["fits"] if fit["k"] == 3)
    assert read_model(run / "model.npz").cluster_sizes.tolist() == chosen["cluster_sizes"]
    assert sorted(path.name for path in (run / "models").iterdir()) == [f"k{k}.npz" for k in range(2, 7)]


def test_other_rules_conclude_again() -> None:
    """--resume of a finished run with other rules or references is that run made with them, with no fit repeated."""
    run = _sweep("--k", "2..5")
    asked = ("--set", "sweep.rules=[silhouette]", "--set", "sweep.gap_references=2")
    result = _kmeans("sweep-k", "--resume", str(run), *asked)
    assert result.exit_code == 0, result.stderr
    assert "fit 1/" not in result.stderr
    assert comparable(run) == comparable(_sweep("--k", "2..5", *asked))


def test_best_and_worst_are_of_all_inits() -> None:
    """With several inits the run's best and worst are the extremes of all starts of the first k."""
    args = ("--k", "4,3", "--init", "sample,k-means++", "--n-init", "4")
    document = json.loads(_kmeans("multi-init", *BLOBS, *args, "--json").stdout)
    run = Path(document["run_dir"])
    inertias = [float(row["inertia"]) for row in _rows(run) if row["k"] == "4"]
    assert len(inertias) == document["spread"]["n"] == 8
    assert (document["best"]["inertia"], document["worst"]["inertia"]) == (min(inertias), max(inertias))
    for which, model in (("best", "model.npz"), ("worst", "model-worst.npz")):
        sizes = document["fits"][document[which]["fit"]]["cluster_sizes"]
        assert read_model(run / model).cluster_sizes.tolist() == sizes


def test_a_limit_too_small_for_many_fits_is_refused() -> None:
    """Before a folder is made; the line says what it would take."""
    result = _kmeans("sweep-k", *BLOBS, "--memory", "1MiB")
    assert result.exit_code == 2
    assert "executor.memory: '1MiB' is too little; allowed: at least 6" in result.stderr
    assert not Path("runs").exists()


def test_tables_of_starts_have_no_empty_heads() -> None:
    """One empty line between tables, and no line of heads over facts that have none."""
    lines = _kmeans("multi-init", *BLOBS, "--k", "3,4", "--n-init", "2").stdout.splitlines()
    assert not any(first == second == "" for first, second in pairwise(lines))
    assert sum(set(line) == {" ", "─"} for line in lines) == 2


@pytest.mark.parametrize("command", ["sweep-k", "multi-init"])
def test_figures_are_drawn(command: str) -> None:
    """Both commands draw every figure that applies."""
    result = _kmeans(command, "--data", "blobs", "--k", "2..4", "--n-init", "2", "-q")
    assert result.exit_code == 0, result.stderr
    names = {path.stem for path in (Path(result.stdout.strip()) / "figures").iterdir()}
    expected = (
        {"loss-by-k", "scores-by-k"} if command == "sweep-k" else {"convergence-k2-k-means++", "agreement-k4-k-means++"}
    )
    assert expected <= names


def test_multi_init_keeps_every_start() -> None:
    """Best and worst are the extremes by inertia, and both models are there."""
    result = _kmeans("multi-init", "--no-figures", "--k", "10", "--n-init", "6", "--init", "sample", "--json")
    document = json.loads(result.stdout)
    run = Path(document["run_dir"])
    inertias = [float(row["inertia"]) for row in _rows(run)]
    assert (document["best"]["inertia"], document["worst"]["inertia"]) == (min(inertias), max(inertias))
    assert document["spread"]["inertia"]["mean"] == pytest.approx(np.mean(inertias))
    assert document["spread"]["inertia"]["sd"] == pytest.approx(np.std(inertias, ddof=1))
    nearest = document["best"]["nearest"]
    assert nearest["right"] == sum(right for right, _ in nearest["per_cluster"])
    assert nearest["shown"] == 100
    assert not np.array_equal(read_model(run / "model.npz").labels, read_model(run / "model-worst.npz").labels)


def test_multi_init_alone_takes_the_config_s_k_and_thirty_starts() -> None:
    """Its defaults differ from the config's: kmeans.n_clusters and 30 starts; the resolved config says so."""
    result = _kmeans("multi-init", *BLOBS, "-q", "--set", "kmeans.n_clusters=3")
    rows = _rows(Path(result.stdout.strip()))
    assert (len(rows), {row["k"] for row in rows}) == (30, {"3"})
    again = _kmeans("multi-init", str(Path(result.stdout.strip()) / "config.yaml"), "--reuse", "-q")
    assert again.stdout == result.stdout


def test_several_k_have_their_own_starts() -> None:
    """--k 4,3 --n-init 3,2: three starts of 4, two of 3, a trial of each."""
    result = _kmeans("multi-init", *BLOBS, "--k", "4,3", "--n-init", "3,2", "--json")
    document = json.loads(result.stdout)
    assert [(trial["k"], trial["n_init"]) for trial in document["trials"]] == [(4, 3), (3, 2)]
    assert document["best"] == document["trials"][0]["best"]
    models = sorted(path.name for path in (Path(document["run_dir"]) / "models").iterdir())
    assert models == [f"k{k}-k-means++{end}.npz" for k in (3, 4) for end in ("-worst", "")]


def test_jobs_and_executor_change_no_byte() -> None:
    """One process or two, one thread or two: the same files but for the settings themselves."""
    args = ("--k", "3..6", "--init", "uniform,sample", "--set", "kmeans.empty=sample", "--n-init", "2")
    runs = [
        comparable(_sweep(*args, "--executor", executor, "--jobs", jobs))
        for executor, jobs in (("serial", "1"), ("serial", "2"), ("processes", "2"), ("processes", "1"))
    ]
    for run in runs:
        del run["config.yaml"]
    assert runs[0] == runs[1] == runs[2] == runs[3]


# --- failing fits


def test_failed_fits_are_recorded_and_the_rest_goes_on() -> None:
    """Some fits fail: exit 5, their errors in fits.csv, the others as ever; --retry-failed repeats only those."""
    args = ("--k", "2,40", "--init", "uniform,sample", "--set", "kmeans.empty=error")
    result = _kmeans("sweep-k", *BLOBS, *args)
    assert result.exit_code == 5
    assert "error: " in result.stderr
    run = Path(result.stdout.splitlines()[-1].removeprefix("run: "))
    failed = [row for row in _rows(run) if row["status"] == "failed"]
    assert [(row["k"], row["init"]) for row in failed] == [("2", "uniform"), ("40", "uniform")]
    assert "empty" in failed[0]["error"]
    assert _status(run) == "completed"
    before = comparable(run)
    again = _kmeans("sweep-k", "--resume", str(run), "--retry-failed")
    assert again.exit_code == 5
    assert [line.split(":")[0] for line in again.stderr.splitlines()] == ["fit 1/4", "fit 3/4", "error"]
    assert comparable(run) == before


def test_all_fits_failed_is_exit_4() -> None:
    """Nothing to conclude from: exit 4, status failed."""
    result = _kmeans("sweep-k", *BLOBS, "--k", "40,41", "--init", "uniform", "--set", "kmeans.empty=error")
    assert result.exit_code == 4
    assert "all 2 fits failed, the first: " in result.stderr
    assert _status(Path("runs/latest")) == "failed"
    result = _kmeans("sweep-k", *BLOBS, "--k", "40", "--init", "uniform", "--set", "kmeans.empty=error")
    assert "the only fit failed: " in result.stderr


def test_fail_fast_stops_at_the_first() -> None:
    """--fail-fast: exit 4, later fits are not tried; --resume does them."""
    args = ("--k", "2,3", "--init", "sample,uniform", "--set", "kmeans.empty=error", "--executor", "serial")
    result = _kmeans("sweep-k", *BLOBS, *args, "--fail-fast")
    assert result.exit_code == 4
    run = Path("runs/latest")
    assert len(list((run / "fits").glob("*.json"))) == 2
    assert _kmeans("sweep-k", "--resume", "latest").exit_code == 5
    assert [row["status"] for row in _rows(run)][:3] == ["completed", "failed", "completed"]


# --- resume, reuse, time limit


def test_a_grown_sweep_is_as_one_that_large_from_the_beginning() -> None:
    """--resume with more k, inits and starts: only the new fits are done, the files are those of the large sweep."""
    small = _sweep("--k", "4..5", "--init", "sample")
    large = ("--k", "3..6", "--init", "uniform,sample", "--n-init", "2")
    result = _kmeans("sweep-k", "--resume", str(small), *large)
    assert result.exit_code == 0, result.stderr
    assert result.stderr.count("\n") == 14
    assert comparable(small) == comparable(_sweep(*large))
    record = json.loads((small / "run.json").read_text())
    assert len(record["resumed"]) == 1
    assert record["status"] == "completed"


def test_resuming_a_finished_run_touches_nothing() -> None:
    """Nothing is left to do: exit 0, the same report, no file written."""
    run = _sweep("--k", "2..3")
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    result = _kmeans("sweep-k", "--resume", "latest", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["n_fits"] == 2
    assert {path: path.stat().st_mtime_ns for path in run.rglob("*")} == before


def test_the_time_limit_leaves_a_run_to_resume() -> None:
    """--max-time ends as interrupted (130) with what is done; --resume completes it."""
    np.save("rows.npy", np.random.default_rng(0).random((8_000, 16)))
    args = ("sweep-k", "--data", "rows.npy", "--k", "30..33", "--no-figures", "--executor", "serial")
    result = _kmeans(*args, "--max-time", "0.1s")
    assert result.exit_code == 130
    assert "interrupted: the time limit of 0.1 s was reached" in result.stderr
    run = Path(result.stdout.removeprefix("run: ").strip())
    assert _status(run) == "interrupted"
    assert not (run / "metrics.json").exists()
    assert _kmeans("sweep-k", "--resume", str(run), "--set", "kmeans.max_iter=1000").exit_code == 0
    assert _status(run) == "completed"


def test_reuse_takes_a_finished_run() -> None:
    """--reuse: same settings, data and command give the same folder; anything else a new one."""
    first = _sweep("--k", "2..3")
    assert _sweep("--k", "2..3", "--reuse", "--name", "other", "--jobs", "1") == first
    assert _sweep("--k", "2..3", "--reuse", "--seed", "1") != first
    assert _sweep("--k", "2..3") != first
    other = _kmeans("multi-init", *BLOBS, "--k", "2..3", "--n-init", "1", "--reuse", "-q").stdout.strip()
    assert "multi-init" in other


def test_reuse_does_not_take_a_run_without_the_figures() -> None:
    """A run made with --no-figures is none where figures are wanted; the other way round it is."""
    without = _sweep("--k", "2..3")
    args = ("sweep-k", "--data", "blobs", "--k", "2..3", "--reuse", "-q")
    drawn = Path(_kmeans(*args).stdout.strip())
    assert drawn != without
    assert (drawn / "figures").is_dir()
    assert Path(_kmeans(*args).stdout.strip()) == drawn
    assert Path(_kmeans(*args, "--no-figures").stdout.strip()) == drawn


def test_dry_run_needs_no_yes() -> None:
    """It does no fits, so it may count very many."""
    result = _kmeans("sweep-k", *BLOBS, "--k", "1..150", "--n-init", "100", "--dry-run", "--json")
    assert json.loads(result.stdout)["fits"] == 15_000


def test_starts_are_given_as_a_range() -> None:
    """--n-init takes the grammar of --k, and the same number twice."""
    plan = json.loads(_kmeans("multi-init", *BLOBS, "--k", "3..6", "--n-init", "2..4,4", "--dry-run", "--json").stdout)
    assert plan["fits"] == 2 + 3 + 4 + 4


def test_dry_run_says_what_is_there_already() -> None:
    """--dry-run counts fits, those there already with --resume, and names the run --reuse would take."""
    run = _sweep("--k", "2..3")
    plan = json.loads(_kmeans("sweep-k", "--resume", "latest", "--k", "2..5", "--dry-run", "--json").stdout)
    assert (plan["fits"], plan["there_already"], plan["to_do"]) == (4, 2, 2)
    plan = json.loads(_kmeans("sweep-k", *BLOBS, "--k", "2..3", "--reuse", "--dry-run", "--json").stdout)
    assert Path(plan["run"]) == run
    assert plan["to_do"] == 0
    assert len(list(Path("runs").iterdir())) == 2


# --- bad input


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
    result = _kmeans(command, *args.split())
    assert result.exit_code == 2, result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert not Path("runs").exists()


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
    run = _sweep("--k", "2..4")
    _broken(run, how)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    result = _kmeans("sweep-k", "--resume", str(run))
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
    run = _sweep("--k", "2..4")
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    result = _kmeans("sweep-k", "--resume", "latest", *args)
    assert result.exit_code == 2, result.stderr
    assert words in result.stderr
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before


def test_changed_data_are_not_resumed() -> None:
    """The file has the same name but not the same numbers: exit 3, saying so."""
    np.save("rows.npy", np.arange(40.0).reshape(20, 2))
    result = _kmeans("sweep-k", "--data", "rows.npy", "--k", "2..3", "--no-figures")
    assert result.exit_code == 0, result.stderr
    np.save("rows.npy", np.arange(42.0).reshape(21, 2))
    result = _kmeans("sweep-k", "--resume", "latest", "--k", "2..4")
    assert result.exit_code == 3
    assert "has changed since the run was started" in result.stderr


def test_a_run_of_another_command_is_not_resumed() -> None:
    """Exit 2, naming both commands."""
    _sweep("--k", "2..3")
    result = _kmeans("multi-init", "--resume", "latest")
    assert result.exit_code == 2
    assert "is a run of sweep-k, not of multi-init" in result.stderr


def test_a_run_that_is_alive_is_not_resumed() -> None:
    """Its process runs: exit 3, saying which process."""
    run = _sweep("--k", "2..3")
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {"status": "running"}))
    result = _kmeans("sweep-k", "--resume", "latest", "--k", "2..4")
    assert result.exit_code == 3
    assert f"is still being worked on, by process {record['pid']}" in result.stderr
