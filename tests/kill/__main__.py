"""``make kill-test``: processes killed at random moments, resumed each time, compared with runs left alone."""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
import time
from pathlib import Path

from tests.kill.chains import WORKS, Tally, disturb

MOMENTS = ("starting", "fitting", "concluding")


def main() -> None:
    """Disturb every kind of work and print what was done; the first thing that is not as it should be ends it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=18, help="killings of each kind of work")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    began = time.monotonic()
    print(f"{'':26}{'killed':>7}  {'starting':>8}  {'fitting':>7}  {'concluding':>10}  {'resumed':>7}  equal runs")
    killed = Tally()
    for number, (name, work) in enumerate(WORKS.items()):
        with tempfile.TemporaryDirectory(prefix="kill-") as folder:
            tally = disturb(work, options.times, Path(folder), random.Random(options.seed + 1000 * number))
        _show(name, tally)
        if signal.SIGKILL in work.signals:
            killed += tally
    _show("all of SIGKILL", killed)
    print(f"nothing lost, every run as one left alone; {time.monotonic() - began:.0f} s, seed {options.seed}")


def _show(name: str, tally: Tally) -> None:
    starting, fitting, concluding = (tally.moments[moment] for moment in MOMENTS)
    print(f"{name:26}{tally.killed:>7}  {starting:>8}  {fitting:>7}  {concluding:>10}  {tally.resumed:>7}", end="  ")
    print(f"{tally.finished:>10}", flush=True)


if __name__ == "__main__":
    main()
