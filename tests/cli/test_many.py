"""``kmeans sweep-k`` and ``kmeans multi-init`` from the command line to their files."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.experiment import seed_of_fit
from kmeans_cli.model import read_model
from tests.cli.calls import BLOBS, kmeans, rows_of, sweep
from tests.same_run import comparable


def test_sweep_alone_sweeps_the_digits() -> None:
    """Without any option: k = 2 to 20 on the digits; a row for each k, a verdict of each rule, the folder."""
    result = kmeans("sweep-k", "--no-figures")
    assert result.exit_code == 0, result.stderr
    assert [line.split()[0] for line in result.stdout.splitlines()[4:23]] == [str(k) for k in range(2, 21)]
    for rule in ("elbow", "silhouette", "Caliński–Harabasz", "Davies–Bouldin"):
        assert rule in result.stdout
    assert result.stdout.splitlines()[-1].startswith("run: runs/")
    assert result.stderr.count("\n") == 19


def test_every_combination_is_a_fit() -> None:
    """k, inits and starts make a grid in that order; a start has the same seed for every k and init."""
    run = sweep("--k", "2,4", "--init", "uniform,sample", "--n-init", "2", "--seed", "7")
    rows = rows_of(run)
    grid = [(k, init, start) for k in ("2", "4") for init in ("uniform", "sample") for start in ("0", "1")]
    assert [(row["k"], row["init"], row["start"]) for row in rows] == grid
    assert [row["fit"] for row in rows] == [str(number) for number in range(8)]
    assert {(row["start"], row["seed"]) for row in rows} == {("0", "7"), ("1", str(seed_of_fit(7, 1)))}
    assert sorted(path.name for path in (run / "fits").iterdir()) == [
        f"{number:04d}.{suffix}" for number in range(8) for suffix in ("json", "npz")
    ]


def test_a_fit_of_a_sweep_is_the_fit_of_its_seed() -> None:
    """``kmeans fit`` with a fit's k, init and seed gives its numbers."""
    row = rows_of(sweep("--k", "3..5", "--n-init", "3", "--init", "sample"))[5]
    alone = kmeans("fit", *BLOBS, "--k", row["k"], "--init", row["init"], "--seed", row["seed"], "--json")
    assert json.loads(alone.stdout)["inertia"] == float(row["inertia"])


def test_the_model_is_the_best_of_the_chosen_k() -> None:
    """model.npz is that of ``model_fit``, the best fit of the k most rules choose; models/ has the best of each k."""
    run = sweep("--k", "2..6", "--n-init", "3")
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["chosen_k"] == 3
    assert metrics["rules"]["silhouette"]["k"] == 3
    chosen = metrics["fits"][metrics["model_fit"]]
    assert chosen["inertia"] == min(fit["inertia"] for fit in metrics["fits"] if fit["k"] == 3)
    assert read_model(run / "model.npz").cluster_sizes.tolist() == chosen["cluster_sizes"]
    assert sorted(path.name for path in (run / "models").iterdir()) == [f"k{k}.npz" for k in range(2, 7)]


def test_other_rules_conclude_again() -> None:
    """--resume of a finished run with other rules or references is that run made with them, with no fit repeated."""
    run = sweep("--k", "2..5")
    asked = ("--set", "sweep.rules=[silhouette]", "--set", "sweep.gap_references=2")
    result = kmeans("sweep-k", "--resume", str(run), *asked)
    assert result.exit_code == 0, result.stderr
    assert "fit 1/" not in result.stderr
    assert comparable(run) == comparable(sweep("--k", "2..5", *asked))


def test_best_and_worst_are_of_all_inits() -> None:
    """With several inits the run's best and worst are the extremes of all starts of the first k."""
    args = ("--k", "4,3", "--init", "sample,k-means++", "--n-init", "4")
    document = json.loads(kmeans("multi-init", *BLOBS, *args, "--json").stdout)
    run = Path(document["run_dir"])
    inertias = [float(row["inertia"]) for row in rows_of(run) if row["k"] == "4"]
    assert len(inertias) == document["spread"]["n"] == 8
    assert (document["best"]["inertia"], document["worst"]["inertia"]) == (min(inertias), max(inertias))
    for which, model in (("best", "model.npz"), ("worst", "model-worst.npz")):
        sizes = document["fits"][document[which]["fit"]]["cluster_sizes"]
        assert read_model(run / model).cluster_sizes.tolist() == sizes


