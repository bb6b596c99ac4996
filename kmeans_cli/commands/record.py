"""What every run says of itself: where it comes from, and its log."""

from __future__ import annotations

from typing import Any

from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config, to_tree
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.progress import Event, FitDone, Progress, Stage, Warned
from kmeans_cli.runs import provenance
from kmeans_cli.runs.folder import RunFolder


def origin(
    config: Config, dataset: Dataset, where: RunPlace, threads: int, start_sha256: str | None = None
) -> dict[str, Any]:
    """What ``run.json`` holds besides the status.

    Args:
        config: The settings.
        dataset: The data.
        where: Where the command works.
        threads: Of a fit.
        start_sha256: Of the given start, if there is one.
    """
    described = {
        "name": dataset.name,
        "path": None if dataset.path is None else str(dataset.path),
        "shape": list(dataset.X.shape),
        "sha256": dataset.sha256,
    }
    return provenance.collect(
        argv=where.argv,
        seed=config.seed,
        config=to_tree(config),
        dataset=described,
        threads=threads,
        start_sha256=start_sha256,
    )


def logged(progress: Progress, folder: RunFolder) -> Progress:
    """Also keep in ``log.txt`` what is said of more than one iteration."""

    def log(event: Event) -> None:
        if isinstance(event, Stage | Warned):
            folder.log(event.text)
        elif isinstance(event, FitDone):
            folder.log(f"fit {event.fit}: {_line(event)}")
        progress(event)

    return log


def _line(event: FitDone) -> str:
    if event.error is not None:
        return f"failed: {event.error}"
    return f"{event.n_iter} iterations, {event.stop_reason}, J_clust {event.j_clust}"
