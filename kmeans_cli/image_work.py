"""A picture in k colours as a job for whoever is free: opened, fitted, and made into the files of its result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kmeans_cli.compression import Original, Originals, compress, fitted_clusters, larger_line
from kmeans_cli.core.params import KMeansParams, MiniBatchParams
from kmeans_cli.core.types import IterationRecord, MapBlocks, StopReason
from kmeans_cli.crew import Access
from kmeans_cli.experiment import FitJob, Fitted, run_fit, seed_of_fit
from kmeans_cli.image_files import build_files, stem_of
from kmeans_cli.images.params import ImageParams
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.progress import Event, FitDone, FitStarted, Iteration, Stage
from kmeans_cli.threads import meanwhile, open_growing_map


@dataclass(frozen=True)
class ImageJob:
    """A picture to give k colours: the best of several starts.

    Attributes:
        number: Its number in the run, from 0.
        picture: The number of its picture.
        name: Of the picture.
        stem: What the names of the picture's files begin with.
        sha256: Of the picture's file; None: it cannot be read.
        params: The settings of its fits; ``n_clusters`` is the k asked for.
        n_init: How many starts.
        seed: Of the run.
        minibatch: The settings of mini-batch, where ``params`` ask for it.
    """

    number: int
    picture: int
    name: str
    stem: str
    sha256: str | None
    params: KMeansParams
    n_init: int
    seed: int
    minibatch: MiniBatchParams

    @property
    def k(self) -> int:
        """How many colours."""
        return self.params.n_clusters

    @property
    def label(self) -> str:
        """What an error calls it."""
        return f"{self.name}, k = {self.k}"

    @property
    def file_stem(self) -> str:
        """What its files are called."""
        return stem_of(self.stem, self.k)

    def started(self, n_fits: int) -> FitStarted:
        """What is told when it begins, in a run of so many."""
        params = self.params
        return FitStarted(self.number, n_fits, self.k, params.init_name, self.seed, params.max_iter, self.name)

    def fit(self, start: int, n_clusters: int) -> FitJob:
        """The fit from one of its starts."""
        params = replace(self.params, n_clusters=n_clusters, n_init=1)
        seed = seed_of_fit(self.seed, start)
        return FitJob(self.number, params, seed, minibatch=self.minibatch, start_number=start)


@dataclass(frozen=True)
class StartOutcome:
    """What is kept of the fit from one start.

    Attributes:
        numbers: As in ``fits.csv``.
        history: A record per iteration.
    """

    numbers: dict[str, Any]
    history: tuple[IterationRecord, ...]

    @classmethod
    def of(cls, fitted: Fitted, total_weight: float) -> StartOutcome:
        """Of a finished fit."""
        job, result = fitted.job, fitted.result
        numbers = {
            "start": job.start_number,
            "seed": job.seed,
            "n_iter": result.n_iter,
            "converged": result.converged,
            "stop_reason": result.stop_reason.value,
            "inertia": result.inertia,
            "j_clust": result.inertia / total_weight,
            "seconds": result.seconds["init"] + result.seconds["fit"],
        }
        return cls(numbers, result.history)


@dataclass(frozen=True)
class ImageOutcome:
    """A picture in k colours, as others can keep it.

    Attributes:
        job: What was asked for.
        image: Its entry in ``metrics.json``.
        starts: Its fits; none where every colour kept its own entry.
        files: What stands in the run folder, by name.
        notes: What had to be converted in the picture, in words.
        warnings: What a user must not overlook.
    """

    job: ImageJob
    image: dict[str, Any]
    starts: tuple[StartOutcome, ...]
    files: dict[str, bytes]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def done(self) -> FitDone:
        """What is told of it."""
        image = self.image
        return FitDone(self.job.number, image["n_iter"], image["j_clust"], image["stop_reason"], image["seconds"])


@dataclass(frozen=True)
class ImageWork:
    """What is done with a job.

    Attributes:
        params: How a picture gets fewer colours.
        figures: What is drawn.
        keep_larger: Keep a result that is larger than its original.
        access: To the pictures.
    """

    params: ImageParams
    figures: FigureParams
    keep_larger: bool
    access: Access[Originals]

    def __call__(self, job: ImageJob) -> ImageOutcome | None:
        """The outcome; None when it was told to stop before the last fit had ended.

        Raises:
            PlaceError: If the picture cannot be read.
            ConfigError: If it cannot have so few colours.
            FitError: If a fit cannot go on.
        """
        with open_growing_map(self.access.n_threads) as map_blocks:
            self._say(job, "finding its colours")
            original = self.access.open_data().open(job.picture, map_blocks)
            # The lossless PNG is one long stream, work for one thread; it takes as long as a short fit.
            with meanwhile(lambda: original.bytes_png, self.access.n_threads()):
                fits = tuple(self._fits(original, job, map_blocks))
                if any(fitted.result.stop_reason is StopReason.INTERRUPTED for fitted in fits):
                    return None
                self._say(job, "writing and measuring")
                compressed = compress(original, job.k, self.params, fits, map_blocks)
            image = compressed.metrics()
            return ImageOutcome(
                job,
                image,
                tuple(StartOutcome.of(fitted, original.data.prepared.total_weight) for fitted in fits),
                dict(build_files(compressed, self.params.masks, self.figures, self.keep_larger, map_blocks)),
                original.notes,
                tuple(self._warnings(job, image)),
            )

    def _fits(self, original: Original, job: ImageJob, map_blocks: MapBlocks) -> Iterator[Fitted]:
        """From every start; after one that was interrupted no further."""
        n_clusters = fitted_clusters(original, job.k)
        for start in range(job.n_init if n_clusters else 0):
            self._say(job, f"start {start + 1} of {job.n_init}")
            fit, should_stop = job.fit(start, n_clusters), self.access.should_stop
            fitted = run_fit(original.data, fit, 1, map_blocks, self._tell_iterations, should_stop)
            yield fitted
            if fitted.result.stop_reason is StopReason.INTERRUPTED:
                return

    def _tell_iterations(self, event: Event) -> None:
        """When the job begins and ends is told by who hands it out."""
        if isinstance(event, Iteration):
            self.access.progress(event)

    def _say(self, job: ImageJob, what: str) -> None:
        self.access.progress(Stage(f"{job.name}, k = {job.k}: {what}"))

    def _warnings(self, job: ImageJob, image: Mapping[str, Any]) -> Iterator[str]:
        if image["colours_after"] < job.k:
            yield f"{job.name} has only {image['colours_after']} colours: k = {job.k} uses them all"
        if image["bytes_result"] > image["bytes_original"] and self.keep_larger:
            yield larger_line(image)
