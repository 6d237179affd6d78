"""PgType <-> plain data, each type under the name that PostgreSQL displays for it."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..model.catalog import (
    ArrayType,
    CompositeField,
    CompositeType,
    DomainType,
    EnumType,
    PgType,
    RangeType,
    ScalarType,
)
from ..model.typed import ColumnName

Data = dict[str, Any]

_DEPTH = 100
"""The number of levels that types may have."""


class TypeWriter:
    """Collects the types that are written, by name, in `types`.

    A name has only one type in a database, since `format_type` qualifies names that are not visible
    on the search path. But of a composite, one query knows more than another, and queries have rows of
    their own: these names get a digest of all that is written. So a name means the same in every file.
    """

    def __init__(self) -> None:
        self.types: dict[str, Data] = {}
        self._names: dict[int, tuple[PgType, str]] = {}

    def name(self, type_: PgType) -> str:
        """Return the name to write for *type_*."""
        known = self._names.get(id(type_))
        if known:
            return known[1]
        data = {"schema": type_.schema, "name": type_.name, **self._data(type_)}
        name = _title(type_)
        if not self._is_of_database(type_):
            text = json.dumps(data, sort_keys=True)
            name = f"{name} {hashlib.sha256(text.encode()).hexdigest()[:8]}"
        if name != type_.display:
            data["display"] = type_.display
        self.types[name] = data
        self._names[id(type_)] = type_, name
        return name

    def _is_of_database(self, type_: PgType) -> bool:
        """Return whether a type is the database's own, with nothing that only some query knows."""
        match type_:
            case CompositeType(fields=fields, of_query=of_query):
                is_plain = all(
                    field == CompositeField(field.name, field.type) for field in fields
                )
                inner = [field.type for field in fields]
                return is_plain and not of_query and all(map(self._is_plain, inner))
            case ArrayType(element=part) | DomainType(base=part):
                return self._is_plain(part)
            case RangeType(subtype=part):
                return self._is_plain(part)
            case ScalarType() | EnumType():
                return True

    def _is_plain(self, type_: PgType) -> bool:
        return self.name(type_) == type_.display

    def _data(self, type_: PgType) -> Data:
        data: Data
        match type_:
            case ScalarType():
                return {}
            case EnumType(labels=labels, comment=comment):
                return {"labels": list(labels), **_comment(comment)}
            case ArrayType(element=element):
                data = {"element": self.name(element)}
                if type_.dimensions != (1,):
                    data["dimensions"] = list(type_.dimensions)
                return data
            case DomainType(base=base, not_null=not_null, literals=literals):
                data = {"base": self.name(base), "not_null": not_null}
                return data | {"literals": list(literals)} | _comment(type_.comment)
            case CompositeType(fields=fields, is_relation=is_relation):
                data = {
                    "fields": [self._field(field) for field in fields],
                    "is_relation": is_relation,
                }
                if type_.of_query:
                    data["of_query"] = True
                return data | _comment(type_.comment)
            case RangeType(subtype=subtype, multirange=multirange):
                return {"subtype": self.name(subtype), "multirange": multirange}

    def _field(self, field: CompositeField) -> list[Any]:
        """Return the values of a field, without the empty ones at the end."""
        column, literals = field.column or (), list(field.literals)
        values: list[Any] = [field.name, self.name(field.type), field.not_null]
        more: list[Any] = [list(column), literals, field.override, field.comment]
        more.append(field.element_nullable)
        while more and not more[-1]:
            more.pop()
        return values + more


class TypeReader:
    """Makes the types that a `TypeWriter` collected, and columns, each once.

    *check* is called for the data of each type before they are read. Raises `KeyError`, `TypeError`
    and the like for any other data.
    """

    def __init__(
        self, types: Mapping[str, Data], check: Callable[[Data], None] | None = None
    ) -> None:
        self._types = dict(types)
        self._check = check
        self._depth = 0
        self._made: dict[str, PgType] = {}
        self._columns: dict[tuple[str, ...], ColumnName] = {}

    def type(self, name: str) -> PgType:
        """Return the type that was written as *name*."""
        type_ = self._made.get(name)
        if type_ is None:
            # Taken away, so that a type that is made of itself is an unknown one.
            data = self._types.pop(name)
            if self._check:
                self._check(data)
            if self._depth > _DEPTH:
                raise ValueError("types within types")
            self._depth += 1
            type_ = self._made[name] = self._type(name, data)
            self._depth -= 1
        return type_

    def domain(self, name: str) -> DomainType:
        """Return the domain that was written as *name*."""
        type_ = self.type(name)
        if not isinstance(type_, DomainType):
            raise ValueError(f"{name} is not a domain")
        return type_

    def column(self, names: Sequence[str]) -> ColumnName:
        """Return the column with these names: its schema's, its relation's and its own."""
        key = tuple(names)
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = ColumnName(*key)
        return column

    def _type(self, name: str, data: Data) -> PgType:
        known: Data = {
            "schema": data["schema"],
            "name": data["name"],
            "display": data.get("display", name),
        }
        comment = data.get("comment", "")
        if "labels" in data:
            return EnumType(**known, labels=tuple(data["labels"]), comment=comment)
        if "element" in data:
            return ArrayType(
                **known,
                element=self.type(data["element"]),
                dimensions=tuple(data.get("dimensions", (1,))),
            )
        if "base" in data:
            return DomainType(
                **known,
                base=self.type(data["base"]),
                not_null=data["not_null"],
                literals=tuple(data["literals"]),
                comment=comment,
            )
        if "fields" in data:
            fields = tuple([self._field(*values) for values in data["fields"]])
            return CompositeType(
                **known,
                fields=fields,
                is_relation=data["is_relation"],
                comment=comment,
                of_query=data.get("of_query", False),
            )
        if "subtype" in data:
            return RangeType(
                **known,
                subtype=self.type(data["subtype"]),
                multirange=data["multirange"],
            )
        return ScalarType(**known)

    def _field(
        self,
        name: str,
        type_: str,
        not_null: bool,
        column: Sequence[str] = (),
        literals: Sequence[str] = (),
        override: str = "",
        comment: str = "",
        element_nullable: bool = False,
    ) -> CompositeField:
        full_name = (column[0], column[1], column[2]) if column else None
        return CompositeField(
            name,
            self.type(type_),
            not_null,
            full_name,
            tuple(literals),
            override,
            comment,
            element_nullable,
        )


def _title(type_: PgType) -> str:
    """Return what PostgreSQL displays for a type, with brackets for an array's further dimensions."""
    if not isinstance(type_, ArrayType) or type_.dimensions == (1,):
        return type_.display
    return " or ".join([type_.display + "[]" * (n - 1) for n in type_.dimensions])


def _comment(text: str) -> Data:
    return {"comment": text} if text else {}
