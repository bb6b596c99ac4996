"""The states of running fits in a run folder, from which another process goes on to the same bytes.

``checkpoints/0003.npz`` is that of fit 3: written every so often and when the fit ends, gone when the run is completed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kmeans_cli import histories
from kmeans_cli.core.types import FitState
from kmeans_cli.datasets.arrays import read_npz_arrays
from kmeans_cli.errors import PlaceError
from kmeans_cli.runs.folder import RunFolder

CHECKPOINTS = "checkpoints"

_ABOUT = "about"
_CURE = "without this file, the fit would begin anew"


@dataclass(frozen=True)
class Checkpoint:
    """A fit after one of its iterations.

    Attributes:
        state: What the engine goes on from.
        trace: (k, d) float32 centroids of the start and after each iteration; empty when they are not kept.
    """

    state: FitState
    trace: Sequence[NDArray[np.float32]]


class Checkpoints:
    """Keeps where the fits of a run are.

    Args:
        folder: The run folder; its fingerprint says what a checkpoint must belong to.
        every_seconds: How long a fit goes on before its state is written again.
    """

    def __init__(self, folder: RunFolder, every_seconds: float) -> None:
        self._folder, self._every_seconds = folder, every_seconds
        self._written = time.monotonic()
        self._unwritten: tuple[int, Checkpoint] | None = None

    def find(self, fit: int) -> Checkpoint | None:
        """Where an earlier process was with this fit; None when it left nothing.

        Raises:
            PlaceError: If the file is broken, or of other settings or data than this run's.
        """
        path = self._folder.path / _name(fit)
        if not path.exists():
            return None
        arrays = read_npz_arrays(path)
        try:
            about = json.loads(str(arrays[_ABOUT]))
            checkpoint = _from_arrays(arrays, about)
        except (KeyError, TypeError, ValueError) as error:
            raise PlaceError(f"is no checkpoint ({error!r}); {_CURE}", where=str(path)) from error
        if (about.get("fingerprint"), about.get("fit")) != (self._folder.record["fingerprint"], fit):
            raise PlaceError(f"is a checkpoint of another fit, or of other settings or data; {_CURE}", where=str(path))
        return checkpoint

    def see(self, fit: int, checkpoint: Checkpoint) -> None:
        """Take note of the latest state, and write it when it is time."""
        self._unwritten = fit, checkpoint
        if time.monotonic() - self._written >= self._every_seconds:
            self.write()

    def write(self) -> None:
        """Write the latest state, unless it is written."""
        if self._unwritten is None:
            return
        fit, checkpoint = self._unwritten
        about = {
            "fit": fit,
            "fingerprint": self._folder.record["fingerprint"],
            "rng_state": checkpoint.state.rng_state,
            "since_reassigning": checkpoint.state.since_reassigning,
        }
        self._folder.write_npz(_name(fit), _to_arrays(checkpoint) | {_ABOUT: np.array(json.dumps(about))})
        self._written, self._unwritten = time.monotonic(), None

    def remove(self) -> None:
        """Remove all: the run is completed."""
        self._folder.remove(CHECKPOINTS)


def _name(fit: int) -> str:
    return f"{CHECKPOINTS}/{fit:04d}.npz"


def _to_arrays(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    state = checkpoint.state
    arrays = {
        "centroids": state.centroids,
        "labels": state.labels,
        "start": state.start,
        "sums": state.sums,
        "init_indices": state.init_indices,
        "counts": state.counts,
        "trace": np.stack(checkpoint.trace) if checkpoint.trace else None,
        **histories.to_arrays(state.history),
    }
    return {name: array for name, array in arrays.items() if array is not None}


def _from_arrays(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any]) -> Checkpoint:
    state = FitState(
        centroids=arrays["centroids"],
        labels=arrays["labels"],
        start=arrays["start"],
        sums=arrays["sums"],
        rng_state=about["rng_state"],
        history=histories.from_arrays(arrays),
        init_indices=arrays.get("init_indices"),
        counts=arrays.get("counts"),
        since_reassigning=about["since_reassigning"],
    )
    return Checkpoint(state, tuple(arrays.get("trace", ())))
