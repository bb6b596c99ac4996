"""The pictures of one ``compress-image`` run, one after the other, each in every number of colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from kmeans_cli import image_records, records
from kmeans_cli.compression import Compressed, Original, compress, fitted_clusters, load_original
from kmeans_cli.config import Config
from kmeans_cli.core.types import IterationRecord, MapBlocks
from kmeans_cli.errors import Interrupted, KMeansError
from kmeans_cli.experiment import FitJob, Fitted, run_fit, seed_of_fit
from kmeans_cli.images.params import STANDARD_INPUT
from kmeans_cli.images.sources import Source
from kmeans_cli.interruption import Interruption
from kmeans_cli.plots import PICTURE_PLOTS
from kmeans_cli.plots.picture_view import CurvePoint
from kmeans_cli.progress import Progress, Stage, Warned
from kmeans_cli.runs import RunFolder
from kmeans_cli.runs.atomic import open_write
from kmeans_cli.sweep import starts_per_k


@dataclass(frozen=True)
class ImageOutput:
    """Where the picture itself goes besides the run folder, and when it goes nowhere.

    Attributes:
        path: A file, ``-`` for standard output, or None.
        force: Replace a file that exists.
        skip_if_larger: Keep no result that is larger than its original.
    """

    path: Path | None = None
    force: bool = False
    skip_if_larger: bool = False

    @property
    def to_stdout(self) -> bool:
        """Whether it is for standard output."""
        return self.path is not None and str(self.path) == STANDARD_INPUT


@dataclass
class Batch:
    """The work of a run and what has come of it.

    Attributes:
        config: The settings.
        ks: Numbers of colours.
        folder: The run folder.
        output: Where else a picture goes.
        map_blocks: Who computes blocks.
        progress: Told what goes on.
        should_stop: Asked between iterations.
        images: The entries of ``metrics.json``.
        points: The same as figures see them.
        histories: By the number of the fit.
        failures: A line for each picture or result that failed.
        refused: A line for each result that was not kept.
        image: What goes to standard output.
    """

    config: Config
    ks: tuple[int, ...]
    folder: RunFolder
    output: ImageOutput
    map_blocks: MapBlocks
    progress: Progress
    should_stop: Interruption
    images: list[dict[str, Any]] = field(default_factory=list)
    points: list[CurvePoint] = field(default_factory=list)
    histories: dict[int, Sequence[IterationRecord]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    image: bytes | None = None

    def compress_all(self, sources: Sequence[Source], ready: Original | None) -> None:
        """Every picture; what fails of several is noted and left out.

        Args:
            sources: The pictures.
            ready: The first one when it is open already.

        Raises:
            KMeansError: What a single picture with a single k failed of.
        """
        starts = starts_per_k(self.config.kmeans, len(self.ks))
        n_fits = len(sources) * sum(starts)
        alone = len(sources) * len(self.ks) == 1
        jobs_before = 0
        for source in sources:
            try:
                original = ready or self._open(source)
            except KMeansError as error:
                self._failed(error, alone)
                jobs_before += sum(starts)
                continue
            for note in original.notes:
                self.progress(Warned(note))
            for k, n_init in zip(self.ks, starts, strict=True):
                if self.should_stop():
                    return
                try:
                    self._keep(self._compress(original, k, n_init, jobs_before, n_fits))
                except KMeansError as error:
                    self._failed(error, alone)
                jobs_before += n_init

    def _open(self, source: Source) -> Original:
        self.progress(Stage(f"{source.name}: finding its colours"))
        return load_original(source, self.config.image, self.map_blocks)

    def _failed(self, error: KMeansError, alone: bool) -> None:
        if alone or isinstance(error, Interrupted):
            raise error
        self.failures.append(str(error))
        self.progress(Warned(f"failed: {error}"))

    def _compress(self, original: Original, k: int, n_init: int, first: int, n_fits: int) -> Compressed:
        n_clusters = fitted_clusters(original, k)
        params = replace(self.config.kmeans, n_clusters=n_clusters or 1, n_init=1)
        jobs = [FitJob(first + start, params, seed_of_fit(self.config.seed, start)) for start in range(n_init)]
        fits = self._fit(original, jobs, n_fits) if n_clusters else []
        self.progress(Stage(f"{original.source.name}: {k} colours, writing and measuring"))
        return compress(original, k, self.config.image, fits, self.map_blocks)

    def _fit(self, original: Original, jobs: Sequence[FitJob], n_fits: int) -> list[Fitted]:
        fits: list[Fitted] = []
        for job in jobs:
            with self.should_stop.deferred():
                fits.append(run_fit(original.data, job, n_fits, self.map_blocks, self.progress, self.should_stop))
            self.histories[job.number] = fits[-1].result.history
            if self.should_stop():
                break
        return fits

    def _keep(self, compressed: Compressed) -> None:
        """Record a result, and say what a user must not overlook."""
        self._say(compressed)
        refused = compressed.is_larger and self.output.skip_if_larger
        if refused:
            self.refused.append(compressed.larger_line)
        elif self.output.to_stdout:
            self.image = compressed.png
        elif self.output.path is not None:
            with open_write(self.output.path) as file:
                file.write(compressed.png)
        image_records.write_result(self.folder, compressed, keep_image=not refused)
        if self.config.image.masks:
            image_records.write_masks(self.folder, compressed, self.map_blocks)
        if self.config.figures.enabled:
            self.progress(Stage(f"{compressed.original.source.name}: {compressed.k} colours, drawing figures"))
            view, suffix = image_records.build_view(compressed), f"-{image_records.stem_of(compressed)}"
            records.write_figures(self.folder, PICTURE_PLOTS, view, self.config.figures, suffix)
        self.images.append(compressed.metrics())
        self.points.append(image_records.build_point(compressed))

    def _say(self, compressed: Compressed) -> None:
        name, n = compressed.original.source.name, len(compressed.reduced.rgba)
        if n < compressed.k:
            self.progress(Warned(f"{name} has only {n} colours: k = {compressed.k} uses them all"))
        if compressed.is_larger and not self.output.skip_if_larger:
            self.progress(Warned(compressed.larger_line))
