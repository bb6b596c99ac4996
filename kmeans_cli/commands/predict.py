"""``kmeans predict``: the clusters and classes of new images and new rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.commands.fitted import load_fitted, load_training_data
from kmeans_cli.commands.inputs import Photo, is_picture, read_digit, read_rows
from kmeans_cli.commands.photo_figures import draw_photos
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, Override, dump, resolve
from kmeans_cli.core.types import Float64Array, LabelArray
from kmeans_cli.datasets import Dataset, Raw
from kmeans_cli.datasets.reading import reading
from kmeans_cli.errors import Interrupted, KMeansError
from kmeans_cli.interruption import Interruption
from kmeans_cli.model import Model
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import provenance
from kmeans_cli.runs.folder import CONFIG, RunFolder, open_run
from kmeans_cli.runs.read import Run
from kmeans_cli.runs.status import RunStatus

NAME = "predict"
N_NEAREST = 3


@dataclass(frozen=True)
class PredictReport:
    """What was predicted and where it is kept.

    Attributes:
        run_dir: The run folder.
        model_run: The run whose model was asked.
        metrics: What ``metrics.json`` holds: ``predictions`` of images, ``rows`` for each file of rows.
        interrupted: Why figures were left undrawn, or None.
    """

    run_dir: Path
    model_run: Path
    metrics: dict[str, Any]
    interrupted: str | None


@dataclass(frozen=True)
class PredictPlan:
    """What would be predicted.

    Attributes:
        model_run: The run whose model is asked.
        n_images: Pictures of a digit.
        n_rows: Rows of all tables together.
    """

    model_run: Path
    n_images: int
    n_rows: int


@dataclass(frozen=True)
class _Inputs:
    """The model and what it is asked about, read and checked."""

    source: Run
    model: Model
    photos: list[Photo]
    tables: list[Raw]

    @property
    def n_rows(self) -> int:
        return sum(len(table.X) for table in self.tables)


@dataclass(frozen=True)
class Question:
    """What a model is asked.

    Attributes:
        run: The run whose model it is: a path, a name, the beginning of one, or ``latest``.
        files: Pictures of one digit each, and files of rows (csv, npy, npz).
        raw: Only resize pictures, instead of making them like the training images.
        config_file: A config; None: that of the asked run, with ``name`` and ``figures`` as by default.
        overrides: Changes to it; what counts are ``name`` and ``figures``.
    """

    run: str
    files: Sequence[Path]
    raw: bool = False
    config_file: Path | None = None
    overrides: Sequence[Override] = ()


def predict(question: Question, *, where: RunPlace, progress: Progress, should_stop: Interruption) -> PredictReport:
    """Assign new images and rows to the clusters of a run.

    Args:
        question: Which, to those of which run.
        where: Where runs and data are.
        progress: Told what is going on.
        should_stop: Asked before each input and each figure.

    Raises:
        ConfigError: The settings cannot be right.
        PlaceError: The run has no model that fits, a file is missing or broken, a picture shows no single digit, or
            rows are not as wide as the model. No run folder is made then.
        Interrupted: A signal, or the time limit before all inputs were read.
    """
    # So that the run still names them from another working directory.
    question = replace(question, files=[path.absolute() for path in question.files])
    inputs = _read(question, where, progress, should_stop)
    source, model, photos = inputs.source, inputs.model, inputs.photos
    config = _config(question, source)
    record = _origin(question, inputs, config, where)
    with open_run(where.runs_dir, NAME, config.name or f"by-{source.path.name[-6:]}", record=record) as folder:
        folder.write_text(CONFIG, dump(config))
        metrics: dict[str, Any] = {
            "run": str(source.path),
            "predictions": [_prediction(model, photo) for photo in photos],
            "rows": _write_rows(folder, model, inputs.tables),
        }
        folder.write_json("metrics.json", metrics)
        if config.figures.enabled and photos:
            progress(Stage("drawing figures"))
            training = _training_data(source, where.data_dir, progress)
            draw_photos(folder, model, photos, metrics["predictions"], training, config.figures.format, should_stop)
        if should_stop():
            folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
    return PredictReport(folder.path, source.path, metrics, should_stop.reason)


def plan(question: Question, *, where: RunPlace, progress: Progress, should_stop: Interruption) -> PredictPlan:
    """What ``predict`` would do, after reading and checking all it is given; nothing is written."""
    inputs = _read(question, where, progress, should_stop)
    _config(question, inputs.source)
    return PredictPlan(inputs.source.path, len(inputs.photos), inputs.n_rows)


def _read(question: Question, where: RunPlace, progress: Progress, should_stop: Interruption) -> _Inputs:
    source = load_fitted(question.run, where.runs_dir)
    inputs = _Inputs(source, source.model(), [], [])
    for path in question.files:
        if should_stop():
            raise Interrupted(f"{should_stop.reason}; {path} and what follows was not read, so nothing is kept")
        progress(Stage(f"reading {path}"))
        if is_picture(path):
            inputs.photos.append(Photo(path, read_digit(path, inputs.model, source.path.name, raw=question.raw)))
        else:
            inputs.tables.append(read_rows(path, inputs.model))
    return inputs


def _config(question: Question, source: Run) -> Config:
    """The settings of a prediction; without a file those of the model's fit, but what a prediction has of its own."""
    if question.config_file is not None:
        return resolve(question.config_file, question.overrides).config
    own = Override("name", None, "default"), Override("figures", {}, "default")
    return resolve(source.config_file, [*own, *question.overrides]).config


