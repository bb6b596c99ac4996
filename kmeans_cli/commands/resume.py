"""Which run there is already: one to go on with (``--resume``), or one to take instead of a new one (``--reuse``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kmeans_cli.config import Config, build, leaves, to_tree
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs import Run, RunStatus, fingerprint, list_runs
from kmeans_cli.runs.provenance import WITHOUT_EFFECT
from kmeans_cli.runs.read import read_record
from kmeans_cli.sweep import FitKey, fit_keys

_FREE = frozenset({"kmeans.n_clusters", "kmeans.n_init", *WITHOUT_EFFECT})
"""What may differ when a run is resumed: what changes no fit. Which fits there are is compared as such."""


def check_same(run: Run, config: Config, dataset: Dataset) -> None:
    """Check that a run can be gone on with under these settings, with these data.

    Raises:
        ConfigError: If a setting would change its fits, or take some away; the line says which.
        PlaceError: If the data are not those of the run.
    """
    former = build(run.config)
    before, now = dict(leaves(to_tree(former))), dict(leaves(to_tree(config)))
    for key in before | now:
        fixed = not any(key == free or key.startswith(f"{free}.") for free in (*_FREE, "sweep"))
        if fixed and before.get(key) != now.get(key) and not _is_init_of_sweep(key, former, config):
            problem = f"was {before.get(key)!r} in the run, and changes what its fits are"
            raise ConfigError(problem, where=f"--resume: {key}", value=now.get(key))
    _check_grown(fit_keys(former.kmeans, former.sweep), fit_keys(config.kmeans, config.sweep))
    if run.record["dataset"]["sha256"] != dataset.sha256:
        raise PlaceError("has changed since the run was started", where="--resume", value=_name(run, dataset))


def find_reusable(config: Config, dataset: Dataset, command: str, runs_dir: Path) -> Run | None:
    """The newest run of the command that completed without a failed fit and has what is wanted, if any."""
    if not runs_dir.is_dir():
        return None
    for summary in list_runs(runs_dir):
        if summary.status is RunStatus.COMPLETED and summary.command == command:
            run = Run(summary.path, read_record(summary.path))
            if run.record.get("error") is None and has_all(run, config, dataset):
                return run
    return None


def has_all(run: Run, config: Config, dataset: Dataset) -> bool:
    """Whether a completed run must have the numbers of these settings and data, and the figures if they are wanted."""
    tree = to_tree(config)
    if run.record.get("fingerprint") != fingerprint(tree, dataset.sha256):
        return False
    return not config.figures.enabled or bool(run.config.get("figures") == tree["figures"])


def _is_init_of_sweep(key: str, former: Config, config: Config) -> bool:
    """``kmeans.init`` says nothing where ``sweep.init`` does."""
    return key.startswith("kmeans.init") and None not in (former.sweep.init, config.sweep.init)


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
