"""What inputs are made of: a hypothesis strategy for each kind of file, and the commands that read it."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from kmeans_cli.config_schema import NAMES, meanings
from kmeans_cli.tables.registry import TABLES
from tests.fuzz import whole
from tests.fuzz.case import DAMAGED_RUN, WHOLE_RUNS, Case
from tests.fuzz.mutation import mutate

Contents = st.SearchStrategy[bytes]
_SEEDS = st.integers(0, 2**63)
_FIT = ("fit", "--k", "2", "--no-figures", "--quiet", "--data")
_INFO = ("data", "info", "--no-figures")
_COMPRESS = ("compress-image", "--k", "2", "--n-init", "1", "--no-figures", "--quiet")


def mutated(valid: tuple[bytes, ...]) -> Contents:
    """One of some whole files, with a few bytes changed."""
    return st.builds(mutate, st.sampled_from(valid), _SEEDS)


def _data(kind: str, suffix: str, contents: Contents) -> st.SearchStrategy[Case]:
    """Inputs that are a file of data, for the commands that read one."""
    name = f"a{suffix}"
    argvs = ((*_FIT, name), (*_FIT, name), (*_INFO, name), ("predict", str(WHOLE_RUNS / "plane"), name, "--quiet"))
    return st.builds(lambda argv, content: Case(kind, argv, ((name, content),)), st.sampled_from(argvs), contents)


def _picture(kind: str, suffix: str, contents: Contents) -> st.SearchStrategy[Case]:
    """Inputs that are a picture: for fewer colours, as data, as a digit."""
    name = f"a{suffix}"
    argvs = (
        (*_COMPRESS, name),
        (*_FIT, name),
        ("predict", str(WHOLE_RUNS / "fit"), name, "--no-figures", "--quiet"),
        ("predict", str(WHOLE_RUNS / "fit"), name, "--no-figures", "--quiet", "--raw"),
    )
    return st.builds(lambda argv, content: Case(kind, argv, ((name, content),)), st.sampled_from(argvs), contents)


def _tables() -> Contents:
    """Tables in any shape: ragged, of numbers and texts, with odd marks."""
    number = st.floats(-1e6, 1e6).map(str) | st.integers(-99, 99).map(str)
    odd = st.sampled_from(
        ["", "nan", "inf", "1e400", "1_0", "１", "x", '"', "'", "#", "0x10", "1,5", "1.5.2", " ", "\0", "–1"]
    )
    row = st.lists(st.one_of(number, number, number, odd | st.text(max_size=3)), max_size=4)
    marks = st.sampled_from([",", ";", "\t", " ", ", "]), st.sampled_from(["\n", "\r\n", "\r"])
    encodings = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1", "utf-32"])

    def write(rows: list[list[str]], marks: tuple[str, str], encoding: str) -> bytes:
        return marks[1].join(marks[0].join(row) for row in rows).encode(encoding, "replace")

    return st.builds(write, st.lists(row, max_size=6), st.tuples(*marks), encodings)


def _npy() -> Contents:
    """An npy header that claims anything, before a few bytes."""
    shape = st.lists(st.integers(-1, 9) | st.integers(0, 2**64), max_size=4).map(tuple)
    kind = st.sampled_from(
        ["<f8", "|u1", "|O", ">i4", "<U3", "|b1", "<c16", "<M8[s]", "|S5", "<f2", "|V8", "<f16", "", "x" * 99]
    )
    header = st.builds(
        lambda shape, kind, order: repr({"descr": kind, "fortran_order": order, "shape": shape}),
        shape,
        kind,
        st.booleans(),
    )
    text = header | st.text(max_size=40)
    versions = st.sampled_from([b"\x01\0", b"\x02\0", b"\x03\0", b"\x09\x07"])
    return st.builds(_npy_bytes, text, versions, st.binary(max_size=200))


def _npy_bytes(header: str, version: bytes, content: bytes) -> bytes:
    text = header.encode("utf-8", "replace") + b"\n"
    length = struct.pack("<H" if version == b"\x01\0" else "<I", len(text))
    return b"\x93NUMPY" + version + length + text + content


def _npz() -> Contents:
    """An npz whose checksums are right, of members that are not."""

    def packed(members: dict[str, bytes], wrong: int, seed: int, method: int) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", method) as archive:
            for number, (name, content) in enumerate(members.items()):
                archive.writestr(zipfile.ZipInfo(name), mutate(content, seed) if number == wrong else content, method)
        return file.getvalue()

    methods = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    return st.builds(packed, st.sampled_from(whole.npz_members()), st.integers(0, 2), _SEEDS, methods)


def _idx() -> Contents:
    """An IDX header that claims anything, before a few bytes."""
    sizes = st.lists(st.integers(0, 5) | st.integers(0, 2**32 - 1), max_size=5)
    kinds = st.sampled_from([0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E, 0x0A, 0xFF])
    return st.builds(
        lambda kind, sizes, content: struct.pack(f">BBBB{len(sizes)}I", 0, 0, kind, len(sizes), *sizes) + content,
        kinds, sizes, st.binary(max_size=200),
    )  # fmt: skip


def _png_chunks(valid: bytes, seed: int) -> bytes:
    """A PNG with changes inside of one chunk, its checksum made right again."""
    chunks, at = [], 8
    while at < len(valid):
        (length,) = struct.unpack(">I", valid[at : at + 4])
        chunks.append((valid[at + 4 : at + 8], valid[at + 8 : at + 8 + length]))
        at += 12 + length
    wrong = seed % len(chunks)
    name, content = chunks[wrong]
    if name == b"IDAT" and seed % 2:
        content = zlib.compress(mutate(zlib.decompressobj().decompress(content), seed))
    else:
        content = mutate(content, seed)
    chunks[wrong] = (name, content)
    return valid[:8] + b"".join(
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )


def _configs() -> Contents:
    """Configs of right and wrong keys, with values of any type."""
    keys = st.sampled_from([*meanings(), "kmeens.k", "sweep", "data"])
    names = st.sampled_from(sorted({name for group in NAMES.values() for name in group}))
    scalars = st.none() | st.booleans() | st.integers() | st.floats() | names | st.text(max_size=8) | st.just("5..9")
    values = st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
        max_leaves=4,
    )
    return st.dictionaries(keys, values, max_size=3).map(_nested)


def _nested(values: dict[str, Any]) -> bytes:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        section = tree
        for each in sections:
            inner = section.setdefault(each, {})
            section = inner if isinstance(inner, dict) else section
        section[name] = value
    return yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", "replace")


def _yaml(contents: Contents) -> st.SearchStrategy[Case]:
    """Inputs that are a config; a fit gets its sizes from flags, lest a config that is right asks for a day's work."""
    small = ("--data", "b.csv", "--k", "2", "--n-init", "1", "--no-figures", "--set", "kmeans.max_iter=9")
    argvs = (
        ("config", "check", "a.yaml"),
        ("config", "show", "a.yaml"),
        ("fit", "a.yaml", "--dry-run", "--data", "b.csv"),
        ("sweep-k", "a.yaml", "--dry-run", "--data", "b.csv"),
        ("fit", "a.yaml", *small, "--quiet"),
        ("report", str(WHOLE_RUNS / "sweep"), "--config", "a.yaml"),
    )
    table = whole.csv_files()[0]
    return st.builds(
        lambda argv, content: Case("YAML", argv, (("a.yaml", content), ("b.csv", table))),
        st.sampled_from(argvs),
        contents,
    )


