"""What of a compressed picture a run goes on from: ``fits/cat-k16.json``, written last, commits its other files.

``metrics.json``, the tables and the figures of all results are made from these records, so a resumed run cannot differ
from one left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.core.types import IterationRecord
from kmeans_cli.errors import PlaceError
from kmeans_cli.image_files import figure_name, image_name, labels_name, palette_name, stem_of
from kmeans_cli.image_work import ImageJob, ImageOutcome, StartOutcome
from kmeans_cli.images.reduced import Reduced
from kmeans_cli.images.spaces import Bytes
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.picture_view import CurvePoint, CurvesView
from kmeans_cli.runs.folder import RunFolder
from kmeans_cli.runs.read import read_json, understood
from kmeans_cli.selection import Curves, elbow

FITS = "fits"
FIT_COLUMNS = (
    *("fit", "picture", "k", "init", "start", "seed", "status", "n_iter", "converged", "stop_reason"),
    *("inertia", "j_clust", "seconds", "error"),
)
"""What stands in ``fits.csv``: a row for each start of each result, or one for a result that failed."""

_MEASURED = tuple(field.name for field in fields(IterationRecord))
_THUMBNAIL = 320  # pixels, the longer side


@dataclass(frozen=True)
class StoredImage:
    """A result as it stands in a run folder.

    Attributes:
        run: The run folder.
        picture: What the names of its picture's files begin with.
        k: How many colours were asked for.
        origin: What else its numbers come from: the sha256 of the picture's file, and how many starts.
        error: Why it failed, or None.
        image: Its entry in ``metrics.json``; empty when it failed.
        starts: Its fits.
    """

    run: Path
    picture: str
    k: int
    origin: dict[str, Any]
    error: str | None
    image: dict[str, Any]
    starts: tuple[StartOutcome, ...]

    @property
    def stem(self) -> str:
        """What its files are called."""
        return stem_of(self.picture, self.k)

    @property
    def kept(self) -> bool:
        """Whether the picture was kept."""
        return (self.run / image_name(self.stem)).exists()

    @property
    def is_larger(self) -> bool:
        """Whether it is larger than its original."""
        return bool(self.image) and self.image["bytes_result"] > self.image["bytes_original"]

    def serves(self, job: ImageJob, figures: FigureParams, keep_larger: bool) -> bool:
        """Whether it is what a job would give, with the files that are wanted."""
        if self.origin != _origin(job):
            return False
        wanted = [labels_name(self.stem), palette_name(self.stem)]
        if figures.enabled:
            wanted.append(figure_name("comparison", self.stem, figures.format))
        there = all((self.run / name).exists() for name in wanted)
        return self.error is not None or (there and self.kept == (keep_larger or not self.is_larger))


def write_outcome(folder: RunFolder, outcome: ImageOutcome) -> None:
    """Keep a result; its record comes last. A picture that an earlier process kept and this one did not goes."""
    picture = image_name(outcome.job.file_stem)
    if picture not in outcome.files:
        folder.remove(picture)
    for name, content in outcome.files.items():
        with folder.open_write(name) as file:
            file.write(content)
    starts = [{"numbers": start.numbers, "history": _columns(start.history)} for start in outcome.starts]
    _write(folder, outcome.job, {"error": None, "image": outcome.image}, starts)


def write_failure(folder: RunFolder, job: ImageJob, error: str) -> None:
    """Keep that a result failed, and why."""
    _write(folder, job, {"error": error, "image": {}}, [])


def read_images(run: Path) -> dict[tuple[str, int], StoredImage]:
    """Every result of a run, by the stem of its picture and k.

    Raises:
        PlaceError: If a record is damaged.
    """
    stored = (_read(run, path) for path in sorted((run / FITS).glob("*.json")))
    return {(each.picture, each.k): each for each in stored}


def histories(images: Sequence[StoredImage]) -> dict[int, Sequence[IterationRecord]]:
    """The history of every start, numbered through all results."""
    return dict(enumerate(start.history for image in images for start in image.starts))


def fit_rows(images: Sequence[StoredImage], init: str) -> Iterator[tuple[Any, ...]]:
    """The rows of ``fits.csv``, in the order of ``FIT_COLUMNS``; numbered like the histories."""
    number = 0
    for image in images:
        row = {"picture": image.picture, "k": image.k, "init": init}
        if image.error is not None:
            failed = row | {"status": "failed", "error": image.error}
            yield tuple(failed.get(column) for column in FIT_COLUMNS)
        for start in image.starts:
            good = row | start.numbers | {"fit": number, "status": "completed"}
            yield tuple(good.get(column) for column in FIT_COLUMNS)
            number += 1


def build_curves(images: Sequence[StoredImage]) -> CurvesView:
    """All results that did not fail as the curves over k see them, with the elbow of each picture."""
    points = tuple(map(_point, images))
    names = list(dict.fromkeys(point.name for point in points))
    title = names[0] if len(names) == 1 else f"{len(names)} pictures"
    curves = CurvesView(title, points, {}).by_picture()
    return CurvesView(title, points, {name: _elbow(curve) for name, curve in curves.items()})


def _elbow(curve: Sequence[CurvePoint]) -> int | None:
    ks, heights = [point.k for point in curve], [point.j_clust for point in curve]
    return elbow(Curves(ks, heights, (), (), (), {})).k


def _point(stored: StoredImage) -> CurvePoint:
    image = stored.image
    return CurvePoint(
        name=stored.picture,
        k=stored.k,
        j_clust=image["j_clust"],
        bytes_original=image["bytes_original"],
        bytes_result=image["bytes_result"],
        psnr=image["psnr"],
        ssim=image["ssim"],
        thumbnail=_thumbnail(stored.run / labels_name(stored.stem), image["palette"]),
    )


def _thumbnail(label_map: Path, palette: Sequence[Mapping[str, Any]]) -> Bytes:
    """(h, w, 3) every so manieth pixel of a result, on white."""
    try:
        labels = np.load(label_map, mmap_mode="r", allow_pickle=False)
    except (EOFError, ValueError) as error:
        problem = "is broken or cut short; without it, --resume makes this result again"
        raise PlaceError(problem, where=str(label_map)) from error
    step = -(-max(labels.shape) // _THUMBNAIL)
    rgba = np.array([[*entry["rgb"], entry.get("alpha", 255)] for entry in palette], dtype=np.uint8)
    return Reduced(rgba, np.ascontiguousarray(labels[::step, ::step])).shown


def _origin(job: ImageJob) -> dict[str, Any]:
    return {"sha256": job.sha256, "n_init": job.n_init}


def _write(folder: RunFolder, job: ImageJob, result: dict[str, Any], starts: list[dict[str, Any]]) -> None:
    identity = {"picture": job.stem, "k": job.k, "origin": _origin(job)}
    folder.write_json(f"{FITS}/{job.file_stem}.json", identity | result | {"starts": starts})


def _read(run: Path, path: Path) -> StoredImage:
    record = read_json(path)
    with understood(path):
        starts = tuple(StartOutcome(start["numbers"], _records(start["history"])) for start in record["starts"])
        return StoredImage(run, **(record | {"starts": starts}))


def _columns(history: Sequence[IterationRecord]) -> dict[str, list[Any]]:
    return {name: [getattr(record, name) for record in history] for name in _MEASURED}


def _records(columns: Mapping[str, Sequence[Any]]) -> tuple[IterationRecord, ...]:
    return tuple(IterationRecord(*row) for row in zip(*(columns[name] for name in _MEASURED), strict=True))
