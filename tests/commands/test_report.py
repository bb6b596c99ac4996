"""``kmeans report`` as a function, on real runs of the built-in digits."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.multi_init import multi_init
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.report import report
from kmeans_cli.config import build
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import silent
from kmeans_cli.tables.registry import TABLES

DIGITS = {"per_class": 20}


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of one fit and one of six: k = 4 and 3, three starts each."""
    folder = tmp_path_factory.mktemp("runs")
    one = build({"name": "one", "data": DIGITS, "kmeans": {"n_clusters": 4}, "figures": {"enabled": False}})
    fit(one, where=RunPlace(folder), progress=silent, should_stop=Interruption())
    several = build(
        {
            "name": "several",
            "data": DIGITS,
            "kmeans": {"init": "sample", "n_init": 3},
            "sweep": {"k": "4,3"},
            "figures": {"enabled": False},
            "published": {"source": "a report", "rows": [{"k": 4, "distance_sum_min": 1e6, "confused": "4–9"}]},
        }
    )
    multi_init(several, where=RunPlace(folder), options=ManyOptions(), progress=silent, should_stop=Interruption())
    return folder


def named(runs_dir: Path, name: str) -> str:
    return next(str(path) for path in runs_dir.glob(f"*-{name}-*"))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_fits_of_several_runs(runs_dir: Path) -> None:
    """One row for the run of one fit, six for the other, with the numbers of their files."""
    one, several = named(runs_dir, "one"), named(runs_dir, "several")
    found = rows(report([one, several], runs_dir=runs_dir, table="fits", format="csv"))
    assert [row["k"] for row in found] == ["4"] * 4 + ["3"] * 3
    metrics = json.loads(Path(one, "metrics.json").read_text())
    assert found[0]["J_clust"] == f"{metrics['j_clust']:.4f}"
    with Path(several, "fits.csv").open() as file:
        stored = list(csv.DictReader(file))
    assert [row["J_clust"] for row in found[1:]] == [f"{float(row['j_clust']):.4f}" for row in stored]


def test_distance_sums_are_in_raw_units(runs_dir: Path) -> None:
    """The digits were divided by 16: the smallest sum of all starts, times 16, beside the published."""
    several = named(runs_dir, "several")
    found = {row[""]: row for row in rows(report([several], runs_dir=runs_dir, table="restarts", format="csv"))}
    with Path(several, "fits.csv").open() as file:
        sums = [float(row["distance_sum"]) for row in csv.DictReader(file) if row["k"] == "4"]
    smallest = found["smallest distance sum"]
    assert smallest["k = 4, sample"] == f"{16 * min(sums):,.0f}"
    assert smallest["k = 4, published"] == "1,000,000"


def test_published_figures_from_another_config(runs_dir: Path, tmp_path: Path) -> None:
    """With ``config`` its published section is set beside the run, not the run's own."""
    config = tmp_path / "published.yaml"
    config.write_text("published: {source: another report, rows: [{k: 3, distance_sum_min: 2.0e+6}]}\n")
    text = report([named(runs_dir, "several")], runs_dir=runs_dir, table="restarts", format="md", config=config)
    assert "another report" in text
    assert "k = 3, published" in text
    assert "k = 4, published" not in text


@pytest.mark.parametrize("table", [name for name in TABLES if name != "k"])
def test_same_runs_same_bytes(runs_dir: Path, table: str, tmp_path: Path) -> None:
    """A copy of the run elsewhere gives the same text: no dates, no folders."""
    several = named(runs_dir, "several")
    copy = shutil.copytree(several, tmp_path / "20300101T000000Z-copy")
    for format in ("md", "csv", "latex"):
        texts = [report([run], runs_dir=runs_dir, table=table, format=format) for run in (several, str(copy))]
        assert texts[0] == texts[1]


def test_out_is_written(runs_dir: Path, tmp_path: Path) -> None:
    """The file has the text that is returned."""
    out = tmp_path / "fits.tex"
    text = report([named(runs_dir, "one")], runs_dir=runs_dir, table="fits", format="latex", out=out)
    assert out.read_text(encoding="utf-8") == text


def test_a_run_named_twice_counts_once(runs_dir: Path) -> None:
    """By its path and by its name: the same run."""
    one = named(runs_dir, "one")
    found = report([one, Path(one).name], runs_dir=runs_dir, table="fits", format="csv")
    assert found == report([one], runs_dir=runs_dir, table="fits", format="csv")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"command": "predict"}, "is a run of predict, which has no fits to report; name one of fit, sweep-k"),
        ({"command": "compress-image"}, "is a run of compress-image"),
        ({"status": "failed"}, "its status is 'failed'; finish it with: kmeans multi-init --resume"),
        ({"status": "interrupted", "command": "fit"}, "its status is 'interrupted'; run it again"),
    ],
)
def test_runs_without_a_result_are_refused(runs_dir: Path, tmp_path: Path, changes: dict[str, str], words: str) -> None:
    """One line that names the run and what to do instead."""
    copy = shutil.copytree(named(runs_dir, "several"), tmp_path / "20300101T000000Z-copy")
    record = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(record | changes))
    with pytest.raises(PlaceError, match=f"^{copy.name}: .*{words}"):
        report([str(copy)], runs_dir=runs_dir, table="fits", format="md")


def test_bad_requests(runs_dir: Path, tmp_path: Path) -> None:
    """Unknown names, tables for which there is nothing, missing runs and places: one line each."""
    one = named(runs_dir, "one")
    with pytest.raises(ConfigError, match=r"--table: 'fitz' is no table.*did you mean 'fits'"):
        report([one], runs_dir=runs_dir, table="fitz", format="md")
    with pytest.raises(ConfigError, match="--format: 'pdf' is no format"):
        report([one], runs_dir=runs_dir, table="fits", format="pdf")
    with pytest.raises(ConfigError, match="finds nothing in"):
        report([one], runs_dir=runs_dir, table="restarts", format="md")
    with pytest.raises(PlaceError, match="is no run"):
        report(["nowhere"], runs_dir=runs_dir, table="fits", format="md")
    with pytest.raises(PlaceError, match="cannot be written"):
        report([one], runs_dir=runs_dir, table="fits", format="md", out=tmp_path / "no" / "folder.md")
