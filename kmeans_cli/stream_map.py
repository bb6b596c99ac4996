"""Who computes the pieces of a stream: our threads, or a cluster's workers; and how fast a pass goes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias

from kmeans_cli.core.stream import Piece
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.executor import LOCAL, ExecutorParams
from kmeans_cli.progress import Bytes, Progress
from kmeans_cli.threads import available_cores, open_block_map

if TYPE_CHECKING:
    from kmeans_cli.cluster import Cluster

_GROUP = 4
"""Pieces for each thread whose results are held at a time."""

_Done: TypeAlias = Callable[[Piece], None]
"""Told of each piece that is done."""

_MapPieces: TypeAlias = Callable[[Callable[[Piece], Any], list[Piece], _Done], Iterable[Any]]


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
    with open_block_map(threads) as map_blocks, _cluster(params) as found:
        map_pieces: _MapPieces = partial(_here, map_blocks, _GROUP * threads)
        if found is not None:
            map_pieces = partial(_there, partial(found.map, should_stop=should_stop))
        yield _Mapped(map_blocks, map_pieces, progress, row_bytes)


def _cluster(params: ExecutorParams) -> AbstractContextManager[Cluster | None]:
    if params.name != "dask":
        return nullcontext()
    from kmeans_cli.cluster import open_cluster  # late: with asyncio, for runs on a cluster only

    return open_cluster(params.scheduler or LOCAL, params.jobs or available_cores())


def _here(
    map_blocks: MapBlocks, size: int, function: Callable[[Piece], Any], pieces: list[Piece], done: _Done
) -> Iterator[Any]:
    """A few pieces at a time: what is found of all of them together could be large."""

    def do(piece: Piece) -> Any:
        result = function(piece)
        done(piece)
        return result

    for start in range(0, len(pieces), size):
        yield from map_blocks(do, pieces[start : start + size])


def _there(map_blocks: MapBlocks, function: Callable[[Piece], Any], pieces: list[Piece], done: _Done) -> Iterator[Any]:
    for piece, result in zip(pieces, map_blocks(function, pieces), strict=True):
        done(piece)
        yield result


@dataclass(frozen=True)
class _Mapped:
    """Pieces go to one map, whatever else to another."""

    map_blocks: MapBlocks
    map_pieces: _MapPieces
    progress: Progress
    row_bytes: int

    def __call__(self, function: Callable[[Any], Any], items: Iterable[Any], /) -> Iterable[Any]:
        items = list(items)
        if not items or not isinstance(items[0], Piece):
            return self.map_blocks(function, items)
        # Of what looks at notes only, bytes in a second would tell nothing.
        reads_rows = getattr(function, "reads_rows", True)
        return self.map_pieces(function, items, _Pass(items, self.row_bytes, self.progress) if reads_rows else _ignore)


class _Pass:
    """Tells how far a pass is, as its pieces are done, in whatever order and by whatever thread."""

    def __init__(self, pieces: list[Piece], row_bytes: int, progress: Progress) -> None:
        self._row_bytes, self._progress, self._lock = row_bytes, progress, Lock()
        self._done, self._total = 0, sum(piece.n for piece in pieces) * row_bytes
        self._began = time.monotonic()

    def __call__(self, piece: Piece) -> None:
        with self._lock:
            self._done += piece.n * self._row_bytes
            rate = self._done / max(time.monotonic() - self._began, 1e-3) / 1e6
            self._progress(Bytes(f"pass at {rate:,.0f} MB/s", self._done, self._total))


def _ignore(piece: Piece) -> None:
    """Tell nothing."""
