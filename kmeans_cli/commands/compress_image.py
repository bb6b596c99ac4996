"""``kmeans compress-image``: pictures in k colours, with honest numbers."""

from __future__ import annotations

import time
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Any

from kmeans_cli import image_records, records
from kmeans_cli.commands.image_plan import NAME, ImageOutput, ImagePlan, plan_images
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_run import (
    ManyReport,
    check_not_all_failed,
    keep_outcomes,
    mark_failures,
    open_folder,
)
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged
from kmeans_cli.commands.resume import resume_offered
from kmeans_cli.compression import Originals, fitted_clusters, larger_line
from kmeans_cli.config import Config, to_tree
from kmeans_cli.crew import Team, open_team
from kmeans_cli.image_files import image_name
from kmeans_cli.image_records import StoredImage, read_images, write_failure, write_outcome
from kmeans_cli.image_work import ImageOutcome, ImageWork
from kmeans_cli.interruption import Interruption
from kmeans_cli.many import run_all
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.ranges import format_range
from kmeans_cli.runs import RunFolder, RunStatus, provenance
from kmeans_cli.runs.atomic import open_write
from kmeans_cli.runs.read import understood
from kmeans_cli.threads import open_block_map

DEFAULTS = {"sweep.k": 16, "kmeans.n_init": 4}
"""Where they differ from the config's, by dotted key."""


def compress_image(
    config: Config,
    *,
    where: RunPlace,
    options: ManyOptions,
    progress: Progress,
    should_stop: Interruption,
    output: ImageOutput,
) -> ManyReport:
    """Give every picture every number of colours, and record it.

    Raises:
        ConfigError: If the settings cannot be right; no run folder is made then.
        PlaceError: If the only picture cannot be read (no folder either), or a result not be written.
        FitError: If all of several results failed, or one under ``fail_fast``.
        Interrupted: If a signal came outside the fits.
    """
    plan = plan_images(config, where=where, options=options, output=output, progress=progress)
    if plan.done is not None:
        with understood(plan.done.path):
            return _report(plan.done.path, plan, output, plan.done.metrics, None)
    originals = _opened(plan, config, progress)
    record = _origin(config, plan, where)
    metrics = None
    with (
        should_stop.deferred(),
        open_team(plan.crew) as team,
        open_folder(NAME, _label(config, plan), record, config, where, options) as folder,
        resume_offered(NAME, folder.path),
    ):
        progress = logged(progress, folder)
        began = time.perf_counter()
        _make_pending(folder, config, originals, plan, team, options, output, progress, should_stop)
        if should_stop.reason:
            folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
        else:
            # What is gone on with is read from its folder.
            with should_stop.prompt(), understood(folder.path) if options.resume else nullcontext():
                metrics = _conclude(folder, config, plan, time.perf_counter() - began, progress)
    return _report(folder.path, plan, output, metrics, should_stop.reason)


def _opened(plan: ImagePlan, config: Config, progress: Progress) -> Originals:
    """The pictures; an only one is open, so that there is no run folder if it is no picture or has too few colours.

    Of several, one that is broken must not stop the others.
    """
    originals = Originals(plan.sources, config.image)
    if len(plan.sources) == 1:
        progress(Stage(f"{plan.sources[0].name}: finding its colours"))
        with open_block_map(config.executor.jobs) as map_blocks:
            fitted_clusters(originals.open(0, map_blocks), min(job.k for job in plan.jobs))
    return originals


def _origin(config: Config, plan: ImagePlan, where: RunPlace) -> dict[str, Any]:
    single = plan.sources[0] if len(plan.sources) == 1 else None
    data = {
        "name": single.name if single else f"{len(plan.sources)} pictures",
        "path": None if single is None or single.path is None else str(single.path),
        "shape": [len(plan.sources)],
        "sha256": plan.sha256,
    }
    tree, threads = to_tree(config), plan.crew.threads
    return provenance.collect(argv=where.argv, seed=config.seed, config=tree, dataset=data, threads=threads)


def _label(config: Config, plan: ImagePlan) -> str:
    pictures = plan.sources[0].stem if len(plan.sources) == 1 else f"{len(plan.sources)}-pictures"
    return config.name or f"{pictures}-k{format_range(list(dict.fromkeys(job.k for job in plan.jobs)))}"


def _make_pending(
    folder: RunFolder,
    config: Config,
    originals: Originals,
    plan: ImagePlan,
    team: Team,
    options: ManyOptions,
    output: ImageOutput,
    progress: Progress,
    should_stop: Interruption,
) -> None:
    """Make the results that are not there, and keep each as soon as it is."""
    said: set[str] = set()

    def keep(outcome: ImageOutcome) -> None:
        for line in (*outcome.notes, *outcome.warnings):
            if line not in said:
                progress(Warned(line))
        said.update(outcome.notes)
        write_outcome(folder, outcome)

    work = partial(ImageWork, config.image, config.figures, not output.skip_if_larger)
    outcomes = run_all(originals, plan.pending, len(plan.jobs), work, team, progress, should_stop)
    keep_outcomes(outcomes, keep, partial(write_failure, folder), fail_fast=options.fail_fast)


def _conclude(folder: RunFolder, config: Config, plan: ImagePlan, seconds: float, progress: Progress) -> dict[str, Any]:
    """Write what the results have in common, and the numbers."""
    images = _stored(folder.path, plan)
    good = [image for image in images if image.error is None]
    errors = [image.error for image in images if image.error is not None]
    check_not_all_failed(len(images), errors)
    records.write_history(folder, image_records.histories(good))
    folder.write_csv("fits.csv", image_records.FIT_COLUMNS, image_records.fit_rows(images, config.kmeans.init_name))
    began = time.perf_counter()
    view = image_records.build_curves(good)
    if config.figures.enabled:
        from kmeans_cli.plots.registry import CURVES_PLOTS

        progress(Stage("drawing figures"))
        records.write_figures(folder, CURVES_PLOTS, view, config.figures)
    metrics = {
        "n_fits": len(images),
        "n_failed": len(errors),
        "images": [image.image for image in good],
        "elbows": view.elbows,
        "failures": list(dict.fromkeys(errors)),
        "seconds": {"results": seconds, "figures": time.perf_counter() - began},
    }
    folder.write_json("metrics.json", metrics)
    mark_failures(folder, len(images), len(errors))
    return metrics


def _stored(run: Path, plan: ImagePlan) -> list[StoredImage]:
    """The results that are there, in the order of the jobs."""
    stored = read_images(run)
    return [stored[job.stem, job.k] for job in plan.jobs if (job.stem, job.k) in stored]


def _report(
    run: Path, plan: ImagePlan, output: ImageOutput, metrics: dict[str, Any] | None, interrupted: str | None
) -> ManyReport:
    images = _stored(run, plan)
    errors = tuple(image.error for image in images if image.error is not None)
    refused = tuple(larger_line(image.image) for image in images if image.error is None and not image.kept)
    image = run / image_name(plan.jobs[0].file_stem) if output.path is not None and images and images[0].kept else None
    if image is not None and output.path is not None and not output.to_stdout:
        with open_write(output.path) as file:
            file.write(image.read_bytes())
    return ManyReport(run, len(plan.jobs), len(images), errors, metrics, interrupted, refused=refused, image=image)
