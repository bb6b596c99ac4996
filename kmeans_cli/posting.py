"""Worker processes whose results come as files; only the names of these go through the pipe.

A worker that is killed while it writes a long result would leave half of it in the pipe, and this process would wait
for the other half for ever. Of at most ``PIPE_BUF`` bytes, all are written or none (POSIX, ``write``).
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

_R = TypeVar("_R")


class PostingPool(ProcessPoolExecutor):
    """A pool whose workers leave their results in a folder, from where they are taken as they are announced.

    Args:
        folder: The folder; only of this process and its workers.
        settings: Of ``ProcessPoolExecutor``.
    """

    def __init__(self, folder: Path, *settings: Any) -> None:
        super().__init__(*settings)
        self._folder = folder

    def submit(self, function: Callable[..., _R], /, *args: Any, **extra: Any) -> Future[_R]:
        """The future of a call."""
        # What arrives here of a posted result is the result itself.
        return cast(Future[_R], super().submit(_post, self._folder, function, *args, **extra))


class _Posted:
    """A result that becomes a file when it is pickled, and itself again when it is unpickled."""

    def __init__(self, result: Any, folder: Path) -> None:
        self._result, self._folder = result, folder

    def __reduce__(self) -> tuple[Callable[[Path], Any], tuple[Path]]:
        path = self._folder / f"{uuid4().hex}.result"
        path.write_bytes(pickle.dumps(self._result, protocol=5))
        return _collect, (path,)


def _post(folder: Path, function: Callable[..., Any], /, *args: Any, **extra: Any) -> _Posted:
    return _Posted(function(*args, **extra), folder)


def _collect(path: Path) -> Any:
    result = pickle.loads(path.read_bytes())
    path.unlink()
    return result