def _prediction(model: Model, photo: Photo) -> dict[str, Any]:
    """An entry of ``predictions``.

    The margin is how much nearer the digit is to its centroid than to the nearest one of another class, as a share
    of the latter's distance: 0 is undecided, 1 certain.
    """
    distances = np.sqrt(model.squared_distances(photo.digit.values.reshape(1, -1))[0])
    order = np.argsort(distances, kind="stable")
    classes = _classes(model)
    nearest = [
        {"cluster": int(cluster), "class": classes[cluster], "distance": float(distances[cluster])}
        for cluster in order[:N_NEAREST]
    ]
    others = [distances[cluster] for cluster in order if classes[cluster] != classes[order[0]]]
    margin = float(1 - distances[order[0]] / others[0]) if others and others[0] > 0 else None
    return {"input": str(photo.path), **nearest[0], "margin": margin, "nearest": nearest}


def _write_rows(folder: RunFolder, model: Model, tables: Sequence[Raw]) -> list[dict[str, Any]]:
    """Write ``labels.csv`` of all rows, where there are any; returns a summary of each file."""
    if not tables:
        return []
    found = [(table, *model.assign(table.X)) for table in tables]
    header = ("row", "cluster", "class", "distance", "input")
    folder.write_csv("labels.csv", header, (line for each in found for line in _lines(model, *each)))
    return [
        {
            "input": str(table.path),
            "n_rows": len(labels),
            "cluster_sizes": np.bincount(labels, minlength=len(model.centroids)).tolist(),
            "mean_distance": float(np.sqrt(squared).mean()),
        }
        for table, labels, squared in found
    ]


def _lines(model: Model, table: Raw, labels: LabelArray, squared: Float64Array) -> Iterator[tuple[Any, ...]]:
    classes = _classes(model)
    names = range(len(labels)) if table.ids is None else table.ids.tolist()
    for name, label, distance in zip(names, labels.tolist(), np.sqrt(squared).tolist(), strict=True):
        yield name, label, classes[label], distance, table.path


def _classes(model: Model) -> tuple[Any, ...]:
    return model.cluster_classes or (None,) * len(model.centroids)


def _origin(question: Question, inputs: _Inputs, config: Config, where: RunPlace) -> dict[str, Any]:
    """What ``run.json`` holds besides the status."""
    record = provenance.collect(
        argv=where.argv,
        seed=config.seed,
        config={"run": inputs.source.record.get("fingerprint"), "raw": question.raw},
        dataset=_describe(question.files, len(inputs.photos) + inputs.n_rows, inputs.model),
        threads=1,
    )
    return record | {"inputs": list(map(str, question.files)), "raw": question.raw}


def _describe(files: Sequence[Path], n: int, model: Model) -> dict[str, Any]:
    """The inputs in ``run.json``; the hash is of the files as they are."""
    digest = hashlib.sha256()
    for path in files:
        with reading(path):
            digest.update(path.read_bytes())
    name = files[0].name if len(files) == 1 else f"{len(files)} files"
    return {
        "name": name,
        "path": str(files[0].absolute()),
        "shape": [n, model.centroids.shape[1]],
        "sha256": digest.hexdigest(),
    }


def _training_data(source: Run, data_dir: Path | None, progress: Progress) -> Dataset | None:
    """The training images, for the figures only: the model does without them."""
    try:
        return load_training_data(source, data_dir, progress)
    except KMeansError as error:
        progress(Warned(f"the figures lack the training images: {error}"))
        return None
