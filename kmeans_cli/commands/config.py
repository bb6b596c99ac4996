"""``kmeans config``: what the settings are, whether a file is right, and a file to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kmeans_cli.config import Override, leaves, resolve, to_tree
from kmeans_cli.config_schema import json_schema, template
from kmeans_cli.errors import ConfigError, PlaceError
from kmeans_cli.runs import check_label
from kmeans_cli.strict_yaml import write_yaml_value


@dataclass(frozen=True)
class Setting:
    """One value of a resolved config.

    Attributes:
        key: Dotted.
        value: As YAML holds it.
        source: ``default``, the file and line, or the flag.
    """

    key: str
    value: Any
    source: str

    @property
    def text(self) -> str:
        """The value in YAML, on one line."""
        return write_yaml_value(self.value)


@dataclass(frozen=True)
class Check:
    """Whether one config file is right; ``error`` is None when it is."""

    file: Path
    error: ConfigError | None


def show(file: Path | None, overrides: Sequence[Override]) -> list[Setting]:
    """Every setting and where it came from.

    Raises:
        ConfigError: For a config that cannot be right.
    """
    resolved = resolve(file, overrides)
    return [Setting(key, value, resolved.sources[key]) for key, value in leaves(to_tree(resolved.config))]


def check(files: Sequence[Path]) -> list[Check]:
    """Whether each file would be accepted; nothing is run and no data are read."""
    return [Check(file, _error_in(file)) for file in files]


def schema() -> dict[str, Any]:
    """The JSON Schema of a config file."""
    return json_schema()


def new(file: Path | None, *, force: bool = False) -> str:
    """A commented config with all keys at their defaults, written to ``file`` if one is given.

    Raises:
        PlaceError: When the file exists and ``force`` is not set, or cannot be written.
    """
    text = template()
    if file is None:
        return text
    try:
        with file.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise PlaceError("exists already", where=str(file), allowed="another name, or --force to replace it") from None
    except OSError as error:
        raise PlaceError(f"cannot be written: {error.strerror}", where=str(file)) from None
    return text


def _error_in(file: Path) -> ConfigError | None:
    try:
        name = resolve(file).config.name
        if name is not None:
            check_label(name)
    except ConfigError as error:
        return error
    return None
