"""What a user may type for RUN."""

from pathlib import Path

import pytest

from kmeans_cli.errors import PlaceError
from kmeans_cli.runs import find_run
from kmeans_cli.runs.find import claimed_folders, run_folders

NAMES = (
    "20260101T000000Z-fit-digits-k10-aaaaaa",
    "20260101T000000Z-fit-digits-k10-abbbbb",
    "20270101T000000Z-fit-b-k3-cccccc",
)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A runs folder with three runs, a folder that is none, a hidden one, and ``latest``."""
    folder = tmp_path / "runs"
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        (folder / name / "run.json").write_text("{}")
    (folder / "notes").mkdir()
    (folder / ".hidden").mkdir()
    (folder / "latest").symlink_to(NAMES[2])
    return folder


@pytest.mark.parametrize("text", [NAMES[0], NAMES[0][:-4]])
def test_name_and_unique_beginning(runs: Path, text: str) -> None:
    """A folder's name, or as much of it as is unique, means that run."""
    assert find_run(text, runs) == runs / NAMES[0]


def test_whole_name_wins_over_beginnings(runs: Path) -> None:
    """A whole name is not ambiguous because another one is longer."""
    (runs / (NAMES[0] + "0")).mkdir()
    assert find_run(NAMES[0], runs) == runs / NAMES[0]


def test_latest_is_followed(runs: Path) -> None:
    """``latest`` means the folder it points to, by word and by path."""
    assert find_run("latest", runs) == runs / NAMES[2]
    assert find_run(str(runs / "latest"), runs / "elsewhere") == runs / NAMES[2]


def test_path_is_taken_from_anywhere(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path, relative or absolute, needs no runs folder."""
    monkeypatch.chdir(runs)
    assert find_run(f"./{NAMES[0]}/", Path("nowhere")) == runs / NAMES[0]
    assert find_run(str(runs / NAMES[1]), Path("nowhere")) == runs / NAMES[1]
    monkeypatch.chdir(runs / NAMES[1])
    assert find_run(".", Path("nowhere")) == runs / NAMES[1]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026", "'2026' begins 2 runs; allowed: 2026.*aaaaaa, 2026.*abbbbb$"),
        (NAMES[2].replace("fit", "fti"), f"is no run; did you mean '{NAMES[2]}'"),
        ("zzz", "'zzz' is no run$"),
        ("", "'' is no run$"),
        ("notes", "'notes' is not a run folder: it has no run.json"),
        ("./nowhere", "'./nowhere' is no run: no such folder"),
        ("a" * 5000, "is no run$"),
        ("b/" * 5000, "is no run: no such folder"),
        ("a\0b", "is no run$"),
        ("*", "is no run$"),
        (".hidden", "'.hidden' is no run$"),
    ],
)
def test_what_is_no_run_is_said(runs: Path, text: str, message: str) -> None:
    """Each kind of mistake has its line, with the nearest name where there is one."""
    with pytest.raises(PlaceError, match=message):
        find_run(text, runs)


def test_folder_that_is_no_run_by_path(runs: Path) -> None:
    """A path to a folder without a record is named for what it is."""
    with pytest.raises(PlaceError, match=r"has no run\.json"):
        find_run(str(runs / "notes"), runs)


def test_latest_without_runs(runs: Path) -> None:
    """``latest`` says whether it points to nothing or is not there."""
    (runs / "latest").unlink()
    with pytest.raises(PlaceError, match="'latest' is no run yet"):
        find_run("latest", runs)
    (runs / "latest").symlink_to("gone")
    with pytest.raises(PlaceError, match="'latest' points to a run that is gone"):
        find_run("latest", runs)


def test_missing_runs_folder(tmp_path: Path) -> None:
    """A runs folder that is not there is named."""
    with pytest.raises(PlaceError, match="nowhere: no runs can be read here: No such file"):
        find_run("2026", tmp_path / "nowhere")


def test_links_and_hidden_folders_are_no_runs(runs: Path, tmp_path: Path) -> None:
    """Only real, visible folders are listed, so that nothing follows a link out of ``runs/``."""
    (runs / "out").symlink_to(tmp_path)
    assert [folder.name for folder in run_folders(runs)] == [*NAMES, "notes"]


def test_only_runs_are_claimed(runs: Path) -> None:
    """A folder with a record, or at least with the name that runs have; tables and notes are none."""
    (runs / "20280101T000000Z-fit-x-dddddd").mkdir()
    assert [folder.name for folder in claimed_folders(runs)] == [*NAMES, "20280101T000000Z-fit-x-dddddd"]
