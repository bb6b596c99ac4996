"""One picture in fewer colours: its distinct colours, what is made of the fits for a k, and the numbers of that."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.types import Float64Array, LabelArray, MapBlocks
from kmeans_cli.datasets.types import Dataset
from kmeans_cli.errors import ConfigError
from kmeans_cli.experiment import FitData, Fitted
from kmeans_cli.images.colours import Colours, find_colours
from kmeans_cli.images.palette import Visible, palette_values
from kmeans_cli.images.params import ImageParams
from kmeans_cli.images.quality import Quality, measure
from kmeans_cli.images.reduced import Reduced, reduce_colours, visible_colours
from kmeans_cli.images.sources import Source
from kmeans_cli.images.spaces import Bytes


@dataclass(frozen=True)
class Original:
    """A picture, ready to be given fewer colours.

    Attributes:
        source: Where it came from.
        bytes_original: Of its file.
        is_png: Whether the file is a lossless PNG of these very pixels.
        colours: Its distinct colours.
        visible: Those that are clustered.
        data: Those, ready for fits.
        notes: What had to be converted, in words.
    """

    source: Source
    bytes_original: int
    is_png: bool
    colours: Colours
    visible: Visible
    data: FitData
    notes: tuple[str, ...]

    @property
    def whole(self) -> Reduced:
        """It with every colour as its own entry."""
        return Reduced(self.colours.rgba, self.colours.index)

    @property
    def shown(self) -> Bytes:
        """(h, w, 3) uint8, as it looks on white; made anew each time, for a fit needs the memory."""
        return self.whole.shown

    @cached_property
    def bytes_png(self) -> int:
        """Of the smallest lossless PNG at hand: ours, or the file itself when it is one."""
        ours = self.whole.png_size()
        return min(ours, self.bytes_original) if self.is_png else ours


@dataclass(frozen=True)
class Originals:
    """The pictures of a run, opened when asked for; the last one stays open, for its next number of colours.

    Attributes:
        sources: Where they come from.
        params: How they are opened.
    """

    sources: tuple[Source, ...]
    params: ImageParams
    _open: dict[int, Original] = field(default_factory=dict, repr=False)

    def open(self, number: int, map_blocks: MapBlocks) -> Original:
        """Picture ``number``; see ``load_original`` for what it raises."""
        if number not in self._open:
            self._open.clear()  # before the next one needs the memory
            self._open[number] = load_original(self.sources[number], self.params, map_blocks)
        return self._open[number]


@dataclass(frozen=True)
class Compressed:
    """A picture in k colours.

    Attributes:
        k: As asked for.
        original: What it was.
        reduced: Palette and labels.
        png: The file.
        quality: How near it comes.
        fits: Of all starts; none where every colour kept its own entry.
        seconds: Wall time of the fits, and of making and measuring the file.
    """

    k: int
    original: Original
    reduced: Reduced
    png: bytes
    quality: Quality
    fits: tuple[Fitted, ...]
    seconds: float

    @property
    def best(self) -> Fitted | None:
        """The fit with the least inertia."""
        return best_of(self.fits)

    @property
    def is_larger(self) -> bool:
        """Whether the file is larger than that of the original."""
        return len(self.png) > self.original.bytes_original

    def metrics(self) -> dict[str, Any]:
        """An entry of ``images`` in ``metrics.json``."""
        original, best = self.original, self.best
        height, width = self.reduced.labels.shape
        inertia = best.result.inertia if best else 0.0
        return {
            "path": original.source.name if original.source.path is None else str(original.source.path),
            "k": self.k,
            "width": width,
            "height": height,
            "bytes_original": original.bytes_original,
            "bytes_png": original.bytes_png,
            "bytes_result": len(self.png),
            "ratio_original": original.bytes_original / len(self.png),
            "ratio_png": original.bytes_png / len(self.png),
            "bits_per_pixel": 8 * len(self.png) / (height * width),
            "psnr": self.quality.psnr,
            "ssim": self.quality.ssim,
            "delta_e": self.quality.delta_e,
            "mse": self.quality.mse,
            "colours_before": len(original.colours.rgba),
            "colours_after": len(self.reduced.rgba),
            "inertia": inertia,
            "j_clust": inertia / original.data.prepared.total_weight,
            "n_iter": best.result.n_iter if best else 0,
            "converged": best.result.converged if best else True,
            "stop_reason": best.result.stop_reason.value if best else "every colour kept its own entry",
            "seed": best.job.seed if best else None,
            "seconds": self.seconds,
            "palette": palette_values(self.reduced.rgba, self.reduced.counts),
        }


def larger_line(image: Mapping[str, Any]) -> str:
    """By how much a result is larger than its original, in words; ``image`` is its entry in ``metrics.json``."""
    sizes = f"{image['bytes_result']:,} against {image['bytes_original']:,} bytes"
    return f"{Path(image['path']).name}, k = {image['k']}: the result is LARGER than the original: {sizes}"


def load_original(source: Source, params: ImageParams, map_blocks: MapBlocks) -> Original:
    """Open a picture and find its colours.

    Raises:
        PlaceError: If it is missing, no picture, broken or too large.
        ConfigError: If nothing of it is visible, so that there is nothing to cluster.
    """
    content = source.read()
    picture = source.open(content, params.max_pixels)
    colours = find_colours(picture.pixels, picture.alpha)
    if len(colours.rgba) == colours.n_hidden:
        raise ConfigError("is fully transparent: there are no colours to cluster", where=source.name)
    visible = visible_colours(colours, params.space)
    kind = () if picture.kind is None else (f"{picture.kind} was converted to RGB",)
    return Original(
        source=source,
        bytes_original=len(content),
        is_png=picture.format == "PNG" and not picture.notes,
        colours=colours,
        visible=visible,
        data=FitData.of(_dataset(source, visible), map_blocks),
        notes=tuple(f"{source.name}: {note}" for note in (*kind, *picture.notes)),
    )


def fitted_clusters(original: Original, k: int) -> int:
    """How many clusters a fit for k entries has; 0 where every colour has an entry of its own.

    Raises:
        ConfigError: If the only entry would have to be both a colour and full transparency.
    """
    visible, hidden = len(original.visible.rgba), original.colours.n_hidden
    if k - hidden >= visible:
        return 0
    if k == hidden:
        where = f"{original.source.name}, k"
        raise ConfigError(
            "is one entry too few: full transparency needs its own", where=where, value=k, allowed="from 2"
        )
    return k - hidden


def compress(
    original: Original, k: int, params: ImageParams, fits: Sequence[Fitted], map_blocks: MapBlocks
) -> Compressed:
    """Round the best fit's centroids, label the pixels, make the file and measure it.

    Args:
        original: The picture.
        k: Colours asked for.
        params: How.
        fits: For ``fitted_clusters(original, k)``, one per start; none when that is 0.
        map_blocks: Who computes blocks.
    """

    def assign(entries: Float64Array) -> LabelArray:
        return nearest_labels(original.data.samples, original.data.prepared, entries, map_blocks)

    began = time.perf_counter()
    best = best_of(fits)
    centroids = None if best is None else best.result.centroids
    reduced = reduce_colours(original.colours, original.visible, params, centroids, assign)
    # Side by side, as most of the time for the file goes into one stream, work for one thread.
    measuring = partial(measure, original.whole, reduced, map_blocks)
    tasks: tuple[Callable[[], Any], ...] = (partial(reduced.png, map_blocks), measuring)
    png, quality = map_blocks(lambda task: task(), tasks)
    seconds = sum(sum(fitted.result.seconds.values()) for fitted in fits) + time.perf_counter() - began
    return Compressed(k, original, reduced, png, quality, tuple(fits), seconds)


def best_of(fits: Sequence[Fitted]) -> Fitted | None:
    """The fit with the least inertia; None of none."""
    return min(fits, key=lambda fitted: fitted.result.inertia, default=None)


def _dataset(source: Source, visible: Visible) -> Dataset:
    d = visible.points.shape[1]
    return Dataset(
        name=source.name,
        X=np.ascontiguousarray(visible.points),
        y=None,
        weights=visible.weights,
        image_shape=None,
        full_scale=visible.space.white,
        feature_names=None,
        ids=None,
        offset=np.zeros(d),
        factor=np.ones(d),
        test=None,
        path=source.path,
        sha256="",
    )
