"""A changed digit in any table, or in any number that can be computed again, is named."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kmeans_cli.checks import fits as checked_fits
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.fit_passes import fit_in_passes
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.multi_init import multi_init
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.runs_check import check
from kmeans_cli.commands.sweep_k import sweep_k
from kmeans_cli.config import Config, build
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import silent
from tests.shards import small_pieces, write_shards

_PLAIN = {"figures": {"enabled": False}, "executor": {"jobs": 1}, "data": {"name": "digits", "limit": 300}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each command with fits, one in passes, and one of six tight clouds, by name."""
    place = tmp_path_factory.mktemp("whole")
    doing: dict[str, Any] = {"where": RunPlace(place / "runs"), "progress": silent, "should_stop": Interruption()}
    several = build(_PLAIN | {"sweep": {"k": "2,3"}, "kmeans": {"n_init": 2}})
    X = np.random.default_rng(0).random((300, 4)) + np.repeat([[0], [3], [6]], 100, axis=0)
    in_passes = build(_PLAIN | {"data": {"path": str(write_shards(place / "rows", X))}, "kmeans": {"n_clusters": 4}})
    with small_pieces():
        stream = open_stream(in_passes.data)
        assert stream is not None
        passes = fit_in_passes(in_passes, stream, **doing).run_dir
    return {
        "tight": fit(_tight(place / "tight.npy"), **doing).run_dir,
        "fit": fit(build(_PLAIN | {"kmeans": {"n_clusters": 5, "n_init": 2}}), **doing).run_dir,
        "sweep-k": sweep_k(several, options=ManyOptions(), **doing).run_dir,
        "multi-init": multi_init(several, options=ManyOptions(), **doing).run_dir,
        "passes": passes,
    }


def _tight(path: Path) -> Config:
    """Settings for data whose inertia is so small a part of their dispersion that sums tell fewer digits of it."""
    rng = np.random.default_rng(1)  # of which the two inertias differ by 3e-9
    np.save(path, rng.uniform(0, 1500, (6, 2))[rng.integers(6, size=5_000)] + rng.normal(size=(5_000, 2)))
    numbers = {"evaluate": {"silhouette_samples": 0}, "kmeans": {"n_clusters": 6}}
    return build(_PLAIN | numbers | {"data": {"path": str(path)}})


def _lines(run: Path) -> list[str]:
    with small_pieces():
        (found,) = check([str(run)], run.parent, None, silent)
    return [str(each) for each in found.damage]


def _copy(whole: dict[str, Path], kind: str, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole[kind], tmp_path / whole[kind].name))


def _change_cell(path: Path, row: int, column: str, change: Callable[[str], str]) -> None:
    """Rows are counted from 1 below the head."""
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    place = header.index(column)
    rows[row - 1][place] = change(rows[row - 1][place])
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _other_digit(text: str) -> str:
    """One digit in the middle of a number, changed."""
    at = next(place for place in range(len(text) // 2, len(text)) if text[place].isdigit())
    return f"{text[:at]}{9 - int(text[at])}{text[at + 1 :]}"


@pytest.mark.parametrize("kind", ["fit", "sweep-k", "multi-init", "passes", "tight"])
def test_whole_runs_have_nothing_to_say(whole: dict[str, Path], kind: str) -> None:
    """Every number is found again."""
    assert _lines(whole[kind]) == []


@pytest.mark.parametrize(
    ("kind", "name", "row", "column"),
    [
        ("fit", "centroids.csv", 3, "x20"),
        ("fit", "centroids.csv", 3, "size"),
        ("fit", "centroids.csv", 2, "class"),
        ("passes", "centroids.csv", 2, "x1"),
        ("fit", "labels.csv", 7, "distance"),
        ("fit", "labels.csv", 7, "row"),
        ("fit", "labels.csv", 7, "class"),
        ("fit", "history.csv", 4, "j_clust"),
        ("fit", "history.csv", 4, "iteration"),
        ("sweep-k", "history.csv", 5, "centroid_shift"),
        ("sweep-k", "history.csv", 5, "n_moved"),
        ("sweep-k", "history.csv", 5, "seconds"),
        ("sweep-k", "fits.csv", 2, "seed"),
        ("sweep-k", "fits.csv", 2, "silhouette"),
        ("multi-init", "fits.csv", 3, "accuracy_train"),
    ],
)
def test_a_changed_cell_is_named(
    kind: str, name: str, row: int, column: str, whole: dict[str, Path], tmp_path: Path
) -> None:
    """The file, row and column, what is there and what it should be."""
    run = _copy(whole, kind, tmp_path)
    there: list[str] = []

    def change(text: str) -> str:
        there[:] = [text, _other_digit(text)]
        return there[1]

    _change_cell(run / name, row, column, change)
    lines = [line for line in _lines(run) if line.startswith(f"{name}: row {row}, {column}: is {there[1][:9]}")]
    assert len(lines) == 1, _lines(run)
    assert f"it should be {there[0][:9]}" in lines[0]


def test_an_inertia_in_the_history_is_held_against_its_neighbours(whole: dict[str, Path], tmp_path: Path) -> None:
    """J_clust is its mean, it never rises, and the last one is the model's."""
    run = _copy(whole, "fit", tmp_path)
    _change_cell(run / "history.csv", 2, "inertia", lambda text: repr(float(text) * 2))
    assert any(line.startswith("history.csv: row 2, j_clust: is ") for line in _lines(run))
    _change_cell(run / "history.csv", 2, "j_clust", lambda text: repr(float(text) * 2))
    assert any(line.startswith("history.csv: row 2, inertia: is ") and "at most" in line for line in _lines(run))


@pytest.mark.parametrize("name", ["history.csv", "fits.csv", "labels.csv", "centroids.csv"])
def test_a_missing_row_is_named(name: str, whole: dict[str, Path], tmp_path: Path) -> None:
    """A table that is one row short is no table of this run."""
    run = _copy(whole, "sweep-k", tmp_path)
    (run / name).write_text("".join((run / name).read_text().splitlines(keepends=True)[:-1]))
    assert any(line.startswith(f"{name}: has ") and "it should have" in line for line in _lines(run)), _lines(run)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("n_iter",), 99),
        (("silhouette", "value"), 0.5),
        (("silhouette", "n_samples"), 7),
        (("davies_bouldin",), 1.0),
        (("calinski_harabasz",), 1.0),
        (("distance_sum",), 1.0),
        (("seed",), 5),
        (("n_clusters",), 4),
        (("converged",), False),
        (("cluster_sizes", 1), 7),
        (("cluster_classes", 0), 8),
        (("train", "ari"), 0.25),
    ],
)
def test_a_changed_number_is_named(keys: tuple[Any, ...], value: Any, whole: dict[str, Path], tmp_path: Path) -> None:
    """Of ``metrics.json``: whatever data, model and settings can tell."""
    run = _copy(whole, "fit", tmp_path)
    numbers = json.loads((run / "metrics.json").read_text())
    part = numbers
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = value
    (run / "metrics.json").write_text(json.dumps(numbers))
    name = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")
    assert any(name in line for line in _lines(run)), _lines(run)


