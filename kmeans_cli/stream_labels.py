"""The labels of a fit in passes: notes beside the run while it goes on, then ``labels.npy``, piece by piece."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from kmeans_cli.core.stream_result import LABELS, StreamResult
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.experiment import Fitted
from kmeans_cli.runs import RunFolder

NOTES = "notes"
"""The folder in a run's where labels are between passes; it is removed in the end."""


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
