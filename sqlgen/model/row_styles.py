"""The styles of row classes: a row for each says all that the stages need to know of it."""

from enum import StrEnum
from typing import Self

from .frozen import frozen


@frozen(kw_only=True)
class RowStyleSpec:
    """A style of row classes: a value of the setting `rows`, `name`.

    `imports` are the names that the head of its class in `row.jinja` imports. `methods` are the names
    that the class has itself, and `method_prefix` the beginning of more: a field with such a name gets
    a `_` at its end. `by_keyword`: the class is called with keyword arguments only. `validates`: the
    class builds validators of its fields' types, which cannot be done for a recursive `JsonValue`;
    pydantic's own is used instead. `has_keys`: fields may have other names in JSON; `of_keys` are the names
    that are imported for that.
    """

    name: str
    imports: frozenset[str]
    methods: frozenset[str] = frozenset()
    method_prefix: str = ""
    by_keyword: bool = False
    validates: bool = False
    has_keys: bool = False
    of_keys: frozenset[str] = frozenset()

    def hides(self, field: str) -> bool:
        """Return whether a field of that name would hide a method of the class."""
        has_prefix = bool(self.method_prefix) and field.startswith(self.method_prefix)
        return has_prefix or field in self.methods


class RowStyle(StrEnum):
    """The kind of class that rows are; its value is its name, and its `spec` the row that describes it."""

    spec: RowStyleSpec

    def __new__(cls, spec: RowStyleSpec) -> Self:
        """Make the member of a row."""
        member = str.__new__(cls, spec.name)
        member._value_ = spec.name
        member.spec = spec
        return member

    DATACLASS = RowStyleSpec(name="dataclass", imports=frozenset({"dataclass"}))
    NAMEDTUPLE = RowStyleSpec(
        name="namedtuple",
        imports=frozenset({"NamedTuple"}),
        methods=frozenset({"count", "index"}),
    )
    PYDANTIC = RowStyleSpec(
        name="pydantic",
        imports=frozenset({"BaseModel"}),
        methods=frozenset(
            [
                "construct",
                "copy",
                "dict",
                "fields",
                "from_orm",
                "json",
                "parse_file",
                "parse_obj",
                "parse_raw",
                "schema",
                "schema_json",
                "update_forward_refs",
                "validate",
            ]
        ),
        method_prefix="model_",
        by_keyword=True,
        validates=True,
        has_keys=True,
        of_keys=frozenset({"Annotated", "Field"}),
    )
    MSGSPEC = RowStyleSpec(
        name="msgspec",
        imports=frozenset({"Struct"}),
        has_keys=True,
        of_keys=frozenset({"field"}),
    )
    ATTRS = RowStyleSpec(name="attrs", imports=frozenset({"attrs"}))
