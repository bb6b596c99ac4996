"""The ``.npy`` files that a config names, as a stream that can be read in passes."""

from __future__ import annotations

import numpy as np

from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.raw import Raw, full_scale_of
from kmeans_cli.datasets.scale import resolved_dtype, resolved_scale, scale_figures
from kmeans_cli.datasets.shard_files import Shard, check_shards, find_shards, read_shard
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.errors import PlaceError


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