@cache
def _run_files(run: str) -> dict[str, bytes]:
    """The files of a whole run, by name."""
    folder = WHOLE_RUNS / run
    names = ("run.json", "config.yaml", "metrics.json", "history.csv", "model.npz", "trace.npz", "fits.csv")
    paths = [folder / name for name in names] + sorted(folder.glob("fits/*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if path.is_file()}


def _run_argvs(run: str) -> tuple[tuple[str, ...], ...]:
    asked = (
        ("runs", "list", "--runs", "."),
        ("runs", "show", DAMAGED_RUN),
        ("runs", "compare", DAMAGED_RUN, str(WHOLE_RUNS / run)),
    )
    reports = tuple(("report", DAMAGED_RUN, "--table", table) for table in TABLES)
    if run == "sweep":
        resume = ("sweep-k", "--resume", DAMAGED_RUN, "--no-figures", "--quiet", "--executor", "serial")
        return (*asked, *reports, resume, resume, (*resume, "--k", "2..4"))
    used = (
        ("predict", DAMAGED_RUN, "a.npy", "--quiet"),
        ("fit", "--set", f"kmeans.init={{run: {DAMAGED_RUN}}}", "--set", "data.limit=40", "--k", "3", "--no-figures"),
    )
    return (*asked, *reports, *used, *used)


def _run_folders() -> st.SearchStrategy[Case]:
    """Inputs that are a run folder with one file changed."""

    def case(run: str, name: str, seed: int, argv: tuple[str, ...]) -> Case:
        rows = ("a.npy", whole.npy_bytes(whole.X.repeat(22, axis=1)[:, :64]))
        damage = (f"{DAMAGED_RUN}/{name}", mutate(_run_files(run)[name], seed))
        return Case("run folder", argv, (damage, rows), damaged=run)

    return st.sampled_from(["fit", "sweep"]).flatmap(
        lambda run: st.builds(
            case, st.just(run), st.sampled_from(sorted(_run_files(run))), _SEEDS, st.sampled_from(_run_argvs(run))
        )
    )


def formats() -> dict[str, st.SearchStrategy[Case]]:
    """A strategy for each kind of input; the whole runs must lie in the working directory."""
    gz = mutated(whole.gz_files()) | mutated(whole.idx_files()).map(_gzipped)
    png = mutated(whole.png_files()) | st.builds(_png_chunks, st.sampled_from(whole.png_files()), _SEEDS)
    others = [
        _picture("other picture", f".{suffix}", mutated((content,))) for suffix, content in whole.other_pictures()
    ]
    yamls = (
        mutated(whole.yaml_files()[:1]) | mutated(whole.yaml_files()) | _configs() | st.text(max_size=60).map(_encoded)
    )
    return {
        "CSV": _data("CSV", ".csv", mutated(whole.csv_files()) | _tables()),
        "npy": _data("npy", ".npy", mutated(whole.npy_files()) | _npy()),
        "npz": _data("npz", ".npz", mutated(whole.npz_files()) | _npz()),
        "IDX": _data("IDX", ".idx", mutated(whole.idx_files()) | _idx()),
        "gz": _data("gz", ".gz", gz),
        "PNG": _picture("PNG", ".png", png),
        "JPEG": _picture("JPEG", ".jpg", mutated(whole.jpeg_files())),
        "other picture": st.one_of(others),
        "YAML": _yaml(yamls),
        "run folder": _run_folders(),
    }


def _gzipped(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
