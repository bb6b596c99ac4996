"""``kmeans rerun`` as a function, on a run of every command."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.commands.animate import FilmParams, animate_config
from kmeans_cli.commands.compress_image import compress_image
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.image_plan import ImageOutput
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.multi_init import multi_init
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.predict import Question, predict
from kmeans_cli.commands.rerun import Repetition, Verdict, find_repeatable, rerun
from kmeans_cli.commands.sweep_k import sweep_k
from kmeans_cli.config import Override, build
from kmeans_cli.errors import FitError, Interrupted
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Stage, silent
from kmeans_cli.runs import load_run, open_run
from kmeans_cli.runs.deviation import Deviation
from tests.images.pictures import ramp

_PLAIN = {"figures": {"enabled": False}, "executor": {"jobs": 1}}
_BLOBS = {"data": {"name": "blobs"}, "kmeans": {"n_clusters": 3}}
_FAILING = {
    "data": {"name": "blobs"},
    "sweep": {"k": "1,100", "rules": []},
    "kmeans": {"init": "uniform", "empty": "error"},
}


def _predict(doing: dict[str, Any], source: str, file: Path) -> Any:
    return predict(Question(source, [file]), **doing)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A run of each command, by its name."""
    place = tmp_path_factory.mktemp("made")
    doing = {"where": RunPlace(place / "runs"), "progress": silent, "should_stop": Interruption()}
    options, no_switch = ManyOptions(), ImageOutput()
    Image.fromarray(ramp()).save(place / "photo.png")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8) + np.arange(8, dtype=np.uint8)[:, None]).save(place / "tiny.png")
    (place / "rows.csv").write_text("1,2\n3,4\n")
    photo, tiny = ({"image": {"paths": [str(place / name)]}, "sweep": {"k": 4}} for name in ("photo.png", "tiny.png"))
    dithered = {**photo, "image": {**photo["image"], "dither": "floyd-steinberg", "masks": True}}
    blobs = fit(build(_PLAIN | _BLOBS), **doing).run_dir
    given = {"data": _BLOBS["data"], "kmeans": {"n_clusters": 3, "init": {"run": str(blobs)}}}
    minibatch = {"kmeans": {"algorithm": "minibatch", "n_init": 2}, "data": {"limit": 500}}
    found = {
        "fit": blobs,
        "given start": fit(build(_PLAIN | given), **doing).run_dir,
        "minibatch": fit(build(_PLAIN | minibatch), **doing).run_dir,
        "animate": animate_config(build(_BLOBS), FilmParams(width=200, frames=2), **doing).run_dir,
        "sweep-k": sweep_k(build(_PLAIN | _BLOBS | {"sweep": {"k": "1..3"}}), options=options, **doing).run_dir,
        "some failed": sweep_k(build(_PLAIN | _FAILING), options=options, **doing).run_dir,
        "multi-init": multi_init(
            build(_PLAIN | _BLOBS | {"sweep": {"k": None}, "kmeans": {"n_init": 3}}), options=options, **doing
        ).run_dir,
        "compress-image": compress_image(build(_PLAIN | dithered), options=options, output=no_switch, **doing).run_dir,
        "predict": _predict(doing, str(blobs), place / "rows.csv").run_dir,
    }
    refused = doing | {"where": RunPlace(place / "runs", ("kmeans", "--skip-if-larger"))}
    report = compress_image(build(_PLAIN | tiny), options=options, output=ImageOutput(skip_if_larger=True), **refused)
    return found | {"refused": report.run_dir}


def _rerun(folders: Iterable[Path], *settings: Override, progress: Any = silent) -> tuple[Repetition, ...]:
    found = [load_run(folder) for folder in folders]
    return rerun(found, settings, where=RunPlace(Path("nowhere")), progress=progress, should_stop=Interruption())


def _state(folder: Path) -> dict[Path, int]:
    return {path: path.lstat().st_mtime_ns for path in (folder, *folder.rglob("*"))}


