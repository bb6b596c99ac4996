"""From what a user types for RUN to a folder."""

from __future__ import annotations

import os
from pathlib import Path

from kmeans_cli.errors import PlaceError, nearest_match
from kmeans_cli.runs.atomic import place_errors
from kmeans_cli.runs.claim import LATEST, is_run_name
from kmeans_cli.runs.folder import RECORD

_SHOWN = 5
_NO_RECORD = f"is not a run folder: it has no {RECORD}"


def find_run(text: str, runs_dir: Path) -> Path:
    """The absolute path of the run that ``text`` means.

    Args:
        text: A path, a folder's name in ``runs_dir``, a unique beginning of one, or ``latest``.
        runs_dir: Where runs live.

    Raises:
        PlaceError: There is none such, there are several, or it is a folder but not a run's.
    """
    if text == LATEST:
        return _latest(runs_dir)
    if text and _is_run(Path(text)):
        return Path(text).resolve()
    if os.sep in text:
        raise PlaceError(_NO_RECORD if _is_folder(text) else "is no run: no such folder", value=text)
    return _by_beginning(text, runs_dir)


def run_folders(runs_dir: Path) -> list[Path]:
    """Every folder in ``runs_dir``, by name, whole or not; links and hidden ones left out.

    Raises:
        PlaceError: ``runs_dir`` is missing or unreadable.
    """
    with place_errors(runs_dir, "no runs can be read here"), os.scandir(runs_dir) as entries:
        names = [
            entry.name for entry in entries if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
        ]
    return [runs_dir / name for name in sorted(names)]


def claimed_folders(runs_dir: Path) -> list[Path]:
    """Those of them that are runs, or were to become one; not what else somebody keeps there.

    Raises:
        PlaceError: ``runs_dir`` is missing or unreadable.
    """
    return [folder for folder in run_folders(runs_dir) if is_claimed(folder)]


def is_claimed(folder: Path) -> bool:
    """Whether a folder has a record, or at least a name, as runs have it."""
    return _is_run(folder) or (_is_folder(str(folder)) and is_run_name(folder.name))


def _latest(runs_dir: Path) -> Path:
    link = runs_dir / LATEST
    if _is_run(link):
        return link.resolve()
    problem = "points to a run that is gone" if link.is_symlink() else "is no run yet"
    raise PlaceError(problem, where=str(runs_dir), value=LATEST)


def _by_beginning(text: str, runs_dir: Path) -> Path:
    names = [folder.name for folder in run_folders(runs_dir)]
    found = [text] if text in names else [name for name in names if text and name.startswith(text)]
    if not found:
        match = nearest_match(text, names)
        hint = f"; did you mean '{match}'?" if match else ""
        raise PlaceError(f"is no run{hint}", where=str(runs_dir), value=text)
    if len(found) > 1:
        shown = ", ".join(found[-_SHOWN:]) + (", …" if len(found) > _SHOWN else "")
        raise PlaceError(f"begins {len(found)} runs", where=str(runs_dir), value=text, allowed=shown)
    folder = runs_dir / found[0]
    if not _is_run(folder):
        raise PlaceError(_NO_RECORD, where=str(runs_dir), value=found[0])
    return folder.resolve()


# os.path and not pathlib: what a user types may be too long for a path, and that is a plain no.
def _is_run(folder: Path) -> bool:
    return os.path.isfile(folder / RECORD)  # noqa: PTH113 - see above


def _is_folder(text: str) -> bool:
    return os.path.isdir(text)  # noqa: PTH112 - see above
