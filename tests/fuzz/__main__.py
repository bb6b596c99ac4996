"""Broken files by the ten thousand: ``python -m tests.fuzz``, and no traceback, no hang, no false success.

What must hold of every input: the command ends by itself with a code of the contract, within ``SECONDS`` and
``MEMORY`` (``verdict.py``); anything but success is one line on stderr and leaves no completed run; and a run that
did complete was made from a file that is whole, as far as anybody but this program can tell (``broken.py``): a changed
file may well be a right one. An input that fails is kept under ``runs/fuzz``, and ``--replay`` runs it again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.case import Case, load_case
from tests.fuzz.formats import formats
from tests.fuzz.verdict import judge, limit_memory
from tests.fuzz.workers import BATCH, Done, Task, draw, open_place, run_batches

KINDS = ("CSV", "npy", "npz", "IDX", "gz", "PNG", "JPEG", "other picture", "YAML", "run folder")
_KEPT = Path("runs/fuzz")


def main(argv: list[str] | None = None) -> int:
    """Fuzz, or repeat one input; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--inputs", type=int, default=20_000, help="at least so many")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin nothing new after so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--kind", choices=KINDS, help="only this one")
    parser.add_argument("--replay", type=Path, metavar="FOLDER", help="an input under runs/fuzz")
    args = parser.parse_args(argv)
    if args.replay is not None:
        return _replay(args.replay)
    kinds = KINDS if args.kind is None else (args.kind,)
    print(f"fuzz: seed {args.seed}", flush=True)
    return fuzz(kinds, args.seed, args.inputs, args.seconds, args.workers)


def fuzz(kinds: tuple[str, ...], seed: int, n_inputs: int, seconds: float, n_workers: int) -> int:
    """Run so many inputs, or for so long, and print what became of them; 1 when one failed, else 0."""
    began = time.monotonic()
    counts: dict[str, Counter[int | None]] = {kind: Counter() for kind in kinds}
    failures, slowest, memory = 0, 0.0, 0
    tasks = _tasks(kinds, seed, n_inputs, began + seconds)
    for done in run_batches(tasks, n_workers):
        if isinstance(done, Done):
            counts[done.task.kind] += done.codes
            slowest, memory = max(slowest, done.slowest), max(memory, done.memory)
            for case, problem in done.failures:
                failures += 1
                _report(case, problem)
        else:
            failures += 1
            _report(_case_of(*done), "killed its process, or hung in it")
    _print_counts(counts)
    total = sum(map(Counter.total, counts.values()))
    print(
        f"fuzz: {total:,} inputs, {failures} failed, seed {seed}, {time.monotonic() - began:.0f} s; "
        f"the slowest input {slowest:.2f} s, the most memory {memory >> 20} MiB"
    )
    return 1 if failures else 0


def _tasks(kinds: tuple[str, ...], seed: int, n_inputs: int, until: float) -> Iterator[Task]:
    """Batches of each kind in turn, as many of each, until there are enough or the time is up."""
    for number in range(-(-n_inputs // (BATCH * len(kinds)))):
        for kind in kinds:
            if time.monotonic() > until:
                return
            yield Task(seed, kind, number)


def _case_of(task: Task, at: int) -> Case:
    here = Path.cwd()
    with open_place():
        try:
            return draw(task, formats()[task.kind])[at]
        finally:
            os.chdir(here)


def _report(case: Case, problem: str) -> None:
    place = case.save(_KEPT)
    print(f"FAILED {case.kind}: kmeans {' '.join(case.argv)}\n  {problem}", file=sys.stderr)
    print(f"  again: python -m tests.fuzz --replay {place}", file=sys.stderr, flush=True)


def _replay(folder: Path) -> int:
    case = load_case(folder)
    with open_place():
        limit_memory()
        verdict = judge(case)
    print(f"kmeans {' '.join(case.argv)}: exit code {verdict.code} after {verdict.seconds:.2f} s")
    print(verdict.problem or "as it should be")
    return 1 if verdict.problem else 0


def _print_counts(counts: dict[str, Counter[int | None]]) -> None:
    codes = sorted({code for counter in counts.values() for code in counter}, key=str)
    print(f"{'kind':<14} {'inputs':>7}" + "".join(f"{f'exit {code}':>9}" for code in codes))
    for kind, counter in counts.items():
        print(f"{kind:<14} {counter.total():>7,}" + "".join(f"{counter[code]:>9,}" for code in codes))


if __name__ == "__main__":
    sys.exit(main())
