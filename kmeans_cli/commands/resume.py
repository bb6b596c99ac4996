"""Which run there is already: one to go on with (``--resume``), or one to take instead of a new one (``--reuse``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from kmeans_cli.config import Config, build, leaves, to_tree
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError, Interrupted, PlaceError
from kmeans_cli.runs import Run, RunStatus, fingerprint, list_runs
from kmeans_cli.runs.provenance import WITHOUT_EFFECT
from kmeans_cli.runs.read import METRICS, read_record, understood
from kmeans_cli.sweep import FitKey, fit_keys

FREE = WITHOUT_EFFECT | {"kmeans.n_clusters", "kmeans.n_init", "sweep"}
"""What may differ when a run of many fits is resumed: what changes none. Which there are is compared as such."""


def check_same(run: Run, config: Config, dataset: Dataset) -> None:
    """Check that a run can be gone on with under these settings, with these data.

    Raises:
        ConfigError: If a setting would change its fits, or take some away; the line says which.
        PlaceError: If the data are not those of the run.
    """
    former = build(run.config)
    init = {"kmeans.init"} if None not in (former.sweep.init, config.sweep.init) else set()  # it says nothing then
    check_settings(former, config, FREE | init)
    _check_grown(fit_keys(former.kmeans, former.sweep), fit_keys(config.kmeans, config.sweep))
    _check_data(run, dataset)


def check_settings(former: Config, config: Config, free: Set[str]) -> None:
    """Check that no setting would change the fits of a run that is gone on with.

    Args:
        former: The settings of the run.
        config: Those of now.
        free: Keys and sections that may differ.

    Raises:
        ConfigError: If another one does; the line says which.
    """
    before, now = dict(leaves(to_tree(former))), dict(leaves(to_tree(config)))
    for key in before | now:
        fixed = not any(key == each or key.startswith(f"{each}.") for each in free)
        if fixed and before.get(key) != now.get(key):
            problem = f"was {before.get(key)!r} in the run, and changes what its fits are"
            raise ConfigError(problem, where=f"--resume: {key}", value=now.get(key))


def check_unchanged(run: Run, config: Config, dataset: Dataset, start_sha256: str | None) -> None:
    """Check that the fits of a run can be gone on with where they stopped: everything that leads them is as it was.

    Raises:
        ConfigError: If a setting is not; the line says which.
        PlaceError: If the data, or the given start, are not those of the run.
    """
    check_settings(build(run.config), config, WITHOUT_EFFECT)
    _check_data(run, dataset)
    if run.record.get("fingerprint") != fingerprint(to_tree(config), dataset.sha256, start_sha256):
        problem = "was begun from other given centroids, or by another version of this program"
        raise PlaceError(problem, where="--resume", value=run.path.name)


@contextmanager
def resume_offered(command: str, run: Path) -> Iterator[None]:
    """Have an interruption of the block say how to go on."""
    try:
        yield
    except Interrupted as error:
        raise Interrupted(f"{error}; {how_to_resume(command, run)}") from error


def how_to_resume(command: str, run: Path) -> str:
    """The words with which an interrupted run is offered to be gone on with."""
    return f"go on with: kmeans {command} --resume {run}"


def find_reusable(config: Config, data_sha256: str, command: str, runs_dir: Path) -> Run | None:
    """The newest run of the command that completed without a failed fit and has what is wanted, whole, if any."""
    if not runs_dir.is_dir():
        return None
    for summary in list_runs(runs_dir):
        if summary.status is RunStatus.COMPLETED and summary.command == command:
            run = Run(summary.path, read_record(summary.path))
            if run.record.get("error") is None and has_all(run, config, data_sha256) and damage_of(run) is None:
                return run
    return None


def damage_of(run: Run) -> str | None:
    """What is wrong with the first file of a completed run that is missing, broken or at odds with others, or None."""
    # Late: with the checks comes whatever any command writes, and most runs take up no other.
    from kmeans_cli.checks.agreement import check_agreement, is_concluded
    from kmeans_cli.checks.files import check_completeness, check_files

    try:
        with understood(run.path / METRICS):
            agreement = check_agreement(run) if is_concluded(run) else ()
            findings = chain(check_files(run.path), check_completeness(run), agreement)
            return next((str(finding) for finding in findings if finding.is_damage), None)
    except PlaceError as error:
        return str(error).removeprefix(f"{run.path}/")


def check_whole(run: Run) -> None:
    """Check that nothing of a completed run is damaged that could not be made again without a fit.

    Raises:
        PlaceError: If something is; the line says what to do.
    """
    damage = damage_of(run)
    if damage is not None:
        cure = f"kmeans rerun compares what is left, kmeans fit --config {run.config_file} does it anew"
        raise PlaceError(f"is completed, but damaged: {damage}; {cure}", where="--resume", value=run.path.name)


def has_all(run: Run, config: Config, data_sha256: str, start_sha256: str | None = None) -> bool:
    """Whether a completed run must have the numbers of these settings and data, and the figures if they are wanted."""
    tree = to_tree(config)
    if run.record.get("fingerprint") != fingerprint(tree, data_sha256, start_sha256):
        return False
    return not config.figures.enabled or bool(run.config.get("figures") == tree["figures"])


def _check_data(run: Run, dataset: Dataset) -> None:
    if run.record["dataset"]["sha256"] != dataset.sha256:
        raise PlaceError("has changed since the run was started", where="--resume", value=_name(run, dataset))


def _check_grown(before: Sequence[FitKey], now: Sequence[FitKey]) -> None:
    rest = iter(now)
    for key in before:
        if key not in rest:  # which reads on until it is found
            raise ConfigError(
                f"would leave out k = {key.k}, init {key.init}, start {key.start}, or change the order",
                where="--resume",
                allowed="the fits of the run, and more k, inits or starts",
            )


def _name(run: Run, dataset: Dataset) -> Any:
    return run.record["dataset"].get("path") or dataset.name
