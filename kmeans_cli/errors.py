"""The errors a user can meet. Each class means another exit code, so another action for the reader.

They are raised low, where the bad value is known, and shown once, by ``cli/app.py``, as one line:
what is wrong, where (a file or a dotted key), the bad value, what is allowed, the nearest match.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_MISSING: Any = object()


class KMeansError(Exception):
    """Base of all expected errors; ``str()`` of it is the one line the user sees.

    Args:
        problem: What is wrong, in a few words: ``"is no init"``, ``"must be at least 1"``.
        where: The file, flag or dotted config key it is about.
        value: The bad value, shown as it was given.
        allowed: What would be right: a sentence, or the names to choose from. Of names, the nearest match to
            ``value`` is offered.

    Example:
        >>> str(ConfigError("is no init", where="kmeans.init", value="kmeans+", allowed=["k-means++", "sample"]))
        "kmeans.init: 'kmeans+' is no init; allowed: k-means++, sample; did you mean 'k-means++'?"
    """

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        where: str | None = None,
        value: Any = _MISSING,
        allowed: str | Iterable[str] | None = None,
    ) -> None:
        self.problem = problem
        self.where = where
        self.value = value
        self.allowed = allowed if allowed is None or isinstance(allowed, str) else tuple(allowed)
        super().__init__(self._line())

    def at(self, where: str) -> KMeansError:
        """The same error with its place named; for callers that know the file or key the raiser did not."""
        return type(self)(self.problem, where=where, value=self.value, allowed=self.allowed)

    def _line(self) -> str:
        line = self.problem if self.value is _MISSING else f"{_shown(self.value)} {self.problem}"
        if self.where:
            line = f"{self.where}: {line}"
        if self.allowed:
            line += f"; allowed: {self.allowed if isinstance(self.allowed, str) else ', '.join(self.allowed)}"
        if isinstance(self.allowed, tuple) and isinstance(self.value, str):
            match = nearest_match(self.value, self.allowed)
            if match:
                line += f"; did you mean '{match}'?"
        return line

    def __reduce__(self) -> Any:
        # Keyword-only arguments do not survive the default pickling, and errors cross process borders.
        value = "…" if self.value is _MISSING else self.value
        return _rebuild, (type(self), self.problem, self.where, value, self.allowed, self.value is _MISSING)


class ConfigError(KMeansError, ValueError):
    """A flag, config key, value or range that cannot be right. A ValueError, so that pydantic collects it."""

    exit_code = 2


class PlaceError(KMeansError):
    """A file or place: data, image or run that is missing, broken or unreadable; an output not writable."""

    exit_code = 3


class FitError(KMeansError):
    """A fit that cannot go on, such as an empty cluster under ``empty: error``; or all of several failed."""

    exit_code = 4


class SomeFitsFailed(KMeansError):  # noqa: N818 - it is an outcome
    """Finished, but some fits of several failed."""

    exit_code = 5


class Refused(KMeansError):  # noqa: N818 - it is an outcome
    """A result not written because the user said so beforehand, such as a larger compressed image."""

    exit_code = 6


class Differs(KMeansError):  # noqa: N818 - it is an outcome
    """A repeated run gave another result."""

    exit_code = 7


class Interrupted(KMeansError):  # noqa: N818 - it is an outcome
    """Stopped by SIGINT, SIGTERM or ``--max-time``; what was reached is kept."""

    exit_code = 130


def nearest_match(name: str, names: Iterable[str]) -> str | None:
    """The name most like a misspelled one, or None when none is close."""
    from difflib import get_close_matches  # costs a millisecond that only the error path should pay

    lowered = {candidate.lower(): candidate for candidate in names}
    matches = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[matches[0]] if matches else None


def _shown(value: Any, limit: int = 80) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _rebuild(
    kind: type[KMeansError], problem: str, where: str | None, value: Any, allowed: Any, missing: bool
) -> KMeansError:
    return kind(problem, where=where, value=_MISSING if missing else value, allowed=allowed)
