"""What ``kmeans sweep-k`` or ``kmeans multi-init`` would do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kmeans_cli.cli.many import PlanCommand
from kmeans_cli.cli.many_table import work_values
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.many_plan import ManyPlan, plan_many
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Config
from kmeans_cli.progress import Progress
from kmeans_cli.ranges import format_range


def planned(command: str) -> PlanCommand:
    """The plan of the command with this name."""

    def plan(config: Config, *, where: RunPlace, options: ManyOptions, progress: Progress) -> Mapping[str, Any]:
        return _values(plan_many(command, config, where=where, options=options, progress=progress))

    return plan


def _values(plan: ManyPlan) -> dict[str, Any]:
    """A plan as plain values."""
    n, d = plan.dataset.X.shape
    keys = [job.key for job in plan.jobs]
    return {
        "dataset": plan.dataset.name,
        "n_samples": n,
        "n_features": d,
        "n_held_out": 0 if plan.dataset.test is None else len(plan.dataset.test.X),
        "dtype": str(plan.dataset.X.dtype),
        "k": format_range(list(dict.fromkeys(key.k for key in keys))),
        "init": ",".join(dict.fromkeys(key.init for key in keys)),
        **work_values(plan),
    }
