"""``make bench``: fits beside scikit-learn's, from one start to strict convergence.

``python -m tests.bench.fit [WORK ...] [--repeats N] [--out FOLDER]`` writes ``fit.json`` and ``fit.md`` there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

from kmeans_cli import __version__
from kmeans_cli.threads import available_cores
from tests.bench.memory import peak_memory
from tests.bench.peers import CONTENDERS, inertia, interleaved
from tests.bench.works import WORKS

# Programs that round distances differently may end in neighbouring optima; more than this is another answer.
_SAME_ANSWER = 5e-3


def main() -> None:
    """Measure, print each row as it is done, and write both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"of {', '.join(WORKS)}; default: all")
    parser.add_argument("--repeats", type=int)
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    arguments = parser.parse_args()
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    arguments.out.mkdir(parents=True, exist_ok=True)
    print(_table([]), end="", flush=True)
    rows: list[dict[str, Any]] = []
    for name in arguments.works or WORKS:
        rows.append(measure(name, arguments.repeats))
        print(_line(rows[-1]), flush=True)
        # After each row, so that a benchmark cut short has kept what it measured.
        document = {"machine": machine(), "rows": rows}
        (arguments.out / "fit.json").write_text(json.dumps(document, indent=1) + "\n")
        (arguments.out / "fit.md").write_text(_table(rows))


def machine() -> dict[str, Any]:
    """What the times depend on."""
    return {
        "cores": available_cores(),
        "cpu": platform.processor() or platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scikit-learn": sklearn.__version__,
        "kmeans": __version__,
    }


def measure(name: str, repeats: int | None) -> dict[str, Any]:
    """One row: what every contender took for a work, and that they came to the same answer.

    Raises:
        SystemExit: If they did not; there is no ratio to print then.
    """
    work = WORKS[name]()
    timed = interleaved(work, CONTENDERS, repeats)
    inertias = {contender: inertia(work, fitted.labels) for contender, (_, fitted) in timed.items()}
    if max(inertias.values()) > (1 + _SAME_ANSWER) * min(inertias.values()):
        sys.exit(f"{work.name}, k = {work.k}: not the same answer, so no comparison: {inertias}")
    n, d = work.X.shape
    return {
        "work": work.name,
        "n": n,
        "d": d,
        "k": work.k,
        "dtype": str(work.X.dtype),
        "weighted": work.weights is not None,
        "contenders": {
            contender: {
                "seconds": seconds,
                "n_iter": fitted.n_iter,
                "algorithm": fitted.algorithm,
                "phases": dict(fitted.phases),
                "inertia": inertias[contender],
                "peak_mib": peak_memory(name, contender),
            }
            for contender, (seconds, fitted) in timed.items()
        },
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    heads = ("work", "n × d", "k", "iterations", *CONTENDERS, "algorithm", "faster", "peak memory")
    return "\n".join(["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|", *map(_line, rows)]) + "\n"


def _line(row: dict[str, Any]) -> str:
    contenders = row["contenders"]
    ours = contenders["ours"]
    peer = min(c["seconds"] for name, c in contenders.items() if name.startswith("scikit-learn"))
    cells = [
        row["work"] + (", weighted" if row["weighted"] else ""),
        f"{row['n']:,} × {row['d']}",
        row["k"],
        ours["n_iter"],
        *(_seconds(c["seconds"]) for c in contenders.values()),
        ours["algorithm"],
        f"{peer / ours['seconds']:.1f}×",
        "" if ours["peak_mib"] is None else f"{ours['peak_mib']:.0f} MiB",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


if __name__ == "__main__":
    main()
