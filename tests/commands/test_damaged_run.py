"""A completed run that was damaged afterwards, and is resumed or asked for again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from kmeans_cli.commands.compress_image import compress_image
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.image_plan import ImageOutput
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.sweep_k import sweep_k
from kmeans_cli.config import build
from kmeans_cli.errors import PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import silent
from kmeans_cli.runs import load_run
from tests.images.pictures import ramp
from tests.same_run import comparable

_PLAIN = {"figures": {"enabled": False}, "executor": {"jobs": 1}, "data": {"name": "digits", "limit": 200}}
_SWEEP = build(_PLAIN | {"sweep": {"k": "2,3"}})


def _doing(runs: Path) -> dict[str, Any]:
    return {"where": RunPlace(runs), "progress": silent, "should_stop": Interruption()}


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _empty(path: Path) -> None:
    path.write_text("{}")


@pytest.mark.parametrize("damage", [Path.unlink, _cut, _empty], ids=["missing", "cut", "{}"])
@pytest.mark.parametrize("name", ["fits.csv", "history.csv", "metrics.json", "model.npz", "models/k3.npz"])
def test_a_damaged_sweep_is_made_whole(name: str, damage: Any, tmp_path: Path) -> None:
    """--resume makes everything again from the fits, which are there; the files are what they were."""
    run = sweep_k(_SWEEP, options=ManyOptions(), **_doing(tmp_path)).run_dir
    before = comparable(run)
    damage(run / name)
    again = sweep_k(_SWEEP, options=ManyOptions(resume=load_run(run)), **_doing(tmp_path))
    assert again.run_dir == run
    assert comparable(run) == before


@pytest.mark.parametrize(
    ("name", "damage"), [("images/photo-k2.png", _cut), ("labels/photo-k2.npy", Path.unlink)], ids=["cut", "missing"]
)
def test_damaged_pictures_are_made_whole(name: str, damage: Any, tmp_path: Path) -> None:
    """--resume makes every result again; the files are what they were."""
    Image.fromarray(ramp()).save(tmp_path / "photo.png")
    picture = {"image": {"paths": [str(tmp_path / "photo.png")]}, "sweep": {"k": "2,3"}}
    config, doing = build(_PLAIN | picture), {"output": ImageOutput()} | _doing(tmp_path)
    run = compress_image(config, options=ManyOptions(), **doing).run_dir
    before = comparable(run)
    damage(run / name)
    again = compress_image(config, options=ManyOptions(resume=load_run(run)), **doing)
    assert again.run_dir == run
    assert comparable(run) == before


def test_a_cut_fit_is_done_again_once_its_record_is_removed(tmp_path: Path) -> None:
    """Nothing is thrown away unasked: --resume says what to remove, and then does that fit again."""
    run = sweep_k(_SWEEP, options=ManyOptions(), **_doing(tmp_path)).run_dir
    before = comparable(run)
    _cut(run / "fits/0001.npz")
    with pytest.raises(PlaceError, match=r"0001\.npz: .*without its \.json in fits, --resume does this fit again"):
        sweep_k(_SWEEP, options=ManyOptions(resume=load_run(run)), **_doing(tmp_path))
    (run / "fits/0001.json").unlink()
    sweep_k(_SWEEP, options=ManyOptions(resume=load_run(run)), **_doing(tmp_path))
    assert comparable(run) == before


@pytest.mark.parametrize(
    ("name", "damage"), [("centroids.csv", Path.unlink), ("metrics.json", _empty)], ids=["missing", "{}"]
)
def test_a_damaged_run_is_not_used_again(name: str, damage: Any, tmp_path: Path) -> None:
    """--reuse takes whole runs only."""
    run = sweep_k(_SWEEP, options=ManyOptions(), **_doing(tmp_path)).run_dir
    assert sweep_k(_SWEEP, options=ManyOptions(reuse=True), **_doing(tmp_path)).run_dir == run
    damage(run / name)
    assert sweep_k(_SWEEP, options=ManyOptions(reuse=True), **_doing(tmp_path)).run_dir != run


@pytest.mark.parametrize("name", ["history.csv", "labels.csv", "model.npz"])
def test_a_damaged_fit_says_so(name: str, tmp_path: Path) -> None:
    """Nothing is left of a single fit to make the file from: --resume says what is wrong and what to do."""
    config = build(_PLAIN)
    run = fit(config, **_doing(tmp_path)).run_dir
    _cut(run / name)
    with pytest.raises(PlaceError, match=rf"is completed, but damaged: {name}.*kmeans rerun") as caught:
        fit(config, resume=load_run(run), **_doing(tmp_path))
    assert "kmeans fit --config" in str(caught.value)
