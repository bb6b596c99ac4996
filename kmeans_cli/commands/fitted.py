"""A run that another command goes on from."""

from __future__ import annotations

from pathlib import Path

from kmeans_cli import datasets
from kmeans_cli.config import resolve
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import PlaceError
from kmeans_cli.experiment import FitData
from kmeans_cli.progress import Progress
from kmeans_cli.runs.read import MODEL, Run, load_run
from kmeans_cli.runs.status import RunStatus
from kmeans_cli.streamed import survey_stream


def load_fitted(run: str, runs_dir: Path) -> Run:
    """A run with a model; a run of ``predict`` stands for the one it asked, so that ``latest`` can be asked again.

    Raises:
        PlaceError: There is no such run, or it failed, or it has no model (yet).
    """
    found = load_run(run, runs_dir)
    if found.record.get("command") == "predict":
        asked = found.path
        found = load_run(str(found.metrics.get("run")), runs_dir)
        if found.record.get("command") == "predict":
            raise PlaceError("asked a run that has no model itself", where=asked.name, value=found.path.name)
    if found.status is RunStatus.FAILED:
        raise PlaceError(f"failed, so it has no model: {found.record.get('error')}", where=found.path.name)
    if not (found.path / MODEL).exists():
        raise PlaceError(f"has no {MODEL}; its status is '{found.status.value}'", where=found.path.name)
    return found


def load_training_data(run: Run, data_dir: Path | None, progress: Progress) -> Dataset:
    """The data a run was fitted on, read again.

    Raises:
        ConfigError: The run's config is of another version.
        PlaceError: The data are gone, or are not what the run saw, or were read in passes.
    """
    if run.was_in_passes:
        raise PlaceError("was fitted in passes: its data are not read as a whole again", where=run.path.name)
    place = data_place(run, data_dir)
    dataset = datasets.load(resolve(run.config_file).config.data, data_dir=place, progress=progress)
    _check_same(run, dataset)
    return dataset


def load_stream(run: Run, map_blocks: MapBlocks, progress: Progress) -> FitData:
    """The data of a run that read them in passes: a draw of the samples, with the stream itself.

    Raises:
        ConfigError: The run's config is of another version.
        PlaceError: The data are gone, or are not what the run saw.
    """
    params = resolve(run.config_file).config.data
    stream = open_stream(params)
    if stream is None:
        raise PlaceError("is no .npy file and no folder of them any more", where=str(params.path))
    data = survey_stream(stream, params, map_blocks, progress)
    _check_same(run, data.dataset)
    return data


def _check_same(run: Run, dataset: Dataset) -> None:
    if dataset.sha256 != (run.record.get("dataset") or {}).get("sha256"):
        raise PlaceError(f"is not what {run.path.name} was fitted on", where=str(dataset.path or dataset.name))


def data_place(run: Run, data_dir: Path | None) -> Path | None:
    """Where a named data set is looked for first: where the user says, or else where the run found it."""
    match run.record.get("dataset"):
        case {"path": str(recorded)} if data_dir is None:
            return Path(recorded) if Path(recorded).is_dir() else Path(recorded).parent
    return data_dir
