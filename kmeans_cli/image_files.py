"""The files of a picture in k colours, by their name in a run folder: picture, palettes, label map, masks, figures."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np

from kmeans_cli.compression import Compressed
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.images.palette import palette_gpl, palette_json
from kmeans_cli.images.png import indexed_png
from kmeans_cli.plots.params import FigureParams
from kmeans_cli.plots.picture_view import ReducedView
from kmeans_cli.plots.style import save

_BLACK_AND_WHITE = np.array([[0, 0, 0, 255], [255, 255, 255, 255]], dtype=np.uint8)


def stem_of(picture: str, k: int) -> str:
    """What the files of a result are called: ``cat-k16``."""
    return f"{picture}-k{k}"


def image_name(stem: str) -> str:
    """Where the picture itself is."""
    return f"images/{stem}.png"


def labels_name(stem: str) -> str:
    """Where the label map is."""
    return f"labels/{stem}.npy"


def palette_name(stem: str) -> str:
    """Where the palette is, for programs."""
    return f"palettes/{stem}.json"


def figure_name(figure: str, stem: str, format: str) -> str:
    """Where a figure is; there is a ``comparison`` of every result."""
    return f"figures/{figure}-{stem}.{format}"


def build_files(
    compressed: Compressed, masks: bool, figures: FigureParams, keep_larger: bool, map_blocks: MapBlocks
) -> Iterator[tuple[str, bytes]]:
    """Each file with its content.

    Args:
        compressed: The result.
        masks: Whether there is a picture of each cluster.
        figures: What is drawn.
        keep_larger: Whether there is a picture even if it is larger than its original.
        map_blocks: Who computes blocks.
    """
    reduced, stem = compressed.reduced, stem_of(compressed.original.source.stem, compressed.k)
    if keep_larger or not compressed.is_larger:
        yield image_name(stem), compressed.png
    yield palette_name(stem), palette_json(stem, reduced.rgba, reduced.counts).encode()
    yield f"palettes/{stem}.gpl", palette_gpl(stem, reduced.rgba, reduced.counts).encode("utf-8", "backslashreplace")
    yield labels_name(stem), _label_map(compressed)
    if masks:
        yield from _masks(compressed, stem, map_blocks)
    if figures.enabled:
        yield from _figures(compressed, stem, figures.format)


def _label_map(compressed: Compressed) -> bytes:
    reduced, file = compressed.reduced, io.BytesIO()
    smallest = np.uint8 if len(reduced.rgba) <= 256 else np.uint16
    np.save(file, reduced.labels.astype(smallest, copy=False))
    return file.getvalue()


def _masks(compressed: Compressed, stem: str, map_blocks: MapBlocks) -> Iterator[tuple[str, bytes]]:
    """A black and white picture of each cluster, white where its pixels are, numbered as in the palette."""
    labels, k = compressed.reduced.labels, len(compressed.reduced.rgba)
    digits = len(str(k - 1))
    for entry in range(k):
        mask = (labels == entry).astype(np.int32)
        yield f"masks/{stem}-{entry:0{digits}d}.png", indexed_png(mask, _BLACK_AND_WHITE, map_blocks)


def _figures(compressed: Compressed, stem: str, format: str) -> Iterator[tuple[str, bytes]]:
    from kmeans_cli.plots.registry import PICTURE_PLOTS  # runs without figures need none of it

    view = _view(compressed)
    for name, plot in PICTURE_PLOTS.items():
        if plot.applies(view):
            file = io.BytesIO()
            save(plot.draw(view), file, format)
            yield figure_name(name, stem, format), file.getvalue()


def _view(compressed: Compressed) -> ReducedView:
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
