"""Everything that can be checked of one run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kmeans_cli.checks.agreement import check_agreement, is_concluded
from kmeans_cli.checks.files import check_completeness, check_files
from kmeans_cli.checks.finding import Finding, note
from kmeans_cli.checks.fits import check_fits, check_label_table
from kmeans_cli.checks.passes import check_passes
from kmeans_cli.checks.pictures import check_pictures
from kmeans_cli.config import resolve
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.errors import KMeansError, PlaceError
from kmeans_cli.experiment import FitData
from kmeans_cli.fit_records import read_fits
from kmeans_cli.runs import Run, RunStatus
from kmeans_cli.runs.folder import CONFIG
from kmeans_cli.runs.read import METRICS, read_record

_WITH_FITS = ("fit", "sweep-k", "multi-init")

LoadData = Callable[[Run], FitData]
"""The data a run was fitted on; raises a KMeansError where they are gone or others."""


@dataclass(frozen=True)
class CheckedRun:
    """A run folder and what there is to say of it.

    Attributes:
        path: The folder.
        status: As of now: ``stale`` and ``broken`` included.
        findings: Damage, and what could not be checked.
    """

    path: Path
    status: RunStatus
    findings: tuple[Finding, ...]

    @property
    def damage(self) -> tuple[Finding, ...]:
        """The findings that should not be."""
        return tuple(finding for finding in self.findings if finding.is_damage)


def check_run(folder: Path, load_data: LoadData, map_blocks: MapBlocks) -> CheckedRun:
    """Check one run folder; nothing in it is changed, and no link in it is followed.

    Args:
        folder: The run folder.
        load_data: Gives the data again.
        map_blocks: Who computes.
    """
    try:
        run = Run(folder, read_record(folder))
    except PlaceError as error:
        return CheckedRun(folder, RunStatus.BROKEN, (Finding("", str(error)),))
    return CheckedRun(folder, run.status, tuple(_findings(run, load_data, map_blocks)))


def _findings(run: Run, load_data: LoadData, map_blocks: MapBlocks) -> Iterator[Finding]:
    if run.status is RunStatus.RUNNING:
        yield note("is still being worked on; only its record was checked")
        return
    if run.status is RunStatus.STALE:
        yield note(f"says it is running, but process {run.record.get('pid')} is gone")
    try:
        files = list(check_files(run.path))
        yield from files
        if any(finding.is_damage for finding in files):
            return  # what cannot be read has no numbers
        if run.status is RunStatus.COMPLETED:
            yield from check_completeness(run)
        yield from _numbers(run, load_data, map_blocks)
    except KMeansError as error:
        yield Finding("", str(error).removeprefix(f"{run.path}/"))
    except OSError as error:  # the other runs are to be checked all the same
        yield Finding("", f"cannot be checked: {error}")
    # The files are whole, but who knows what somebody wrote into them.
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        yield Finding("", f"a file does not hold what {run.record.get('command')} writes: {error!r}")


def _numbers(run: Run, load_data: LoadData, map_blocks: MapBlocks) -> Iterator[Finding]:
    command = run.record.get("command")
    if command == "compress-image" and (run.path / METRICS).exists():
        yield from check_pictures(run, resolve(run.config_file).config, map_blocks)
    elif command in _WITH_FITS and (run.path / CONFIG).exists():
        yield from _numbers_of_fits(run, load_data, map_blocks)


def _numbers_of_fits(run: Run, load_data: LoadData, map_blocks: MapBlocks) -> Iterator[Finding]:
    if is_concluded(run):
        yield from check_agreement(run)
    fits = read_fits(run.path)
    if not fits and not is_concluded(run):
        return  # there is nothing yet
    config = resolve(run.config_file).config
    try:
        data = load_data(run)
    except KMeansError as error:
        yield note(f"labels and inertia were not checked, for want of the data: {error}")
        return
    if run.was_in_passes:
        yield from check_passes(run, config, data, map_blocks)
        return
    yield from check_fits(run, config, fits, data, map_blocks)
    if is_concluded(run):
        yield from check_label_table(run, data, map_blocks)
