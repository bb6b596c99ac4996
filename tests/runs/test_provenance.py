"""Where a result comes from."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import kmeans_cli
from kmeans_cli.runs import collect, fingerprint
from kmeans_cli.runs.difference import Difference
from kmeans_cli.runs.encode import json_text
from kmeans_cli.runs.provenance import changes, cpu_model, versions

CONFIG = {
    "name": None,
    "seed": 0,
    "data": {"name": "digits", "path": None},
    "kmeans": {"n_clusters": 10},
    "figures": {"enabled": True},
    "executor": {"jobs": None},
}


def test_record_has_the_keys_of_the_contract() -> None:
    """What is collected can be written as JSON and names all that the contract asks for."""
    dataset = {"name": "digits", "path": None, "shape": (1797, 64), "sha256": "ab"}
    record = collect(argv=["kmeans", "fit"], seed=7, config=CONFIG, dataset=dataset, threads=2)
    keys = ["argv", "seed", "fingerprint", "pid", "pid_started", "host", "cpu", "dataset", "versions", "git"]
    assert list(record) == keys
    assert (record["pid"], record["seed"]) == (os.getpid(), 7)
    assert record["host"]
    assert record["cpu"]
    assert json.loads(json_text(record))["dataset"]["shape"] == [1797, 64]


def test_versions_name_what_computed() -> None:
    """Python, NumPy, its BLAS, this package and the others are named."""
    found = versions()
    assert found["numpy"] == np.__version__
    assert found["kmeans_cli"] == kmeans_cli.__version__
    assert found["blas"] != "unknown"
    assert found["matplotlib"]


def test_fingerprint_ignores_what_has_no_effect_on_the_numbers() -> None:
    """Label, figures and executor do not count, nor does the order of keys."""
    other = dict(reversed(CONFIG.items())) | {"name": "x", "figures": {}, "executor": {"jobs": 2}}
    assert fingerprint(other, "ab") == fingerprint(CONFIG, "ab")
    assert len(fingerprint(CONFIG, "ab")) == 64


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"kmeans": {"n_clusters": 11}}, {"data": {"name": "digits", "path": Path("/a")}}]
)
def test_fingerprint_sees_settings(change: dict[str, object]) -> None:
    """Every other setting counts."""
    assert fingerprint(CONFIG | change, "ab") != fingerprint(CONFIG, "ab")


def test_fingerprint_sees_the_data() -> None:
    """Other data are another run."""
    assert fingerprint(CONFIG, "ab") != fingerprint(CONFIG, "cd")


def test_cpu_model_has_fallbacks(tmp_path: Path) -> None:
    """The model's name is read where the system gives one; else there is at least something."""
    info = tmp_path / "cpuinfo"
    assert cpu_model(info)
    info.write_text("processor : 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: other\n")
    assert cpu_model(info) == "Fast CPU @ 3 GHz"
    info.write_text("processor : 0\n")
    assert cpu_model(info)


def test_changes_between_two_origins() -> None:
    """What may decide the numbers: data, versions, threads, CPU; the git commit where both were in a repository."""
    before = {"cpu": "a", "versions": {"numpy": "1", "threads": 2}, "dataset": {"sha256": "x"}, "git": None, "pid": 1}
    now = before | {"versions": {"numpy": "2", "threads": 2}, "git": {"commit": "c"}, "pid": 2}
    assert changes(before, now) == (Difference("versions.numpy", "1", "2"),)
    assert [each.key for each in changes(before | {"git": {"commit": "b"}}, now)] == ["versions.numpy", "git.commit"]
