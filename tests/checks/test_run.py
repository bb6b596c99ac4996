"""Run folders, whole and tampered with."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.checks.run import CheckedRun
from kmeans_cli.commands.compress_image import compress_image
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.image_plan import ImageOutput
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.multi_init import multi_init
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.runs_check import check
from kmeans_cli.commands.sweep_k import sweep_k
from kmeans_cli.config import build
from kmeans_cli.interruption import Interruption
from kmeans_cli.model import read_model
from kmeans_cli.progress import silent
from kmeans_cli.runs import RunStatus
from tests.images.pictures import ramp

_PLAIN = {"figures": {"enabled": False}, "executor": {"jobs": 1}}
_DATA = {"data": {"name": "digits", "limit": 300}}


def _doing(runs_dir: Path) -> dict[str, Any]:
    return {"where": RunPlace(runs_dir), "progress": silent, "should_stop": Interruption()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each command, by its name."""
    runs = tmp_path_factory.mktemp("whole")
    rows = np.random.default_rng(0).normal(size=(60, 2))
    np.save(runs / "rows.npy", rows)
    Image.fromarray(ramp()).save(runs / "photo.png")
    doing, options = _doing(runs / "runs"), ManyOptions()
    figures = build(_DATA | {"kmeans": {"n_clusters": 5}, "trace": True, "executor": {"jobs": 1}})
    several = _PLAIN | _DATA | {"sweep": {"k": "2,3"}, "kmeans": {"n_init": 2}}
    picture = {"image": {"paths": [str(runs / "photo.png")]}, "sweep": {"k": "2,4"}}
    return {
        "fit": fit(figures, **doing).run_dir,
        "file": fit(build(_PLAIN | {"data": {"path": str(runs / "rows.npy")}}), **doing).run_dir,
        "sweep-k": sweep_k(build(several), options=options, **doing).run_dir,
        "multi-init": multi_init(build(several), options=options, **doing).run_dir,
        "picture": compress_image(build(_PLAIN | picture), options=options, output=ImageOutput(), **doing).run_dir,
    }


def _check(folder: Path) -> CheckedRun:
    (found,) = check([str(folder)], folder.parent, None, silent)
    return found


def _change_json(path: Path, change: Callable[[Any], Any]) -> None:
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def _change_model(path: Path, change: Callable[[Any], Any]) -> None:
    model = read_model(path)
    change(model)
    with path.open("wb") as file:
        model.write(file)


@pytest.mark.parametrize("kind", ["fit", "file", "sweep-k", "multi-init", "picture"])
def test_what_a_command_wrote_is_whole(whole: dict[str, Path], kind: str) -> None:
    """A run of each command has nothing to complain about."""
    found = _check(whole[kind])
    assert (found.status, [str(each) for each in found.findings]) == (RunStatus.COMPLETED, [])


def _swap_labels(run: Path) -> None:
    def swap(model: Any) -> None:
        first, other = 0, int(np.flatnonzero(model.labels != model.labels[0])[0])
        model.labels[[first, other]] = model.labels[[other, first]]

    _change_model(run / "model.npz", swap)
    (run / "labels.csv").write_text(
        "row,cluster\n" + "".join(f"{i},{label}\n" for i, label in enumerate(read_model(run / "model.npz").labels))
    )


def _flip_label(run: Path) -> None:
    _change_model(run / "model.npz", lambda model: model.labels.__setitem__(0, (model.labels[0] + 1) % 5))


def _move_centroid(run: Path) -> None:
    _change_model(run / "model.npz", lambda model: model.centroids.__setitem__((0, 20), 0.125))


