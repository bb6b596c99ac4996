"""``make bench-ablation``: what each idea brings; our fit with one of them at a time switched off.

``python -m tests.bench.ablation [WORK ...] [--repeats N] [--out FOLDER]`` writes ``ablation.json`` and ``.md`` there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core import narrow, update
from kmeans_cli.core.algorithms import choose, expiry, hamerly, lloyd, projected
from kmeans_cli.core.algorithms.expiry import Expiry
from kmeans_cli.core.algorithms.remainders import Remainders
from kmeans_cli.core.scratch import Scratch
from kmeans_cli.core.types import LabelArray, Moves, Where
from kmeans_cli.core.update import ClusterSums
from tests.bench.peers import Timed, interleaved, ours
from tests.bench.works import WORKS, Work

_DEFAULT = ("mnist-20", "mnist-256", "blobs", "cat-64", "digits-100")
_move, _remember = ClusterSums.move, Remainders.remember


def _never_proven(*_: object) -> None:
    return None


def _remember_once(self: Remainders, where: Where, scores: NDArray[np.float32], labels: LabelArray) -> None:
    if not self._path.any():
        _remember(self, where, scores, labels)


def _never_correct(*_: object) -> None:
    return None


def _move_all(self: ClusterSums, moves: Moves, labels: LabelArray) -> None:  # noqa: ARG001 - it stands in for ClusterSums.move
    for kept in (self.sums, self.weights):
        kept[:] = 0
    _move(self, Moves(np.arange(len(labels)), np.full_like(labels, -1)), labels)


def _fresh(_: Scratch, __: object, m: int, width: int) -> NDArray[np.float32]:
    return np.empty((m, width), dtype=np.float32)


def _argmin(scores: NDArray[np.float32]) -> LabelArray:
    labels: LabelArray = scores.argmin(axis=0).astype(np.int32)
    return labels


IDEAS: dict[str, tuple[str, Callable[[], AbstractContextManager[Any]]]] = {
    "all ideas": ("auto", nullcontext),
    "no subspace (hamerly)": ("hamerly", nullcontext),
    "no bounds and no subspace (lloyd)": ("lloyd", nullcontext),
    "bounds never spare a look": ("auto", lambda: patch.object(Expiry, "due", _never_proven)),
    "the rest remembered once, never anew": (
        "auto",
        lambda: patch.multiple(Remainders, remember=_remember_once, correct=_never_correct),
    ),
    "no duels": ("auto", lambda: patch.object(projected, "_MANY", 1 << 30)),
    "labels searched, not confirmed": ("auto", lambda: patch.object(hamerly, "NARROW", 0)),
    "places of the smallest scores by argmin": ("auto", lambda: patch.object(narrow, "_smallest_in_columns", _argmin)),
    "all other centroids count, not those in reach": ("auto", lambda: patch.object(hamerly, "_LOW", 0)),
    "every expiry read in every iteration": ("auto", lambda: patch.object(expiry, "_WATCHED", 0.0)),
    "scores of small data not kept": ("auto", lambda: patch.object(lloyd, "MOST_KEPT", 0)),
    "sums anew in every iteration": ("auto", lambda: patch.object(ClusterSums, "move", _move_all)),
    "sums not ordered by cluster": ("auto", lambda: patch.object(update, "_MANY", 1 << 30)),
    "fresh memory for every product": ("auto", lambda: patch.object(Scratch, "matrix", _fresh)),
}

_WIDE, _BOUNDED = {"projected"}, {"projected", "hamerly"}
_PART_OF: dict[str, set[str]] = {
    "no subspace (hamerly)": _WIDE,
    "no bounds and no subspace (lloyd)": _BOUNDED,
    "bounds never spare a look": _BOUNDED,
    "the rest remembered once, never anew": _WIDE,
    "no duels": _WIDE,
    "labels searched, not confirmed": {"hamerly"},
    "places of the smallest scores by argmin": {"hamerly"},
    "all other centroids count, not those in reach": {"hamerly"},
    "every expiry read in every iteration": _BOUNDED,
    "scores of small data not kept": {"lloyd"},
}
"""Which algorithms an idea is part of; the others of all."""


def without(idea: str) -> Callable[[Work], Timed]:
    """Our fit with an idea switched off."""
    algorithm, switch_off = IDEAS[idea]

    def run(work: Work) -> Timed:
        with switch_off():
            return ours(algorithm)(work)

    return run


def measure(name: str, repeats: int) -> dict[str, float]:
    """Median seconds of a work without each idea of its algorithm; all must end with the same labels.

    Raises:
        SystemExit: If one does not.
    """
    work = WORKS[name]()
    algorithm, _ = choose("auto", *work.X.shape, work.k)
    ideas = [idea for idea in IDEAS if algorithm in _PART_OF.get(idea, {algorithm})]
    timed = interleaved(work, {idea: without(idea) for idea in ideas}, repeats)
    labels = [fitted.labels for _, fitted in timed.values()]
    if any((other != labels[0]).any() for other in labels):
        raise SystemExit(f"{name}: not the same labels, so no comparison")
    return {idea: seconds for idea, (seconds, _) in timed.items()}


def main() -> None:
    """Measure and write the table: an idea per line, a work per column, how many times as long without it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("works", nargs="*", default=_DEFAULT, metavar="WORK")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    arguments = parser.parse_args()
    seconds = {name: measure(name, arguments.repeats) for name in arguments.works}
    lines = ["| | " + " | ".join(seconds) + " |", "| --- " * (1 + len(seconds)) + "|"]
    lines.append("| all ideas | " + " | ".join(f"{times['all ideas']:.3g} s" for times in seconds.values()) + " |")
    for idea in list(IDEAS)[1:]:
        shares = (f"{times[idea] / times['all ideas']:.2f}×" if idea in times else "–" for times in seconds.values())
        lines.append(f"| {idea} | " + " | ".join(shares) + " |")
    table = "\n".join(lines) + "\n"
    print(table, end="")
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "ablation.md").write_text(table)
    (arguments.out / "ablation.json").write_text(json.dumps(seconds, indent=1) + "\n")


if __name__ == "__main__":
    main()
