"""From what is typed to what it means: overrides of the config, the config file itself, a duration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kmeans_cli.errors import ConfigError
from kmeans_cli.ranges import parse_range

if TYPE_CHECKING:  # `kmeans runs` has no use for NumPy and pydantic, which the config needs
    from kmeans_cli.config import Override

SETTINGS = {
    "k": "kmeans.n_clusters",
    "init": "kmeans.init",
    "n_init": "kmeans.n_init",
    "algorithm": "kmeans.algorithm",
    "seed": "seed",
    "name": "name",
    "executor": "executor.name",
    "jobs": "executor.jobs",
    "scheduler": "executor.scheduler",
    "memory": "executor.memory",
    "no_figures": "figures.enabled",
}
"""The flags that are short for a config key, by the name of their parameter."""

SEVERAL = SETTINGS | {"k": "sweep.k", "init": "sweep.init"}
"""The same for commands with several fits."""

_ARGUMENTS = {"images": "IMAGE"}
"""Parameters that are no flags: what errors call them."""

_DURATION = re.compile(r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6}(?:\.[0-9]{1,3})?)s?)?")


def config_file(argument: Path | None, option: Path | None) -> Path | None:
    """The config given as ``[CONFIG]`` or ``--config``.

    Raises:
        ConfigError: If both are given and differ.
    """
    if argument is not None and option is not None and argument != option:
        raise ConfigError(f"another config than the argument {str(argument)!r}", where="--config", value=str(option))
    return argument or option


def overrides(given: Mapping[str, Any], settings: Mapping[str, str] = SETTINGS) -> list[Override]:
    """What the options change in the config: ``--set`` first, then named flags.

    Args:
        given: The arguments of the command by name (its ``locals()``: Typer has each option in the signature, and
            there alone); None and False: not given.
        settings: What the flags are short for.

    Raises:
        ConfigError: For a ``--set`` that sets nothing, and ``--data`` that is neither a name nor a path.
    """
    from kmeans_cli.config import Override, parse_set

    found = [parse_set(text) for text in given.get("sets") or ()]
    if given.get("data") is not None:
        found += data_overrides(given["data"], "--data")
    for name, key in settings.items():
        value = given.get(name)
        if value is not None and value is not False:
            found.append(Override(key, _setting(name, value), _ARGUMENTS.get(name, f"--{name.replace('_', '-')}")))
    return found


def data_overrides(text: str, where: str) -> list[Override]:
    """What a data set's name or path changes in the config.

    Args:
        text: The name or path.
        where: The flag or argument it was given as.

    Raises:
        ConfigError: If it is neither a name nor a path.
    """
    from kmeans_cli.config import Override
    from kmeans_cli.datasets.params import name_or_path

    try:
        settings = name_or_path(text)
    except ConfigError as error:
        raise error.at(where) from None
    return [Override(f"data.{key}", value, where) for key, value in settings.items()]


def parse_duration(text: str | None) -> float | None:
    """Seconds of ``90``, ``45s``, ``10m``, ``2h`` or ``1h30m``; None of None.

    Raises:
        ConfigError: For anything else, and for no time at all.
    """
    if text is None:
        return None
    match = _DURATION.fullmatch(text.strip())
    hours, minutes, seconds = (float(part or 0) for part in match.groups()) if match else (0.0, 0.0, 0.0)
    total = 3600 * hours + 60 * minutes + seconds
    if total <= 0:
        raise ConfigError("is no time", where="--max-time", value=text, allowed="seconds, or 45s, 10m, 2h, 1h30m")
    return total


def _setting(name: str, value: str | bool) -> Any:
    if name == "no_figures":
        return False
    if name == "n_init" and ("," in str(value) or ".." in str(value)):
        return [number for part in str(value).split(",") for number in _numbers(part)]
    return _number(str(value)) if name in ("k", "n_init", "seed", "jobs") else value


def _numbers(text: str) -> Sequence[int | str]:
    """The numbers of a range, or of one number."""
    return parse_range(text, where="--n-init") if ".." in text else [_number(text)]


def _number(text: str) -> int | str:
    """What is no whole number stays text, and the config says what it should have been."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,30}", text.strip()) else text
