"""``kmeans rerun``: a run once more from its own config, in a temporary place, and whether the result is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from kmeans_cli import runs
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.commands.repeat import repeat
from kmeans_cli.config import Override
from kmeans_cli.errors import FitError, Interrupted, KMeansError, PlaceError
from kmeans_cli.interruption import Interruption
from kmeans_cli.progress import Progress, Stage
from kmeans_cli.runs import Run, RunStatus
from kmeans_cli.runs.deviation import Deviation, compare_results, result_files
from kmeans_cli.runs.difference import Difference
from kmeans_cli.runs.folder import RECORD
from kmeans_cli.runs.provenance import changes
from kmeans_cli.runs.read import read_record


class Verdict(StrEnum):
    """What came of repeating a run."""

    IDENTICAL = "identical"
    DIFFERS = "differs"
    NOT_REPEATED = "not repeated"


@dataclass(frozen=True)
class Repetition:
    """One run and what its repetition showed.

    Attributes:
        run: The run's folder.
        verdict: What came of it.
        changed: What is not as it was: data, versions, threads, CPU, git commit.
        deviations: Which results differ.
        n_files: How many files were compared.
        reason: Why it was not repeated, or None.
    """

    run: Path
    verdict: Verdict
    changed: tuple[Difference, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    n_files: int = 0
    reason: str | None = None


def find_repeatable(runs_dir: Path) -> list[Run]:
    """Every run of a folder that completed, the oldest first.

    Raises:
        PlaceError: ``runs_dir`` is missing or unreadable, or holds none.
    """
    completed = [each.path for each in reversed(runs.list_runs(runs_dir)) if each.status is RunStatus.COMPLETED]
    if not completed:
        raise PlaceError("holds no run that completed", where=str(runs_dir))
    return [Run(path, read_record(path)) for path in completed]


def rerun(
    repeated: Sequence[Run],
    settings: Sequence[Override],
    *,
    where: RunPlace,
    progress: Progress,
    should_stop: Interruption,
) -> tuple[Repetition, ...]:
    """Repeat runs and compare; their folders are only read, and what is made is removed again.

    Args:
        repeated: The runs.
        settings: What changes no number, such as the number of jobs.
        where: Where data are looked for first; the runs folder in it is not used.
        progress: Told what is going on.
        should_stop: Asked by the runs.

    Raises:
        Interrupted: If a signal came.
    """
    found = []
    for number, run in enumerate(repeated, start=1):
        progress(Stage(f"repeating run {number} of {len(repeated)}: {run.path.name}"))
        with TemporaryDirectory(prefix="kmeans-rerun-") as folder:
            place = replace(where, runs_dir=Path(folder))
            found.append(_compared(run, settings, place, progress, should_stop))
    return tuple(found)


def _compared(
    run: Run, settings: Sequence[Override], where: RunPlace, progress: Progress, should_stop: Interruption
) -> Repetition:
    try:
        made = repeat(run, settings, where, progress, should_stop)
        deviations = tuple(compare_results(run.path, made))
        changed = changes(run.record, read_record(made))
    except Interrupted:
        raise
    except FitError as error:  # it did complete once
        failed = Deviation(RECORD, "status", 1, run.status.value, f"failed: {error}", None)
        return Repetition(run.path, Verdict.DIFFERS, deviations=(failed,))
    except KMeansError as error:
        return Repetition(run.path, Verdict.NOT_REPEATED, reason=str(error))
    verdict = Verdict.DIFFERS if deviations else Verdict.IDENTICAL
    return Repetition(run.path, verdict, changed, deviations, len(result_files(run.path)))
