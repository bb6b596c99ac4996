"""A k-means experiment runner: exact, reproducible, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kmeans_cli.runs.read import load_run as load_run

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """``load_run`` for notebooks, imported when it is asked for."""
    if name == "load_run":
        from kmeans_cli.runs.read import load_run

        return load_run
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
