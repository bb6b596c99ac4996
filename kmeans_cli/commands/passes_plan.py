"""Whether a fit has to go through its data in passes, and what that takes."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kmeans_cli.commands.fit_plan import BYTES_OF_PROGRAM, FitPlan, jobs_of, thread_count
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.start import given_start
from kmeans_cli.config import Config
from kmeans_cli.core.algorithms import MINIBATCH
from kmeans_cli.core.init import PARALLEL
from kmeans_cli.core.narrow import NARROW
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import name_of
from kmeans_cli.datasets.scale import resolved_dtype
from kmeans_cli.datasets.shard_files import Shard
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.streams import open_stream, shards_of
from kmeans_cli.errors import ConfigError
from kmeans_cli.memory import available_bytes
from kmeans_cli.runs import Run

_SHARE_OF_FREE = 0.8


def stream_of(config: Config, resume: Run | None = None) -> FileStream | None:
    """The data as a stream, when the fit has to be done in passes; None when they fit into memory.

    A run that is gone on with is done as it was begun, whatever memory there is now.

    Raises:
        ConfigError: If the data or a setting do not allow for it.
        PlaceError: If a shard is missing, broken or unlike the others.
    """
    shards, on_cluster = shards_of(config.data), config.executor.name == "dask"
    if not shards:
        if on_cluster:
            problem = "spreads a single fit over shards: data.path must be an .npy file or a folder of them"
            raise ConfigError(problem, where="executor.name", value="dask")
        _refuse_parallel(config)
        return None
    if why_in_passes(config, shards, resume) is None:
        _refuse_parallel(config)
        return None
    stream = open_stream(config.data)
    assert stream is not None  # it has shards
    check_settings(config.data, config.kmeans.algorithm)
    least = bytes_in_passes(stream, config)
    if config.executor.memory_bytes is not None and config.executor.memory_bytes < least:
        allowed = f"at least {least / 2**20:,.0f}MiB, for so many threads and so large a k"
        raise ConfigError("is too little", where="executor.memory", value=config.executor.memory, allowed=allowed)
    return stream


def why_in_passes(config: Config, shards: Sequence[Shard], resume: Run | None) -> str | None:
    """Why the data are read in passes, in words; None: they are held in memory.

    Raises:
        ConfigError: If a run cannot be gone on with as is asked for.
    """
    on_cluster = config.executor.name == "dask"
    if resume is not None:
        if on_cluster and not resume.was_in_passes:
            problem = "cannot go on with a run whose data were held in memory"
            raise ConfigError(problem, where="executor.name", value="dask")
        return "as the run was begun" if resume.was_in_passes else None
    if on_cluster:
        return "the workers of the cluster read their parts"
    needed, limit = bytes_in_memory(shards, config.data.dtype), _limit(config)
    if needed <= limit:
        return None
    memory = config.executor.memory
    whose = "the machine has to spare" if memory is None else f"--memory {memory} leaves for them"
    return f"held in memory, they would take {_mebibytes(needed)}; {_mebibytes(max(0, limit))} {whose}"


def plan_in_passes(config: Config, stream: FileStream, *, where: RunPlace, resume: Run | None = None) -> FitPlan:
    """What ``fit_in_passes`` would do, from the headers of the files; nothing is read or written."""
    assert config.data.path is not None
    return FitPlan(
        dataset=name_of(config.data.path),
        shape=(stream.n, stream.d),
        dtype=str(stream.dtype),
        n_test=0,
        jobs=jobs_of(config, given_start(config.kmeans, where.runs_dir)),
        threads=thread_count(config),
        bytes_peak=bytes_in_passes(stream, config),
        in_passes=why_in_passes(config, stream.shards, resume),
    )


def bytes_in_memory(shards: Sequence[Shard], dtype: str) -> int:
    """About the memory that data take in a fit that holds them: twice while they are read, labels, distances, bounds.

    Of few features a fit holds two float32 copies besides. What the program takes without any data is not in it.
    """
    n = sum(math.prod(shard.shape[:1]) for shard in shards)
    # What a header claims beyond the end of its file is refused when the file is read.
    n_values = sum(min(math.prod(shard.shape), shard.n_stored) for shard in shards)
    itemsize = resolved_dtype(dtype, np.empty(0, shards[0].dtype)).itemsize
    per_value = itemsize + 2 * 4 if n_values <= NARROW * n else 2 * itemsize
    return per_value * n_values + 64 * min(n, n_values)


def bytes_in_passes(stream: FileStream, config: Config) -> int:
    """About the memory a fit takes that reads them in passes: blocks and a piece's labels for each thread, a draw."""
    k, block = config.kmeans.n_clusters, 8 << 20
    longest = max(piece.n for piece in stream.pieces())
    each_thread = 4 * block + 32 * longest + 4 * 8 * k * stream.d
    last_labels = 4 * stream.n if config.kmeans.is_minibatch else 0
    shared = (128 << 20) + last_labels + 16 * 8 * k * stream.d
    return BYTES_OF_PROGRAM + shared + thread_count(config) * each_thread


def check_settings(config_data: DataParams, algorithm: str) -> None:
    """Refuse what cannot be done in passes.

    Raises:
        ConfigError: For a setting that needs all data at once.
    """
    for where, value, needless in (
        ("data.per_class", config_data.per_class, None),
        ("data.limit", config_data.limit, None),
        ("data.scale", config_data.scale if config_data.scale == "standard" else None, None),
        ("kmeans.algorithm", algorithm if algorithm not in ("auto", "lloyd", MINIBATCH) else None, None),
    ):
        if value != needless:
            raise ConfigError("cannot be done to data that are read in passes", where=where, value=value)


def _limit(config: Config) -> float:
    """The bytes that data may take in a fit: a limit that is given is the whole program's."""
    given = config.executor.memory_bytes
    return _SHARE_OF_FREE * available_bytes() if given is None else given - BYTES_OF_PROGRAM


def _refuse_parallel(config: Config) -> None:
    if config.kmeans.init == PARALLEL:
        allowed = "k-means++, which needs as many passes as k, and has all data at hand here"
        raise ConfigError("is for data that are read in passes", where="kmeans.init", value=PARALLEL, allowed=allowed)


def _mebibytes(n_bytes: float) -> str:
    return f"{n_bytes / 2**20:,.0f} MiB"