def test_tables_of_starts_have_no_empty_heads() -> None:
    """One empty line between tables, and no line of heads over facts that have none."""
    lines = kmeans("multi-init", *BLOBS, "--k", "3,4", "--n-init", "2").stdout.splitlines()
    assert not any(first == second == "" for first, second in pairwise(lines))
    assert sum(set(line) == {" ", "─"} for line in lines) == 2


@pytest.mark.parametrize("command", ["sweep-k", "multi-init"])
def test_figures_are_drawn(command: str) -> None:
    """Both commands draw every figure that applies."""
    result = kmeans(command, "--data", "blobs", "--k", "2..4", "--n-init", "2", "-q")
    assert result.exit_code == 0, result.stderr
    names = {path.stem for path in (Path(result.stdout.strip()) / "figures").iterdir()}
    expected = (
        {"loss-by-k", "scores-by-k"} if command == "sweep-k" else {"convergence-k2-k-means++", "agreement-k4-k-means++"}
    )
    assert expected <= names


def test_multi_init_keeps_every_start() -> None:
    """Best and worst are the extremes by inertia, and both models are there."""
    result = kmeans("multi-init", "--no-figures", "--k", "10", "--n-init", "6", "--init", "sample", "--json")
    document = json.loads(result.stdout)
    run = Path(document["run_dir"])
    inertias = [float(row["inertia"]) for row in rows_of(run)]
    assert (document["best"]["inertia"], document["worst"]["inertia"]) == (min(inertias), max(inertias))
    assert document["spread"]["inertia"]["mean"] == pytest.approx(np.mean(inertias))
    assert document["spread"]["inertia"]["sd"] == pytest.approx(np.std(inertias, ddof=1))
    nearest = document["best"]["nearest"]
    assert nearest["right"] == sum(right for right, _ in nearest["per_cluster"])
    assert nearest["shown"] == 100
    assert not np.array_equal(read_model(run / "model.npz").labels, read_model(run / "model-worst.npz").labels)


def test_multi_init_alone_takes_the_config_s_k_and_thirty_starts() -> None:
    """Its defaults differ from the config's: kmeans.n_clusters and 30 starts; the resolved config says so."""
    result = kmeans("multi-init", *BLOBS, "-q", "--set", "kmeans.n_clusters=3")
    rows = rows_of(Path(result.stdout.strip()))
    assert (len(rows), {row["k"] for row in rows}) == (30, {"3"})
    again = kmeans("multi-init", str(Path(result.stdout.strip()) / "config.yaml"), "--reuse", "-q")
    assert again.stdout == result.stdout


def test_several_k_have_their_own_starts() -> None:
    """--k 4,3 --n-init 3,2: three starts of 4, two of 3, a trial of each."""
    result = kmeans("multi-init", *BLOBS, "--k", "4,3", "--n-init", "3,2", "--json")
    document = json.loads(result.stdout)
    assert [(trial["k"], trial["n_init"]) for trial in document["trials"]] == [(4, 3), (3, 2)]
    assert document["best"] == document["trials"][0]["best"]
    models = sorted(path.name for path in (Path(document["run_dir"]) / "models").iterdir())
    assert models == [f"k{k}-k-means++{end}.npz" for k in (3, 4) for end in ("-worst", "")]


def test_jobs_and_executor_change_no_byte() -> None:
    """One process or two, one thread or two: the same files but for the settings themselves."""
    args = ("--k", "3..6", "--init", "uniform,sample", "--set", "kmeans.empty=sample", "--n-init", "2")
    runs = [
        comparable(sweep(*args, "--executor", executor, "--jobs", jobs))
        for executor, jobs in (("serial", "1"), ("serial", "2"), ("processes", "2"), ("processes", "1"))
    ]
    for run in runs:
        del run["config.yaml"]
    assert runs[0] == runs[1] == runs[2] == runs[3]


def test_dry_run_needs_no_yes() -> None:
    """It does no fits, so it may count very many."""
    result = kmeans("sweep-k", *BLOBS, "--k", "1..150", "--n-init", "100", "--dry-run", "--json")
    assert json.loads(result.stdout)["fits"] == 15_000


def test_starts_are_given_as_a_range() -> None:
    """--n-init takes the grammar of --k, and the same number twice."""
    plan = json.loads(kmeans("multi-init", *BLOBS, "--k", "3..6", "--n-init", "2..4,4", "--dry-run", "--json").stdout)
    assert plan["fits"] == 2 + 3 + 4 + 4
