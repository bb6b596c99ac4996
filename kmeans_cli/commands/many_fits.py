"""What ``sweep-k`` and ``multi-init`` share: all fits of a grid, in a new run or in one that is gone on with."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kmeans_cli.commands.finished import Conclusion, Finished, write_all
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_plan import ManyPlan, plan_many
from kmeans_cli.commands.many_run import (
    ManyReport,
    check_not_all_failed,
    keep_outcomes,
    mark_failures,
    open_folder,
)
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged, origin
from kmeans_cli.commands.resume import resume_offered
from kmeans_cli.config import Config
from kmeans_cli.crew import Team, open_team
from kmeans_cli.experiment import FitData
from kmeans_cli.fit_records import make_ready, read_fits, write_failure, write_outcome
from kmeans_cli.fit_work import FitWork
from kmeans_cli.interruption import Interruption
from kmeans_cli.many import run_all
from kmeans_cli.progress import Progress, Warned
from kmeans_cli.runs import RunFolder, RunStatus
from kmeans_cli.threads import open_block_map


def run_many(
    command: str,
    conclude: Callable[[Finished], Conclusion],
    config: Config,
    *,
    where: RunPlace,
    options: ManyOptions,
    progress: Progress,
    should_stop: Interruption,
) -> ManyReport:
    """Do all fits that are not done yet, then conclude.

    Raises:
        ConfigError: If the settings do not suit the data, or the run to go on with; nothing is changed then.
        PlaceError: If data or the run cannot be read, or the folder not be written.
        FitError: If all fits failed, or one under ``fail_fast``.
        Interrupted: If a signal came outside the fits.
    """
    plan = plan_many(command, config, where=where, options=options, progress=progress)
    if plan.done is not None:
        return _report(plan.done.path, plan, plan.done.metrics, None)
    label = config.name or f"{plan.dataset.name}-k{config.sweep.k or config.kmeans.n_clusters}"
    record = origin(config, plan.dataset, where, plan.crew.threads)
    with (
        should_stop.deferred(),
        open_team(plan.crew) as team,
        open_folder(command, label, record, config, where, options) as folder,
        resume_offered(command, folder.path),
    ):
        progress = logged(progress, folder)
        for note in plan.dataset.notes:
            folder.log(note)
        for warning in (*plan.dataset.warnings, *plan.crew.warnings):
            progress(Warned(warning))
        if options.resume is not None:
            make_ready(folder, plan.jobs, keep_failed=not options.retry_failed)
        with open_block_map(config.executor.jobs) as map_blocks:
            data = FitData.of(plan.dataset, map_blocks).for_many(config.evaluate, config.data.seed, map_blocks)
        began = time.perf_counter()
        _fit_pending(folder, config, data, plan, team, options, progress, should_stop)
        seconds = {"load": plan.load_seconds, "prepare": data.seconds, "fits": time.perf_counter() - began}
        metrics = None
        if should_stop.reason:
            folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
        else:
            run = Finished(folder, config, data, plan.jobs, tuple(read_fits(folder.path)), plan.crew, should_stop)
            with should_stop.prompt():
                metrics = _conclude(run, conclude, seconds, progress)
    return _report(folder.path, plan, metrics, should_stop.reason)


def _fit_pending(
    folder: RunFolder,
    config: Config,
    data: FitData,
    plan: ManyPlan,
    team: Team,
    options: ManyOptions,
    progress: Progress,
    should_stop: Interruption,
) -> None:
    """Do the fits that are not there, and keep each as soon as it is."""
    work = partial(FitWork, config.evaluate, config.data.seed)
    outcomes = run_all(data, plan.pending, len(plan.jobs), work, team, progress, should_stop)
    keep_outcomes(outcomes, partial(write_outcome, folder), partial(write_failure, folder), fail_fast=options.fail_fast)


def _conclude(
    run: Finished, conclude: Callable[[Finished], Conclusion], seconds: dict[str, float], progress: Progress
) -> dict[str, Any]:
    check_not_all_failed(len(run.fits), [fit.error for fit in run.fits if fit.error is not None])
    metrics = write_all(run, conclude, seconds, progress)
    mark_failures(run.folder, len(run.fits), metrics["n_failed"])
    return metrics


def _report(run: Path, plan: ManyPlan, metrics: dict[str, Any] | None, interrupted: str | None) -> ManyReport:
    fits = read_fits(run)
    failures = tuple(fit.error for fit in fits if fit.error is not None)
    return ManyReport(run, len(plan.jobs), len(fits), failures, metrics, interrupted, plan.dataset.name)
