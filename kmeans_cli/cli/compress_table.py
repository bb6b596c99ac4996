"""The tables of ``kmeans compress-image``: what became of the pictures, and what would be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kmeans_cli.cli.many_table import work_values
from kmeans_cli.cli.output import build_table
from kmeans_cli.commands.image_plan import ImagePlan
from kmeans_cli.commands.many_run import ManyReport
from kmeans_cli.ranges import format_range

_SPARE = ("bits/px", "J_clust", "÷ PNG", "ΔE")
"""What a narrow terminal does without, in this order; it is all in metrics.json."""

_FEWEST_FOR_ELBOW = 3


def result_table(report: ManyReport) -> RenderableType:
    """One result in full; of several a row each, and the elbow where there are enough k."""
    metrics = report.metrics or {}
    images = metrics["images"]
    if len(images) == 1:
        return _full_table(images[0])
    table = _row_table(images)
    has_curve = len({image["k"] for image in images}) >= _FEWEST_FOR_ELBOW
    return Group(table, Text(_elbow_line(metrics["elbows"]))) if has_curve else table


def plan_values(plan: ImagePlan) -> dict[str, Any]:
    """A plan as plain values; a fit is a picture in k colours, the best of its starts."""
    unreadable = [source.name for source in plan.sources if source.n_pixels == 0]
    return {
        "pictures": ", ".join(source.name for source in plan.sources),
        "no_pictures": ", ".join(unreadable) or None,
        "k": format_range(list(dict.fromkeys(job.k for job in plan.jobs))),
        "starts": sum(job.n_init for job in plan.jobs),
        **work_values(plan),
    }


def _full_table(image: dict[str, Any]) -> Table:
    title = f"{_name(image)}: {image['width']} × {image['height']} pixels"
    return build_table(["", f"k = {image['k']}", ""], list(_facts(image)), title=title)


def _facts(image: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    yield "original file", f"{image['bytes_original']:,} bytes", ""
    yield "original as lossless PNG", f"{image['bytes_png']:,} bytes", ""
    ratios = f"{image['ratio_original']:.2f} × smaller than the file, {image['ratio_png']:.2f} × than the PNG"
    yield "result", f"{image['bytes_result']:,} bytes", ratios
    yield "bits per pixel", f"{image['bits_per_pixel']:.3f}", ""
    yield "distinct colours", f"{image['colours_before']:,}", f"now {image['colours_after']:,}"
    yield "MSE, PSNR", f"{image['mse']:.4g}", _decibels(image["psnr"])
    if image["ssim"] is not None:
        yield "SSIM", f"{image['ssim']:.4f}", "1 for equal pictures"
    yield "mean ΔE (CIEDE2000)", f"{image['delta_e']:.3f}", "about 1 is just noticeable"
    end = "converged" if image["converged"] else "not converged"
    yield "J_clust", f"{image['j_clust']:.6g}", f"{image['n_iter']} iterations, {end}"
    yield "time", f"{image['seconds']:.2f} s", "fits, file and quality"


def _row_table(images: list[dict[str, Any]]) -> Table:
    several = len({image["path"] for image in images}) > 1
    columns = ["k", "bytes", "÷ file", "÷ PNG", "bits/px", "PSNR", "SSIM", "ΔE", "J_clust"]
    rows = [_row(image) for image in images]
    if several:
        named = [(_name(image), *row) for image, row in zip(images, rows, strict=True)]
        return build_table(["picture", *columns], named, whole=columns, spare=_SPARE)
    first = images[0]
    title = (
        f"{_name(first)}: {first['width']} × {first['height']} pixels, {first['colours_before']:,} colours\n"
        f"file {first['bytes_original']:,}, lossless PNG {first['bytes_png']:,} bytes"
    )
    return build_table(columns, rows, title=title, whole=columns, spare=_SPARE)


def _elbow_line(elbows: Mapping[str, int | None]) -> str:
    """The k at the elbow of each picture's J_clust, by the picture's name where there are several."""
    words = {name: "none" if k is None else f"k = {k}" for name, k in elbows.items()}
    found = [f"{name} {word}" for name, word in words.items()] if len(words) > 1 else words.values()
    return f"elbow of J_clust: {', '.join(found)}\n"


def _row(image: dict[str, Any]) -> tuple[Any, ...]:
    return (
        image["k"],
        image["bytes_result"],
        _Rounded(image["ratio_original"]),
        _Rounded(image["ratio_png"]),
        _Rounded(image["bits_per_pixel"], 3),  # deflate packs 1032 : 1 at best, so never 0.000
        None if image["psnr"] is None else _Rounded(image["psnr"]),
        None if image["ssim"] is None else _Rounded(image["ssim"], 3),
        _Rounded(image["delta_e"]),
        _Rounded(image["j_clust"]),
    )


class _Rounded(float):
    """A number that a table sets to the right, with as many digits behind the point as its whole column."""

    digits: int

    def __new__(cls, value: float, digits: int = 2) -> _Rounded:
        number = super().__new__(cls, value)
        number.digits = digits
        return number

    def __str__(self) -> str:
        return f"{float(self):.{self.digits}f}"


def _name(image: dict[str, Any]) -> str:
    return str(image["path"]).replace("\\", "/").rpartition("/")[2]


def _decibels(psnr: float | None) -> str:
    return "no difference" if psnr is None else f"{psnr:.2f} dB"
