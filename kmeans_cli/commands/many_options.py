"""How the fits of a run are gone through, whatever they are of, and how many of them need a yes."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.errors import ConfigError
from kmeans_cli.runs import Run

UNASKED_FITS = 10_000
"""More than that need ``--yes``: it may be a slip of the hand."""


@dataclass(frozen=True)
class ManyOptions:
    """How the fits are gone through; nothing here changes a number.

    Attributes:
        resume: The run to go on with, or None: a new one.
        retry_failed: When resuming, also repeat what failed.
        fail_fast: Stop at the first fit that fails.
        reuse: Take a completed run with the same settings and data, if there is one.
        yes: Do more than ``UNASKED_FITS`` fits.
    """

    resume: Run | None = None
    retry_failed: bool = False
    fail_fast: bool = False
    reuse: bool = False
    yes: bool = False


def check_count(n_fits: int, options: ManyOptions) -> None:
    """Check that so many fits are meant.

    Raises:
        ConfigError: If they are very many, and nobody said yes to that.
    """
    if n_fits > UNASKED_FITS and not options.yes:
        problem = "are very many fits: say --yes if you mean it"
        raise ConfigError(problem, where="sweep", value=n_fits, allowed=f"up to {UNASKED_FITS:,} without")
