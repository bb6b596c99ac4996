"""What the figures of pictures need to know, as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ReducedView:
    """A picture in k colours, ready to draw.

    Attributes:
        name: Of the picture.
        original: (h, w, 3) uint8.
        result: (h, w, 3) uint8.
        labels: (h, w) palette entry of each pixel.
        rgba: (k, 4) uint8 palette, from dark to light.
        counts: (k,) pixels of each entry.
        bytes_original: Of the original file.
        bytes_result: Of the result.
        psnr: In dB; None for equal pictures.
        ssim: None where the picture is too small for it.
    """

    name: str
    original: NDArray[np.uint8]
    result: NDArray[np.uint8]
    labels: NDArray[np.integer]
    rgba: NDArray[np.uint8]
    counts: NDArray[np.integer]
    bytes_original: int
    bytes_result: int
    psnr: float | None
    ssim: float | None


@dataclass(frozen=True)
class CurvePoint:
    """A picture in k colours, as a point of curves over k.

    Attributes:
        name: Of the picture; points of one name are one curve.
        k: Number of colours.
        j_clust: Mean squared distance of the pixels to their centroids, in the colour space of the fit.
        bytes_original: Of the original file.
        bytes_result: Of the result.
        psnr: In dB; None for equal pictures.
        ssim: None where the picture is too small for it.
        thumbnail: (h, w, 3) uint8, the result in small.
    """

    name: str
    k: int
    j_clust: float
    bytes_original: int
    bytes_result: int
    psnr: float | None
    ssim: float | None
    thumbnail: NDArray[np.uint8]


@dataclass(frozen=True)
class CurvesView:
    """Pictures in several numbers of colours.

    Attributes:
        title: What they are, for figure titles.
        points: In the order of the run.
        elbows: By picture, the k at the elbow of its curve, or None where there is no clear one.
    """

    title: str
    points: tuple[CurvePoint, ...]
    elbows: Mapping[str, int | None]

    def by_picture(self) -> dict[str, list[CurvePoint]]:
        """The points of each picture, ordered by k."""
        found: dict[str, list[CurvePoint]] = {}
        for point in sorted(self.points, key=lambda each: each.k):
            found.setdefault(point.name, []).append(point)
        return {name: found[name] for name in dict.fromkeys(point.name for point in self.points)}


def kilobytes(count: int) -> str:
    """``69.8 kB``; thousands, as shops and file managers count."""
    return f"{count / 1000:.1f} kB" if count >= 1000 else f"{count} bytes"


def quality_text(psnr: float | None, ssim: float | None) -> str:
    """``PSNR 27.3 dB, SSIM 0.805``."""
    parts = ["no difference" if psnr is None else f"PSNR {psnr:.2f} dB"]
    if ssim is not None:
        parts.append(f"SSIM {ssim:.3f}")
    return ", ".join(parts)