@pytest.mark.parametrize("changed", ["label", "inertia", "silhouette"])
def test_a_run_in_passes_is_measured_by_a_pass(changed: str, whole: dict[str, Path], tmp_path: Path) -> None:
    """Labels are asked for their nearest centroids, and counted; the numbers are those of the shards."""
    run = _copy(whole, "passes", tmp_path)
    numbers = json.loads((run / "metrics.json").read_text())
    if changed == "label":
        labels = np.load(run / "labels.npy")
        labels[5] = (labels[5] + 1) % 4
        np.save(run / "labels.npy", labels)
        lines = "\n".join(_lines(run))
        assert "labels.npy: labels: 1 of 300 samples are nearer to another centroid than to their own; " in lines
        assert "; sample 5 is in cluster " in lines
        assert "labels.npy: cluster " in lines
        return
    if changed == "inertia":
        numbers["inertia"] = 1.0
    else:
        numbers["silhouette"]["value"] = 0.01
    (run / "metrics.json").write_text(json.dumps(numbers))
    assert any(line.startswith(f"model.npz: the {changed}") for line in _lines(run))


@pytest.mark.parametrize(("kind", "d"), [("fit", 64), ("passes", 4)])
def test_a_model_of_other_data_tells_both_shapes(kind: str, d: int, whole: dict[str, Path], tmp_path: Path) -> None:
    """As many samples, but one feature less."""
    run = _copy(whole, kind, tmp_path)
    with np.load(run / "model.npz") as archive:
        arrays = dict(archive)
    names = [name for name in ("offset", "factor") if name in arrays]
    arrays |= {"centroids": arrays["centroids"][:, 1:]} | {name: arrays[name][1:] for name in names}
    for name in ("image_shape", "feature_names", "ink"):
        arrays.pop(name, None)
    np.savez(run / "model.npz", **arrays)
    assert f"model.npz: is of 300 × {d - 1} numbers, and the data have 300 × {d}" in _lines(run)


def test_a_model_is_that_of_the_fit_it_is_said_to_be(whole: dict[str, Path], tmp_path: Path) -> None:
    """The best of one k in the place of another start's is found."""
    run = _copy(whole, "multi-init", tmp_path)
    (run / "models/k2-k-means++.npz").write_bytes((run / "models/k2-k-means++-worst.npz").read_bytes())
    assert any(line.startswith("models/k2-k-means++.npz: is not of fit ") for line in _lines(run))


def test_a_large_silhouette_is_said_to_be_left_out(whole: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not checked is no damage, and told."""
    monkeypatch.setattr(checked_fits, "MOST_SILHOUETTE_SAMPLES", 100)
    (found,) = check([str(whole["fit"])], whole["fit"].parent, None, silent)
    (finding,) = found.findings
    assert (str(finding), finding.is_damage) == (
        "the silhouette of 300 samples was not measured again, which is done of 100 at most",
        False,
    )
