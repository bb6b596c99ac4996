"""Which pictures get how many colours, which of these results are there already, and who makes the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kmeans_cli.commands.many_options import ManyOptions, check_count
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.resume import FREE, check_settings, damage_of, find_reusable, has_all
from kmeans_cli.config import Config, build
from kmeans_cli.core.init import INITS
from kmeans_cli.crew import Crew, choose_crew
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.image_records import read_images
from kmeans_cli.image_work import ImageJob
from kmeans_cli.images.params import STANDARD_INPUT
from kmeans_cli.images.reduced import check_dither
from kmeans_cli.images.sources import Source, find_sources, sha256
from kmeans_cli.memory import PROGRAM_BYTES
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import Run, RunStatus, check_label
from kmeans_cli.sweep import starts_per_k, swept_ks

NAME = "compress-image"
MOST_COLOURS = 65_536

_WORK_PER_PIXEL = 75
"""n·d·k of wide data that take as long as one pixel for each of the k: its rows are narrow, its iterations many."""

_BYTES_PER_PIXEL = 36
"""Memory that a pixel of a picture takes at most while it is worked on (measured: ``make bench-images``)."""


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


@dataclass(frozen=True)
class ImagePlan:
    """What is to be done.

    Attributes:
        sources: The pictures.
        sha256: Of all of them.
        jobs: All results of the run, by number.
        pending: Those that are not there yet.
        crew: Who makes them.
        done: The completed run in which nothing is left to do, or None.
    """

    sources: tuple[Source, ...]
    sha256: str
    jobs: tuple[ImageJob, ...]
    pending: tuple[ImageJob, ...]
    crew: Crew
    done: Run | None

    @property
    def bytes_peak(self) -> int:
        """An upper estimate of the memory of all processes together."""
        largest = max(source.n_pixels for source in self.sources)
        return self.crew.workers * (PROGRAM_BYTES + _BYTES_PER_PIXEL * largest)


def plan_images(
    config: Config, *, where: RunPlace, options: ManyOptions, output: ImageOutput, progress: Progress
) -> ImagePlan:
    """Check the settings, look for the pictures and at what is there; nothing is unpacked or written.

    Raises:
        ConfigError: If the settings cannot be right, for themselves or with the run to go on with.
        PlaceError: If a folder holds no pictures, the only picture is missing, that run cannot be read, or the
            output not be written.
    """
    ks = _checked_ks(config)
    progress(Stage("looking at the pictures"))
    sources = find_sources(config.image.paths)
    if len(sources) == 1:
        sources[0].read()
    _check_output(output, len(sources) * len(ks))
    jobs = _jobs(config, sources, ks)
    check_count(sum(job.n_init for job in jobs), options)
    former, digest = options.resume, sha256(sources)
    if former is not None:
        check_settings(build(former.config), config, FREE | {"image.paths"})
        _check_grown(former, jobs)
    elif options.reuse:
        former = find_reusable(config, digest, NAME, where.runs_dir)
    pending = jobs if former is None else _pending(former, jobs, config, options, output)
    done = None
    if former is not None and not pending and former.status is RunStatus.COMPLETED and has_all(former, config, digest):
        whole = options.resume is None or damage_of(former) is None  # that of --reuse was chosen so
        done, pending = (former, ()) if whole else (None, jobs)
    elif options.resume is None:
        pending = jobs  # a run that is to be used again is used whole, or not at all
    pixels = sum(sources[job.picture].n_pixels * job.k * job.n_init for job in pending)
    crew = choose_crew(config.executor, len(pending), _WORK_PER_PIXEL * pixels)
    return ImagePlan(sources, digest, jobs, pending, crew, done)


def _checked_ks(config: Config) -> tuple[int, ...]:
    """The numbers of colours, when nothing in the settings speaks against them."""
    if config.name is not None:
        check_label(config.name)
    ks = swept_ks(config.kmeans, config.sweep)
    if max(ks) > MOST_COLOURS:
        raise ConfigError("is too many colours", where="sweep.k", value=max(ks), allowed=f"up to {MOST_COLOURS:,}")
    check_dither(config.image, max(ks))
    if not isinstance(config.kmeans.init, str):
        problem = "is a given start: its colours belong to one picture"
        raise ConfigError(problem, where="kmeans.init", value=config.kmeans.init, allowed=tuple(INITS))
    return ks


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


def _jobs(config: Config, sources: Sequence[Source], ks: Sequence[int]) -> tuple[ImageJob, ...]:
    """A job for each picture and k; those of a picture are neighbours, so that it is opened once."""
    starts = starts_per_k(config.kmeans, len(ks))
    return tuple(
        ImageJob(
            number=picture * len(ks) + place,
            picture=picture,
            name=source.name,
            stem=source.stem,
            sha256=source.sha256,
            params=replace(config.kmeans, n_clusters=k, n_init=1),
            n_init=n_init,
            seed=config.seed,
            minibatch=config.minibatch,
        )
        for picture, source in enumerate(sources)
        for place, (k, n_init) in enumerate(zip(ks, starts, strict=True))
    )


def _check_grown(former: Run, jobs: Sequence[ImageJob]) -> None:
    wanted = {(job.stem, job.k) for job in jobs}
    for picture, k in read_images(former.path):
        if (picture, k) not in wanted:
            allowed = "the pictures and k of the run, and more of them"
            raise ConfigError(f"would leave out {picture}, k = {k}", where="--resume", allowed=allowed)


def _pending(
    former: Run, jobs: Sequence[ImageJob], config: Config, options: ManyOptions, output: ImageOutput
) -> tuple[ImageJob, ...]:
    """What is not there, was made from other bytes or starts, lacks files that are wanted, or failed and is retried."""
    stored = read_images(former.path)

    def is_there(job: ImageJob) -> bool:
        found = stored.get((job.stem, job.k))
        if found is None or (found.error is not None and options.retry_failed):
            return False
        return found.serves(job, config.figures, not output.skip_if_larger)

    return tuple(job for job in jobs if not is_there(job))
