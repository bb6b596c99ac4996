"""The fit of data larger than its memory limit, beside reading them once and the arithmetic alone.

``python -m tests.bench.passes [GB]``; it makes the data in a temporary folder (4 GB by default) and removes them.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kmeans_cli.core.passes import Assign
from kmeans_cli.core.stream import Piece
from kmeans_cli.core.types import Float64Array, FloatArray
from kmeans_cli.datasets.params import DataParams
from kmeans_cli.datasets.shards import FileStream
from kmeans_cli.datasets.streams import open_stream
from kmeans_cli.datasets.survey import survey
from kmeans_cli.threads import available_cores, open_block_map

D, K, SHARDS, ITERATIONS = 128, 50, 8, 5
_ROOT = Path(__file__).parents[2]


class Resident(FileStream):
    """A stream whose files are not read: every block is the same one, in memory."""

    def blocks(self, piece: Piece) -> Iterator[tuple[slice, FloatArray]]:
        """The same rows again and again."""
        _, rows = next(super().blocks(self.pieces()[0]))
        rows = rows.copy()
        for start in range(0, piece.n, len(rows)):
            yield slice(start, min(start + len(rows), piece.n)), rows[: piece.n - start]


def write_shards(folder: Path, n: int, n_shards: int = SHARDS, d: int = D) -> None:
    """So many rows around 50 centres, in shards of the same size."""
    rng = np.random.default_rng(0)
    centres = 1.5 * rng.standard_normal((50, d), dtype=np.float32)
    for number in range(n_shards):
        rows = rng.standard_normal((n // n_shards, d), dtype=np.float32)
        rows += centres[rng.integers(50, size=len(rows))]
        np.save(folder / f"{number:03d}.npy", rows)


def ready_stream(folder: Path, notes: Path, threads: int) -> FileStream:
    """The shards, looked through."""
    stream = open_stream(DataParams(path=folder))
    assert stream is not None
    with open_block_map(threads) as map_blocks:
        return replace(stream, frame=survey(stream, map_blocks).frame, notes=notes)


def reading_seconds(stream: FileStream, threads: int) -> float:
    """What reading all shards once takes."""

    def read(piece: Piece) -> int:
        return sum(len(rows) for _, rows in stream.raw_blocks(piece))

    with open_block_map(threads) as map_blocks:
        began = time.perf_counter()
        list(map_blocks(read, stream.pieces()))
        return time.perf_counter() - began


def pass_seconds(stream: FileStream, centroids: Float64Array, threads: int) -> float:
    """What one assignment with its sums takes."""
    with open_block_map(threads) as map_blocks:
        began = time.perf_counter()
        list(map_blocks(Assign(stream, centroids, None, "bench"), stream.pieces()))
        return time.perf_counter() - began


def resident(stream: FileStream) -> Resident:
    """The same work without reading."""
    return Resident(**{field.name: getattr(stream, field.name) for field in fields(stream)})


def fit_under_limit(folder: Path, runs: Path, limit: str) -> tuple[float, list[float], dict[str, object]]:
    """The peak resident memory of ``kmeans fit`` in MiB, the seconds of its iterations, and its numbers."""
    command = [sys.executable, "-m", "kmeans_cli", "fit", "--data", str(folder), "--k", str(K), "--init", "sample"]
    command += ["--memory", limit, "--set", f"kmeans.max_iter={ITERATIONS}", "--runs", str(runs), "--quiet"]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while process.poll() is None:  # what `wait` would tell counts this process's memory too, from before the exec
        peak = max(peak, _high_water(process.pid))
        time.sleep(0.02)
    assert process.returncode == 0
    assert process.stdout is not None
    run = Path(process.stdout.read().strip())
    with (run / "history.csv").open(newline="") as file:
        seconds = [float(row["seconds"]) for row in csv.DictReader(file)]
    return peak, seconds, json.loads((run / "metrics.json").read_text())


def _high_water(pid: int) -> float:
    """The peak resident memory of a process so far, MiB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def main(gigabytes: float) -> None:
    """Print one table."""
    n = int(gigabytes * 1e9) // (4 * D) // SHARDS * SHARDS
    with TemporaryDirectory() as name:
        folder, notes = Path(name, "shards"), Path(name, "notes")
        folder.mkdir()
        notes.mkdir()
        write_shards(folder, n)
        peak, seconds, numbers = fit_under_limit(folder, Path(name, "runs"), "1GiB")
        threads = available_cores()
        stream = ready_stream(folder, notes, threads)
        centroids = stream.take(np.arange(K)).astype(np.float64)
        reading = reading_seconds(stream, threads)
        arithmetic = pass_seconds(resident(stream), centroids, threads)
    a_pass = statistics.median(seconds)
    print(f"{n:,} × {D} float32 ({n * D * 4 / 1e9:.1f} GB), k = {K}, {threads} threads, --memory 1GiB, figures drawn")
    print(f"peak resident memory   {peak:8.0f} MiB")
    print(f"a pass                 {a_pass:8.2f} s   {n * D * 4 / a_pass / 1e6:,.0f} MB/s")
    print(f"reading the files      {reading:8.2f} s")
    print(f"the arithmetic alone   {arithmetic:8.2f} s")
    print(f"pass / their sum       {a_pass / (reading + arithmetic):8.2f}")
    print(f"seconds                {numbers['seconds']}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
