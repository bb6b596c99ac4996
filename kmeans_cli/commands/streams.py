"""What a fit in passes needs around it: who reads the pieces, a draw for scores and figures, the labels on disk."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy

from kmeans_cli import cluster, metrics
from kmeans_cli.core.algorithms import MINIBATCH
from kmeans_cli.core.distance import nearest_labels, own_squared_distances
from kmeans_cli.core.stream import Piece
from kmeans_cli.core.stream_result import LABELS, StreamResult
from kmeans_cli.core.types import IntArray, MapBlocks
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import Raw, full_scale_of, name_of
from kmeans_cli.datasets.scale import resolved_dtype, resolved_scale, scale_figures
from kmeans_cli.datasets.shard_files import Shard, check_shards, find_shards, read_shard
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.survey import survey
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.evaluation import FitOutcome, evaluate
from kmeans_cli.executor import LOCAL, ExecutorParams
from kmeans_cli.experiment import FitData, Fitted
from kmeans_cli.metrics.params import EvaluateParams
from kmeans_cli.progress import Bytes, Progress, Stage
from kmeans_cli.runs import RunFolder
from kmeans_cli.threads import available_cores, open_block_map

NOTES = "notes"
"""The folder in a run's where labels are between passes; it is removed in the end."""

_GROUP = 4
"""Pieces for each thread between two reports of progress."""

_SAMPLE_ROWS = 10_000
_SAMPLE_BYTES = 32 << 20


def shards_of(params: DataParams) -> tuple[Shard, ...]:
    """The ``.npy`` files a path stands for, by what they say of themselves; none if it is something else.

    Raises:
        PlaceError: If the path or a file is missing, or a file is no array.
    """
    if params.path is None:
        return ()
    if not params.path.exists():
        raise PlaceError("does not exist", where=str(params.path))
    return tuple(read_shard(file) for file in find_shards(params.path))


def open_stream(params: DataParams) -> FileStream | None:
    """The shards a path stands for, not yet read; None if it is something else.

    Raises:
        ConfigError: If a setting needs all data at once.
        PlaceError: If a shard is missing, broken or unlike the others.
    """
    shards = shards_of(params)
    if not shards:
        return None
    check_shards(shards)
    d = int(np.prod(shards[0].shape[1:]))
    few = np.zeros((1, d), dtype=shards[0].dtype)
    raw = Raw("", few, full_scale=full_scale_of(few))
    offset, factor = scale_figures(raw, resolved_scale(params.scale, raw))
    return FileStream(shards, resolved_dtype(params.dtype, few), offset, factor)


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


@contextmanager
def open_map(params: ExecutorParams, threads: int, progress: Progress, row_bytes: int) -> Iterator[MapBlocks]:
    """Who computes: our threads, but pieces of streams on a cluster where one is asked for; passes tell how far."""
    asked = params.name == "dask"
    machines = cluster.open_cluster(params.scheduler or LOCAL, params.jobs or available_cores()) if asked else None
    with open_block_map(threads) as map_blocks, machines or nullcontext() as found:
        if found is not None:
            found.wait_for_workers(lambda: False)
        map_pieces = partial(_in_groups, map_blocks, _GROUP * threads) if found is None else found.map
        yield _Mapped(map_blocks, map_pieces, progress, row_bytes)


def _in_groups(map_blocks: MapBlocks, size: int, function: Callable[[Any], Any], items: list[Any]) -> Iterator[Any]:
    """A few pieces at a time: what is found of all of them together could be large."""
    for start in range(0, len(items), size):
        yield from map_blocks(function, items[start : start + size])


@dataclass(frozen=True)
class _Mapped:
    """Pieces go to one map, whatever else to another."""

    map_blocks: MapBlocks
    map_pieces: Callable[[Any, Any], Iterable[Any]]
    progress: Progress
    row_bytes: int

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
        items = list(items)
        if items and isinstance(items[0], Piece):
            return self._told(items, self.map_pieces(function, items))
        return self.map_blocks(function, items)

    def _told(self, pieces: list[Piece], results: Iterable[Any]) -> Iterator[Any]:
        began, total = time.monotonic(), sum(piece.n for piece in pieces) * self.row_bytes
        done = 0
        for piece, result in zip(pieces, results, strict=True):
            done += piece.n * self.row_bytes
            rate = done / max(time.monotonic() - began, 1e-3) / 1e6
            self.progress(Bytes(f"pass at {rate:,.0f} MB/s", done, total))
            yield result


