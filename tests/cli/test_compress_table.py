"""The tables of ``kmeans compress-image``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from kmeans_cli.cli.compress_table import result_table
from kmeans_cli.commands.many_run import ManyReport

IMAGE: dict[str, Any] = {
    "path": "photo.png",
    "width": 4000,
    "height": 3000,
    "k": 1,
    "colours_before": 70_000,
    "bytes_original": 9_000_000,
    "bytes_png": 20_000_000,
    "bytes_result": 4_500,
    "ratio_original": 2000.0,
    "ratio_png": 4444.4,
    "bits_per_pixel": 0.003,
    "psnr": 12.0,
    "ssim": 0.5,
    "delta_e": 20.0,
    "j_clust": 5000.0,
}


def _shown(metrics: dict[str, Any]) -> str:
    console = Console(width=200)
    with console.capture() as capture:
        console.print(result_table(ManyReport(Path("run"), 2, 2, (), metrics, None)))
    return capture.get()


def test_a_picture_of_one_colour_has_bits() -> None:
    """The bits per pixel of next to nothing are no zero."""
    shown = _shown({"images": [IMAGE, IMAGE | {"k": 2, "bits_per_pixel": 1.25}]})
    rows = [line.split() for line in shown.splitlines()]
    bits = {row[0]: row[4] for row in rows if row and row[0] in ("1", "2")}
    assert bits == {"1": "0.003", "2": "1.250"}


def test_the_elbow_is_said_where_there_are_enough_k() -> None:
    """Of three k at least; by the picture's name where there are several, and none where there is none."""
    images = [IMAGE | {"k": k} for k in (1, 2, 3)]
    assert "elbow" not in _shown({"images": images[:2], "elbows": {"photo": None}})
    assert "elbow of J_clust: k = 2\n" in _shown({"images": images, "elbows": {"photo": 2}})
    assert "elbow of J_clust: a k = 2, b none\n" in _shown({"images": images, "elbows": {"a": 2, "b": None}})
