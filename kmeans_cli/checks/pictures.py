"""Whether compressed pictures are what their palettes, labels and numbers tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_cli.checks.finding import SLACK, Finding, agree, note, shown
from kmeans_cli.compression import Original, load_original
from kmeans_cli.config import Config
from kmeans_cli.core.distance import squared_distances
from kmeans_cli.core.nearest import nearest_labels
from kmeans_cli.core.types import MapBlocks
from kmeans_cli.datasets.arrays import read_npy_array
from kmeans_cli.errors import KMeansError, PlaceError
from kmeans_cli.images.params import STANDARD_INPUT
from kmeans_cli.images.quality import measure
from kmeans_cli.images.reduced import Reduced
from kmeans_cli.images.sources import Source, find_sources, sha256
from kmeans_cli.images.spaces import Bytes
from kmeans_cli.pictures import open_picture
from kmeans_cli.runs import Run
from kmeans_cli.runs.read import read_json

_QUALITY = ("mse", "psnr", "ssim", "delta_e")


def check_pictures(run: Run, config: Config, map_blocks: MapBlocks) -> Iterator[Finding]:
    """Pixels whose palette entry is not the nearest, and numbers that are not those of picture and result.

    Where ``smooth`` or ``dither`` chose entries, nearness is not asked for.

    Raises:
        PlaceError, KeyError, TypeError, AttributeError: If a file does not hold what the command writes.
    """
    images = {(each["path"], each["k"]): each for each in run.metrics["images"]}
    try:
        sources = _sources(run, config)
    except KMeansError as error:
        yield note(f"labels and numbers were not checked, for want of the pictures: {error}")
        return
    for source in sources:
        told = [each for (path, _), each in images.items() if path == str(source.path)]
        if told:
            original = load_original(source, config.image, map_blocks)
            for each in told:
                yield from _check_result(run.path, f"{source.stem}-k{each['k']}", original, config, each, map_blocks)


def _sources(run: Run, config: Config) -> tuple[Source, ...]:
    """The pictures, when they are still those that the run saw.

    Raises:
        PlaceError: If they are gone or others.
    """
    if STANDARD_INPUT in config.image.paths:
        raise PlaceError("one came from standard input")
    sources = find_sources(config.image.paths)
    for source in sources:
        source.read()
    if sha256(sources) != run.record["dataset"]["sha256"]:
        raise PlaceError("they have changed")
    return sources


def _check_result(
    folder: Path, stem: str, original: Original, config: Config, told: Mapping[str, Any], map_blocks: MapBlocks
) -> Iterator[Finding]:
    rgba, where = _read_palette(folder / f"palettes/{stem}.json"), f"labels/{stem}.npy"
    labels = read_npy_array(folder / where)
    if labels.shape != original.colours.index.shape or labels.max() >= len(rgba):
        yield Finding(where, "does not fit its picture or its palette")
        return
    reduced = Reduced(rgba, labels)
    image = folder / f"images/{stem}.png"
    if image.exists() and not np.array_equal(open_picture(image).pixels, reduced.shown):
        yield Finding(f"images/{stem}.png", "is not the palette in the order of the labels")
    if config.image.dither == "none" and config.image.smooth == 0:
        yield from _check_labels(where, original, reduced, map_blocks)
    quality = measure(original.whole, reduced, map_blocks)
    for name in _QUALITY:
        found = getattr(quality, name)
        if not agree(found, told[name]):
            yield Finding(where, f"the {name} of labels and palette is {shown(found)}; told is {shown(told[name])}")


def _read_palette(path: Path) -> Bytes:
    entries = read_json(path)["colours"]
    return np.array([[*entry["rgb"], entry.get("alpha", 255)] for entry in entries], dtype=np.uint8)


def _check_labels(where: str, original: Original, reduced: Reduced, map_blocks: MapBlocks) -> Iterator[Finding]:
    """Pixels of visible colours; hidden ones have an entry of their own."""
    hidden, data = original.colours.n_hidden, original.data
    entries = original.visible.entries(reduced.rgba[hidden:])
    colour = original.colours.index.ravel() - hidden
    seen = np.flatnonzero(colour >= 0)
    own = reduced.labels.ravel()[seen].astype(np.int64) - hidden
    nearest = nearest_labels(data.samples, data.prepared, entries, map_blocks)[colour[seen]]
    other = np.flatnonzero(own != nearest)
    to = partial(squared_distances, data.samples.take(colour[seen[other]]))
    n_wrong = int((to(entries[own[other]]) > to(entries[nearest[other]]) * (1 + SLACK)).sum())
    if n_wrong:
        yield Finding(where, f"{n_wrong:,} of {reduced.labels.size:,} pixels are nearer to another entry")
