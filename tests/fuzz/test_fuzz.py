"""The short form of ``make fuzz``, and that the fuzzer sees what it should see."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from pkgutil import walk_packages

import pytest

import kmeans_cli
from tests.fuzz import verdict, whole
from tests.fuzz.__main__ import KINDS
from tests.fuzz.case import Case, load_case
from tests.fuzz.formats import formats
from tests.fuzz.verdict import judge
from tests.fuzz.workers import Task, draw, open_place

INPUTS = 25
"""Of each kind."""

_MAKERS = (
    *(whole.csv_files, whole.npy_files, whole.npz_files, whole.idx_files, whole.gz_files),
    *(whole.png_files, whole.jpeg_files, whole.other_pictures, whole.yaml_files),
)


@pytest.fixture(scope="module", autouse=True)
def in_the_place() -> Iterator[None]:
    """A working directory with the whole runs."""
    here = Path.cwd()
    with open_place():
        yield
        os.chdir(here)


@pytest.mark.parametrize("kind", KINDS)
def test_inputs_end_as_they_should(kind: str) -> None:
    """The first inputs of the fixed seed: no traceback, no hang, nothing completed that is broken."""
    for case in draw(Task(0, kind, 0), formats()[kind], INPUTS):
        assert judge(case).problem is None, case.argv


def test_every_kind_is_fuzzed() -> None:
    """The kinds of the command line are those there are strategies for."""
    assert tuple(formats()) == KINDS


@pytest.mark.parametrize(
    ("kind", "name", "content"),
    [
        ("CSV", "a.csv", whole.csv_files()[0]),
        ("npy", "a.npy", whole.npy_files()[0]),
        ("npz", "a.npz", whole.npz_files()[1]),
        ("IDX", "a.idx", whole.idx_files()[0]),
        ("gz", "a.gz", whole.gz_files()[0]),
        ("PNG", "a.png", whole.png_files()[0]),
        ("JPEG", "a.jpg", whole.jpeg_files()[1]),
    ],
)
def test_whole_files_complete(kind: str, name: str, content: bytes) -> None:
    """What is not broken completes, and is not called broken."""
    found = judge(Case(kind, ("fit", "--k", "2", "--no-figures", "--quiet", "--data", name), ((name, content),)))
    assert (found.code, found.problem) == (0, None)


def test_a_run_on_broken_data_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A completed run of what the judgement calls broken is a failure."""
    monkeypatch.setitem(verdict.BROKEN, "CSV", lambda *_: "is broken")
    case = Case("CSV", ("fit", "--k", "2", "--no-figures", "--data", "a.csv"), (("a.csv", whole.csv_files()[0]),))
    assert judge(case).problem == "completed on a file that is broken"


def test_a_bug_and_a_hang_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A traceback is a failure that shows it, and so is a command that does not end."""
    case = Case("CSV", ("data", "list"), ())
    monkeypatch.setattr("kmeans_cli.commands.data.list_data", lambda _: {}["no"])
    assert "KeyError: 'no'" in str(judge(case).problem)
    monkeypatch.setattr(verdict, "SECONDS", 0.05)
    monkeypatch.setattr("kmeans_cli.commands.data.list_data", lambda _: time.sleep(5))
    assert "took longer" in str(judge(case).problem)


def test_a_seed_draws_the_same_inputs() -> None:
    """The same batch is the same inputs, another seed others."""
    strategy = formats()["PNG"]
    first, again, other = (draw(Task(seed, "PNG", 3), strategy, 9) for seed in (0, 0, 1))
    assert first == again != other


def test_whole_files_are_the_same_at_another_moment() -> None:
    """Asked again, with another date and time, they are the same bytes."""
    first = [make() for make in _MAKERS]
    time.sleep(1.1)  # an ICC profile tells the second it was made in
    assert [make() for make in _MAKERS] == first


def test_what_a_batch_draws_does_not_depend_on_those_before() -> None:
    """Hypothesis draws constants of loaded modules too, so all there are must be loaded before the first input."""
    assert {module.name for module in walk_packages(kmeans_cli.__path__, "kmeans_cli.")} <= set(sys.modules)


def test_a_failing_input_is_kept(tmp_path: Path) -> None:
    """What is kept under ``runs/fuzz`` is the input again."""
    case = Case("run folder", ("runs", "show", "damaged"), (("damaged/run.json", b"\0{"), ("a.npy", b"")), "fit")
    assert load_case(case.save(tmp_path)) == case
