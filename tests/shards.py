"""Shards for tests: small, but in many pieces and blocks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import numpy as np

from kmeans_cli.core.types import FloatArray
from kmeans_cli.datasets import shards
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.datasets.survey import survey


@contextmanager
def small_pieces(rows: int = 40) -> Iterator[None]:
    """Blocks of so many rows, one in each piece."""
    with patch.object(shards, "_PIECE_BYTES", 1), patch.object(shards, "block_rows", lambda *_: rows):
        yield


def write_shards(folder: Path, X: FloatArray, n_shards: int = 3) -> Path:
    """A folder with the rows of X in files of about the same length."""
    folder.mkdir()
    for number, part in enumerate(np.array_split(X, n_shards)):
        np.save(folder / f"{number}.npy", part)
    return folder


def surveyed(folder: Path) -> FileStream:
    """The shards of a folder, ready to fit; their notes are beside it."""
    stream = open_stream(DataParams(path=folder))
    assert stream is not None
    notes = folder.with_name(folder.name + "-notes")
    notes.mkdir(exist_ok=True)
    return replace(stream, frame=survey(stream, map).frame, notes=notes)
