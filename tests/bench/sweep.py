"""The time of a whole sweep, figures and all, beside a scikit-learn script that fits the same and draws one figure.

``python -m tests.bench.sweep``; needs ``KMEANS_DATA_DIR``.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kmeans_cli import datasets
from kmeans_cli.datasets.params import DataParams

REPEATS = 5

PEER = """
import sys
import numpy as np
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sklearn.cluster import KMeans

X = np.load(sys.argv[1])["X"]
ks = range(5, 21)
for init in ("random", "k-means++"):
    fits = [KMeans(k, init=init, n_init=1, tol=0, max_iter=1000, random_state=0).fit(X) for k in ks]
    plt.plot(ks, [fit.inertia_ / len(X) for fit in fits], label=init)
plt.legend()
plt.savefig(sys.argv[2])
"""


def main() -> None:
    """Print one table."""
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    with TemporaryDirectory() as name:
        folder = Path(name)
        dataset = datasets.load(DataParams(name="mnist", per_class=100, test=False))
        assert dataset.y is not None
        np.savez(folder / "rows.npz", X=dataset.X, y=dataset.y)
        (folder / "peer.py").write_text(PEER)
        ours = [sys.executable, "-m", "kmeans_cli", "sweep-k", "--data", str(folder / "rows.npz"), "--k", "5..20"]
        ours += ["--init", "sample,k-means++", "--runs", str(folder / "runs"), "--quiet"]
        programs = {
            "scikit-learn": [sys.executable, folder / "peer.py", folder / "rows.npz", folder / "figure.png"],
            "ours": ours,
            "ours, no figures": [*ours, "--no-figures"],
            "ours, processes": [*ours, "--executor", "processes"],
        }
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(REPEATS):
            for program, command in programs.items():
                began = time.perf_counter()
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
                times[program].append(time.perf_counter() - began)
    peer = statistics.median(times["scikit-learn"])
    print("16 k × 2 starts on 1,000 MNIST images, whole process")
    for program, seconds in times.items():
        print(f"{program:18} {statistics.median(seconds):6.2f} s {statistics.median(seconds) / peer:5.2f}")


if __name__ == "__main__":
    main()
