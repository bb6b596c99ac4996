"""CSV files as people have them."""

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from kmeans_cli.core.prepare import LARGEST_VALUE
from kmeans_cli.errors import ConfigError, PlaceError
from tests.datasets.files import read, write


def _rows(tmp_path: Path, text: str, **settings: Any) -> list[list[float]]:
    rows: list[list[float]] = read(write(tmp_path / "a.csv", text), **settings).X.tolist()
    return rows


@given(
    table=hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 5), st.integers(2, 5)),
        elements=st.floats(-LARGEST_VALUE, LARGEST_VALUE),
    ),
    delimiter=st.sampled_from([",", ";", "\t"]),
    header=st.booleans(),
    newline=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    decimal=st.sampled_from(".,"),
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory,
    table: NDArray[np.float64],
    delimiter: str,
    header: bool,
    newline: str,
    encoding: str,
    quoting: Any,
    decimal: str,
) -> None:
    """However a program writes a table of numbers, the same bits come back."""
    if decimal == delimiter:
        decimal = "."
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    names = [f"größe {i}" for i in range(table.shape[1])]
    if header:
        writer.writerow(names)
    writer.writerows([[repr(float(x)).replace(".", decimal) for x in row] for row in table])
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(file.getvalue().encode(encoding))
    raw = read(path)
    assert raw.X.tolist() == table.tolist()
    assert raw.feature_names == (tuple(names) if header else None)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("1,2\n\n3,4\n\n", [[1, 2], [3, 4]]),
        ("x,y\n1,2", [[1, 2]]),
        ('"x","y"\n"1","2"\n', [[1, 2]]),
        ('"a ""b"", c",y\n 1 , -2e3 \n', [[1, -2000]]),
        ("1;2\n3;4\n", [[1, 2], [3, 4]]),
        ("1,5;2\n3;4,25\n", [[1.5, 2], [3, 4.25]]),
        ("1,5\t2,5\n3\t4\n", [[1.5, 2.5], [3, 4]]),
        ("7\n8\n", [[7], [8]]),
        ("height\n1.5\n", [[1.5]]),
        ("1,2\r3,4\r", [[1, 2], [3, 4]]),
        ("1 2\n3 4\n", [[1, 2], [3, 4]]),
        ("  1   2.5 \n-3\t 4e1\n", [[1, 2.5], [-3, 40]]),
        ("x y\n1,5 2\n3 4\n", [[1.5, 2], [3, 4]]),
        ("body height\n1.5\n2\n", [[1.5], [2]]),
        ("# made by hand\n#\n\n# 2 columns\nx,y\n1,2\n", [[1, 2]]),
        ("#,x\n1,2\n", [[1, 2]]),
    ],
)
def test_format_is_found(tmp_path: Path, text: str, rows: list[list[float]]) -> None:
    """Header, comments, delimiter, decimal mark, quotes and line ends are found from the file."""
    assert _rows(tmp_path, text) == rows


def test_given_format(tmp_path: Path) -> None:
    """Settings go before what the file shows."""
    assert _rows(tmp_path, "1|2,5\n", delimiter="|", decimal=",") == [[1, 2.5]]
    assert _rows(tmp_path, "1,5\n2,5\n", decimal=",") == [[1.5], [2.5]]
    assert _rows(tmp_path, "1,5  2\n", delimiter=" ", decimal=",") == [[1.5, 2]]


def test_what_numpy_writes(tmp_path: Path) -> None:
    """The text files of ``np.savetxt`` come back to the bit, with its header as a comment."""
    X = np.random.default_rng(0).normal(size=(5, 3))
    np.savetxt(tmp_path / "a.txt", X, fmt="%.17g", header="three columns\nof noise")
    assert np.array_equal(read(tmp_path / "a.txt").X, X)


@pytest.mark.parametrize("suffix", [".csv", ".CSV", ".tsv", ".txt", ".dat", ""])
def test_any_name(tmp_path: Path, suffix: str) -> None:
    """A text file is a CSV, whatever its name."""
    assert read(write(tmp_path / f"a{suffix}", "1\t2\n")).X.tolist() == [[1, 2]]


