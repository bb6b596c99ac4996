"""What compressed pictures leave in a run folder: files, palettes, labels and masks; and how figures see them."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np

from kmeans_cli.compression import Compressed
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.images.palette import palette_gpl, palette_json
from kmeans_cli.images.png import indexed_png
from kmeans_cli.images.spaces import Bytes
from kmeans_cli.plots.picture_view import CurvePoint, CurvesView, ReducedView
from kmeans_cli.runs.folder import RunFolder
from kmeans_cli.selection import Curves, elbow

_BLACK_AND_WHITE = np.array([[0, 0, 0, 255], [255, 255, 255, 255]], dtype=np.uint8)
_THUMBNAIL = 320  # pixels, the longer side


def stem_of(compressed: Compressed) -> str:
    """What the files of a result are called: ``cat-k16``."""
    return f"{compressed.original.source.stem}-k{compressed.k}"


def write_result(folder: RunFolder, compressed: Compressed, *, keep_image: bool) -> None:
    """Write the picture (unless it is not to be kept), the palette in two formats and the label map."""
    stem, reduced = stem_of(compressed), compressed.reduced
    if keep_image:
        with folder.open_write(f"images/{stem}.png") as file:
            file.write(compressed.png)
    folder.write_text(f"palettes/{stem}.json", palette_json(stem, reduced.rgba, reduced.counts))
    folder.write_text(f"palettes/{stem}.gpl", palette_gpl(stem, reduced.rgba, reduced.counts))
    smallest = np.uint8 if len(reduced.rgba) <= 256 else np.uint16
    with folder.open_write(f"labels/{stem}.npy") as file:
        buffer = io.BytesIO()  # NumPy writes to a file descriptor behind the back of any wrapper
        np.save(buffer, reduced.labels.astype(smallest, copy=False))
        file.write(buffer.getbuffer())


def write_masks(folder: RunFolder, compressed: Compressed, map_blocks: MapBlocks) -> None:
    """Write a black and white picture of each cluster, white where its pixels are, numbered as in the palette."""
    stem, labels = stem_of(compressed), compressed.reduced.labels
    digits = len(str(len(compressed.reduced.rgba) - 1))
    for entry in range(len(compressed.reduced.rgba)):
        mask = indexed_png((labels == entry).astype(np.int32), _BLACK_AND_WHITE, map_blocks)
        with folder.open_write(f"masks/{stem}-{entry:0{digits}d}.png") as file:
            file.write(mask)


def build_view(compressed: Compressed) -> ReducedView:
    """A result as its figures see it."""
    original, reduced = compressed.original, compressed.reduced
    return ReducedView(
        name=original.source.name,
        original=original.shown,
        result=reduced.shown,
        labels=reduced.labels,
        rgba=reduced.rgba,
        counts=reduced.counts,
        bytes_original=original.bytes_original,
        bytes_result=len(compressed.png),
        psnr=compressed.quality.psnr,
        ssim=compressed.quality.ssim,
    )


def build_curves(points: Sequence[CurvePoint]) -> CurvesView:
    """All results as the curves over k see them, with the elbow of each picture."""
    names = list(dict.fromkeys(point.name for point in points))
    title = names[0] if len(names) == 1 else f"{len(names)} pictures"
    view = CurvesView(title, tuple(points), {})
    elbows = {name: _elbow(curve) for name, curve in view.by_picture().items()}
    return CurvesView(title, tuple(points), elbows)


def _elbow(curve: Sequence[CurvePoint]) -> int | None:
    ks, heights = [point.k for point in curve], [point.j_clust for point in curve]
    return elbow(Curves(ks, heights, (), (), (), {})).k


def build_point(compressed: Compressed) -> CurvePoint:
    """A result as the curves over k see it, small enough to keep many."""
    original, best = compressed.original, compressed.best
    inertia = best.result.inertia if best else 0.0
    return CurvePoint(
        name=original.source.stem,
        k=compressed.k,
        j_clust=inertia / original.data.prepared.total_weight,
        bytes_original=original.bytes_original,
        bytes_result=len(compressed.png),
        psnr=compressed.quality.psnr,
        ssim=compressed.quality.ssim,
        thumbnail=_thumbnail(compressed.reduced.shown),
    )


def _thumbnail(pixels: Bytes) -> Bytes:
    step = -(-max(pixels.shape[:2]) // _THUMBNAIL)
    return np.ascontiguousarray(pixels[::step, ::step])
