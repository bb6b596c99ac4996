"""The state of the git repository around the working directory, when there is one."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

DIFFERENCE_LIMIT = 1_000_000
"""Bytes of an uncommitted difference that are worth keeping."""

_TIMEOUT = 2.0  # seconds
# No file system monitor: git would start one that outlives it, from a setting of whatever repository this is.
_GIT = ("git", "-c", "core.fsmonitor=false")


def read_git(folder: Path | None = None) -> dict[str, Any] | None:
    """``{commit, dirty}`` of the repository around ``folder`` (None: the working directory).

    ``commit`` is None before the first one; ``dirty`` means that tracked files differ from it.

    Returns:
        None without git, without a repository, or when git takes longer than two seconds.
    """
    status = _run("status", "--porcelain=v2", "--branch", "--untracked-files=no", folder=folder)
    if status is None:
        return None
    lines = status.decode("utf-8", "replace").splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), "(initial)")
    return {
        "commit": None if commit == "(initial)" else commit,
        "dirty": any(not line.startswith("#") for line in lines),
    }


def read_difference(folder: Path | None = None) -> bytes | None:
    """The text of ``git diff HEAD``, or None where there is none to be had or it is larger than the limit."""
    difference = _run("diff", "HEAD", "--no-ext-diff", "--no-textconv", "--no-color", "--binary", folder=folder)
    return None if difference is None or len(difference) > DIFFERENCE_LIMIT else difference


def _run(*arguments: str, folder: Path | None) -> bytes | None:
    try:
        # Into a file: how much git says is not known beforehand, and memory is for the data.
        with tempfile.TemporaryFile() as output:
            subprocess.run(
                [*_GIT, *arguments],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                check=True,
                env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},  # looking must not touch the repository
            )
            output.seek(0)
            return output.read(DIFFERENCE_LIMIT + 1)
    except (OSError, subprocess.SubprocessError):
        return None