TABLE = "name,height,mass,age,kind\nann,1.5,70,30,cat\nbob,1.8,80,40,dog\n"


def test_columns_play_parts(tmp_path: Path) -> None:
    """Label, weight and id columns are no features; a column can be dropped."""
    path = write(tmp_path / "a.csv", TABLE)
    raw = read(path, label_column="kind", weight_column=2, id_column="name", drop=(-2,))
    assert raw.X.tolist() == [[1.5], [1.8]]
    assert raw.feature_names == ("height",)
    assert raw.y is not None
    assert raw.y.tolist() == ["cat", "dog"]
    assert raw.weights is not None
    assert raw.weights.tolist() == [70, 80]
    assert raw.ids is not None
    assert raw.ids.tolist() == ["ann", "bob"]


def test_listed_features(tmp_path: Path) -> None:
    """``columns`` lists the features in their order; all others are left out."""
    raw = read(write(tmp_path / "a.csv", TABLE), columns=("age", 1))
    assert raw.X.tolist() == [[30, 1.5], [40, 1.8]]
    assert raw.feature_names == ("age", "height")


@pytest.mark.parametrize(
    ("texts", "classes"),
    [(["3", "1"], [3, 1]), (["3.0", "1"], [3, 1]), (["3.5", "1"], ["3.5", "1"]), ([" a", "b "], ["a", "b"])],
)
def test_classes(tmp_path: Path, texts: list[str], classes: list[Any]) -> None:
    """Classes are whole numbers where all are, else texts."""
    raw = read(write(tmp_path / "a.csv", "".join(f"{text},1\n" for text in texts)), label_column=0)
    assert raw.y is not None
    assert raw.y.tolist() == classes


def test_usual_columns_are_guessed_and_said(tmp_path: Path) -> None:
    """Pandas' nameless index and a column named label are no features, and warnings say so."""
    raw = read(write(tmp_path / "a.csv", ",Label,x\n0,7,1.5\n1,8,2.5\n"))
    assert raw.X.tolist() == [[1.5], [2.5]]
    assert raw.y is not None
    assert raw.y.tolist() == [7, 8]
    assert raw.warnings == (
        "column 'Label' was taken for the label column",
        "column '' was taken for the id column",
    )


def test_weights_are_guessed_by_an_unmistakable_name_only(tmp_path: Path) -> None:
    """``sample_weight`` is guessed; ``weight``, which may be in kilograms, stays a feature, and a warning says so."""
    sure = read(write(tmp_path / "a.csv", "x,sample_weight\n1.5,7\n"))
    assert sure.weights is not None
    assert sure.weights.tolist() == [7]
    path = write(tmp_path / "b.csv", "height,Weight\n1.8,80\n")
    warning = "column 'Weight' was taken for a feature; if it weighs the samples, say data.weight_column: Weight"
    assert (read(path).X.tolist(), read(path).warnings) == ([[1.8, 80]], (warning,))
    settings: tuple[dict[str, Any], ...] = ({"weight_column": "Weight"}, {"columns": (0, 1)}, {"drop": ("Weight",)})
    assert [read(path, **each).warnings for each in settings] == [(), (), ()]


def test_listed_features_are_not_guessed_away(tmp_path: Path) -> None:
    """A column named label is a feature when the settings list it."""
    assert _rows(tmp_path, "label,x\n7,1.5\n", columns=("label", "x")) == [[7, 1.5]]


GAPS = "x,y,kind\n1,2,a\n,4,b\n5,NA,c\n7,8,\n9,10,e\n"


def test_missing_value_is_an_error(tmp_path: Path) -> None:
    """By default a missing value is an error that names line and column, and the way out."""
    with pytest.raises(PlaceError, match=r"a\.csv, line 3, column 'x': '' is a missing value .*data\.missing: drop"):
        _rows(tmp_path, GAPS, label_column="kind")


