"""``make bench-images``: quality, size, time and memory of compressed pictures beside pngquant and scikit-learn.

``python -m tests.bench.images 4 16`` for these k only.
"""

from __future__ import annotations

import io
import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np
from PIL import Image

from kmeans_cli.compression import Original, best_of, compress, load_original
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.experiment import FitJob, Fitted, run_fit, seed_of_fit
from kmeans_cli.images.colours import find_colours
from kmeans_cli.images.params import ImageParams
from kmeans_cli.images.reduced import visible_colours
from kmeans_cli.images.sources import Source, example_path, find_sources
from kmeans_cli.progress import silent
from kmeans_cli.threads import available_cores, open_block_map
from tests.bench.peers import Timed, inertia, ours, scikit_learn
from tests.bench.works import Work, sample_start

KS = (4, 16, 64, 256)
SMOOTHS = (0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
N_INIT = 4
REPEATS = 5
COMMAND_REPEATS = 7

# Linux counts the memory of the process that starts another as the latter's own, so a small one has to start it.
_WATCHED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@dataclass(frozen=True)
class Point:
    """A result: PSNR over RGB in dB, and bytes."""

    psnr: float
    size: int

    def beats(self, other: Point) -> bool:
        """Whether it is better on both axes."""
        return self.psnr > other.psnr and self.size < other.size

    def __str__(self) -> str:
        return f"{self.psnr:.3f} dB {self.size:,}"


@dataclass(frozen=True)
class Run:
    """A timed fit of n rows: how many iterations it took, and the inertia of its labels."""

    seconds: float
    n: int
    n_iter: int
    inertia: float

    @classmethod
    def of(cls, work: Work, timed: Timed, before: float = 0.0) -> Run:
        """What was measured, with the seconds of what came before the fit."""
        return cls(before + timed.seconds, len(work.X), timed.n_iter, inertia(work, timed.labels))

    def __str__(self) -> str:
        return f"{self.seconds:6.3f} s ({self.n:,} × 3, {self.n_iter} iterations)"


def main(ks: tuple[int, ...]) -> None:
    """Print four tables, each line as soon as it is known."""
    cast(io.TextIOWrapper, sys.stdout).reconfigure(line_buffering=True)
    sources = tuple(_sources())
    has_peer = shutil.which("pngquant") is not None
    if not has_peer:
        print("pngquant is not installed: no comparison with it")
    # First, as a command fits in a process that has done little before.
    _fit_times(sources, ks[1:] or ks)
    for source in sources:
        _quality(source, ks, has_peer)
    with tempfile.TemporaryDirectory() as folder:
        for source in sources:
            _command_time(source, Path(folder), has_peer)
        _memory(Path(folder))


def _sources() -> Iterator[Source]:
    cat = Path(os.environ.get("KMEANS_DATA_DIR", "")) / "images" / "cat.png"
    if cat.is_file():
        yield from find_sources([str(cat)])
    else:
        print("no images/cat.png in KMEANS_DATA_DIR: the example only")
    yield from find_sources([str(example_path())])


def _quality(source: Source, ks: tuple[int, ...], has_peer: bool) -> None:
    """PSNR and bytes: pngquant, ours plain, and ours with more and more smoothing."""
    print(f"\n{source.name}: strict convergence, best of {N_INIT} starts, no dithering")
    with open_block_map() as map_blocks:
        original = load_original(source, ImageParams(), map_blocks)
        for k in ks:
            peer = _pngquant(original, k) if has_peer else None
            fits = [_fit(original, k, start, map_blocks) for start in range(N_INIT)]
            params = [ImageParams(smooth=s) for s in (0.0, *SMOOTHS)]
            plain, *curve = [_point(original, k, each, fits, map_blocks) for each in params]
            print(f"k {k:3d}  plain    {plain}")
            if peer is not None:
                print(f"       pngquant {peer}; ours {plain.psnr - peer.psnr:+.3f} dB, {plain.size / peer.size:.3f} ×")
            for s, point in zip(SMOOTHS, curve, strict=True):
                better = "  better on both axes" if peer is not None and point.beats(peer) else ""
                print(f"       {s:<8} {point}{better}")


def _fit(original: Original, k: int, start: int, map_blocks: object) -> Fitted:
    job = FitJob(start, KMeansParams(n_clusters=k), seed_of_fit(0, start))
    return run_fit(original.data, job, N_INIT, map_blocks, silent, lambda: False)


def _point(original: Original, k: int, params: ImageParams, fits: list[Fitted], map_blocks: object) -> Point:
    best = best_of(fits)
    result = compress(original, k, params, [best], map_blocks)
    return Point(result.quality.psnr, len(result.png))


def _pngquant(original: Original, k: int) -> Point:
    content = io.BytesIO()
    Image.fromarray(original.shown).save(content, "PNG")
    command = ["pngquant", "--speed", "1", "--nofs", str(k), "-"]
    result = subprocess.run(command, input=content.getvalue(), capture_output=True, check=True).stdout
    pixels = np.asarray(Image.open(io.BytesIO(result)).convert("RGB"))
    mse = np.mean((pixels.astype(float) - original.shown) ** 2)
    return Point(10 * math.log10(255**2 / mse), len(result))


def _fit_times(sources: tuple[Source, ...], ks: tuple[int, ...]) -> None:
    """Finding the colours and fitting them, beside scikit-learn's lloyd on all pixels from the same start.

    The fastest of several rounds, some way apart, as both are disturbed at times. All of ours come before all of
    scikit-learn's: its idle threads keep a core busy for a while.
    """
    works = [(source, _pixel_work(source, k)) for source in sources for k in ks]
    rounds = [_round(works) for _ in range(REPEATS)]
    print(f"\nseconds to strict convergence from one start, finding the colours included; {available_cores()} threads")
    for (source, work), runs in zip(works, zip(*rounds, strict=True), strict=True):
        own, peer = (min(turns, key=lambda run: run.seconds) for turns in zip(*runs, strict=True))
        print(f"{source.name}  k {work.k:3d}  ours {own}  scikit-learn {peer}  ", end="")
        print(f"inertia × {own.inertia / peer.inertia:.6f}  ratio {own.seconds / peer.seconds:.2f}")


def _round(works: list[tuple[Source, Work]]) -> list[tuple[Run, Run]]:
    """Ours and scikit-learn's for each work."""
    time.sleep(1)
    own = [_fastest(partial(_own_fit, source, work.start)) for source, work in works]
    peer = [_fastest(partial(_peer_fit, work)) for _, work in works]
    return list(zip(own, peer, strict=True))


def _fastest(fit: Callable[[], Run]) -> Run:
    """Of as many fits as take a second."""
    began = time.perf_counter()
    runs = [fit()]
    while time.perf_counter() - began < 1:
        runs.append(fit())
    return min(runs, key=lambda run: run.seconds)


def _peer_fit(work: Work) -> Run:
    return Run.of(work, scikit_learn("lloyd")(work))


def _pixel_work(source: Source, k: int) -> Work:
    rows = source.open(source.read(), 10**9).pixels.reshape(-1, 3).astype(np.float32)
    return Work("pixels", rows, sample_start(np.unique(rows, axis=0), k))


def _own_fit(source: Source, start: np.ndarray) -> Run:
    pixels = source.open(source.read(), 10**9).pixels
    began = time.perf_counter()
    visible = visible_colours(find_colours(pixels, None), "rgb")
    found = time.perf_counter() - began
    work = Work("colours", visible.points, start, visible.weights)
    return Run.of(work, ours("auto")(work), found)


def _command_time(source: Source, folder: Path, has_peer: bool) -> None:
    """The whole command beside pngquant, k = 16; the smallest of several wall times, as both are disturbed at times."""
    original, out = folder / "original.png", folder / "out.png"
    Image.fromarray(source.open(source.read(), 10**9).pixels).save(original)
    commands = {"kmeans": _own_command(original, out, folder)}
    if has_peer:
        peer = ["pngquant", "--speed", "1", "--nofs", "--force", "--output", str(out), "16", str(original)]
        commands["pngquant"] = peer
    rounds = [{name: _seconds(command) for name, command in commands.items()} for _ in range(COMMAND_REPEATS)]
    times = {name: min(each[name] for each in rounds) for name in commands}
    ratio = f", ratio {times['kmeans'] / times['pngquant']:.2f}" if has_peer else ""
    shown = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in times.items())
    print(f"\n{source.name}: whole command, k = 16, one start: {shown}{ratio}")


