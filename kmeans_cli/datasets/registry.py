"""The two dicts of this room: data sets by name, and readers by what a file's name ends with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from kmeans_cli.datasets.arrays import NPY_MAGIC, read_npy, read_shards
from kmeans_cli.datasets.builtin import load_blobs, load_digits
from kmeans_cli.datasets.csv_table import read_csv
from kmeans_cli.datasets.idx import is_idx, read_idx
from kmeans_cli.datasets.images import read_picture, read_picture_folder
from kmeans_cli.datasets.mnist import fetch_mnist, find_mnist, load_mnist
from kmeans_cli.datasets.npz import read_npz
from kmeans_cli.datasets.raw import Raw
from kmeans_cli.datasets.reading import GZIP_MAGIC, reading
from kmeans_cli.datasets.shard_files import find_shards
from kmeans_cli.errors import PlaceError
from kmeans_cli.pictures import SUFFIXES as PICTURE_SUFFIXES
from kmeans_cli.progress import Progress

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import DataParams

Reader: TypeAlias = "Callable[[Path, DataParams], Raw]"


@dataclass(frozen=True)
class DatasetSource:
    """A data set with a name.

    Attributes:
        load: Its loader; gets the settings, the folder of ``--data-dir`` or None, and the progress to tell.
        description: One line for lists and help.
        find: Where it is on this machine, or None; without this function it is built in.
        fetch: Gets it from the network into the user's cache and says where it is.
    """

    load: Callable[[DataParams, Path | None, Progress], Raw]
    description: str
    find: Callable[[Path | None], Path | None] | None = None
    fetch: Callable[[Path | None, Progress], Path] | None = None


DATASETS: dict[str, DatasetSource] = {
    "digits": DatasetSource(load_digits, "1,797 hand-written digits, 8×8 pixels (UCI)"),
    "blobs": DatasetSource(load_blobs, "300 points in the plane, three Gaussians; data.blobs has other ones"),
    "mnist": DatasetSource(load_mnist, "70,000 hand-written digits, 28×28 pixels", find_mnist, fetch_mnist),
}

READERS: dict[str, Reader] = {
    ".npz": read_npz,
    ".npy": read_npy,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".idx": read_idx,
    ".gz": read_idx,
    **dict.fromkeys(PICTURE_SUFFIXES, read_picture),
}

_IDX_NAME = re.compile(r"idx\d", re.IGNORECASE)
_HEAD_BYTES = 16
_PICTURE_MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


def reader_of(path: Path) -> Reader:
    """The reader for a file or folder: by its suffix in any case, else by how its content begins.

    Raises:
        PlaceError: If it is missing, a pipe or a device, or neither says what it is.
    """
    if path.is_dir():
        return read_shards if find_shards(path) else read_picture_folder
    if path.exists() and not path.is_file():  # a pipe may keep us waiting, a device never ends
        raise PlaceError("is no file", where=str(path), allowed="files and folders")
    if _IDX_NAME.search(path.name):  # train-images-idx3-ubyte and t10k-labels.idx1-ubyte have no suffix to go by
        return read_idx
    return READERS.get(path.suffix.lower()) or _reader_by_content(path)


def _reader_by_content(path: Path) -> Reader:
    with reading(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith(b"PK\x03\x04"):
        return read_npz
    if head.startswith(NPY_MAGIC):
        return read_npy
    if is_idx(head) or head.startswith(GZIP_MAGIC):
        return read_idx
    if head.startswith(_PICTURE_MAGICS):
        return read_picture
    if b"\0" not in head:
        return read_csv
    raise PlaceError("is of no known kind", where=str(path), allowed=("a folder of pictures", *READERS))