@dataclass(frozen=True)
class Streamed:
    """A stream ready to fit.

    Attributes:
        data: A draw from it with the stream itself.
        rows: (m,) which samples the draw has.
    """

    data: FitData
    rows: IntArray


def survey_stream(stream: FileStream, params: DataParams, map_blocks: MapBlocks, progress: Progress) -> Streamed:
    """Read everything once: check it, and draw the rows on which scores are measured and figures drawn.

    Raises:
        PlaceError: If a value cannot be used, or a file be read.
    """
    assert params.path is not None
    progress(Stage(f"looking through {params.path}"))
    began = time.perf_counter()
    found = survey(stream, map_blocks)
    stream = replace(stream, frame=found.frame)
    fitting = max(1_000, _SAMPLE_BYTES // (stream.d * stream.dtype.itemsize))
    rows = metrics.draw_rows(stream.n, min(_SAMPLE_ROWS, fitting), params.seed)
    shape = stream.shards[0].shape[1:]
    dataset = Dataset(
        name=name_of(params.path),
        X=stream.take(rows),
        y=None,
        weights=None,
        image_shape=shape if len(shape) > 1 else None,
        full_scale=full_scale_of(np.zeros(0, dtype=stream.raw_dtype)),
        feature_names=None,
        ids=rows,
        offset=stream.offset,
        factor=stream.factor,
        test=None,
        path=params.path,
        sha256=found.sha256,
        notes=(f"{len(stream.shards)} files, {stream.n:,} × {stream.d:,}, {stream.n_bytes:,} bytes, read in passes",),
    )
    data = FitData.of(dataset, map_blocks)
    return Streamed(replace(data, stream=stream, seconds=time.perf_counter() - began), rows)


def evaluate_stream(
    data: FitData, fitted: Fitted, params: EvaluateParams, data_seed: int, map_blocks: MapBlocks
) -> FitOutcome:
    """The numbers of a fit: of all samples where one pass tells them, scores of the draw, which is stated."""
    whole = fitted.result
    assert isinstance(whole, StreamResult)
    assert data.stream is not None
    labels = nearest_labels(data.samples, data.prepared, whole.centroids, map_blocks)
    squared = own_squared_distances(data.samples, whole.centroids, labels, map_blocks)
    drawn = replace(fitted, result=replace(whole, labels=labels, squared_distances=squared))
    outcome = evaluate(data, drawn, params, data_seed, map_blocks)
    numbers = outcome.metrics | {
        "inertia": whole.inertia,
        "j_clust": whole.inertia / data.stream.n,
        "distance_sum": whole.distance_sum,
        "scores": {"n_samples": data.samples.n},
    }
    return replace(outcome, metrics=numbers)


def without_labels(outcome: FitOutcome) -> FitOutcome:
    """What goes into the model: the labels of all samples are in ``labels.npy``, not in there."""
    result = replace(outcome.result, labels=np.zeros(0, dtype=np.int32), squared_distances=np.zeros(0))
    return replace(outcome, fitted=replace(outcome.fitted, result=result))


def write_labels(folder: RunFolder, stream: FileStream, fitted: Fitted) -> None:
    """Write ``labels.npy``, (n,) int32, from the notes of a fit that has just ended, piece by piece."""
    assert isinstance(fitted.result, StreamResult)
    order = fitted.result.order
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    header = {"descr": np.dtype(np.int32).str, "fortran_order": False, "shape": (stream.n,)}
    with folder.open_write("labels.npy") as file:
        npy.write_array_header_1_0(file, header)
        for piece in stream.pieces():
            file.write(rank[stream.kept(LABELS, piece)].tobytes())


def notes_folder(folder: RunFolder) -> Path:
    """Where notes are kept while a run goes on; workers elsewhere are in another working directory."""
    path = (folder.path / NOTES).absolute()
    path.mkdir(exist_ok=True)
    return path