def _own_command(picture: Path, out: Path, folder: Path) -> list[str]:
    options = ["--k", "16", "--n-init", "1", "--no-figures", "--quiet", "--force"]
    place = ["--out", str(out), "--runs", str(folder / "runs")]
    return [sys.executable, "-m", "kmeans_cli", "compress-image", str(picture), *options, *place]


def _seconds(command: list[str]) -> float:
    # With compiled modules, as on any machine that may keep them: else Python would compile this package each time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def _memory(folder: Path) -> None:
    """The peak of a 12-megapixel photo: the example enlarged, with noise."""
    picture = folder / "photo.png"
    enlarged = Image.open(example_path()).resize((3200, 3750), Image.Resampling.BICUBIC)
    noise = np.random.default_rng(0).normal(0, 3, (3750, 3200, 3))
    pixels = np.clip(np.asarray(enlarged) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(picture, compress_level=1)
    command = [sys.executable, "-c", _WATCHED, *_own_command(picture, folder / "out.png", folder)]
    began = time.perf_counter()
    peak = 1024 * int(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
    seconds, share = time.perf_counter() - began, peak / pixels.nbytes
    print(f"\n{pixels.nbytes / 3e6:.0f} megapixels, k = 16: {seconds:.1f} s, peak {peak / 2**20:.0f} MiB, ", end="")
    print(f"{share:.1f} × its raw RGB bytes")


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or KS)