def _cut(run: Path) -> None:
    content = (run / "model.npz").read_bytes()
    (run / "model.npz").write_bytes(content[: len(content) // 2])


def _change_byte(run: Path) -> None:
    content = bytearray((run / "trace.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (run / "trace.npz").write_bytes(content)


def _cut_figure(run: Path) -> None:
    figure = run / "figures" / "centroids.png"
    figure.write_bytes(figure.read_bytes()[:3000])


def _link_out(run: Path) -> None:
    (run / "labels.csv").unlink()
    (run / "labels.csv").symlink_to("/etc/hostname")


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "two labels swapped": (_swap_labels, "model.npz: labels: 2 of 300 samples are nearer to another centroid"),
    "a label flipped": (_flip_label, "model.npz: cluster_sizes: does not count the labels"),
    "a label in the table": (
        lambda run: (run / "labels.csv").write_text((run / "labels.csv").read_text().replace("\n7,", "\n7,1")),
        "labels.csv: ",
    ),
    "a centroid moved": (_move_centroid, "model.npz: the inertia of its labels and centroids is "),
    "the inertia": (
        lambda run: _change_json(run / "metrics.json", lambda metrics: metrics.update(inertia=1.0)),
        "; metrics.json tells 1",
    ),
    "the J_clust": (
        lambda run: _change_json(run / "metrics.json", lambda metrics: metrics.update(j_clust=1.0)),
        "model.npz: the j_clust of its labels and centroids is ",
    ),
    "the accuracy": (
        lambda run: _change_json(run / "metrics.json", lambda metrics: metrics["train"].update(accuracy=0.99)),
        "model.npz: the train.accuracy of its labels and centroids is ",
    ),
    "a cut npz": (_cut, "model.npz: is broken or cut short"),
    "one byte of an npz": (_change_byte, "trace.npz: "),
    "a cut figure": (_cut_figure, "figures/centroids.png: "),
    "a newer schema": (
        lambda run: _change_json(run / "run.json", lambda record: record.update(schema=99)),
        "99 is no schema that this version reads",
    ),
    "no status": (lambda run: _change_json(run / "run.json", lambda record: record.pop("status")), "is no status"),
    "a missing file": (lambda run: (run / "centroids.csv").unlink(), "centroids.csv: is missing"),
    "no metrics": (lambda run: (run / "metrics.json").unlink(), "metrics.json: is missing"),
    "no numbers": (lambda run: (run / "metrics.json").write_text("{}"), "does not hold what fit writes"),
    "numbers that are a list": (lambda run: (run / "metrics.json").write_text("[]"), "must hold keys and values"),
    "a ragged table": (
        lambda run: (run / "history.csv").write_text("a,b\n1\n"),
        "history.csv: is no usable table",
    ),
    "an empty file": (lambda run: (run / "figures" / "x.pdf").write_text(""), "figures/x.pdf: is empty"),
    "an unknown setting": (
        lambda run: (run / "config.yaml").write_text("sede: 3\n"),
        "config.yaml: 1: sede: 'sede' is no key",
    ),
    "a link out": (_link_out, "labels.csv: is a link, which no run makes; it was not followed"),
    "an odd record": (
        lambda run: _change_json(run / "run.json", lambda record: record.update(dataset=[1], command=["fit"])),
        "run.json: command: \"['fit']\" is no command that makes runs",
    ),
    "an odd data set": (
        lambda run: _change_json(run / "run.json", lambda record: record.update(dataset=[1])),
        "does not hold what fit writes",
    ),
    "a pipe": (lambda run: os.mkfifo(run / "pipe.json"), "pipe.json: is no file that could be read"),
    "a linked folder": (lambda run: (run / "fits").symlink_to("/etc"), "fits: is a link, which no run makes"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_found(name: str, whole: dict[str, Path], tmp_path: Path) -> None:
    """Whatever was changed in a folder, the line says where; the other files of it are still looked at."""
    tamper, expected = DAMAGE[name]
    run = Path(shutil.copytree(whole["fit"], tmp_path / whole["fit"].name))
    tamper(run)
    found = _check(run)
    assert any(expected in str(each) for each in found.damage), [str(each) for each in found.findings]


def test_damage_in_a_fit_of_several(whole: dict[str, Path], tmp_path: Path) -> None:
    """Each fit is measured, and compared with what the run tells of it."""
    run = Path(shutil.copytree(whole["sweep-k"], tmp_path / whole["sweep-k"].name))
    _change_json(run / "fits/0001.json", lambda fit: fit["metrics"].update(inertia=2.0))
    (run / "fits/0002.npz").unlink()
    (run / "models/k2.npz").write_bytes((run / "models/k3.npz").read_bytes())
    (run / "models/k3.npz").unlink()
    lines = "\n".join(map(str, _check(run).damage))
    assert "fits/0002.npz: is missing" in lines
    assert "models/k3.npz: is missing" in lines
    assert "metrics.json: fits[1].inertia: is " in lines
    assert "; fits/0001.json tells 2" in lines
    assert "\nfits/0002.npz: does not exist" in lines


def test_damage_in_a_picture(whole: dict[str, Path], tmp_path: Path) -> None:
    """A pixel with another label is found by its neighbours in colour, and by the picture."""
    run = Path(shutil.copytree(whole["picture"], tmp_path / whole["picture"].name))
    (path,) = (run / "labels").glob("*-k4.npy")
    labels = np.load(path)
    labels[0, 0] = (labels[0, 0] + 1) % 4
    np.save(path, labels)
    lines = "\n".join(map(str, _check(run).damage))
    assert "labels/photo-k4.npy: 1 of " in lines
    assert "images/photo-k4.png: is not the palette in the order of the labels" in lines
    assert "labels/photo-k4.npy: the mse of " in lines


def test_a_run_that_grows_is_judged_by_its_fits(whole: dict[str, Path], tmp_path: Path) -> None:
    """Until all fits are done, metrics.json and models may be those of the smaller run, or not there."""
    run = Path(shutil.copytree(whole["sweep-k"], tmp_path / whole["sweep-k"].name))
    _change_json(run / "run.json", lambda record: record.update(status="interrupted"))
    _change_json(run / "metrics.json", lambda metrics: metrics["fits"].reverse())
    (run / "model.npz").unlink()
    assert _check(run).findings == ()
    _change_json(run / "fits/0001.json", lambda fit: fit["metrics"].update(inertia=2.0))
    assert "fits/0001.npz: the inertia" in str(_check(run).damage[0])


def test_missing_data_are_no_damage(whole: dict[str, Path], tmp_path: Path) -> None:
    """Where the data are gone or changed, that is said; what needs no data is checked all the same."""
    run = Path(shutil.copytree(whole["file"], tmp_path / whole["file"].name))
    moved = tmp_path / "rows.npy"
    config = (run / "config.yaml").read_text()
    (run / "config.yaml").write_text(config.replace(str(whole["file"].parents[1] / "rows.npy"), str(moved)))
    gone = _check(run)
    np.save(moved, np.zeros((60, 2)))
    changed = _check(run)
    for found, words in ((gone, "rows.npy: does not exist"), (changed, "rows.npy: is not what")):
        assert not found.damage
        (finding,) = found.findings
        assert str(finding).startswith("labels and inertia were not checked, for want of the data: ")
        assert words in str(finding)


@pytest.mark.parametrize(
    ("process", "status"),
    [
        ({"pid": 2**22 + 1, "pid_started": None}, RunStatus.STALE),
        ({"pid": os.getpid(), "pid_started": "another boot/1"}, RunStatus.STALE),  # the number was given out again
        ({"host": "elsewhere"}, RunStatus.RUNNING),
    ],
)
def test_stale_runs_are_shown_as_such(
    whole: dict[str, Path], tmp_path: Path, process: dict[str, Any], status: RunStatus
) -> None:
    """A run whose process is gone is stale, not damaged; of one that may be alive only the record is looked at."""
    run = Path(shutil.copytree(whole["fit"], tmp_path / whole["fit"].name))
    _change_json(run / "run.json", lambda record: record.update(status="running", **process))
    (run / "fits").mkdir()
    (run / "fits" / ".0000.json.0a1b.part").write_text("{")
    found = _check(run)
    assert (found.status, found.damage) == (status, ())
    assert ("is gone" in str(found.findings[0])) == (status is RunStatus.STALE)


def test_a_folder_without_record_is_broken(tmp_path: Path) -> None:
    """A folder that was to become a run is damaged; one that is none is left out."""
    (tmp_path / "20260101T000000Z-fit-x-aaaaaa").mkdir()
    (tmp_path / "tables").mkdir()
    (found,) = check([], tmp_path, None, silent)
    assert found.status is RunStatus.BROKEN
    assert "run.json: cannot be read" in str(found.damage[0])


def test_a_subfolder_that_cannot_be_read_is_damage(
    whole: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody could look at is not called whole, and the other runs are checked all the same."""
    for name in ("sweep-k", "fit"):
        shutil.copytree(whole[name], tmp_path / whole[name].name)
    scandir = os.scandir

    def refuse(path: str | Path) -> Any:
        if Path(path).name == "fits":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read everything
    found = {run.path.name: run.damage for run in check([], tmp_path, None, silent)}
    assert [str(finding) for finding in found[whole["sweep-k"].name]] == ["fits: cannot be read: Permission denied"]
    assert found[whole["fit"].name] == ()


def test_a_file_that_must_not_be_looked_at_is_damage(
    whole: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's no is a finding of this run, not the end of the check."""
    run = Path(shutil.copytree(whole["fit"], tmp_path / whole["fit"].name))
    is_symlink = Path.is_symlink

    def refuse(path: Path) -> bool:
        if path.name == "model.npz":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_symlink(path)

    monkeypatch.setattr(Path, "is_symlink", refuse)
    (finding,) = _check(run).damage
    assert "cannot be checked" in str(finding)
    assert "model.npz" in str(finding)


def test_links_in_a_runs_folder_are_not_followed(whole: dict[str, Path], tmp_path: Path) -> None:
    """A link to a run elsewhere is no run of this folder."""
    (tmp_path / whole["fit"].name).symlink_to(whole["fit"])
    assert check([], tmp_path, None, silent) == ()


def test_nothing_is_written(whole: dict[str, Path]) -> None:
    """A check leaves the folder as it was."""
    before = {path: path.stat().st_mtime_ns for path in whole["fit"].rglob("*")}
    _check(whole["fit"])
    assert {path: path.stat().st_mtime_ns for path in whole["fit"].rglob("*")} == before
