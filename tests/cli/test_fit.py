"""``kmeans fit`` from the command line to its output."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from kmeans_cli.cli.app import app

CONFIGS = Path(__file__).parents[2] / "configs"


def _fit(*args: str) -> Any:
    return CliRunner().invoke(app, ["fit", "--no-figures", *args], prog_name="kmeans")


def _runs() -> list[Path]:
    folder = Path("runs")
    return [path for path in folder.iterdir() if not path.is_symlink()] if folder.exists() else []


def test_fit_alone_clusters_the_digits() -> None:
    """Without any option: the digits, a table, and the run's folder as the last line."""
    result = _fit()
    assert result.exit_code == 0, result.stderr
    assert "digits: k = 10, start k-means++, seed 0" in result.stdout
    assert "J_clust" in result.stdout
    assert result.stdout.splitlines()[-1] == f"run: {_runs()[0]}"
    assert result.stderr.startswith("fit 1/1: k 10, k-means++, J_clust ")


def test_json_is_metrics_and_run_dir() -> None:
    """--json prints metrics.json and the folder as one document."""
    result = _fit("--data", "blobs", "--k", "3", "--json")
    document = json.loads(result.stdout)
    folder = Path(document.pop("run_dir"))
    assert document == json.loads((folder / "metrics.json").read_text())
    assert document["n_clusters"] == 3


def test_a_run_is_named_by_the_stem_of_its_data() -> None:
    """The label has neither the folder nor the suffix of the file."""
    Path("plain.data.csv").write_text("1,2\n3,4\n5,7\n")
    assert "-fit-plain.data-k2-" in _fit("--data", "./plain.data.csv", "--k", "2", "-q").stdout


def test_quiet_is_the_path_only() -> None:
    """--quiet prints the folder for `$(…)` and nothing on stderr."""
    result = _fit("--data", "blobs", "--k", "3", "-q")
    assert result.stdout == f"{_runs()[0]}\n"
    assert result.stderr == ""


def test_flags_reach_the_run() -> None:
    """Every flag ends in the folder's resolved config, or where it points."""
    args = "--data blobs --k 4 --init sample --n-init 2 --algorithm lloyd --seed 7 --name mine --jobs 1"
    result = _fit(*args.split(), "--runs", "elsewhere", "--set", "kmeans.empty=split", "--json")
    document = json.loads(result.stdout)
    folder = Path(document["run_dir"])
    assert folder.parent == Path("elsewhere")
    assert "-fit-mine-" in folder.name
    shown = CliRunner().invoke(app, ["config", "show", str(folder / "config.yaml"), "--json"])
    settings = {key: each["value"] for key, each in json.loads(shown.stdout).items()}
    assert (settings["kmeans.n_clusters"], settings["kmeans.init"], settings["kmeans.n_init"]) == (4, "sample", 2)
    assert (settings["seed"], settings["name"], settings["kmeans.empty"]) == (7, "mine", "split")
    assert (settings["executor.jobs"], settings["figures.enabled"]) == (1, False)


def test_a_run_can_be_repeated_from_its_config() -> None:
    """The resolved config in the folder gives the same numbers."""
    first = json.loads(_fit("--k", "5", "--seed", "3", "--json").stdout)
    second = json.loads(_fit("--config", f"{first['run_dir']}/config.yaml", "--json").stdout)
    for document in (first, second):
        del document["run_dir"], document["seconds"]
    assert first == second


def test_dry_run_plans_and_leaves_nothing() -> None:
    """--dry-run says what would be done, and makes no folder."""
    result = _fit("--dry-run", "--k", "7", "--n-init", "3")
    assert result.exit_code == 0
    for words in ("digits", "1797", "64", "k-means++", "memory"):
        assert words in result.stdout
    plan = json.loads(_fit("--dry-run", "--k", "7", "--n-init", "3", "--json").stdout)
    assert (plan["n_samples"], plan["n_clusters"], len(plan["seeds"]), plan["run_dir"]) == (1797, 7, 3, None)
    assert "digits" in _fit("--dry-run", "--quiet").stdout
    assert _runs() == []


@pytest.mark.parametrize("name", ["digits", "blobs"])
def test_ready_configs_run(name: str) -> None:
    """The configs for built-in data run as they are."""
    assert _fit(str(CONFIGS / f"{name}.yaml")).exit_code == 0


