"""Beyond one machine: many fits on two Dask workers, a sharded fit on one and two, and what that means for larger ones.

``python -m tests.bench.scale [ROWS]``; real workers on loopback, ROWS of them each (200,000 by default). The fits of
images need ``KMEANS_DATA_DIR``, else they are of the built-in digits.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kmeans_cli.cluster import Cluster, open_cluster
from kmeans_cli.core.engine import fit
from kmeans_cli.core.params import KMeansParams
from kmeans_cli.core.stream import Piece
from kmeans_cli.datasets.shards import FileStream
from tests.bench.passes import pass_seconds, reading_seconds, ready_stream, resident, write_shards
from tests.clusters import open_test_cluster, wait_for

D, K, ITERATIONS, SHARDS_EACH = 128, 50, 8, 2
_ROOT = Path(__file__).parents[2]
# What is assumed of a cluster where this machine cannot tell: a worker's share of a parallel file system, a network.
_FILE_SYSTEM, _NETWORK = 1e9, 1e9


@dataclass(frozen=True)
class Model:
    """Seconds of an iteration: reading and arithmetic by the slowest worker, k × d sums of every piece, a fixed part.

    Attributes:
        per_product: Seconds of a worker for each of n·k·d.
        per_value: Seconds for each of n·d, whatever k.
        reading: Bytes a second that a worker reads.
        network: Bytes a second that the scheduler's machine takes in.
        fixed: Seconds that an iteration takes with next to no data.
    """

    per_product: float
    per_value: float
    reading: float
    network: float
    fixed: float

    def shard_work(self, rows: float, d: int, k: int) -> float:
        """Seconds for the rows of one worker."""
        return rows * d * (k * self.per_product + self.per_value + 4 / self.reading)

    def seconds(self, n: float, d: int, k: int, workers: int, pieces: int) -> float:
        """Seconds of an iteration."""
        return self.shard_work(n / workers, d, k) + pieces * k * d * 8 / self.network + self.fixed


@contextmanager
def workers(folder: Path, n: int) -> Iterator[Cluster]:
    """A scheduler and n workers with one thread each."""
    folder.mkdir()
    with open_test_cluster(folder, n) as started, open_cluster(started.address) as machines:
        wait_for(lambda: machines.slots() == n)
        yield machines


def iteration_seconds(stream: FileStream, machines: Cluster) -> float:
    """The median over the iterations of a fit, the first left out."""

    def map_pieces(function: object, items: object, /) -> object:
        items = list(items)
        far = items and isinstance(items[0], Piece)
        return machines.map(function, items, should_stop=bool) if far else map(function, items)

    params = KMeansParams(n_clusters=K, init="sample", max_iter=ITERATIONS)
    result = fit(stream, params, map_blocks=map_pieces)
    return statistics.median(record.seconds for record in result.history[1:])


def measured_model(stream: FileStream, fixed: float) -> Model:
    """The rates of one thread here."""
    work, n = resident(stream), stream.n * stream.d
    few, many = (pass_seconds(work, np.random.default_rng(0).standard_normal((k, stream.d)), 1) / n for k in (K, 8 * K))
    per_product = (many - few) / (7 * K)
    reading = stream.n_bytes / reading_seconds(stream, 1)
    return Model(per_product, few - K * per_product, reading, _NETWORK, fixed)


def weak_scaling(folder: Path, rows_each: int) -> None:
    """A sharded fit on one and two workers, each with as many rows, beside the work of its shards and the model."""
    few = ready_stream(_shards(folder / "few", SHARDS_EACH * 50, SHARDS_EACH), _made(folder / "few-notes"), 1)
    with workers(folder / "cluster-0", 2) as machines:
        fixed = iteration_seconds(few, machines)
    print(f"\nA sharded fit: {rows_each:,} × {D} float32 for each worker, k = {K}; an iteration with next to no data")
    print(f"takes {1000 * fixed:.0f} ms\n")
    print("workers   iteration   shard work   above it   the model says")
    for n in (1, 2):
        shards = _shards(folder / f"rows-{n}", n * rows_each, n * SHARDS_EACH)
        stream = ready_stream(shards, _made(folder / f"notes-{n}"), 1)
        if n == 1:
            model = measured_model(stream, fixed)
        # As many threads as workers: they share this machine's memory bus.
        alone = pass_seconds(stream, np.random.default_rng(0).standard_normal((K, D)), n)
        with workers(folder / f"cluster-{n}", n) as machines:
            seconds = iteration_seconds(stream, machines)
        says = model.seconds(n * rows_each, D, K, n, len(stream.pieces()))
        print(f"{n:7} {seconds:9.3f} s {alone:10.3f} s {1000 * (seconds - alone):7.0f} ms {says:14.3f} s")
    carry_on(model)


def carry_on(model: Model) -> None:
    """The model at a size that is not here."""
    n, k, n_workers, pieces = 10**9, 1000, 64, 512
    there = Model(model.per_product, model.per_value, _FILE_SYSTEM, _NETWORK, model.fixed)
    seconds = there.seconds(n, D, k, n_workers, pieces)
    sent = pieces * k * D * 8
    print(f"\nOn paper: 10⁹ × {D} float32, k = {k:,}, {n_workers} workers with a core each like this one's, that read")
    print(f"{_FILE_SYSTEM / 1e9:.0f} GB/s each; a network of {_NETWORK / 1e9:.0f} GB/s")
    print(f"read in a pass         {n * D * 4 / 1e9:8.0f} GB   {n * D * 4 / n_workers / _FILE_SYSTEM:8.1f} s")
    arithmetic = there.shard_work(n / n_workers, D, k) - n * D * 4 / n_workers / _FILE_SYSTEM
    print(f"arithmetic             {2 * n * k * D / 1e12:8.0f} Tflop {arithmetic:6.1f} s")
    print(f"sums sent              {sent / 1e9:8.2f} GB   {sent / _NETWORK:8.1f} s")
    print(f"an iteration           {'':8}      {seconds:8.1f} s")
    print(
        f"30 iterations and the last assignment: {31 * seconds / 60:.0f} minutes, {31 * n * D * 4 / 1e12:.0f} TB read"
    )


def many_fits(folder: Path) -> None:
    """60 fits of 1,000 images by two processes and by two Dask workers, whole commands."""
    data = ["--data", "mnist", "--set", "data.per_class=100", "--set", "data.test=false"]
    if not os.environ.get("KMEANS_DATA_DIR"):
        data = ["--data", "digits", "--set", "data.limit=1000"]
    command = [sys.executable, "-m", "kmeans_cli", "multi-init", *data, "--k", "20", "--n-init", "60", "--no-figures"]
    command += ["--runs", str(folder / "runs"), "--quiet", "--jobs", "2"]
    with workers(folder / "cluster", 2) as machines:
        contenders = {"processes": (), "dask": ("--scheduler", machines.address)}
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(3):
            for name, options in contenders.items():
                began = time.perf_counter()
                subprocess.run(
                    [*command, "--executor", name, *options], check=True, stdout=subprocess.DEVNULL, cwd=_ROOT
                )
                times[name].append(time.perf_counter() - began)
    processes, dask = (statistics.median(each) for each in times.values())
    print(
        f"60 fits of 1,000 images: 2 processes {processes:.2f} s, 2 Dask workers {dask:.2f} s: × {dask / processes:.2f}"
    )


def _shards(folder: Path, n: int, n_shards: int) -> Path:
    write_shards(_made(folder), n, n_shards, D)
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main(rows_each: int) -> None:
    """Print the tables."""
    with TemporaryDirectory() as name:
        many_fits(Path(name))
        weak_scaling(Path(name), rows_each)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
