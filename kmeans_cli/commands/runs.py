"""``kmeans runs list|show|path|compare``: what is in the runs folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmeans_cli import runs
from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.difference import Difference, differences
from kmeans_cli.runs.summary import RunSummary, summarise


@dataclass(frozen=True)
class RunList:
    """The runs of a folder, the newest first."""

    runs_dir: Path
    runs: tuple[RunSummary, ...]


@dataclass(frozen=True)
class RunFile:
    """A file of a run: its name in the folder, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True)
class RunReport:
    """Everything of one run.

    Attributes:
        summary: Its line in the list.
        record: What ``run.json`` holds.
        config: The resolved config as a tree, or None where it is missing or broken.
        metrics: What ``metrics.json`` holds, or None likewise.
        files: Its files, by name.
        problems: Why something is None: a sentence for each.
    """

    summary: RunSummary
    record: Mapping[str, Any]
    config: Mapping[str, Any] | None
    metrics: Mapping[str, Any] | None
    files: tuple[RunFile, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """Two runs beside each other.

    Attributes:
        a, b: Their folders' names.
        settings: Where the resolved configs, the commands or the data differ.
        numbers: Where ``metrics.json`` differs, times left out.
    """

    a: str
    b: str
    settings: tuple[Difference, ...]
    numbers: tuple[Difference, ...]

    @property
    def verdict(self) -> str:
        """What came of it, in a sentence."""
        if not self.settings and not self.numbers:
            return "The same settings and the same numbers."
        return f"{_count(self.settings, 'setting')} and {_count(self.numbers, 'number')} differ."


def list_runs(runs_dir: Path) -> RunList:
    """The runs in ``runs_dir``: none where there is no such folder yet.

    Raises:
        PlaceError: ``runs_dir`` is unreadable.
    """
    return RunList(runs_dir, tuple(runs.list_runs(runs_dir)) if runs_dir.exists() else ())


def show(run: str, runs_dir: Path) -> RunReport:
    """Everything of one run; what a run that did not complete lacks is said in ``problems``.

    Args:
        run: A path, a name in ``runs_dir``, a unique beginning of one, or ``latest``.
        runs_dir: Where runs live.

    Raises:
        PlaceError: There is no such run, or its ``run.json`` is broken.
    """
    loaded = runs.load_run(run, runs_dir)
    parts: dict[str, Any] = {"config": None, "metrics": None}
    problems = []
    for name in parts:
        try:
            parts[name] = getattr(loaded, name)
        except PlaceError as error:
            problems.append(str(error))
    return RunReport(
        summary=summarise(loaded.path),
        record=loaded.record,
        **parts,
        files=_files(loaded.path),
        problems=tuple(problems),
    )


def compare(a: str, b: str, runs_dir: Path) -> Comparison:
    """Which settings and which numbers of two runs differ.

    Raises:
        PlaceError: One of them is no run, or lacks its config or its numbers.
    """
    one, other = (runs.load_run(run, runs_dir) for run in (a, b))
    return Comparison(
        one.path.name,
        other.path.name,
        differences(_settings(one), _settings(other)),
        differences(one.metrics, other.metrics),
    )


def path(run: str, runs_dir: Path) -> Path:
    """The absolute path of a run's folder.

    Raises:
        PlaceError: There is no such run.
    """
    return runs.find_run(run, runs_dir)


def _settings(run: runs.Run) -> dict[str, Any]:
    dataset = run.record.get("dataset") or {}
    told = {"command": run.record.get("command"), "sha256 of the data": dataset.get("sha256")}
    return {name: value for name, value in run.config.items() if name != "name"} | told


def _count(differing: tuple[Difference, ...], noun: str) -> str:
    return f"{len(differing) or 'no'} {noun}{'' if len(differing) == 1 else 's'}"


def _files(folder: Path) -> tuple[RunFile, ...]:
    files = (file for file in sorted(folder.rglob("*")) if file.is_file())
    return tuple(RunFile(str(file.relative_to(folder)), file.stat().st_size) for file in files)