def test_every_kind_of_run_is_the_same_again(
    runs: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Identical, from another working directory, with other jobs; nothing else is touched."""
    monkeypatch.chdir(tmp_path)
    place = runs["fit"].parent
    before, temporary = _state(place), set(Path(os.environ.get("TMPDIR", "/tmp")).glob("kmeans-rerun-*"))
    events: list[Any] = []
    found = _rerun(runs.values(), Override("executor.jobs", 2, "--jobs"), progress=events.append)
    assert {name: each.verdict for name, each in zip(runs, found, strict=True)} == dict.fromkeys(
        runs, Verdict.IDENTICAL
    ), [(each.reason, each.deviations) for each in found]
    assert all(each.n_files for each in found)
    assert [change.key for change in found[0].changed] == ["versions.threads"]
    assert _state(place) == before
    assert set(Path(os.environ.get("TMPDIR", "/tmp")).glob("kmeans-rerun-*")) == temporary
    assert Stage(f"repeating run 2 of {len(runs)}: {runs['given start'].name}") in events


def test_all_completed_runs_of_a_folder(runs: dict[str, Path]) -> None:
    """The oldest first; what did not complete is left out."""
    place = runs["fit"].parent
    with pytest.raises(FitError), open_run(place, "fit", "failed", record={}):
        raise FitError("no luck")
    found = find_repeatable(place)
    assert {run.path for run in found} >= set(runs.values())
    assert found[0].path == runs["fit"]
    assert all(run.record["status"] == "completed" for run in found)


def _copy(run: Path, folder: Path) -> Path:
    return Path(shutil.copytree(run, folder / run.name))


def _change(path: Path, **changes: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_differing_numbers_are_named_after_what_changed(runs: dict[str, Path], tmp_path: Path) -> None:
    """The versions, CPU and data that are others, and each number with how far it is off."""
    run = _copy(runs["fit"], tmp_path)
    record, metrics = (json.loads((run / name).read_text()) for name in ("run.json", "metrics.json"))
    versions = record["versions"] | {"numpy": "1.0"}
    _change(run / "run.json", versions=versions, cpu="old", dataset=record["dataset"] | {"sha256": "x"})
    _change(run / "metrics.json", inertia=metrics["inertia"] + 0.5)
    (found,) = _rerun([run])
    assert found.verdict is Verdict.DIFFERS
    assert {change.key for change in found.changed} == {"versions.numpy", "cpu", "dataset.sha256"}
    inertia = metrics["inertia"]
    assert found.deviations == (Deviation("metrics.json", "inertia", 1, inertia + 0.5, inertia, pytest.approx(0.5)),)


def test_a_repetition_that_fails_differs(runs: dict[str, Path], tmp_path: Path) -> None:
    """It completed once, so failing is another result."""
    run = _copy(runs["fit"], tmp_path)
    config = (run / "config.yaml").read_text().replace("empty: farthest", "empty: error")
    config = config.replace("n_clusters: 3", "n_clusters: 150").replace("init: k-means++", "init: uniform")
    (run / "config.yaml").write_text(config)
    (found,) = _rerun([run])
    assert found.verdict is Verdict.DIFFERS
    (deviation,) = found.deviations
    assert (deviation.file, deviation.before) == ("run.json", "completed")
    assert str(deviation.now).startswith("failed: ")


@pytest.mark.parametrize(
    ("kind", "spoil", "words"),
    [
        ("fit", lambda run: _change(run / "run.json", status="failed"), "did not complete, its status is 'failed'"),
        ("fit", lambda run: _change(run / "run.json", command="dance"), "'dance' is no command that can be repeated"),
        ("fit", lambda run: _change(run / "run.json", command=["fit"]), "is no command that can be repeated"),
        ("fit", lambda run: (run / "config.yaml").write_text("sede: 1"), "'sede' is no key"),
        ("fit", lambda run: (run / "config.yaml").write_text("data: {path: /nowhere.npy}"), "/nowhere.npy"),
        ("fit", lambda run: (run / "metrics.json").write_text("[]"), "must hold keys and values"),
        ("fit", lambda run: (run / "model.npz").write_bytes(b"PK"), "model.npz"),
        ("predict", lambda run: _change(run / "run.json", inputs=None), "an older version made it"),
        ("predict", lambda run: _change(run / "run.json", inputs=["/nowhere.csv"]), "/nowhere.csv"),
        ("predict", lambda run: _change(run / "metrics.json", run="/nowhere"), "'/nowhere' is no run"),
        (
            "compress-image",
            lambda run: (run / "config.yaml").write_text("image: {paths: ['-']}"),
            "had a picture from standard input",
        ),
    ],
)
def test_what_cannot_be_repeated_says_why(
    runs: dict[str, Path], tmp_path: Path, kind: str, spoil: Any, words: str
) -> None:
    """Missing data, another version's config, a damaged folder: a reason, and the others go on."""
    run = _copy(runs[kind], tmp_path)
    spoil(run)
    spoilt, good = _rerun([run, runs["fit"]])
    assert (spoilt.verdict, good.verdict) == (Verdict.NOT_REPEATED, Verdict.IDENTICAL)
    assert words in str(spoilt.reason)


def test_a_signal_ends_it(runs: dict[str, Path]) -> None:
    """An interrupted repetition has no verdict."""
    stop = Interruption()
    stop.reason = "stopped by SIGINT"
    with pytest.raises(Interrupted, match="SIGINT"):
        rerun([load_run(runs["fit"])], (), where=RunPlace(), progress=silent, should_stop=stop)
