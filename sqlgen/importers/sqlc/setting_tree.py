"""SourceFile -> SettingNode: sqlc.yaml and sqlc.json as trees, in which every value knows its place.

YAML is read by PyYAML, which the extra `import` installs. Only its tree of nodes is used, never its
constructors, so that no file makes an object of any class.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any, Final

from ...model.diagnostic import ConfigurationError, Diagnostic, Label
from ...model.frozen import frozen
from ...model.source import SourceFile, Span

_MOST_NODES: Final = 50_000
_DEEPEST: Final = 40
Scalar = str | bool | None


@frozen
class SettingNode:
    """A mapping, a list or a scalar at a place of a file."""

    value: "Mapping[str, SettingNode] | tuple[SettingNode, ...] | Scalar" = field(
        repr=False
    )
    place: Span

    def get(self, key: str) -> "SettingNode":
        """Return the value of *key*; without one, a node of None at this place."""
        if isinstance(self.value, Mapping) and key in self.value:
            return self.value[key]
        return SettingNode(None, self.place)

    def at(self, *keys: str) -> "SettingNode":
        """Return the value at a path of keys."""
        node = self
        for key in keys:
            node = node.get(key)
        return node

    def items(self) -> Iterator[tuple[str, "SettingNode"]]:
        """Yield the pairs of a mapping; none of any other node."""
        if isinstance(self.value, Mapping):
            yield from self.value.items()

    def list(self) -> "tuple[SettingNode, ...]":
        """Return the items of a list; a scalar is a list of itself, and None an empty one."""
        if isinstance(self.value, tuple):
            return self.value
        return () if self.value is None else (self,)

    def text(self) -> str:
        """Return a scalar as text; empty for any other node."""
        return self.value if isinstance(self.value, str) else ""


def setting_tree(source: SourceFile) -> SettingNode:
    """Return the tree of a file in JSON (`.json`) or YAML.

    Raises `ConfigurationError` if its syntax is wrong, and if PyYAML is needed and missing.
    """
    try:
        if source.path.endswith(".json"):
            return _json(source)
        return _yaml(source)
    except RecursionError:
        raise _error(source, 0, "nested too deeply") from None


def _json(source: SourceFile) -> SettingNode:
    place = Span(source, 0, 0)

    def node(value: Any) -> SettingNode:
        if isinstance(value, dict):
            return SettingNode({key: node(item) for key, item in value.items()}, place)
        if isinstance(value, list):
            return SettingNode(tuple([node(item) for item in value]), place)
        is_kept = isinstance(value, bool | None)
        return SettingNode(value if is_kept else str(value), place)

    try:
        return node(json.loads(source.text, parse_int=str))
    except json.JSONDecodeError as error:
        raise _error(source, error.pos, error.msg) from None


def _yaml(source: SourceFile) -> SettingNode:
    try:
        import yaml
    except ImportError:
        raise ConfigurationError(
            Diagnostic(
                code="no-yaml",
                message=f"`{source.path}` is YAML, which needs PyYAML",
                label=None,
                hint="run `pip install 'sqlgen-postgres[import]'`, or give the folder of query files as PATH",
            )
        ) from None
    try:
        root = yaml.compose(source.text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = error.problem or "not YAML"
        raise _error(source, mark.index if mark else 0, message) from None
    except yaml.YAMLError as error:
        position = getattr(error, "position", 0)
        message = str(getattr(error, "reason", "not YAML"))
        raise _error(source, position, message) from None
    return _Tree(source).node(root, 0)


class _Tree:
    """The tree of PyYAML's nodes. Aliases may repeat them without end, so they are counted."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._count = 0

    def node(self, given: Any, depth: int) -> SettingNode:
        if given is None:
            return SettingNode(None, Span(self._source, 0, 0))
        start = given.start_mark.index
        place = Span(self._source, start, start)
        self._count += 1
        if self._count > _MOST_NODES or depth > _DEEPEST:
            raise _error(self._source, start, "too large, or nested too deeply")

        def inner(item: Any) -> SettingNode:
            return self.node(item, depth + 1)

        if given.id == "mapping":
            return SettingNode(self._mapping(given, inner), place)
        if given.id == "sequence":
            return SettingNode(tuple([inner(item) for item in given.value]), place)
        return SettingNode(_scalar(given.tag, given.value), place)

    def _mapping(
        self, given: Any, inner: Callable[[Any], SettingNode]
    ) -> dict[str, SettingNode]:
        """Return the pairs of a mapping, those of `<<: *other` first, which others replace."""
        merged: dict[str, SettingNode] = {}
        pairs: dict[str, SettingNode] = {}
        for key, item in given.value:
            if key.tag == "tag:yaml.org,2002:merge":
                for other in inner(item).list():
                    merged |= dict(other.items())
            elif key.id == "scalar":
                pairs[key.value] = inner(item)
        return merged | pairs


def _scalar(tag: str, value: str) -> Scalar:
    match tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return value.lower() in ("true", "yes", "on")
        case _:
            return value


def _error(source: SourceFile, position: int, message: str) -> ConfigurationError:
    return ConfigurationError(
        Diagnostic(
            code="bad-sqlc-configuration",
            message=f"`{source.path}` cannot be read: {message}",
            label=Label(Span(source, position, position)),
            hint="fix its syntax",
        )
    )
