"""What figures say of a cluster, in the same words everywhere."""

from __future__ import annotations

import numpy as np

from kmeans_cli.core.types import IntArray
from kmeans_cli.plots.style import shorten
from kmeans_cli.plots.view import FitView


def cluster_name(view: FitView, cluster: int, *, short: bool = False) -> str:
    """``"3: class 7"`` (short: ``"3: 7"``), ``"3: cat"``, ``"3: empty"``; ``"3"`` where there are no true classes."""
    if view.cluster_sizes[cluster] == 0:
        return f"{cluster}: empty"
    name = view.cluster_classes and view.cluster_classes[cluster]
    if name is None:
        return f"{cluster}"
    kind = "" if short or isinstance(name, str) else "class "
    return f"{cluster}: {kind}{shorten(name, 16)}"


def cluster_facts(view: FitView, cluster: int) -> str:
    """Size and purity, ``"178, 98 %"``; the size alone where there is no purity; nothing of an empty cluster."""
    size = int(view.cluster_sizes[cluster])
    if size == 0:
        return ""
    return f"{size}" if view.purities is None else f"{size}, {percent(float(view.purities[cluster]))}"


def shown_clusters(view: FitView) -> IntArray:
    """The clusters worth a picture of their own: those with samples. An empty one's centroid is whatever it was."""
    return np.flatnonzero(view.cluster_sizes)


def empty_note(view: FitView) -> str:
    """``"; 13 empty clusters not shown"``; nothing where there are none."""
    n_empty = int((view.cluster_sizes == 0).sum())
    return f"; {n_empty} empty cluster{'' if n_empty == 1 else 's'} not shown" if n_empty else ""


def percent(share: float) -> str:
    """A share as whole percents; 100 % only when nothing is missing."""
    return ">99 %" if 0.995 <= share < 1 else f"{100 * share:.0f} %"
