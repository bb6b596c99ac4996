"""Who computes the fits of a run."""

from __future__ import annotations

from dataclasses import dataclass

from kmeans_cli.errors import ConfigError

EXECUTORS = ("auto", "serial")


@dataclass(frozen=True)
class ExecutorParams:
    """The config section ``executor``.

    Attributes:
        name: ``serial``: one fit after the other in this process; ``auto`` chooses.
        jobs: Cores to use; None: all that this process may use.

    Raises:
        ConfigError: For an unknown name or fewer than one job.
    """

    name: str = "auto"
    jobs: int | None = None

    def __post_init__(self) -> None:
        """Check."""
        if self.name not in EXECUTORS:
            raise ConfigError("is no executor", where="name", value=self.name, allowed=EXECUTORS)
        if self.jobs is not None and self.jobs < 1:
            raise ConfigError(
                "is too few jobs", where="jobs", value=self.jobs, allowed="a whole number from 1, or null"
            )
