"""The look of the figures: the same whatever the user's own settings."""

from __future__ import annotations

import matplotlib
import pytest

from kmeans_cli.plots import loss
from kmeans_cli.plots.captions import cluster_facts, cluster_name, percent
from kmeans_cli.plots.style import PAGE_WIDTH, captioned_figure, paper_style, shorten, wrap
from tests.plots.views import blobs_view, digits_view, empty_view, saved, texts


def test_users_settings_do_not_matter() -> None:
    """Figures look the same under another style, which is left as it was."""
    expected = saved(loss.draw(blobs_view()))
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "savefig.dpi": 30, "lines.linewidth": 9}):
        assert saved(loss.draw(blobs_view())) == expected
        assert matplotlib.rcParams["font.size"] == 30


def test_dollars_are_no_formulas() -> None:
    """A name with dollar signs is written as it is, not read as mathematics."""
    with paper_style():
        figure = captioned_figure((3, 1), r"$5 and $\frac", "note")
        figure.add_subplot()
    assert saved(figure)  # as mathematics it would be an error


def test_unknown_glyphs_do_not_warn() -> None:
    """A name in a script that the font lacks is drawn without a warning."""
    with paper_style():
        figure = captioned_figure((3, 1), "数字", "猫")
        figure.add_subplot()
    assert saved(figure)


def test_long_heading_is_wrapped() -> None:
    """A heading wider than the figure takes several lines, and the figure is higher for it."""
    with paper_style():
        short, long = (captioned_figure((3, 1), text, "") for text in ("data", "a long name " * 10))
    assert "\n" in texts(long)[0]
    assert long.get_figheight() > short.get_figheight()


def test_shorten() -> None:
    """A name becomes one line, cut with an ellipsis."""
    assert shorten("a\nb", 9) == "a b"
    assert shorten("abcdefghij", 5) == "abcd…"
    assert shorten(7, 5) == "7"


def test_wrap_keeps_short_text() -> None:
    """A text that fits stays on one line."""
    assert wrap("digits, k = 10", PAGE_WIDTH) == "digits, k = 10"


def test_captions() -> None:
    """A cluster is told by number, class, size and purity; an empty one says so; a named class needs no "class"."""
    view = digits_view(4, n=40)
    assert cluster_name(view, 0) == f"0: class {view.cluster_classes[0]}"
    assert cluster_name(view, 0, short=True) == f"0: {view.cluster_classes[0]}"
    assert cluster_facts(view, 0) == f"{view.cluster_sizes[0]}, {percent(view.purities[0])}"
    assert (cluster_name(empty_view(), 1), cluster_facts(empty_view(), 1)) == ("1: empty", "")


@pytest.mark.parametrize(("share", "text"), [(1.0, "100 %"), (0.9999, ">99 %"), (0.994, "99 %"), (0.5, "50 %")])
def test_percent(share: float, text: str) -> None:
    """Only a whole share is called 100 %."""
    assert percent(share) == text
