"""What compressed pictures leave in a run folder: files, palettes, labels, masks, and the figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kmeans_cli.compression import Compressed
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.images.palette import palette_gpl, palette_json
from kmeans_cli.images.png import indexed_png
from kmeans_cli.images.spaces import Bytes
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.runs.folder import RunFolder

if TYPE_CHECKING:
    from kmeans_cli.plots.pictures.view import CurvePoint, ReducedView

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
        np.save(buffer, reduced.labels.astype(smallest))
        file.write(buffer.getbuffer())


def write_masks(folder: RunFolder, compressed: Compressed, map_blocks: MapBlocks) -> None:
    """Write a black and white picture of each cluster, white where its pixels are, numbered as in the palette."""
    stem, labels = stem_of(compressed), compressed.reduced.labels
    digits = len(str(len(compressed.reduced.rgba) - 1))
    for entry in range(len(compressed.reduced.rgba)):
        mask = indexed_png((labels == entry).astype(np.int32), _BLACK_AND_WHITE, map_blocks)
        with folder.open_write(f"masks/{stem}-{entry:0{digits}d}.png") as file:
            file.write(mask)


def write_figures(folder: RunFolder, compressed: Compressed, params: FigureParams) -> None:
    """Draw the figures of one result."""
    from kmeans_cli.plots.pictures import PICTURE_PLOTS  # matplotlib costs a third of a second
    from kmeans_cli.plots.style import save

    view, stem = build_view(compressed), stem_of(compressed)
    for name, plot in PICTURE_PLOTS.items():
        if plot.applies(view):
            with folder.open_write(f"figures/{stem}-{name}.{params.format}") as file:
                save(plot.draw(view), file, params.format)


def write_curves(folder: RunFolder, points: Sequence[CurvePoint], params: FigureParams) -> None:
    """Draw the figures of several results together."""
    from kmeans_cli.plots.pictures import CURVE_PLOTS
    from kmeans_cli.plots.style import save

    for name, plot in CURVE_PLOTS.items():
        if plot.applies(points):
            with folder.open_write(f"figures/{name}.{params.format}") as file:
                save(plot.draw(points), file, params.format)


def build_view(compressed: Compressed) -> ReducedView:
    """A result as its figures see it."""
    from kmeans_cli.plots.pictures.view import ReducedView

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


def build_point(compressed: Compressed) -> CurvePoint:
    """A result as the curves over k see it, small enough to keep many."""
    from kmeans_cli.plots.pictures.view import CurvePoint

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
