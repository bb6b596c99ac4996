"""One input of the fuzzer: files, and the command line that reads them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

WHOLE_RUNS = Path("whole")
"""Where, in the folder that commands are called in, runs lie that nothing is wrong with."""

DAMAGED_RUN = "damaged"
_COMMAND = "case.json"


@dataclass(frozen=True)
class Case:
    """An input.

    Attributes:
        kind: Which format it is of: a key of ``FORMATS``.
        argv: The command line behind ``kmeans``; its paths are relative to the folder it is called in.
        files: Name and content of the files it reads.
        damaged: The whole run that ``files`` are laid over, to make the run folder ``damaged``; None: there is none.
    """

    kind: str
    argv: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]
    damaged: str | None = None

    def write(self, folder: Path) -> None:
        """Put the files there."""
        if self.damaged is not None:
            copytree(folder / WHOLE_RUNS / self.damaged, folder / DAMAGED_RUN)
        for name, content in self.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def save(self, folder: Path) -> Path:
        """Keep the input in a folder of its own, named by its content; returns that."""
        told = {
            "kind": self.kind,
            "argv": self.argv,
            "damaged": self.damaged,
            "files": [name for name, _ in self.files],
        }
        digest = hashlib.sha256(repr(self).encode()).hexdigest()
        place = folder / f"{self.kind.replace(' ', '-')}-{digest[:12]}"
        for name, content in self.files:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
        (place / _COMMAND).write_text(json.dumps(told, indent=2) + "\n")
        return place


def load_case(folder: Path) -> Case:
    """The input that ``Case.save`` kept."""
    told = json.loads((folder / _COMMAND).read_text())
    files = tuple((name, (folder / name).read_bytes()) for name in told["files"])
    return Case(told["kind"], tuple(told["argv"]), files, told["damaged"])
