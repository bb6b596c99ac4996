"""Who computes the pieces of a stream: our threads, or a cluster's workers; and how fast a pass goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

from kmeans_cli import cluster
from kmeans_cli.core.stream import Piece
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.executor import LOCAL, ExecutorParams
from kmeans_cli.progress import Bytes, Progress
from kmeans_cli.threads import available_cores, open_block_map

_GROUP = 4
"""Pieces for each thread between two reports of progress."""


@contextmanager
def open_map(
    params: ExecutorParams, threads: int, row_bytes: int, progress: Progress, should_stop: Callable[[], bool]
) -> Iterator[MapBlocks]:
    """Who computes: our threads, but pieces of streams on a cluster where one is asked for; passes tell how far.

    Args:
        params: The settings.
        threads: Of this process.
        row_bytes: Of a row in the files.
        progress: Told how far each pass is.
        should_stop: Asked while there is no worker to read.

    Raises:
        ConfigError: If a cluster is asked for, and Dask is not installed.
        PlaceError: If its scheduler does not answer.
        Interrupted: If the wish to stop comes while there is no worker.
    """
    asked = params.name == "dask"
    machines = cluster.open_cluster(params.scheduler or LOCAL, params.jobs or available_cores()) if asked else None
    with open_block_map(threads) as map_blocks, machines or nullcontext() as found:
        map_pieces: Callable[[Any, Any], Iterable[Any]] = partial(_in_groups, map_blocks, _GROUP * threads)
        if found is not None:
            map_pieces = partial(found.map, should_stop=should_stop)
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
