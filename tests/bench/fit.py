"""``make bench``: fits beside scikit-learn's, from one start to strict convergence.

``python -m tests.bench.fit [WORK ...] [--rounds N] [--out FOLDER]`` writes ``fit.json`` and ``fit.md`` there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

from kmeans_cli import __version__
from kmeans_cli.threads import available_cores
from tests.bench.alone import alone
from tests.bench.peers import CONTENDERS
from tests.bench.works import WORKS

# Programs that round distances differently may end in neighbouring optima; more than this is another answer.
_SAME_ANSWER = 2e-3


def main() -> None:
    """Measure, print each row as it is done, and write both files."""
    parser = argparse.ArgumentParser()
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"of {', '.join(WORKS)}; default: all")
    parser.add_argument("--rounds", type=int, default=3, help="how often each program is started")
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    arguments = parser.parse_args()
    if not os.environ.get("KMEANS_DATA_DIR"):
        sys.exit("set KMEANS_DATA_DIR to a folder with MNIST; the benchmark needs the real images")
    arguments.out.mkdir(parents=True, exist_ok=True)
    print(_table([]), end="", flush=True)
    rows: list[dict[str, Any]] = []
    for name in arguments.works or WORKS:
        rows.append(measure(name, arguments.rounds))
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


def measure(name: str, rounds: int) -> dict[str, Any]:
    """One row: what every contender took for a work, and that they came to the same answer.

    Raises:
        SystemExit: If they did not; there is no ratio to print then.
    """
    work = WORKS[name]()
    # Each in a process of its own, in turn, so that drift hits all alike.
    turns = [{contender: alone(name, contender) for contender in CONTENDERS} for _ in range(rounds)]
    contenders = {
        contender: turns[-1][contender] | {"seconds": statistics.median(turn[contender]["seconds"] for turn in turns)}
        for contender in CONTENDERS
    }
    inertias = {contender: measured["inertia"] for contender, measured in contenders.items()}
    apart = max(inertias.values()) / min(inertias.values()) - 1
    if apart > _SAME_ANSWER:
        sys.exit(f"{work.name}, k = {work.k}: not the same answer, so no comparison: {inertias}")
    n, d = work.X.shape
    return {
        "work": work.name,
        "n": n,
        "d": d,
        "k": work.k,
        "dtype": str(work.X.dtype),
        "weighted": work.weights is not None,
        "inertias_apart": apart,
        "contenders": contenders,
    }


def _table(rows: Sequence[dict[str, Any]]) -> str:
    heads = ("work", "n × d", "k", "iterations", *CONTENDERS, "algorithm", "faster", "inertias agree to", "peak memory")
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
        f"{row['inertias_apart']:.0e}",
        "" if ours["peak_mib"] is None else f"{ours['peak_mib']:.0f} MiB",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def _seconds(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.3g} ms"


if __name__ == "__main__":
    main()
