"""``kmeans compress-image``: pictures in k colours, with honest numbers."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmeans_cli import image_records, records
from kmeans_cli.commands.compress_batch import Batch, ImageOutput
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.record import logged
from kmeans_cli.compression import Original, fitted_clusters, load_original
from kmeans_cli.config import Config, dump, to_tree
from kmeans_cli.core.init import INITS
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.errors import ConfigError, FitError, Interrupted, PlaceError
from kmeans_cli.images.reduced import check_dither
from kmeans_cli.images.sources import Source, find_sources, sha256
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots import CURVES_PLOTS
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.ranges import format_range
from kmeans_cli.runs import RunStatus, check_label, open_run, provenance
from kmeans_cli.sweep import starts_per_k, swept_ks
from kmeans_cli.threads import available_cores, open_block_map

NAME = "compress-image"
DEFAULTS = {"sweep.k": 16, "kmeans.n_init": 4}
"""Where they differ from the config's, by dotted key."""

MOST_COLOURS = 65_536


@dataclass(frozen=True)
class CompressReport:
    """What became of the pictures and where it is kept.

    Attributes:
        run_dir: The run folder.
        metrics: What ``metrics.json`` holds.
        failures: A line for each picture or result that failed.
        refused: A line for each result that was not kept because it is larger.
        image: The picture for standard output, or None.
        interrupted: Why the run was stopped early, or None.
    """

    run_dir: Path
    metrics: dict[str, Any]
    failures: tuple[str, ...]
    refused: tuple[str, ...]
    image: bytes | None
    interrupted: str | None


@dataclass(frozen=True)
class CompressPlan:
    """What would be done.

    Attributes:
        pictures: Names of the pictures.
        ks: Numbers of colours.
        n_fits: All fits of the run.
        threads: Threads of a fit.
    """

    pictures: tuple[str, ...]
    ks: tuple[int, ...]
    n_fits: int
    threads: int


def compress_image(
    config: Config, *, where: RunPlace, output: ImageOutput, progress: Progress, should_stop: Interruption
) -> CompressReport:
    """Give every picture every number of colours, and record it.

    Raises:
        ConfigError: If the settings cannot be right; no run folder is made then.
        PlaceError: If the only picture cannot be read (no folder either), or a result not be written.
        FitError: If all of several pictures failed.
        Interrupted: If a signal came outside of a fit, or the time was up before the first one.
    """
    sources, ks = _checked(config, output)
    threads = config.executor.jobs or available_cores()
    with open_block_map(threads) as map_blocks:
        # A single picture is read before there is a folder; of several, one that is broken must not stop the others.
        progress(Stage(f"{sources[0].name}: finding its colours"))
        ready = _opened(sources[0], ks, config, map_blocks) if len(sources) == 1 else None
        record = _origin(config, sources, where, threads)
        with open_run(where.runs_dir, NAME, _label(config, sources, ks), record=record) as folder:
            folder.write_text("config.yaml", dump(config))
            batch = Batch(config, ks, folder, output, map_blocks, logged(progress, folder), should_stop)
            began = time.perf_counter()
            batch.compress_all(sources, ready)
            metrics = _conclude(batch, config, began)
            if should_stop.reason:
                folder.mark(RunStatus.INTERRUPTED, should_stop.reason)
            elif batch.failures:
                folder.mark(RunStatus.COMPLETED, f"{len(batch.failures)} failed")
    return CompressReport(
        folder.path, metrics, tuple(batch.failures), tuple(batch.refused), batch.image, should_stop.reason
    )


def plan(config: Config, *, output: ImageOutput) -> CompressPlan:
    """What ``compress_image`` would do; pictures are looked for but not opened, and nothing is written.

    Raises:
        ConfigError: If the settings cannot be right.
        PlaceError: If a picture is missing.
    """
    sources, ks = _checked(config, output)
    for source in sources:
        source.read()
    n_fits = len(sources) * sum(starts_per_k(config.kmeans, len(ks)))
    threads = config.executor.jobs or available_cores()
    return CompressPlan(tuple(source.name for source in sources), ks, n_fits, threads)


def _checked(config: Config, output: ImageOutput) -> tuple[tuple[Source, ...], tuple[int, ...]]:
    """The pictures and numbers of colours, when nothing speaks against them."""
    if config.name is not None:
        check_label(config.name)
    ks = swept_ks(config.kmeans, config.sweep)
    if max(ks) > MOST_COLOURS:
        raise ConfigError("is too many colours", where="sweep.k", value=max(ks), allowed=f"up to {MOST_COLOURS:,}")
    check_dither(config.image, max(ks))
    starts_per_k(config.kmeans, len(ks))
    if not isinstance(config.kmeans.init, str):
        problem = "is a given start: its colours belong to one picture"
        raise ConfigError(problem, where="kmeans.init", value=config.kmeans.init, allowed=tuple(INITS))
    sources = find_sources(config.image.paths)
    _check_output(output, len(sources) * len(ks))
    return sources, ks


def _opened(source: Source, ks: Sequence[int], config: Config, map_blocks: MapBlocks) -> Original:
    original = load_original(source, config.image, map_blocks)
    fitted_clusters(original, min(ks))
    return original


def _check_output(output: ImageOutput, n_results: int) -> None:
    path = output.path
    if path is None:
        return
    if n_results > 1:
        raise ConfigError(f"holds one picture, not {n_results}", where="--out", value=str(path), allowed="one k")
    if output.to_stdout:
        return
    if path.is_dir():
        raise PlaceError("is a folder", where=str(path), allowed="the name of a file")
    if path.exists() and not output.force:
        raise PlaceError("exists already", where=str(path), allowed="another name, or --force to replace it")
    if not path.absolute().parent.is_dir():
        raise PlaceError("is in a folder that does not exist", where=str(path))


def _origin(config: Config, sources: Sequence[Source], where: RunPlace, threads: int) -> dict[str, Any]:
    single = sources[0] if len(sources) == 1 else None
    data = {
        "name": single.name if single else f"{len(sources)} pictures",
        "path": None if single is None or single.path is None else str(single.path),
        "shape": [len(sources)],
        "sha256": sha256(sources),
    }
    return provenance.collect(argv=where.argv, seed=config.seed, config=to_tree(config), dataset=data, threads=threads)


def _label(config: Config, sources: Sequence[Source], ks: tuple[int, ...]) -> str:
    pictures = sources[0].stem if len(sources) == 1 else f"{len(sources)}-pictures"
    return config.name or f"{pictures}-k{format_range(ks)}"


def _conclude(batch: Batch, config: Config, began: float) -> dict[str, Any]:
    """Write what the results have in common, and the numbers."""
    if not batch.images:
        if batch.failures:
            raise FitError(f"all {len(batch.failures)} failed, the first: {batch.failures[0]}")
        raise Interrupted(batch.should_stop.reason or "interrupted")
    records.write_history(batch.folder, batch.histories)
    seconds = {"results": time.perf_counter() - began}
    view = image_records.build_curves(batch.points)
    if config.figures.enabled:
        batch.progress(Stage("drawing figures"))
        records.write_figures(batch.folder, CURVES_PLOTS, view, config.figures)
    metrics = {
        "images": batch.images,
        "elbows": view.elbows,
        "failures": batch.failures,
        "seconds": seconds | {"figures": time.perf_counter() - began - seconds["results"]},
    }
    batch.folder.write_json("metrics.json", metrics)
    return metrics
