"""``make bench``: the time of a fit beside scikit-learn's, from one start to strict convergence."""

from __future__ import annotations

import os
import resource
import sys

import numpy as np

from kmeans_cli import datasets
from kmeans_cli.datasets.params import DataParams
from tests.bench.peers import Work, inertia, interleaved, ours, sample_start, scikit_learn

REPEATS = 3


def main() -> None:
    """Print one table."""
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    X = datasets.load(DataParams(name="mnist", test=False)).X
    work = Work("MNIST", X, sample_start(X, 20))
    contenders = {"ours": ours("auto"), "scikit-learn lloyd": scikit_learn("lloyd")}
    results = interleaved(work, contenders, REPEATS)
    exact = scikit_learn("lloyd")(Work("MNIST, float64", X.astype(np.float64), work.start))
    reached = {name: inertia(work, timed.labels) for name, (_, timed) in results.items()}
    peer = results["scikit-learn lloyd"][0]
    print(f"MNIST n = {len(X)}, d = {X.shape[1]}, k = {work.k}, float32, strict convergence, one start")
    print(f"{'program':22} {'seconds':>8} {'ratio':>6} {'iterations':>10} {'inertia (float64)':>20}")
    for name, (seconds, timed) in results.items():
        print(f"{name:22} {seconds:8.2f} {seconds / peer:6.2f} {timed.n_iter:10d} {reached[name]:20.4f}")
    print(f"{'scikit-learn float64':22} {'':8} {'':6} {exact.n_iter:10d} {inertia(work, exact.labels):20.4f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"peak memory of this process, peers included: {peak} MiB")


if __name__ == "__main__":
    main()
