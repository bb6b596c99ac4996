"""``make table-images``: what the notebook and the article did with pictures, beside ours, as Markdown."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from sklearn.cluster import KMeans

from kmeans_cli.commands.compress_image import DEFAULTS, compress_image
from kmeans_cli.commands.image_plan import ImageOutput
from kmeans_cli.commands.many_options import ManyOptions
from kmeans_cli.commands.place import RunPlace
from kmeans_cli.config import Override, resolve
from kmeans_cli.images.quality import measure
from kmeans_cli.interruption import Interruption
from kmeans_cli.pictures import open_picture
from kmeans_cli.progress import silent
from kmeans_cli.selection import Curves, elbow
from tests.images.pictures import indexed

K = 16
ARTICLE = {"sweep.k": "1..9", "kmeans.stop": {"rule": "loss", "tol": 1.0}, "kmeans.init": "sample", "kmeans.n_init": 1}


def main() -> None:
    """Print two tables."""
    cat = Path(os.environ.get("KMEANS_DATA_DIR", "")) / "images" / "cat.png"
    pictures = [str(cat)] if cat.is_file() else []
    pictures.append("example")
    print(f"## The notebook: {K} colours\n")
    print("It fits all pixels, cuts the centroids off to whole numbers and saves truecolour; its file sizes are not")
    print("printed in the text, so its steps were repeated with scikit-learn and Pillow.\n")
    print("| picture | how | bytes | × smaller than the file | PSNR in dB | SSIM | mean ΔE | colours |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for picture in pictures:
        _print_notebook(picture)
    print("\n## The article: J_clust for k = 1 to 9\n")
    print("One random start, stopped when J_clust falls by at most 1. The article sees an elbow at k = 2 in its first")
    print("picture and none in its second; neither picture is published with it.\n")
    print("| picture | rule | " + " | ".join(f"k = {k}" for k in range(1, 10)) + " | elbow |")
    print("| --- | --- | " + "---: | " * 9 + "--- |")
    for picture in pictures:
        print(_article_row(picture, "the article's", ARTICLE))
        print(_article_row(picture, "strict, best of 4", {"sweep.k": "1..9"}))


def _print_notebook(picture: str) -> None:
    (image,) = _run(picture, {"sweep.k": K})
    name = Path(image["path"]).name
    for how, numbers in (("the notebook's steps", _notebook(Path(image["path"]))), ("kmeans", image)):
        ratio = image["bytes_original"] / numbers["bytes_result"]
        scores = f"{numbers['psnr']:.2f} | {numbers['ssim']:.3f} | {numbers['delta_e']:.2f}"
        print(f"| {name} | {how} | {numbers['bytes_result']:,} | {ratio:.2f} | {scores} | {numbers['colours_after']} |")


def _notebook(path: Path) -> dict[str, Any]:
    pixels = open_picture(path).pixels
    model = KMeans(K, random_state=0).fit(pixels.reshape(-1, 3))
    result = model.cluster_centers_[model.labels_].astype(np.uint8).reshape(pixels.shape)
    buffer = io.BytesIO()
    Image.fromarray(result).save(buffer, "PNG")
    quality = measure(indexed(pixels), indexed(result))
    return vars(quality) | {"bytes_result": len(buffer.getvalue()), "colours_after": K}


def _article_row(picture: str, rule: str, settings: dict[str, Any]) -> str:
    images = _run(picture, settings)
    heights = [image["j_clust"] for image in images]
    verdict = elbow(Curves(range(1, 10), heights, (), (), (), {}))
    found = f"k = {verdict.k}" if verdict.k else "none"
    cells = " | ".join(f"{height:.0f}" for height in heights)
    return f"| {Path(images[0]['path']).name} | {rule} | {cells} | {found}: {verdict.reason} |"


def _run(picture: str, settings: dict[str, Any]) -> list[dict[str, Any]]:
    overrides = [Override(key, value, "table") for key, value in _settings(picture, settings)]
    config = resolve(None, overrides, DEFAULTS).config
    report = compress_image(
        config,
        where=RunPlace(),
        options=ManyOptions(),
        output=ImageOutput(),
        progress=silent,
        should_stop=Interruption(),
    )
    assert report.metrics is not None
    images: list[dict[str, Any]] = report.metrics["images"]
    return images


def _settings(picture: str, settings: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "image.paths", [picture]
    yield from settings.items()


if __name__ == "__main__":
    main()
