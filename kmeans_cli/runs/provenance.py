"""Where a result comes from: all that ``run.json`` says besides the run's status."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from kmeans_cli import __version__
from kmeans_cli.runs.difference import Difference, differences
from kmeans_cli.runs.encode import plain
from kmeans_cli.runs.git import read_git
from kmeans_cli.runs.process import start_of

PACKAGES = ("matplotlib", "pillow", "pooch", "pydantic", "pyyaml", "rich", "threadpoolctl", "typer")
"""What else this package is built on; NumPy is named on its own."""

WITHOUT_EFFECT = frozenset({"name", "figures", "executor", "checkpoint_seconds", "published"})
"""Config sections that change where and how a result is shown or computed, but not its numbers."""

_CIRCUMSTANCES = ("dataset", "versions", "cpu", "git")


def collect(
    *,
    argv: Sequence[str],
    seed: int,
    config: Mapping[str, Any],
    dataset: Mapping[str, Any],
    threads: int,
    start_sha256: str | None = None,
) -> dict[str, Any]:
    """The origin of a run, for the ``record`` of ``open_run``.

    Args:
        argv: The command line.
        seed: The run's seed.
        config: The resolved config as a tree of plain values.
        dataset: ``name``, ``path``, ``shape`` and ``sha256`` of the data.
        threads: How many threads of ours a fit may use (BLAS has one).
        start_sha256: Of the given start, if there is one: the config only names where it was.
    """
    return {
        "argv": list(argv),
        "seed": seed,
        "fingerprint": fingerprint(config, str(dataset["sha256"]), start_sha256),
        "pid": os.getpid(),
        "pid_started": start_of(os.getpid()),
        "host": platform.node(),
        "cpu": cpu_model(),
        "dataset": dict(dataset),
        "versions": versions() | {"threads": threads},
        "git": read_git(),
    }


def fingerprint(config: Mapping[str, Any], data_sha256: str, start_sha256: str | None = None) -> str:
    """Sha256 over the settings, the data and the given start that decide a result's numbers; equal for runs that agree.

    All of the config counts but ``WITHOUT_EFFECT``; the command does not, so compare it besides.
    """
    settings = {key: value for key, value in config.items() if key not in WITHOUT_EFFECT}
    canonical = json.dumps(
        [settings, data_sha256, start_sha256], sort_keys=True, separators=(",", ":"), allow_nan=False, default=plain
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """What is not the same in the origins of two runs that may decide their numbers, by the keys of ``run.json``.

    The repository around the working directory only counts where both had one: it need not be that of the program.
    """
    names = [name for name in _CIRCUMSTANCES if name != "git" or (before.get(name) and now.get(name))]
    return differences(*({name: record.get(name) for name in names} for record in (before, now)))


def cpu_model(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """The processor's name as the system gives it, or at least its architecture."""
    try:
        lines = cpuinfo.read_text(errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or platform.machine()


def versions() -> dict[str, str | None]:
    """What computed the result: Python, NumPy, its BLAS, this package, and the others (None: not installed)."""
    import numpy as np

    blas = np.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
    named = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "blas": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".rstrip(),
        "kmeans_cli": __version__,
    }
    return named | {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str | None:
    """As ``metadata.version``, which would first read through the long description of each package."""
    try:
        head = metadata.distribution(package).read_text("METADATA") or ""
    except metadata.PackageNotFoundError:
        return None
    return next((line.split()[1] for line in head.splitlines() if line.startswith("Version: ")), None)
