"""Which fits a run of ``kmeans fit`` has, on which data, and what they would take."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kmeans_cli import datasets
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.start import given_start
from kmeans_cli.config import Config
from kmeans_cli.core.engine import check
from kmeans_cli.core.samples import ArraySamples, Samples
from kmeans_cli.core.stream import Stream
from kmeans_cli.core.types import Float64Array
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError
from kmeans_cli.experiment import FitJob, seed_of_fit
from kmeans_cli.progress import Progress
from kmeans_cli.sweep import starts_per_k
from kmeans_cli.threads import available_cores

BYTES_OF_PROGRAM = 130 << 20
"""Python, NumPy and matplotlib with figures drawn (measured)."""


@dataclass(frozen=True)
class FitPlan:
    """What a fit would do.

    Attributes:
        dataset: The data set's name.
        shape: (n, d) of the training samples.
        dtype: float32 or float64.
        n_test: Held-out samples.
        jobs: The fits.
        threads: Threads of a fit.
        bytes_peak: About the memory the whole process needs.
        in_passes: Why the data are read in passes; None: they are held in memory.
    """

    dataset: str
    shape: tuple[int, int]
    dtype: str
    n_test: int
    jobs: tuple[FitJob, ...]
    threads: int
    bytes_peak: int
    in_passes: str | None = None


def plan_fit(config: Config, *, where: RunPlace, progress: Progress) -> FitPlan:
    """What ``fit`` would do, after reading and checking the data; nothing is written.

    Raises:
        ConfigError: If the settings do not suit the data.
        PlaceError: If the data cannot be read.
    """
    dataset, jobs = load(config, where, progress)
    n, d = dataset.X.shape
    n_test = 0 if dataset.test is None else len(dataset.test.X)
    # The samples, as much again while they are read and made ready, and labels, distances and bounds.
    matrices = (n + n_test) * d * dataset.X.itemsize * 2
    working = n * 64 + 8 * config.kmeans.n_clusters * d * 8
    peak = BYTES_OF_PROGRAM + matrices + working
    return FitPlan(dataset.name, (n, d), str(dataset.X.dtype), n_test, jobs, thread_count(config), peak)


def load(config: Config, where: RunPlace, progress: Progress) -> tuple[Dataset, tuple[FitJob, ...]]:
    """The data, held in memory, and the fits to do on them.

    Raises:
        ConfigError: If the settings do not suit the data.
        PlaceError: If the data cannot be read.
    """
    start = given_start(config.kmeans, where.runs_dir)
    dataset = datasets.load(config.data, data_dir=where.data_dir, progress=progress)
    check_start(ArraySamples(dataset.X, dataset.weights), config, start)
    return dataset, jobs_of(config, start)


def check_start(samples: Samples | Stream, config: Config, start: Float64Array | None) -> None:
    """Say before any work whether the fits can begin, on these samples and from (k, d) a given start.

    Raises:
        ConfigError: If they cannot, naming the key.
    """
    try:
        check(samples, config.kmeans, start)
    except ConfigError as error:
        raise error.at(f"kmeans.{error.where}") from None


def jobs_of(config: Config, start: Float64Array | None) -> tuple[FitJob, ...]:
    """The fits of a run, from drawn starts or (k, d) a given one."""
    (n_starts,) = starts_per_k(config.kmeans, 1)
    # Mini-batch chooses among its starts before it begins; an exact fit is made from each.
    n_fits, n_init = (1, n_starts) if config.kmeans.is_minibatch else (n_starts, 1)
    return tuple(
        FitJob(
            number,
            replace(config.kmeans, n_init=n_init),
            seed_of_fit(config.seed, number),
            start,
            config.evaluate.distance_sum_history,
            config.trace,
            config.minibatch,
        )
        for number in range(n_fits)
    )


def thread_count(config: Config) -> int:
    """Threads of a fit."""
    return config.executor.jobs or available_cores()
