"""``kmeans runs check``: which run folders are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kmeans_cli.checks.fits import FittedData
from kmeans_cli.checks.run import CheckedRun, check_run
from kmeans_cli.commands.fitted import load_training_data
from kmeans_cli.progress import Progress, Stage, silent
from kmeans_cli.runs import Run, find_run
from kmeans_cli.runs.find import claimed_folders, is_claimed


def check(targets: Sequence[str], runs_dir: Path, data_dir: Path | None, progress: Progress) -> tuple[CheckedRun, ...]:
    """Check run folders.

    Args:
        targets: RUN each, or a folder of runs; none: all in ``runs_dir``, if there is one yet.
        runs_dir: Where runs live.
        data_dir: Where named data sets are looked for first.
        progress: Told what is going on.

    Raises:
        PlaceError: If there is no such run or folder.
    """
    everything = (str(runs_dir),) if runs_dir.exists() else ()
    folders = [folder for target in targets or everything for folder in _folders(target, runs_dir)]
    data = _LastData(data_dir)
    found = []
    for number, folder in enumerate(folders, start=1):
        progress(Stage(f"checking run {number} of {len(folders)}: {folder.name}"))
        found.append(check_run(folder, data.load))
    return tuple(found)


def _folders(target: str, runs_dir: Path) -> list[Path]:
    path = Path(target)
    if is_claimed(path):
        return [path.resolve()]
    return claimed_folders(path) if path.is_dir() else [find_run(target, runs_dir)]


class _LastData:
    """Loads the data of runs, and keeps the last: runs of one data set come one after the other."""

    def __init__(self, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._key: object = None
        self._data: FittedData | None = None

    def load(self, run: Run) -> FittedData:
        """The data a run was fitted on; see ``load_training_data`` for what it raises."""
        key = run.config.get("data"), run.record.get("dataset")
        if self._data is None or key != self._key:
            self._data = None  # the memory is for the next
            self._data = FittedData.of(load_training_data(run, self._data_dir, silent))
            self._key = key
        return self._data
