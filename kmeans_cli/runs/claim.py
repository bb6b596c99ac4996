"""The name of a run folder, and the moment it becomes ours."""

from __future__ import annotations

import re
import secrets
from datetime import datetime
from pathlib import Path

from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs.atomic import place_errors, sync_folder

LATEST = "latest"
_LABEL_LENGTH = 48  # at four bytes a letter the whole name still fits the 255 bytes of usual file systems
_ATTEMPTS = 100
_NAME = re.compile(r"\d{8}T\d{6}Z-.+-[0-9a-f]{6}")


def check_label(label: str) -> str:
    """The label as it stands in a folder's name: letters, digits and ``._+-``, at most 48, no dot in front.

    Raises:
        ConfigError: It has a path separator or a control character, or nothing is left of it.
    """
    allowed = "a name of letters and digits, without / and \\"
    if "/" in label or "\\" in label or not label.isprintable():
        raise ConfigError("is no name for a run", where="name", value=label, allowed=allowed)
    tidy = re.sub(r"[^\w.+-]+", "-", label).lstrip(".-")[:_LABEL_LENGTH].rstrip(".-")
    if not tidy:
        raise ConfigError("leaves nothing to name a run by", where="name", value=label, allowed=allowed)
    return tidy


def is_run_name(name: str) -> bool:
    """Whether a folder's name is one that ``claim`` gives."""
    return _NAME.fullmatch(name) is not None


def claim(runs_dir: Path, command: str, label: str, started: datetime) -> Path:
    """Make a new folder ``<UTC time>-<command>-<label>-<six hex digits>`` that no other process can have.

    Raises:
        ConfigError: The label is no name.
        PlaceError: ``runs_dir`` cannot be made or written to.
    """
    stem = f"{started:%Y%m%dT%H%M%SZ}-{command}-{check_label(label)}"
    with place_errors(runs_dir, "cannot hold runs"):
        runs_dir.mkdir(parents=True, exist_ok=True)
        for _ in range(_ATTEMPTS):
            folder = runs_dir / f"{stem}-{secrets.token_hex(3)}"
            try:
                folder.mkdir()  # exclusive: of two processes that try one name, one fails
            except FileExistsError:
                continue
            sync_folder(runs_dir)
            return folder
    raise PlaceError(f"has no free name after {_ATTEMPTS} attempts", where=str(runs_dir), value=stem)


def link_latest(folder: Path) -> None:
    """Point ``latest`` beside ``folder`` to it, in one step, so that readers always find some run there.

    Raises:
        OSError: The file system has no links, or something else is called ``latest``.
    """
    link = folder.with_name(f".{folder.name}.link")
    link.symlink_to(folder.name)
    try:
        link.replace(folder.with_name(LATEST))
    except OSError:
        link.unlink()
        raise
