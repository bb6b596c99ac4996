"""``kmeans animate``: the iterations of a fit as a moving picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from kmeans_cli import datasets
from kmeans_cli.commands.fit import fit
from kmeans_cli.commands.fitted import load_fitted, load_training_data
from kmeans_cli.commands.passes_plan import stream_of
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config
from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.errors import ConfigError, Interrupted, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.model import Model
from kmeans_cli.pictures import write_animation
from kmeans_cli.plots.animation import FilmView, draw_film, frame_iterations
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs.atomic import open_write
from kmeans_cli.runs.read import HISTORY, Run
from kmeans_cli.video import find_ffmpeg, write_mp4

SUFFIXES = (".gif", ".png", ".mp4")
TRACE = "trace.npz"

_HOLD_SECONDS = 2.0  # the last frame


@dataclass(frozen=True)
class FilmParams:
    """How a film is made.

    Attributes:
        out: The file, its kind by its suffix: ``.gif``, ``.png`` (animated) or ``.mp4``; None: a GIF in the run.
        fps: Frames per second.
        width: Of a frame, in pixels.
        frames: At most so many frames.

    Raises:
        ConfigError: If a number is out of range or the suffix is none of these.
    """

    out: Path | None = None
    fps: float = 8.0
    width: int = 800
    frames: int = 100

    def __post_init__(self) -> None:
        """Check."""
        for name, least, most in (("fps", 0.5, 50), ("size", 200, 4000), ("frames", 2, 1000)):
            value = self.width if name == "size" else getattr(self, name)
            if not least <= value <= most:
                raise ConfigError("is out of range", where=f"--{name}", value=value, allowed=f"{least} to {most}")
        if self.out is not None and self.out.suffix.lower() not in SUFFIXES:
            raise ConfigError("is no moving picture", where="--out", value=str(self.out), allowed=SUFFIXES)


@dataclass(frozen=True)
class AnimateReport:
    """A film.

    Attributes:
        path: Its file.
        run_dir: The run it shows.
        n_frames: How many frames it has.
        n_iter: How many iterations the run has.
        size: In bytes.
    """

    path: Path
    run_dir: Path
    n_frames: int
    n_iter: int
    size: int


def animate_config(
    config: Config, film: FilmParams, *, where: RunPlace, progress: Progress, should_stop: Interruption
) -> AnimateReport:
    """Fit with ``trace: true``, then animate.

    Raises:
        ConfigError: As ``fit``; and if the data would be read in passes, or the fit be spread over a cluster.
        PlaceError: As ``fit``; and if the data can be shown neither as points nor as pictures.
        FitError: As ``fit``.
        Interrupted: If the fit was stopped.
    """
    if stream_of(config) is not None:
        problem = "is more than a film can be made of: these data would be read in passes, and a film holds them"
        raise ConfigError(problem, where="data.path", value=str(config.data.path), allowed="data that fit into memory")
    dataset = datasets.load(config.data, data_dir=where.data_dir)
    _check_drawable(dataset.X.shape[1], dataset.image_shape, dataset.name)
    _check_program(film)
    report = fit(replace(config, trace=True), where=where, progress=progress, should_stop=should_stop)
    if report.interrupted:
        raise Interrupted(f"interrupted: {report.interrupted}; what was reached is kept in {report.run_dir}")
    return animate_run(str(report.run_dir), film, where=where, progress=progress)


def animate_run(run: str, film: FilmParams, *, where: RunPlace, progress: Progress) -> AnimateReport:
    """Animate a run that kept its trace.

    Raises:
        PlaceError: There is no such run, it failed, kept no trace, can be shown neither as points nor as pictures,
            its data are gone, ffmpeg is missing, or the film cannot be written.
    """
    source = load_fitted(run, where.runs_dir)
    model = source.model()
    _check_drawable(model.centroids.shape[1], model.image_shape, source.path.name)
    _check_program(film)
    view = _view(source, model, where, progress)
    iterations = frame_iterations(len(view.trace) - 1, film.frames)
    frames = []
    for frame in draw_film(view, iterations, film.width):
        frames.append(frame)
        progress(Stage(f"drawing frame {len(frames)} of {len(iterations)}"))
    path = film.out or source.path / "figures" / "animation.gif"
    if film.out is None:
        path.parent.mkdir(exist_ok=True)
    progress(Stage(f"writing {path.name}"))
    with open_write(path) as file:
        _write(file, path.suffix.lower(), frames, film.fps)
    return AnimateReport(path, source.path, len(frames), len(view.trace) - 1, path.stat().st_size)


def _check_drawable(d: int, image_shape: tuple[int, ...] | None, name: str) -> None:
    if image_shape is None and d != 2:
        problem = f"has {d} features and is no images, so its iterations cannot be drawn"
        raise PlaceError(problem, where=name, allowed="two features, or images")


def _check_program(film: FilmParams) -> None:
    """Say that ffmpeg is missing before the fit and the drawing, not after."""
    if film.out is not None and film.out.suffix.lower() == ".mp4":
        find_ffmpeg()


def _view(source: Run, model: Model, where: RunPlace, progress: Progress) -> FilmView:
    k = len(model.centroids)
    record = source.record.get("dataset") or {}
    title = f"{record.get('name', source.path.name)}, k = {k}"
    trace = _read_trace(source, model)
    j_clust = _read_loss(source, len(trace) - 1)
    if model.image_shape is not None:
        classes = model.cluster_classes or (None,) * k
        names = tuple(f"{cluster}" if name is None else f"{name}" for cluster, name in enumerate(classes))
        return FilmView(title, trace, j_clust, image_shape=model.image_shape, names=names)
    dataset = load_training_data(source, where.data_dir, progress)
    return FilmView(title, trace, j_clust, points=dataset.X, axis_names=dataset.feature_names or ("x1", "x2"))


def _read_trace(source: Run, model: Model) -> FloatArray:
    path = source.path / TRACE
    if not path.exists():
        problem = (
            "kept no trace of its centroids; record one with `kmeans fit --set trace=true`, "
            f"or run it again by `kmeans animate {source.path / 'config.yaml'}`"
        )
        raise PlaceError(problem, where=source.path.name)
    arrays = read_npz_arrays(path, ("centroids",))
    if "centroids" not in arrays:
        raise PlaceError("holds no centroids", where=str(path))
    trace: FloatArray = arrays["centroids"]
    if trace.ndim != 3 or trace.shape[1:] != model.centroids.shape or trace.dtype.kind != "f":
        raise PlaceError("is no trace of the run's centroids", where=str(path), value=trace.shape)
    return trace


def _read_loss(source: Run, n_iter: int) -> Float64Array:
    """(n_iter,) J_clust of each iteration of the fit that the model and the trace are of."""
    history = source.history
    losses: Float64Array = history["j_clust"][history["fit"] == _number_of_model(source)].astype(np.float64)
    if len(losses) != n_iter:
        problem, expected = "has another number of iterations than the trace", f"{n_iter} of the model's fit"
        raise PlaceError(problem, where=str(source.path / HISTORY), value=len(losses), allowed=expected)
    return losses


def _number_of_model(source: Run) -> int:
    """Which fit of the run the model is of, as sweep-k, multi-init or fit tells it; −1 where none does."""
    match source.metrics:
        case {"model_fit": int(number)} | {"best": {"fit": int(number)}} | {"fit": int(number)}:
            return number
    return -1


def _write(file: BinaryIO, suffix: str, frames: Sequence[Any], fps: float) -> None:
    held = round(_HOLD_SECONDS * fps)
    if suffix == ".mp4":
        write_mp4(file, [*frames, *[frames[-1]] * held], fps)
    else:
        each = round(1000 / fps)
        times = [each] * (len(frames) - 1) + [each + round(1000 * _HOLD_SECONDS)]
        write_animation(file, frames, times, suffix.removeprefix(".").upper())
