"""How the run of each command is done once more, from what its folder says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from kmeans_cli.commands import compress_image, fit, fit_run, image_plan, multi_init, predict, sweep_k
from kmeans_cli.commands.fit_passes import fit_in_passes
from kmeans_cli.commands.fitted import data_place
from kmeans_cli.commands.image_plan import ImageOutput
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, Override, resolve
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.errors import Interrupted, PlaceError
from kmeans_cli.images.params import STANDARD_INPUT
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress
from kmeans_cli.runs import Run, RunStatus

_NO_FIGURES = Override("figures.enabled", False, "rerun")


@dataclass(frozen=True)
class _Again:
    """A run to do again, by its own config but without figures, in another place."""

    run: Run
    config: Config
    where: RunPlace
    progress: Progress
    should_stop: Interruption


def repeat(
    run: Run, settings: Sequence[Override], where: RunPlace, progress: Progress, should_stop: Interruption
) -> Path:
    """Do a run again, without its figures.

    Args:
        run: The run.
        settings: What changes no number, such as the number of jobs.
        where: Where the new run goes, and where data are looked for.
        progress: Told what is going on.
        should_stop: Asked by the run.

    Returns:
        The new run's folder.

    Raises:
        ConfigError: The config is of another version, or does not suit the data any more.
        PlaceError: The run did not complete, its command cannot be repeated, or what it was given is gone.
        FitError: It fails this time.
        Interrupted: If a signal came.
    """
    if run.status is not RunStatus.COMPLETED:
        raise PlaceError(f"did not complete, its status is '{run.status.value}'", where=run.path.name)
    command = str(run.record.get("command"))
    if command not in _REPEAT:
        raise PlaceError("is no command that can be repeated", where=run.path.name, value=command, allowed=_REPEAT)
    config = resolve(run.config_file, [_NO_FIGURES, *settings]).config
    place = RunPlace(where.runs_dir, where.argv, data_place(run, where.data_dir))
    made, interrupted = _REPEAT[command](_Again(run, config, place, progress, should_stop))
    if interrupted is not None:
        raise Interrupted(interrupted)
    return made


_Made = tuple[Path, str | None]
"""The folder, and why the run was interrupted, if it was."""


def _fit(again: _Again) -> _Made:
    stream = open_stream(again.config.data) if again.run.was_in_passes else None
    how: dict[str, Any] = {"where": again.where, "progress": again.progress, "should_stop": again.should_stop}
    report = fit.fit(again.config, **how) if stream is None else fit_in_passes(again.config, stream, **how)
    return report.run_dir, report.interrupted


def _several(command: Callable[..., ManyReport]) -> Callable[[_Again], _Made]:
    def do(again: _Again) -> _Made:
        report = command(
            again.config,
            where=again.where,
            options=ManyOptions(yes=True),
            progress=again.progress,
            should_stop=again.should_stop,
        )
        return report.run_dir, report.interrupted

    return do


def _compress_image(again: _Again) -> _Made:
    if STANDARD_INPUT in again.config.image.paths:
        raise PlaceError("had a picture from standard input, which is gone", where=again.run.path.name)
    # The only switch that is no setting and yet decides whether a file is in the folder.
    output = ImageOutput(skip_if_larger="--skip-if-larger" in (again.run.record.get("argv") or ()))
    return _several(partial(compress_image.compress_image, output=output))(again)


def _predict(again: _Again) -> _Made:
    inputs, raw = again.run.record.get("inputs"), again.run.record.get("raw")
    if not isinstance(inputs, list) or not isinstance(raw, bool):
        raise PlaceError("does not say what it was given: an older version made it", where=again.run.path.name)
    files = [Path(str(path)) for path in inputs]
    question = predict.Question(str(again.run.metrics.get("run")), files, raw, again.run.config_file, [_NO_FIGURES])
    report = predict.predict(question, where=again.where, progress=again.progress, should_stop=again.should_stop)
    return report.run_dir, report.interrupted


_REPEAT: dict[str, Callable[[_Again], _Made]] = {
    fit_run.NAME: _fit,
    sweep_k.NAME: _several(sweep_k.sweep_k),
    multi_init.NAME: _several(multi_init.multi_init),
    image_plan.NAME: _compress_image,
    predict.NAME: _predict,
}