@pytest.mark.mnist
@pytest.mark.parametrize("name", ["mnist-1000-sample", "mnist-1000-uniform", "mnist-k20"])
def test_ready_mnist_configs_run(name: str) -> None:
    """The MNIST configs run, in a small form: 20 images of each digit and no held-out ones."""
    small = ["--set", "data.per_class=20", "--set", "data.test=false"]
    result = _fit(str(CONFIGS / f"{name}.yaml"), *small, "--json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["n_clusters"] == 20


def _bad_files() -> dict[str, bytes]:
    return {
        "text.csv": b"a,b\n1,x\n2,3\n",
        "ragged.csv": b"a,b\n1,2\n3\n",
        "empty.csv": b"",
        "cut.gz": b"\x1f\x8b\x08\x00",
        "list.yaml": b"- 1\n",
        "twice.yaml": b"seed: 1\nseed: 2\n",
        "key.yaml": b"kmeans:\n  n_cluster: 3\n",
    }


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ("nope.yaml", 2, "nope.yaml: no such file"),
        ("list.yaml", 2, "allowed: a mapping"),
        ("twice.yaml", 2, "twice.yaml:2: "),
        ("key.yaml", 2, "key.yaml:2: kmeans.n_cluster: "),
        ("--k 0", 2, "--k: kmeans.n_clusters: 0 is too small"),
        ("--k 5..20", 2, "--k: kmeans.n_clusters: '5..20' is of the wrong type"),
        ("--k 2000", 2, "kmeans.n_clusters: 2000 is more than the samples there are"),
        ("--data digit", 2, "did you mean 'digits'?"),
        ("--init random", 2, "say 'sample'"),
        ("--init smaple", 2, "did you mean 'sample'?"),
        ("--algorithm loyd", 2, "did you mean 'lloyd'?"),
        ("--set kmeans.max_iter=-1", 2, "--set: kmeans.max_iter: -1 is too small"),
        ("--set kmeans.stop={rule:shift,tol:-1}", 2, "--set: "),
        ("--sed 1", 2, "--seed"),
        ("--seed -1", 2, "--seed: seed: -1 is no seed"),
        ("--max-time soon", 2, "--max-time: 'soon' is no time"),
        ("--name ../x", 2, "'../x' is no name for a run"),
        ("--data nope.csv", 3, "nope.csv"),
        ("--data text.csv", 3, "text.csv"),
        ("--data ragged.csv", 3, "ragged.csv"),
        ("--data empty.csv", 3, "empty.csv"),
        ("--data cut.gz", 3, "cut.gz"),
        ("--data objects.npz", 3, "objects.npz"),
        ("--data nan.npy", 3, "nan.npy"),
        ("--data huge.npy", 3, "huge.npy: 4 values are beyond ±1e+140"),
        ("--set kmeans.init.file=nope.npy", 3, "nope.npy"),
        ("--runs text.csv/runs", 3, "text.csv/runs"),
        ("--resume latest", 3, "latest"),
        ("--set checkpoint_seconds=-1", 2, "checkpoint_seconds: -1.0 is no interval"),
    ],
)
def test_bad_input_is_one_line_and_no_folder(args: str, code: int, words: str) -> None:
    """Whatever is wrong with flags, config or data: its exit code, one line that says what, no run folder."""
    for name, content in _bad_files().items():
        Path(name).write_bytes(content)
    np.savez("objects.npz", X=np.array([{}, None], dtype=object))
    np.save("nan.npy", np.array([[1.0, np.nan], [2.0, 3.0]]))
    np.save("huge.npy", np.full((2, 2), 1e200))
    result = _fit(*args.split())
    assert result.exit_code == code, result.stderr
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert result.stdout == ""
    assert _runs() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_keeps_what_was_reached(number: signal.Signals) -> None:
    """A fit that is told to stop ends after its iteration, records it, says so and exits with 130."""
    rows = np.random.default_rng(0).random((60_000, 32))
    np.save("rows.npy", rows)
    command = [
        sys.executable,
        "-m",
        "kmeans_cli",
        "fit",
        "--data",
        "rows.npy",
        "--k",
        "60",
        "--no-figures",
        "--verbose",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "iteration 2," in line:
            process.send_signal(number)
            break
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert f"interrupted: stopped by {number.name}; what was reached is kept; go on with: kmeans fit --resume " in err
    folder = Path(out.splitlines()[-1].removeprefix("run: "))
    assert json.loads((folder / "run.json").read_text())["status"] == "interrupted"
    assert (folder / "model.npz").exists()
    assert _fit("--resume", "latest", "--quiet").stdout == f"{folder.absolute()}\n"
    assert json.loads((folder / "run.json").read_text())["status"] == "completed"


def test_the_time_limit_ends_a_fit() -> None:
    """--max-time stops as a signal does."""
    np.save("rows.npy", np.random.default_rng(0).random((60_000, 32)))
    began = time.monotonic()
    result = _fit("--data", "rows.npy", "--k", "60", "--max-time", "0.5s", "--set", "evaluate.silhouette_samples=0")
    assert result.exit_code == 130, result.stderr
    assert "the time limit of 0.5 s was reached" in result.stderr
    assert time.monotonic() - began < 15
