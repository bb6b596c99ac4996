"""``make bench-starts``: many starts on all of MNIST as whole processes, beside scikit-learn from the same starts.

``python -m tests.bench.starts [WORK ...] [--out FOLDER]`` writes ``starts.json`` there; all works take ten minutes.
Ours evaluates and records every fit, draws no figures, and tells where it started; the script of the peer loads the
images and fits them from there. Both converge strictly.
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

import numpy as np

_SAMPLES = ["--data", "mnist", "--set", "data.test=false", "--init", "sample"]
WORKS = {
    "thirty": [*_SAMPLES, "--k", "20", "--n-init", "30"],
    "restarts": ["configs/report2.yaml"],
}
"""Arguments of ``kmeans multi-init``: 30 starts at k = 20, and the 60 fits of ``make table-restarts``."""

# Programs that round distances differently may end in neighbouring optima; more than this is another answer.
_SAME_ANSWER = 2e-3

PEER = """
import json, sys
import numpy as np
from sklearn.cluster import KMeans

with np.load(sys.argv[1]) as arrays:
    X = arrays["x_train"].reshape(60000, 784).astype(np.float32) / 255
fits = []
for start in json.load(open(sys.argv[2])):
    model = KMeans(len(start), init=X[start], n_init=1, tol=0, max_iter=1000, algorithm=sys.argv[3]).fit(X)
    fits.append({"n_iter": model.n_iter_, "inertia": float(model.inertia_)})
print(json.dumps(fits))
"""


def ours(arguments: list[str], runs: Path) -> tuple[dict[str, Any], list[list[int]]]:
    """What ``kmeans multi-init`` took and came to, and the samples each of its fits started from."""
    command = [sys.executable, "-m", "kmeans_cli", "multi-init", *arguments]
    command += ["--no-figures", "--yes", "--json", "--runs", str(runs)]
    began = time.perf_counter()
    document = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    seconds = time.perf_counter() - began
    return _numbers(seconds, document["fits"]), [_start(path) for path in sorted(runs.glob("2*/fits/*.npz"))]


def scikit_learn(starts: Path, algorithm: str) -> dict[str, Any]:
    """The same by a script of a few lines."""
    images = Path(os.environ["KMEANS_DATA_DIR"], "mnist", "mnist.npz")
    command = [sys.executable, "-c", PEER, str(images), str(starts), algorithm]
    began = time.perf_counter()
    fits = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return _numbers(time.perf_counter() - began, fits)


def measure(arguments: list[str]) -> dict[str, Any]:
    """One work by all programs.

    Raises:
        SystemExit: If they did not come to the same inertias; there is no ratio to print then.
    """
    with TemporaryDirectory() as folder:
        found, starts = ours(arguments, Path(folder))
        file = Path(folder, "starts.json")
        file.write_text(json.dumps(starts))
        rows = {"kmeans multi-init": found}
        rows |= {f"scikit-learn {name}": scikit_learn(file, name) for name in ("lloyd", "elkan")}
    means = [row["mean_inertia"] for row in rows.values()]
    if max(means) / min(means) - 1 > _SAME_ANSWER:
        sys.exit(f"not the same answer, so no comparison: mean inertias {means}")
    fastest = min(row["seconds"] for name, row in rows.items() if name.startswith("scikit-learn"))
    return {"fits": len(starts), "faster": fastest / found["seconds"], "programs": rows}


def _start(archive: Path) -> list[int]:
    with np.load(archive) as arrays:
        indices: list[int] = arrays["init_indices"].tolist()
    return indices


def _numbers(seconds: float, fits: list[dict[str, Any]]) -> dict[str, Any]:
    inertias = [fit["inertia"] for fit in fits]
    return {
        "seconds": seconds,
        "n_iter": sum(fit["n_iter"] for fit in fits),
        "mean_inertia": sum(inertias) / len(inertias),
        "best_inertia": min(inertias),
    }


def main() -> None:
    """Measure, print each work as it is done, and write all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"of {', '.join(WORKS)}; default: all")
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    arguments = parser.parse_args()
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    arguments.out.mkdir(parents=True, exist_ok=True)
    measured = {}
    for name in arguments.works or WORKS:
        work = measured[name] = measure(WORKS[name])
        print(f"{name}: {work['fits']} fits, {work['faster']:.1f} times as fast as the faster of scikit-learn's")
        for program, row in work["programs"].items():
            print(f"  {program:20}", *(f"{key} {value:,.1f}" for key, value in row.items()), flush=True)
        (arguments.out / "starts.json").write_text(json.dumps(measured, indent=1) + "\n")


if __name__ == "__main__":
    main()
