"""``make bench-scaling``: time of a fit against n, k and d, for us and scikit-learn, with slopes, as a figure.

``python -m tests.bench.scaling [--out FOLDER]`` writes ``scaling.json`` and ``scaling.png`` there. All fits are of
MNIST, each in a process of its own, from one start at each point: time per iteration is what scales.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kmeans_cli.plots.style import COLOURS, MARKERS, PAGE_WIDTH, new_figure, paper_style, save
from tests.bench.alone import alone
from tests.bench.peers import CONTENDERS
from tests.bench.works import AXES, FULL_SIZE

# The strongest of the first colours is for what this is about.
_ORDER = (0, 1, 3, 2)
_TITLES = {"n": "samples n", "k": "clusters k", "d": "features d"}


def measure() -> dict[str, dict[str, list[float]]]:
    """For each axis and contender the milliseconds per iteration at each of its values."""
    times: dict[str, dict[str, list[float]]] = {axis: {name: [] for name in CONTENDERS} for axis in AXES}
    for axis, values in AXES.items():
        for value in values:
            for contender, series in times[axis].items():
                fitted = alone(f"mnist-{axis}-{value}", contender)
                series.append(1000 * fitted["seconds"] / fitted["n_iter"])
            print(axis, value, {name: round(series[-1], 2) for name, series in times[axis].items()}, flush=True)
    return times


def slope(values: tuple[int, ...], times: list[float]) -> float:
    """The exponent of the power law that fits best."""
    return float(np.polyfit(np.log(values), np.log(times), 1)[0])


def draw(times: dict[str, dict[str, list[float]]]) -> Figure:
    """A panel per axis, both scales logarithmic, with the slope of each line in its colour."""
    figure = new_figure(PAGE_WIDTH, 3.0)
    panels = figure.subplots(1, len(AXES), sharey=True)
    for ax, (axis, values) in zip(panels, AXES.items(), strict=True):
        _draw_axis(ax, axis, values, times[axis])
    panels[0].set_ylabel("milliseconds per iteration")
    panels[0].yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(CONTENDERS))
    return figure


def _draw_axis(ax: Axes, axis: str, values: tuple[int, ...], series: dict[str, list[float]]) -> None:
    for number, (name, times) in enumerate(series.items()):
        colour = COLOURS[_ORDER[number]]
        ax.loglog(values, times, color=colour, marker=MARKERS[number], markersize=4, label=name)
        place = (0.98, 0.04 + 0.08 * (len(series) - 1 - number))
        ax.text(
            *place, f"slope {slope(values, times):.2f}", transform=ax.transAxes, ha="right", color=colour, fontsize=7
        )
    ax.set_xticks(values, [f"{value:,}" for value in values])
    ax.minorticks_off()
    ax.tick_params(axis="x", rotation=45)
    ax.margins(x=0.08)
    ax.set_title(", ".join(f"{other} = {size:,}" for other, size in FULL_SIZE.items() if other != axis))
    ax.set_xlabel(_TITLES[axis])


def main() -> None:
    """Measure and write both files; ``--draw`` draws the figure again from the first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, default=Path("runs/bench"))
    parser.add_argument("--draw", action="store_true", help="only draw what was measured")
    arguments = parser.parse_args()
    file = arguments.out / "scaling.json"
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not arguments.draw:
        file.write_text(json.dumps(measure(), indent=1) + "\n")
    document: dict[str, Any] = json.loads(file.read_text())
    with paper_style(), (arguments.out / "scaling.png").open("wb") as picture:
        save(draw(document), picture, "png")


if __name__ == "__main__":
    main()
