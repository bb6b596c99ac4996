"""Who may import whom, and which library lives where. Late and type-checking imports count like all others."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import kmeans_cli

ROOT = Path(kmeans_cli.__file__).parent
ROOMS = sorted({path.relative_to(ROOT).with_suffix("").parts[0] for path in ROOT.rglob("*.py")})

# What every room but the core may use, besides itself.
EVERYTHING = {"errors", "core.types", "core.params", "core.samples", "__version__"}
# Room -> what else of the house it may use: a room, or one file of it. A room without a row needs nothing else.
ARROWS = {
    "__init__": {"runs.read"},
    "__main__": {"cli"},
    "cli": {
        *("commands", "config", "config_schema", "runs", "progress", "interruption", "ranges", "datasets.params"),
        *("selection", "tables", "checks.run"),
    },
    "commands": set(ROOMS) - {"__init__", "__main__", "cli", "commands"},
    "checks": {
        *("runs", "config", "compression", "datasets", "images", "pictures", "model"),
        *("csv_tables", "evaluation", "experiment", "fit_records", "fits_table", "streamed"),
        *(
            "core.distance",
            "core.nearest",
            "core.passes",
            "core.result",
            "core.scratch",
            "core.stream",
            "core.stream_result",
        ),
    },
    "csv_tables": {"datasets.types", "model"},
    "records": {"csv_tables", "runs", "plots"},
    "fit_files": {"csv_tables", "evaluation", "experiment", "model", "runs", "plots", "datasets.types"},
    "image_records": {"image_files", "image_work", "images", "runs", "plots", "selection"},
    "image_work": {"compression", "experiment", "crew", "image_files", "images", "plots.params", "progress", "threads"},
    "image_files": {"compression", "images", "plots"},
    "compression": {"core.nearest", "experiment", "images", "datasets.types"},
    "fits_table": {"fit_records"},
    "fit_records": {
        "evaluation",
        "experiment",
        "histories",
        "metrics",
        "runs",
        "sweep",
        "datasets.types",
        "datasets.arrays",
    },
    "processes": {"posting"},
    "cluster": {"cluster_tasks", "executor"},
    "cluster_tasks": {"threads"},
    "crew": {"cluster", "cluster_tasks", "executor", "processes", "progress", "shared", "threads"},
    "many": {"crew", "executor", "progress"},
    "fit_work": {"crew", "evaluation", "experiment", "metrics.params", "threads", "progress"},
    "streamed": {
        *("datasets", "evaluation", "experiment", "metrics", "progress"),
        *("core.distance", "core.nearest", "core.stream_result"),
    },
    "stream_labels": {"datasets.shards", "experiment", "runs", "core.stream_result"},
    "stream_map": {"cluster", "executor", "progress", "threads", "core.stream"},
    "checkpoints": {"histories", "runs", "datasets.arrays"},
    "experiment": {"checkpoints", "core", "metrics", "progress", "sweep", "datasets.types"},
    "evaluation": {
        *("experiment", "core.nearest", "metrics", "model", "progress", "datasets.types"),
        "images.ink",  # how ink lies in the training images is part of the model
    },
    "config_schema": {"config", "strict_yaml", "core", "datasets", "executor", "images", "plots.params", "selection"},
    "config": {
        *("config_errors", "strict_yaml", "datasets.params", "metrics.params", "plots.params", "executor"),
        "images.params",
        *("sweep", "tables.params"),
    },
    "sweep": {"core", "ranges", "selection"},
    "tables": {"metrics"},
    "selection": {"metrics"},
    "runs": {"model", "strict_yaml", "datasets.arrays"},
    "model": {"datasets.arrays"},
    "pictures": {"png_pixels"},
    "plots": {"metrics"},
    "datasets": {"pictures", "progress", "core.prepare", "core.stream", "core.survey"},
    "images": {"pictures"},
}
# Library -> the only room that may import it; numpy and the standard library are everywhere.
LIBRARIES = {
    "typer": "cli",
    "rich": "cli",
    "yaml": "strict_yaml",
    "pydantic": "config",
    "matplotlib": "plots",
    "PIL": "pictures",
    "pooch": "datasets",
    "threadpoolctl": "threads",
    "distributed": "cluster",
}


def imports() -> Iterator[tuple[Path, str, str]]:
    """Every import of the package: the file, its room, and the dotted name that is imported."""
    for path in ROOT.rglob("*.py"):
        room = path.relative_to(ROOT).with_suffix("").parts[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, room, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path} has a relative import"
                yield from ((path, room, f"{node.module}.{alias.name}") for alias in node.names)


def within(name: str, allowed: set[str]) -> bool:
    """Whether a dotted name is one of the allowed ones or inside one."""
    return any(name == one or name.startswith(one + ".") for one in allowed)


def test_rooms_import_along_the_arrows() -> None:
    """No room imports another one that the table does not allow it; the core imports nothing but the errors."""
    wrong = []
    for path, room, name in imports():
        allowed = ARROWS.get(room, set()) | {room} | (EVERYTHING if room != "core" else {"errors"})
        if name.startswith("kmeans_cli.") and not within(name.removeprefix("kmeans_cli."), allowed):
            wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong


def test_arrows_point_down() -> None:
    """No two rooms may use each other, not even by a detour, and every room in the table is there."""
    TopologicalSorter({room: {name.split(".")[0] for name in names} for room, names in ARROWS.items()}).prepare()
    assert set(ARROWS) <= set(ROOMS)


def test_libraries_stay_in_their_rooms() -> None:
    """Each library is imported in one room only, none that is not in the table, and pyplot nowhere."""
    wrong = []
    for path, room, name in imports():
        library = name.split(".")[0]
        free = library in sys.stdlib_module_names or library in ("numpy", "kmeans_cli")
        if not (free or LIBRARIES.get(library) == room) or within(name, {"matplotlib.pyplot"}):
            wrong.append(f"{path.relative_to(ROOT)} imports {name}")
    assert not wrong
