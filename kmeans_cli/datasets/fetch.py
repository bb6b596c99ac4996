"""Files from the network: from the first mirror that has the right content, checked before it counts as there."""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from kmeans_cli.datasets.reading import open_plain, reading
from kmeans_cli.errors import PlaceError
from kmeans_cli.progress import Bytes, Progress, Warned

_TIMEOUT_SECONDS = 20
_CHUNK_BYTES = 1 << 20
_PACKING_BYTES = 1 << 16  # a gzip file is hardly ever larger than what is in it, and then by so little
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Content:
    """What a file must hold to be the right one.

    Attributes:
        size: In bytes; when the file is gzipped, of what is packed in it (mirrors pack differently).
        sha256: Of the same bytes, in hexadecimal.
    """

    size: int
    sha256: str


def cache_folder() -> Path:
    """Where this user's fetched data are kept."""
    import pooch  # loaded only by those who fetch

    return Path(pooch.os_cache("kmeans-cli"))


def fetch_file(name: str, content: Content, folder: Path, mirrors: Sequence[str], progress: Progress) -> None:
    """Put a file into a folder, from the first mirror that gives the right content.

    It comes over https alone, also where a mirror sends us elsewhere, and not for longer than it should. It is written
    beside its place and renamed when checked, so a file in the folder is whole.

    Args:
        name: Of the file, on the mirrors and in the folder.
        content: What it must hold.
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
            _download(mirror + name, part, name, content.size + _PACKING_BYTES, progress)
            _check_content(part, content)
            part.replace(folder / name)
            return
        except (OSError, ValueError, PlaceError) as error:
            reason = f"{mirror}: {_short(error)}"
            progress(Warned(f"{name} did not come from {reason}"))
        finally:
            part.unlink(missing_ok=True)
    raise PlaceError(f"could not be fetched ({reason})", where=name)


def _download(url: str, part: Path, name: str, most: int, progress: Progress) -> None:
    import pooch  # costs 0.1 s, and requests more

    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in _THIS_MACHINE:
        raise PlaceError("is no address that is encrypted", where=name, value=url, allowed="https")
    bar = _Bar(name, progress)
    hooks = {"response": _refuse_plain_redirect}
    download = pooch.HTTPDownloader(progressbar=bar, timeout=_TIMEOUT_SECONDS, hooks=hooks)
    with part.open("xb") as file:
        download(url, _Bounded(file, most), None)
        file.flush()
        os.fsync(file.fileno())


def _refuse_plain_redirect(response: Any, **_: Any) -> None:
    """A hook of requests: whoever may change what comes unencrypted may send us anywhere, so nothing leads there."""
    if response.is_redirect:
        target = urljoin(response.url, response.headers["location"])
        if urlsplit(target).scheme != "https":
            raise PlaceError("is where we are sent, unencrypted", value=target, allowed="https")


def _check_content(path: Path, content: Content) -> None:
    digest, left = hashlib.sha256(), content.size
    with reading(path), open_plain(path) as file:
        # Not a byte more is unpacked than the right file has, and one to see whether there is more.
        while left >= 0 and (chunk := file.read(min(_CHUNK_BYTES, left + 1))):
            digest.update(chunk)
            left -= len(chunk)
    if digest.hexdigest() != content.sha256:
        raise PlaceError("is not the file it should be (its sha256 differs)", where=path.name)


def _short(error: BaseException) -> str:
    """The innermost cause: requests and urllib3 wrap a plain reason three times."""
    while cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        error = cause
    return str(error)


class _Bounded:
    """A file that takes no more than so many bytes."""

    def __init__(self, file: IO[bytes], most: int) -> None:
        self._file, self._left = file, most

    def write(self, content: bytes) -> int:
        """Write on.

        Raises:
            PlaceError: If that is more than it takes.
        """
        self._left -= len(content)
        if self._left < 0:
            raise PlaceError("is longer than the file it should be")
        return self._file.write(content)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._file.flush()


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