def test_rows_with_gaps_are_dropped(tmp_path: Path) -> None:
    """With ``missing: drop`` such rows are left out, their classes too, and a warning counts them."""
    raw = read(write(tmp_path / "a.csv", GAPS), label_column="kind", missing="drop")
    assert raw.X.tolist() == [[1, 2], [9, 10]]
    assert raw.y is not None
    assert raw.y.tolist() == ["a", "e"]
    assert raw.warnings == ("rows with a missing value left out: 3, the first is line 3",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"x,y\n", "has no rows of data"),
        (b"x,y\n1,2\n3\n", "line 3: has 1 fields where the first line has 2"),
        (b"1 2 3\n4 5\n", "line 2: has 2 fields where the first line has 3"),
        (b"# x\n1,2\n3,4,5\n", "line 3: has 3 fields where the first line has 2"),
        (b"a,b,a,c,b\n1,2,3,4,5\n", "line 1: has several columns named 'a', 'b'"),
        (b"1,2\n3,4,5\n", "line 2: has 3 fields where the first line has 2"),
        (b"x,y\n1,2\n3,four\n", "line 3, column 'y': 'four' is no finite number"),
        (b"1,2\n3,four\n", "line 2, column '1': 'four' is no finite number"),
        (b"x,y\n1,inf\n", "line 2, column 'y': 'inf' is no finite number"),
        (b"x,y\n1,1e999\n", "line 2, column 'y': '1e999' is no finite number"),
        (b"x;y\n1;1.234,5\n2;0,5\n", "line 2, column 'y': '1.234,5' is no finite number"),
        (b'x,y\n1,"2\n', "cannot be read as CSV"),
        (b"x,y\n1,caf\xe9\n", "no UTF-8 text"),
        (b"x,y\n" + b"1,2\n" * 300_000 + b"1,\xe9\n", "no UTF-8 text"),
    ],
)
def test_broken_file(tmp_path: Path, content: bytes, words: str) -> None:
    """What is wrong is said with the file, and the line and the column where there is one."""
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(PlaceError, match=words) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_gaps_only(tmp_path: Path) -> None:
    """When dropping leaves nothing, that is an error."""
    with pytest.raises(PlaceError, match="no rows of data"):
        _rows(tmp_path, "x,y\n1,\n", missing="drop")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"label_column": "knd"}, r"data\.label_column: 'knd' is no column.*did you mean 'kind'"),
        ({"weight_column": 5}, r"data\.weight_column: 5 is no column; allowed: 0 to 4"),
        ({"id_column": -6}, r"data\.id_column: -6 is no column"),
        ({"columns": ("height", "width")}, r"data\.columns: 'width' is no column"),
        ({"drop": ("width",)}, r"data\.drop: 'width' is no column"),
        ({"columns": ("height", "kind"), "label_column": "kind"}, "'kind' plays two parts"),
        ({"drop": ("name", "height", "mass", "age", "kind")}, "no column is left as a feature"),
    ],
)
def test_unfit_columns(tmp_path: Path, settings: dict[str, Any], words: str) -> None:
    """A setting that does not fit the columns is an error of the settings."""
    with pytest.raises(ConfigError, match=words):
        read(write(tmp_path / "a.csv", TABLE), **settings)


def test_two_columns_without_a_name(tmp_path: Path) -> None:
    """Columns without a name may be several, but cannot be meant by it."""
    with pytest.raises(ConfigError, match="is the name of 2 columns"):
        read(write(tmp_path / "a.csv", "x,,\n1,2,3\n"), label_column="")
    assert _rows(tmp_path, "x,,\n1,2,3\n") == [[1, 2, 3]]


def test_many_rows_are_one_matrix(tmp_path: Path) -> None:
    """A long file comes in whole, although it is read row by row."""
    n = 50_000
    X = read(write(tmp_path / "a.csv", "".join(f"{i},{i / 8}\n" for i in range(n)))).X
    assert np.array_equal(X, np.column_stack([np.arange(n), np.arange(n) / 8]))
