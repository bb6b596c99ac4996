"""``kmeans data list|info|fetch`` as functions."""

from pathlib import Path

import numpy as np
import pytest

from kmeans_cli.commands.data import data_info, fetch_data, list_data
from kmeans_cli.datasets import DATASETS, DataParams, mnist
from kmeans_cli.errors import ConfigError, PlaceError


@pytest.fixture(autouse=True)
def no_data_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hide the user's own copies, and the network."""
    monkeypatch.delenv("KMEANS_DATA_DIR", raising=False)
    monkeypatch.setattr(mnist, "cache_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(mnist, "MIRRORS", ())


def _mnist_npz(folder: Path) -> Path:
    np.savez(folder / "mnist.npz", x_train=np.zeros((2, 28, 28)), y_train=[0, 1])
    return folder / "mnist.npz"


def test_list(tmp_path: Path) -> None:
    """``list`` has every data set, and where it is when it is here."""
    entries = {entry.name: entry for entry in list_data()}
    assert entries.keys() == DATASETS.keys()
    assert entries["digits"].built_in
    assert (entries["mnist"].built_in, entries["mnist"].place) == (False, None)
    path = _mnist_npz(tmp_path)
    assert [entry.place for entry in list_data(tmp_path) if entry.name == "mnist"] == [path]


def test_info_is_of_the_source() -> None:
    """``info`` says what the source holds, before scaling."""
    info = data_info(DataParams())
    assert (info.n_samples, info.n_features, info.n_test) == (1797, 64, 0)
    assert (info.dtype, info.minimum, info.maximum, info.full_scale) == ("uint8", 0, 16, 16)
    assert info.image_shape == (8, 8)
    assert info.class_counts is not None
    assert info.class_counts[0] == 178
    assert sum(info.class_counts.values()) == 1797


def test_info_of_a_table(tmp_path: Path) -> None:
    """``info`` of a file has the names of its features and what was guessed."""
    (tmp_path / "a.csv").write_text("id,height,mass\n7,1.5,60\n8,1.8,80\n")
    info = data_info(DataParams(path=tmp_path / "a.csv", weight_column="mass"))
    assert (info.name, info.feature_names, info.class_counts, info.weight_sum) == ("a", ("height",), None, 140)
    assert "id" in info.warnings[0]


@pytest.mark.parametrize(("suffix", "begin"), [(".png", b"\x89PNG"), (".PDF", b"%PDF"), (".svg", b"<?xml")])
def test_sheet(tmp_path: Path, suffix: str, begin: bytes) -> None:
    """``info`` draws samples to a picture of the kind that its suffix says."""
    path = tmp_path / f"sheet{suffix}"
    data_info(DataParams(name="blobs"), sheet=path)
    assert path.read_bytes().startswith(begin)


def test_sheet_that_cannot_be(tmp_path: Path) -> None:
    """An unknown kind of picture is an error of usage, a missing folder one of a place."""
    with pytest.raises(ConfigError, match=r"allowed: \.png, \.pdf, \.svg"):
        data_info(DataParams(), sheet=tmp_path / "sheet.gif")
    with pytest.raises(PlaceError, match="nowhere"):
        data_info(DataParams(), sheet=tmp_path / "nowhere/sheet.png")


def test_fetch(tmp_path: Path) -> None:
    """``fetch`` says where a data set is; what is here already is not fetched again."""
    assert fetch_data("digits") is None
    path = _mnist_npz(tmp_path)
    assert fetch_data("mnist", data_dir=tmp_path) == path


def test_fetch_that_fails() -> None:
    """An unknown name is an error of usage, one that cannot be fetched of a place."""
    with pytest.raises(ConfigError, match="did you mean 'mnist'"):
        fetch_data("mnits")
    with pytest.raises(PlaceError, match="searched in"):
        fetch_data("mnist")
