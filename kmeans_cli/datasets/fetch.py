"""Files from the network: from the first mirror that has the right content, checked before it counts as there."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from pathlib import Path

from kmeans_cli.datasets.reading import open_plain, reading
from kmeans_cli.errors import PlaceError
from kmeans_cli.progress import Bytes, Progress, Warned

_TIMEOUT_SECONDS = 20
_CHUNK_BYTES = 1 << 20


def cache_folder() -> Path:
    """Where this user's fetched data are kept."""
    import pooch  # loaded only by those who fetch

    return Path(pooch.os_cache("kmeans-cli"))


def fetch_file(name: str, sha256: str, folder: Path, mirrors: Sequence[str], progress: Progress) -> None:
    """Put a file into a folder, from the first mirror that gives the right content.

    It is written beside its place and renamed when checked, so a file in the folder is whole.

    Args:
        name: Of the file, on the mirrors and in the folder.
        sha256: Of its content, when the file is gzipped of what is packed in it (mirrors pack differently).
        folder: Made when it is not there.
        mirrors: Addresses that end in ``/``.
        progress: Told the bytes so far, and why a mirror was given up.

    Raises:
        PlaceError: If no mirror gave it, with the reason of the last one, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlaceError(f"cannot be made ({error.strerror})", where=str(folder)) from None
    reason = "there are no mirrors"
    for mirror in mirrors:
        part = folder / f".{name}.{uuid.uuid4().hex}.part"
        try:
            _download(mirror + name, part, name, progress)
            _check_content(part, sha256)
            part.replace(folder / name)
            return
        except (OSError, ValueError, PlaceError) as error:
            reason = f"{mirror}: {_short(error)}"
            progress(Warned(f"{name} did not come from {reason}"))
        finally:
            part.unlink(missing_ok=True)
    raise PlaceError(f"could not be fetched ({reason})", where=name)


def _download(url: str, part: Path, name: str, progress: Progress) -> None:
    import pooch  # costs 0.1 s, and requests more

    bar = _Bar(name, progress)
    download = pooch.HTTPDownloader(progressbar=bar, timeout=_TIMEOUT_SECONDS)
    with part.open("xb") as file:
        download(url, file, None)
        file.flush()
        os.fsync(file.fileno())


def _check_content(path: Path, sha256: str) -> None:
    digest = hashlib.sha256()
    with reading(path), open_plain(path) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != sha256:
        raise PlaceError("is not the file it should be (its sha256 differs)", where=path.name)


def _short(error: BaseException) -> str:
    """The innermost cause: requests and urllib3 wrap a plain reason three times."""
    while cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        error = cause
    return str(error)


class _Bar:
    """What pooch wants of a progress bar, told on as events."""

    def __init__(self, what: str, progress: Progress) -> None:
        self.total = 0
        self._what = what
        self._progress = progress
        self._done = 0

    def update(self, n: int) -> None:
        """``n`` more bytes have come; pooch counts whole chunks, so the sum may pass the total."""
        self._done = min(self._done + n, self.total) if self.total else self._done + n
        self._progress(Bytes(self._what, self._done, self.total or None))

    def reset(self) -> None:
        """Begin to count again, as pooch does at the end to correct the sum."""
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""
