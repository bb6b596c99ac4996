"""A picture in k colours: from its colours and centroids to a palette and a label for each pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kmeans_cli.core.types import Float64Array, IntArray, LabelArray, MapBlocks
from kmeans_cli.errors import ConfigError
from kmeans_cli.images.bands import count, gather
from kmeans_cli.images.colours import Colours
from kmeans_cli.images.dither import floyd_steinberg
from kmeans_cli.images.palette import Assign, Visible, dark_to_light, settle
from kmeans_cli.images.params import ImageParams
from kmeans_cli.images.png import MOST_ENTRIES, indexed_png, truecolour_png, truecolour_size
from kmeans_cli.images.smooth import keep_all_used, smooth
from kmeans_cli.images.spaces import SPACES, Bytes


@dataclass(frozen=True)
class Reduced:
    """A picture in k colours.

    Attributes:
        rgba: (k, 4) uint8 palette from dark to light, distinct, each in use; a fully transparent entry is the first.
        labels: (h, w) palette entry of each pixel.
    """

    rgba: Bytes
    labels: IntArray

    @property
    def counts(self) -> NDArray[np.int64]:
        """(k,) pixels of each entry."""
        return count(self.labels, len(self.rgba))

    @property
    def pixels(self) -> Bytes:
        """(h, w, 4), or (h, w, 3) where nothing shines through."""
        channels = 3 if (self.rgba[:, 3] == 255).all() else 4
        return gather(self.rgba[:, :channels], self.labels)

    @property
    def colours_shown(self) -> Bytes:
        """(k, 3) the entries as they look on white."""
        is_opaque = bool((self.rgba[:, 3] == 255).all())
        return self.rgba[:, :3].copy() if is_opaque else on_white(self.rgba[:, :3], self.rgba[:, 3])

    @property
    def shown(self) -> Bytes:
        """(h, w, 3) as it looks on white."""
        return gather(self.colours_shown, self.labels)

    def png(self, map_blocks: MapBlocks = map) -> bytes:
        """As a file: indexed up to 256 colours, else truecolour."""
        if len(self.rgba) <= MOST_ENTRIES:
            return indexed_png(self.labels, self.rgba, map_blocks)
        return truecolour_png(self.pixels, len(self.rgba), map_blocks)

    def png_size(self) -> int:
        """The bytes of that file; more than a palette holds is not held for it."""
        if len(self.rgba) <= MOST_ENTRIES:
            return len(self.png())
        return truecolour_size(self.pixels, len(self.rgba))


def on_white(colours: Bytes, alpha: Bytes) -> Bytes:
    """(n, 3) colours of (n,) opacity as they look on white."""
    share = alpha[:, None] / np.float32(255)
    return np.rint(colours * share + 255 * (1 - share)).astype(np.uint8)


def visible_colours(colours: Colours, space: str) -> Visible:
    """What is clustered of a picture: its colours but those that nobody sees."""
    seen = slice(colours.n_hidden, None)
    return Visible(colours.rgba[seen], colours.points(SPACES[space])[seen], colours.weights[seen], SPACES[space])


def check_dither(params: ImageParams, k: int) -> None:
    """Say before any work whether k colours can be dithered.

    Raises:
        ConfigError: Above 256 colours: nobody sees the difference, and the time grows with k.
    """
    if params.dither != "none" and k > MOST_ENTRIES:
        raise ConfigError(
            "is for few colours", where="image.dither", value=params.dither, allowed=f"k ≤ {MOST_ENTRIES}"
        )


def reduce_colours(
    colours: Colours, visible: Visible, params: ImageParams, centroids: Float64Array | None, assign: Assign
) -> Reduced:
    """The palette of the centroids and the picture in it, dithered or smoothed as asked for.

    Args:
        colours: Of the picture.
        visible: Those that were clustered.
        params: How.
        centroids: (k, d) in the space; None: every colour keeps its own entry.
        assign: Finds the exact nearest entries of the visible colours.
    """
    if centroids is None:
        rgba, nearest = visible.rgba, np.arange(len(visible.rgba), dtype=np.int32)
    else:
        rgba, nearest = settle(visible, centroids, assign)
    order = dark_to_light(rgba)
    rgba, nearest = rgba[order], np.argsort(order).astype(np.int32)[nearest]
    labels = _label_pixels(colours, visible, params, rgba, nearest)
    return Reduced(np.vstack([colours.rgba[: colours.n_hidden], rgba]), labels)


def _label_pixels(
    colours: Colours, visible: Visible, params: ImageParams, rgba: Bytes, nearest: LabelArray
) -> IntArray:
    """(h, w) labels; with hidden pixels theirs is 0 and the entries of ``rgba`` begin at 1."""
    hidden = colours.n_hidden
    k = len(rgba) + hidden
    # The smallest type that also holds k, which stands for what is beyond the margin of a picture.
    labels = np.concatenate([np.zeros(hidden, dtype=np.int32), nearest + hidden]).astype(np.min_scalar_type(k))
    plain = gather(labels, colours.index)
    if params.dither == "none" and params.smooth == 0:
        return plain
    # Hidden pixels are NaN and their entry is infinite: they keep it, and no other pixel takes it.
    entries = visible.entries(rgba)
    points = np.pad(visible.points, ((hidden, 0), (0, 0)), constant_values=np.nan)
    if params.dither == "none":
        entries = np.pad(entries, ((hidden, 0), (0, 0)), constant_values=np.inf)
        changed = smooth(colours.index, points, entries, plain, params.smooth)
    else:
        changed = floyd_steinberg(colours.index, points, entries, params.dither_strength)
        changed[plain >= hidden] += changed.dtype.type(hidden)
    return keep_all_used(changed, plain, k)
