"""How all figures look: sizes, fonts, colours. Independent of the user's own matplotlib settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Inches: one column and the full width of a paper, and the most a page leaves above its caption.
COLUMN_WIDTH = 3.5
PAGE_WIDTH = 7.0
PAGE_HEIGHT = 9.5

MOST_CLUSTERS = 256
"""Figures with a row per cluster are not drawn beyond this: no row could be read on a page."""

FONT_SIZE = 8.0  # points, at the figure's own size
SMALLEST_FONT = 5.0  # what print still shows

COLOURS = (
    "#3f90da",
    "#ffa90e",
    "#bd1f01",
    "#94a4a2",
    "#832db6",
    "#a96b59",
    "#e76300",
    "#b9ac70",
    "#717581",
    "#92dadd",
)
"""Ten colours told apart with every common colour vision and by lightness (Petroff 2021, arXiv:2107.02270)."""

MARKERS = ("o", "^", "s", "D", "v", "P", "X", "p", "<", ">")
"""Marker shapes: cluster 10 has the colour of cluster 0 and the next shape, so a hundred pairs differ."""

WRONG = "#ff4010"  # bright on black and dark on white
INK = "#202020"
FAINT = "#b0b0b0"

_STYLE: dict[str, Any] = {
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE + 1,
    "axes.labelsize": FONT_SIZE,
    "figure.titlesize": FONT_SIZE + 1,
    "xtick.labelsize": FONT_SIZE - 1,
    "ytick.labelsize": FONT_SIZE - 1,
    "legend.fontsize": FONT_SIZE - 1,
    "legend.frameon": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.2,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.parse_math": False,  # names of classes and features are data: a $ in them is a $
    "figure.dpi": 200,
    "pdf.fonttype": 42,  # publishers refuse Type 3 fonts
    "svg.hashsalt": "kmeans",  # otherwise the ids in an SVG are random
}

# Whatever would differ from one saving to the next, or from one matplotlib release to the next.
_METADATA: Mapping[str, dict[str, Any]] = {
    "png": {"Software": None},
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
}


@contextmanager
def paper_style() -> Iterator[None]:
    """Draw inside this, or under it as a decorator: matplotlib's defaults plus the style of this package."""
    from matplotlib import style

    with style.context(_STYLE, after_reset=True):
        yield


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches, laid out so that nothing overlaps or is cut off."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")


def captioned_figure(inches: tuple[float, float], heading: str, note: str) -> Figure:
    """A figure for a picture this wide and high, with room for a heading above and a note below it."""
    width = max(COLUMN_WIDTH, inches[0] + 0.1)
    heading, note = wrap(heading, width, FONT_SIZE + 1), wrap(note, width, FONT_SIZE - 1)
    lines = heading.count("\n") + note.count("\n") + 2
    figure = new_figure(width, inches[1] + 0.17 * lines + 0.15)
    figure.suptitle(heading)
    figure.supxlabel(note, size=FONT_SIZE - 1)
    return figure


@paper_style()
def save(figure: Figure, file: BinaryIO, format: str) -> None:
    """Write a figure; the same figure gives the same bytes each time, and the same layout in each format.

    Args:
        figure: What to write.
        file: A file open for binary writing.
        format: ``png``, ``pdf`` or ``svg``.
    """
    import warnings

    with warnings.catch_warnings():
        # A class named in a script that the font lacks is drawn as a box; the user can do nothing about it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        settle_layout(figure)
        figure.savefig(file, format=format, metadata=_METADATA[format])


def settle_layout(figure: Figure) -> None:
    """Lay a figure out once and for all: doing so again, as every drawing would, shifts it by a hair."""
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)
        figure.set_layout_engine("none")


def points_wide(text: str, font_size: float) -> float:
    """About how wide a label is, in points, before anything is drawn; digits of DejaVu Sans take 0.6 em."""
    return 0.6 * font_size * len(text)


def shorten(text: object, length: int) -> str:
    """A name from the data as one line of at most ``length`` characters, cut with an ellipsis."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def wrap(text: str, width: float, font_size: float = FONT_SIZE) -> str:
    """A text broken into lines that fit ``width`` inches."""
    import textwrap

    character = 0.53 * font_size / 72  # inches, on average in a sentence
    return "\n".join(textwrap.wrap(text, max(10, int(width / character))))
