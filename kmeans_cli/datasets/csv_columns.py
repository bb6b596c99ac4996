"""Which column of a CSV plays which part: feature, class, weight or id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kmeans_cli.errors import ConfigError

if TYPE_CHECKING:
    from kmeans_cli.datasets.params import Column, DataParams

_USUAL_NAMES = {
    "label": ("label", "labels", "class", "target"),
    "weight": ("sample_weight", "sample_weights"),
    "id": ("", "id"),  # pandas writes its index as a first column without a name
}

_LIKE_WEIGHTS = ("weight", "weights")  # of samples, or in kilograms: not to be guessed


@dataclass(frozen=True)
class Columns:
    """The columns of a CSV by their index.

    Attributes:
        names: Of all columns: those of the header, or their indices.
        features: At least one.
        label, weight, id: One each, or None.
        warnings: What was guessed, and what was not.
    """

    names: tuple[str, ...]
    features: tuple[int, ...]
    label: int | None
    weight: int | None
    id: int | None
    warnings: tuple[str, ...]


def find_columns(header: Sequence[str] | None, n_columns: int, params: DataParams) -> Columns:
    """The part of each column, as the settings say.

    Unless ``columns`` lists the features, a column headed ``label``, ``class`` or ``target`` is taken for the
    classes, one headed ``sample_weight`` for the weights, and one headed ``id``, or a first one without a name, for
    the ids; a warning says so. One headed ``weight`` stays a feature, with a warning that names the setting.

    Raises:
        ConfigError: If a setting names a column that is not there, or one column twice.
    """
    finder = _Finder(header, n_columns)
    parts = {
        "label": finder.part(params.label_column, "label_column"),
        "weight": finder.part(params.weight_column, "weight_column"),
        "id": finder.part(params.id_column, "id_column"),
    }
    dropped = [finder.index(column, "drop") for column in params.drop]
    guesses = {} if params.columns is not None else finder.guesses(parts, dropped)
    parts |= guesses
    apart = [index for index in (*parts.values(), *dropped) if index is not None]
    if params.columns is None:
        features = sorted(set(range(n_columns)).difference(apart))
    else:
        features = [finder.index(column, "columns") for column in params.columns]
    _check_parts(features, apart, finder.names)
    warnings = [f"column '{finder.names[index]}' was taken for the {part} column" for part, index in guesses.items()]
    if params.columns is None and parts["weight"] is None:
        warnings += [_weight_warning(finder.names[index]) for index in features if finder.is_like_weight(index)]
    return Columns(finder.names, tuple(features), **parts, warnings=tuple(warnings))


class _Finder:
    """Columns by name, by index, or by what they usually mean."""

    def __init__(self, header: Sequence[str] | None, n_columns: int) -> None:
        self._has_header = header is not None
        self.names = tuple(name.strip() for name in header or map(str, range(n_columns)))

    def part(self, column: Column | None, setting: str) -> int | None:
        return None if column is None else self.index(column, setting)

    def index(self, column: Column, setting: str) -> int:
        if isinstance(column, str):
            return self._named(column, setting)
        if not -len(self.names) <= column < len(self.names):
            allowed = f"0 to {len(self.names) - 1}, or a name"
            raise ConfigError("is no column", where=f"data.{setting}", value=column, allowed=allowed)
        return column % len(self.names)

    def guesses(self, parts: Mapping[str, int | None], dropped: Sequence[int]) -> dict[str, int]:
        """For the parts that no setting names: the only column left with a usual name, if the file has names."""
        taken = {*parts.values(), *dropped}
        free = [i for i, name in enumerate(self.names) if i not in taken and (name or i == 0)]
        found = {part: [i for i in free if self.names[i].lower() in usual] for part, usual in _USUAL_NAMES.items()}
        wanted = (part for part in found if self._has_header and parts[part] is None)
        return {part: found[part][0] for part in wanted if len(found[part]) == 1}

    def is_like_weight(self, index: int) -> bool:
        """Whether a column may hold weights of the samples, to go by its name."""
        return self._has_header and self.names[index].lower() in _LIKE_WEIGHTS

    def _named(self, name: str, setting: str) -> int:
        found = [index for index, each in enumerate(self.names) if each == name]
        if len(found) != 1:
            problem = "is no column" if not found else f"is the name of {len(found)} columns"
            raise ConfigError(problem, where=f"data.{setting}", value=name, allowed=self.names)
        return found[0]


def _weight_warning(name: str) -> str:
    return f"column '{name}' was taken for a feature; if it weighs the samples, say data.weight_column: {name}"


def _check_parts(features: Sequence[int], apart: Sequence[int], names: Sequence[str]) -> None:
    index, times = max(Counter((*features, *apart)).items(), key=lambda item: item[1])
    if times > 1:
        raise ConfigError("plays two parts", where="data", value=names[index], allowed="one part for each column")
    if not features:
        raise ConfigError("no column is left as a feature", where="data", allowed=names)
