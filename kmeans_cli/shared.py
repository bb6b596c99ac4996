"""A value written once to a file that any number of processes map: its arrays are in memory once for all of them."""

from __future__ import annotations

import mmap
import pickle
from functools import lru_cache
from pathlib import Path
from typing import Any

_ALIGNMENT = 64
"""Bytes; arrays begin at multiples of it, as the fastest instructions like them."""

_VALUE, _ARRAYS = "value.pickle", "arrays"


def write_shared(value: Any, folder: Path) -> None:
    """Write a value to a folder: its arrays side by side in one file, all else in another.

    The same array in two places of the value is written once.
    """
    buffers: list[pickle.PickleBuffer] = []
    body = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    spans = []
    with (folder / _ARRAYS).open("xb") as file:
        for buffer in buffers:
            raw = buffer.raw()
            file.write(b"\0" * (-file.tell() % _ALIGNMENT))
            spans.append((file.tell(), raw.nbytes))
            file.write(raw)
        file.write(b"\0")  # an empty file cannot be mapped
    (folder / _VALUE).write_bytes(pickle.dumps((body, spans)))


@lru_cache(maxsize=1)
def read_shared(folder: Path) -> Any:
    """The value in a folder, read once in a process; its arrays are read-only views of the mapped file."""
    body, spans = pickle.loads((folder / _VALUE).read_bytes())
    with (folder / _ARRAYS).open("rb") as file:
        mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    return pickle.loads(body, buffers=[mapped[start : start + length] for start, length in spans])
