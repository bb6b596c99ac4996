"""``kmeans runs check``: which run folders are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kmeans_cli.checks.run import CheckedRun, check_run
from kmeans_cli.commands.fitted import load_stream, load_training_data
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.experiment import FitData
from kmeans_cli.progress import Progress, Stage, silent
from kmeans_cli.runs import Run, find_run
from kmeans_cli.runs.find import claimed_folders, is_claimed
from kmeans_cli.threads import open_block_map


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
    found = []
    with open_block_map() as map_blocks:
        data = _LastData(data_dir, map_blocks)
        for number, folder in enumerate(folders, start=1):
            progress(Stage(f"checking run {number} of {len(folders)}: {folder.name}"))
            found.append(check_run(folder, data.load, map_blocks))
    return tuple(found)


def _folders(target: str, runs_dir: Path) -> list[Path]:
    path = Path(target)
    if is_claimed(path):
        return [path.resolve()]
    return claimed_folders(path) if path.is_dir() else [find_run(target, runs_dir)]


class _LastData:
    """Loads the data of runs, and keeps the last: runs of one data set come one after the other."""

    def __init__(self, data_dir: Path | None, map_blocks: MapBlocks) -> None:
        self._data_dir, self._map_blocks = data_dir, map_blocks
        self._key: object = None
        self._data: FitData | None = None

    def load(self, run: Run) -> FitData:
        """The data a run was fitted on; see ``load_training_data`` and ``load_stream`` for what it raises."""
        key = run.config.get("data"), run.record.get("dataset")
        if self._data is None or key != self._key:
            self._data = None  # the memory is for the next
            self._data = self._load(run)
            self._key = key
        return self._data

    def _load(self, run: Run) -> FitData:
        if run.was_in_passes:
            return load_stream(run, self._map_blocks, silent)
        return FitData.of(load_training_data(run, self._data_dir, silent), self._map_blocks)
