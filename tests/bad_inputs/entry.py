"""What the table's entries are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Prepare = Callable[[Path], None]
"""Makes in a folder what files cannot say."""


@dataclass(frozen=True)
class BadInput:
    """An input that must be refused.

    Attributes:
        name: What is bad about it.
        argv: The command line behind ``kmeans``, called in a folder of its own.
        code: The exit code it must have.
        words: What the line on stderr must say.
        files: Files of that folder.
        prepare: Makes what files cannot say, such as links and folders; or damages a run.
        runs: Whether the folder has ``runs/`` with one completed run of each kind: ``fit``, ``sweep``, ``compress``,
            ``predict``, all of tiny data.
    """

    name: str
    argv: str
    code: int
    words: tuple[str, ...]
    files: Mapping[str, bytes | str] = field(default_factory=dict)
    prepare: Prepare | None = None
    runs: bool = False
