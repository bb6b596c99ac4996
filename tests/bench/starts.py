"""``make bench-starts``: many starts on all of MNIST as whole processes, beside scikit-learn on the same machine.

``python -m tests.bench.starts [--out FOLDER]`` writes ``starts.json`` there; it takes minutes. Both sides load the
images, start ``n_init`` times from rows drawn at random, converge strictly and draw no figures. The starts are not
the same ones, so seconds per iteration are compared too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PEER = """
import json, sys
import numpy as np
from sklearn.cluster import KMeans

with np.load(sys.argv[1]) as arrays:
    X = arrays["x_train"].reshape(60000, 784).astype(np.float32) / 255
starts = [KMeans(20, init="random", n_init=1, tol=0, max_iter=1000, algorithm=sys.argv[3], random_state=seed).fit(X)
          for seed in range(int(sys.argv[2]))]
print(json.dumps({"n_iter": sum(s.n_iter_ for s in starts), "inertia": min(float(s.inertia_) for s in starts)}))
"""


def ours(n_init: int, folder: Path) -> dict[str, Any]:
    """``kmeans multi-init`` with so many starts, all evaluated and recorded."""
    command = [sys.executable, "-m", "kmeans_cli", "multi-init", "--data", "mnist", "--k", "20", "--init", "sample"]
    command += ["--n-init", str(n_init), "--no-figures", "--yes", "--json", "--runs", str(folder)]
    began = time.perf_counter()
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seconds, fits = time.perf_counter() - began, document["fits"]
    return _numbers(seconds, sum(fit["n_iter"] for fit in fits), min(fit["inertia"] for fit in fits))


def scikit_learn(n_init: int, algorithm: str) -> dict[str, Any]:
    """The same by a script of a few lines."""
    images = Path(os.environ["KMEANS_DATA_DIR"], "mnist", "mnist.npz")
    began = time.perf_counter()
    command = [sys.executable, "-c", PEER, str(images), str(n_init), algorithm]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return _numbers(time.perf_counter() - began, found["n_iter"], found["inertia"])


def _numbers(seconds: float, n_iter: int, inertia: float) -> dict[str, Any]:
    return {
        "seconds": seconds,
        "n_iter": n_iter,
        "milliseconds_per_iteration": 1000 * seconds / n_iter,
        "best": inertia,
    }


def main() -> None:
    """Measure 30 starts, print and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--n-init", type=int, default=30)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    arguments = parser.parse_args()
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    with TemporaryDirectory() as folder:
        rows = {"kmeans multi-init": ours(arguments.n_init, Path(folder))}
    rows |= {f"scikit-learn {name}": scikit_learn(arguments.n_init, name) for name in ("lloyd", "elkan")}
    for name, row in rows.items():
        print(f"{name:20}", *(f"{key} {value:,.1f}" for key, value in row.items()))
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "starts.json").write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main()
