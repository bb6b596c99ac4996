"""Tables that cannot be right."""

from __future__ import annotations

from tests.bad_inputs.entry import BadInput

_GOOD = "a,b,label\n1,2,x\n3,4,y\n1,3,x\n"


def _csv(name: str, content: bytes | str, *words: str, flags: str = "", code: int = 3, file: str = "a.csv") -> BadInput:
    return BadInput(f"CSV: {name}", f"fit --k 2 --data {file} {flags}", code, (*words,), {file: content})


ENTRIES = (
    _csv("a row too short", "a,b\n1,2\n3\n", "a.csv, line 3", "1 fields where the first line has 2"),
    _csv("a row too long", "1,2\n3,4\n5,6,7\n", "a.csv, line 3", "3 fields"),
    _csv("NaN", "a,b\n1,2\nnan,4\n", "line 3, column 'a'", "missing value", "data.missing: drop"),
    _csv("an empty field", "a,b\n1,2\n3,\n", "line 3, column 'b'", "missing value"),
    _csv("a question mark", "a,b\n1,2\n3,?\n", "line 3, column 'b'", "missing value"),
    _csv("only missing values, dropped", "a,b\n1,\n,4\n", "has no rows of data", flags="--set data.missing=drop"),
    _csv("infinity", "a,b\n1,2\ninf,4\n", "line 3, column 'a'", "'inf' is no finite number"),
    _csv("a number too large for a float", "a,b\n1,2\n1e999,4\n", "'1e999' is no finite number"),
    _csv("a number too large to square", "a,b\n1,2\n1e300,4\n", "beyond ±", "row 1, column 0"),
    _csv("a number too large for float32", "a,b\n1,2\n1e39,4\n", "too large for float32", flags="--set data.dtype=float32"),
    _csv("text", "a,b\n1,2\nfour,4\n", "line 3, column 'a'", "'four' is no finite number", "data.label_column"),
    _csv("an underscore in a number", "a,b\n1,2\n1_0,4\n", "line 3, column 'a'", "'1_0' is no finite number"),
    _csv("a hexadecimal number", "a,b\n1,2\n0x10,4\n", "'0x10' is no finite number"),
    _csv("a decimal comma among points", "a;b\n1.5;2\n1,5;4\n", "'1,5' is no finite number"),
    _csv("a unit", "a,b\n1,2\n3 kg,4\n", "'3 kg' is no finite number"),
    _csv("nothing", "", "a.csv: is empty"),
    _csv("blank lines", "\n\n\n", "a.csv: is empty"),
    _csv("only a comment", "# measured today\n", "a.csv: is empty"),
    _csv("only a header", "a,b\n", "has no rows of data"),
    _csv("a byte order mark alone", b"\xef\xbb\xbf", "a.csv: is empty"),
    _csv("Latin-1", "a,b\n1,2\n3,é\n".encode("latin-1"), "is no UTF-8 text", "save it as UTF-8"),
    _csv("half of UTF-16", "a,b\n1,2\n3,4\n".encode("utf-16")[:-1], "is no UTF-8 text"),
    _csv("UTF-32", "1,2\n3,4\n".encode("utf-32-be"), "a.csv"),
    _csv("a quote that does not end", 'a,b\n1,2\n"3,4\n', "cannot be read as CSV"),
    _csv("text behind a quote", 'a,b\n1,2\n"3"x,4\n', "cannot be read as CSV"),
    _csv("a NUL", "a,b\n1,2\n\x003,4\n", "a.csv"),
    _csv("two columns of one name", "a,a\n1,2\n3,4\n", "line 1", "several columns named 'a'"),
    _csv("a zip under the name of a CSV", b"PK\x03\x04\xff\xfe\x00\x01", "is no UTF-8 text"),
    _csv("a weight below 0", "a,sample_weight\n1,2\n3,-4\n5,1\n", "weights that are not finite, negative"),
    _csv("weights of 0", "a,sample_weight\n1,0\n3,0\n5,0\n", "weights that are not finite, negative, or all 0"),
    _csv("a weight that is text", "a,w\n1,2\n3,much\n", "line 3, column 'w'", flags="--set data.weight_column=w"),
    _csv("a label column that is not there", _GOOD, "data.label_column", "'lable'", "did you mean 'label'?", flags="--set data.label_column=lable", code=2),
    _csv("a column number that is not there", _GOOD, "data.label_column: 7 is no column", "0 to 2", flags="--set data.label_column=7", code=2),
    _csv("a column in two parts", _GOOD, "'a' plays two parts", flags="--set data.columns=[a,b] --set data.label_column=a", code=2),
    _csv("no column left", _GOOD, "no column is left as a feature", flags="--set data.drop=[a,b,label]", code=2),
    _csv("a label that is missing", "a,b,label\n1,2,x\n3,4,\n", "line 3, column 'label'", "missing value"),
    _csv("a delimiter of two characters", _GOOD, "data.delimiter: 'ab' is no delimiter", flags="--set data.delimiter=ab", code=2),
    _csv("a decimal mark that is the delimiter", _GOOD, "data.decimal: ',' is the delimiter too", flags="--set data.delimiter=\\',\\' --set data.decimal=\\',\\'", code=2),
    _csv("unit scale without a known full scale", _GOOD, "data.scale: 'unit' needs data that state their largest value", flags="--set data.scale=unit", code=2),
    _csv("fewer rows than clusters", _GOOD, "n_clusters", "3", flags="--k 4", code=2),
    _csv("a limit below 1", _GOOD, "data.limit: 0 is too small", flags="--set data.limit=0", code=2),
    _csv("more of a class than there are", _GOOD, "data.per_class: 9 is more than a class has", flags="--set data.per_class=9", code=2),
    _csv("classes asked of data without", "1,2\n3,4\n", "data.per_class", "needs data with classes", flags="--set data.per_class=1", code=2),
    _csv("a split that is not there", _GOOD, "data.split: 'test' is no part of these data", flags="--set data.split=test", code=2),
    _csv("a field longer than csv reads", "a,b\n1,2\n" + "3" * 200_000 + ",4\n", "a.csv, line 1"),
)  # fmt: skip
