"""``kmeans predict`` as a function."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.predict import PredictReport, Question, predict
from kmeans_cli.config import Override, build, resolve
from kmeans_cli.datasets import DataParams, load_raw
from kmeans_cli.errors import FitError, Interrupted, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Event, Stage, Warned, silent
from kmeans_cli.runs import load_run, open_run


def _fit(runs_dir: Path, **settings: Any) -> Path:
    config = build({"figures": {"enabled": False}, "executor": {"jobs": 1}} | settings)
    return fit(config, where=RunPlace(runs_dir), progress=silent, should_stop=Interruption()).run_dir


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fit of the digits."""
    return _fit(tmp_path_factory.mktemp("digits"), kmeans={"n_clusters": 30})


@pytest.fixture
def seven(tmp_path: Path) -> Path:
    """A photo of a 7 with a thin pen."""
    page = np.full((300, 400, 3), 225, dtype=np.uint8)
    page[80:86, 120:240] = 30
    for step in range(130):
        page[84 + step, 234 - step // 2 : 240 - step // 2] = 30
    path = tmp_path / "seven.png"
    Image.fromarray(page).save(path)
    return path


def _predict(
    run: Path,
    *files: Path,
    raw: bool = False,
    figures: bool = False,
    progress: Any = silent,
    stop: Interruption | None = None,
) -> PredictReport:
    question = Question(str(run), files, raw, overrides=[Override("figures.enabled", figures, "--set")])
    return predict(question, where=RunPlace(run.parent), progress=progress, should_stop=stop or Interruption())


def test_a_photo(digits_run: Path, seven: Path) -> None:
    """A photo gets class, cluster, distance, margin and three near clusters, and a figure of how it came about."""
    report = _predict(digits_run, seven, figures=True)
    (found,) = report.metrics["predictions"]
    assert found["class"] == 7
    assert found["input"] == str(seven)
    assert len(found["nearest"]) == 3
    assert found["nearest"][0] == {key: found[key] for key in ("cluster", "class", "distance")}
    distances = [near["distance"] for near in found["nearest"]]
    assert distances == sorted(distances)
    assert 0 < found["margin"] < 1
    assert json.loads((report.run_dir / "metrics.json").read_text()) == report.metrics
    assert (report.run_dir / "figures" / "seven.png").stat().st_size > 10_000
    assert load_run(report.run_dir).status.value == "completed"


def test_its_config_is_that_of_the_model(digits_run: Path, seven: Path) -> None:
    """Config.yaml holds the settings of the asked fit, and those of the prediction."""
    mine, theirs = (resolve(path / "config.yaml").config for path in (_predict(digits_run, seven).run_dir, digits_run))
    assert mine == theirs
    drawn = resolve(_predict(digits_run, seven, figures=True).run_dir / "config.yaml").config
    assert (drawn.kmeans, drawn.figures.enabled) == (theirs.kmeans, True)


def test_a_time_limit(digits_run: Path, seven: Path) -> None:
    """Before all inputs are read it leaves no run folder; after that the numbers are kept and figures are left out."""
    late = Interruption(1e-9)
    n_runs = len(list(digits_run.parent.iterdir()))
    with pytest.raises(Interrupted, match="time limit of 1e-09 s was reached"):
        _predict(digits_run, seven, stop=late)
    assert len(list(digits_run.parent.iterdir())) == n_runs
    stop = Interruption()

    def drawing(event: Event) -> None:
        if isinstance(event, Stage) and event.text == "drawing figures":
            stop.reason = "enough"

    report = _predict(digits_run, seven, figures=True, progress=drawing, stop=stop)
    assert report.interrupted == "enough"
    assert not (report.run_dir / "figures").exists()
    run = load_run(report.run_dir)
    assert (run.status.value, run.metrics["predictions"][0]["class"]) == ("interrupted", 7)


def test_raw_photos_are_only_resized(digits_run: Path, seven: Path) -> None:
    """With --raw the bright paper is taken for ink, as in the notebook: the distance is far larger."""
    plain, raw = (_predict(digits_run, seven, raw=raw).metrics["predictions"][0] for raw in (False, True))
    assert raw["distance"] > 1.5 * plain["distance"]


def test_photos_of_one_name_have_figures_of_two(digits_run: Path, seven: Path, tmp_path: Path) -> None:
    """Photos from two folders with the same name do not overwrite each other's figure."""
    other = tmp_path / "other" / "seven.png"
    other.parent.mkdir()
    other.write_bytes(seven.read_bytes())
    figures = _predict(digits_run, seven, other, figures=True).run_dir / "figures"
    assert sorted(path.name for path in figures.iterdir()) == ["1-seven.png", "2-seven.png"]


def test_figures_without_training_images(seven: Path, tmp_path: Path) -> None:
    """The model is enough: where the data are gone, a warning says that the figures lack them."""
    data = load_raw(DataParams())
    np.savez(tmp_path / "own.npz", x=data.X.reshape(-1, 8, 8), y=data.y)
    run = _fit(tmp_path, data={"path": str(tmp_path / "own.npz")}, kmeans={"n_clusters": 20})
    (tmp_path / "own.npz").unlink()
    said: list[Event] = []
    report = _predict(run, seven, figures=True, progress=said.append)
    assert (report.run_dir / "figures" / "seven.png").exists()
    assert [event.text for event in said if isinstance(event, Warned)] == [
        f"the figures lack the training images: {tmp_path / 'own.npz'}: does not exist"
    ]


def test_training_rows_keep_their_labels(digits_run: Path, tmp_path: Path) -> None:
    """Rows that were fitted get the very cluster and distance that the fit gave them."""
    np.save(tmp_path / "rows.npy", load_raw(DataParams()).X)
    report = _predict(digits_run, tmp_path / "rows.npy")
    with (digits_run / "labels.csv").open() as theirs, (report.run_dir / "labels.csv").open() as ours:
        expected, found = list(csv.DictReader(theirs)), list(csv.DictReader(ours))
    assert [row["cluster"] for row in found] == [row["cluster"] for row in expected]
    assert [row["class"] for row in found] == [row["class"] for row in expected]
    np.testing.assert_allclose(
        [float(row["distance"]) for row in found], [float(row["distance"]) for row in expected], rtol=1e-12
    )
    (summary,) = report.metrics["rows"]
    assert summary["n_rows"] == len(expected)
    assert summary["cluster_sizes"] == load_run(digits_run).metrics["cluster_sizes"]


def test_columns_go_by_name(tmp_path: Path) -> None:
    """A table with the model's columns in another order, and others beside, gives the same clusters."""
    rows = np.random.default_rng(0).normal([[0, 0]] * 20 + [[9, -9]] * 20)
    train, new = tmp_path / "train.csv", tmp_path / "new.csv"
    np.savetxt(train, rows, delimiter=",", header="height,weight", comments="")
    np.savetxt(
        new,
        np.column_stack([rows[:, 1], rows[:, 0], rows[:, 0]]),
        delimiter=",",
        header="weight,age,height",
        comments="",
    )
    run = _fit(tmp_path, data={"path": str(train)}, kmeans={"n_clusters": 2})
    report = _predict(run, new)
    assert report.metrics["rows"][0]["cluster_sizes"] == [20, 20]
    assert report.metrics["predictions"] == []
    np.savetxt(new, rows, delimiter=",", header="height,age", comments="")
    with pytest.raises(PlaceError, match=r"new\.csv: 'weight' is a feature of the model"):
        _predict(run, new)


def test_rows_of_another_width(digits_run: Path, tmp_path: Path) -> None:
    """Rows of another width than the model are refused, both widths said, and no folder is left."""
    np.save(tmp_path / "rows.npy", np.zeros((2, 63)))
    before = sorted(digits_run.parent.iterdir())
    with pytest.raises(PlaceError, match=r"rows\.npy: has rows of 63 values, the model's have 64"):
        _predict(digits_run, tmp_path / "rows.npy")
    assert sorted(digits_run.parent.iterdir()) == before


def test_a_blank_photo(digits_run: Path, tmp_path: Path) -> None:
    """The error names the photo."""
    Image.new("RGB", (60, 60), "white").save(tmp_path / "blank.png")
    with pytest.raises(PlaceError, match=r"blank\.png: is blank"):
        _predict(digits_run, tmp_path / "blank.png")


def test_a_failed_run(tmp_path: Path, seven: Path) -> None:
    """A run that failed is named, with why it failed."""
    with pytest.raises(FitError), open_run(tmp_path, "fit", "bad", record={}) as folder:
        raise FitError("cluster 3 is empty")
    with pytest.raises(PlaceError, match="failed, so it has no model: cluster 3 is empty"):
        _predict(folder.path, seven)


def test_a_run_without_images(tmp_path: Path, seven: Path) -> None:
    """A run on points can compare no picture."""
    run = _fit(tmp_path, data={"name": "blobs"}, kmeans={"n_clusters": 3})
    with pytest.raises(PlaceError, match="has no image shape"):
        _predict(run, seven)


@pytest.mark.parametrize(("missing", "words"), [("cluster_classes", "has no classes"), ("ink", "how ink lies")])
def test_a_model_that_lacks_something(digits_run: Path, seven: Path, tmp_path: Path, missing: str, words: str) -> None:
    """What a model lacks for naming a digit is said."""
    model = replace(load_run(digits_run).model(), **{missing: None})
    with open_run(tmp_path, "fit", "bare", record={}) as folder, folder.open_write("model.npz") as file:
        model.write(file)
    with pytest.raises(PlaceError, match=words):
        _predict(folder.path, seven)


def test_a_folder(digits_run: Path, tmp_path: Path) -> None:
    """A folder is neither a picture nor rows."""
    with pytest.raises(PlaceError, match="is a folder"):
        _predict(digits_run, tmp_path)
