"""PgType <-> plain data, each type under the name that PostgreSQL displays for it."""

from collections.abc import Mapping, Sequence
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


class TypeWriter:
    """Collects the types that are written, by name, in `types`.

    A name has only one type in a database, since `format_type` qualifies names that are not visible
    on the search path. If it has more, as a table's
    row type has with and without the table's NOT NULL, the names of the others are extended.
    """

    def __init__(self) -> None:
        self.types: dict[str, Data] = {}
        self._known: dict[str, PgType] = {}

    def name(self, type_: PgType) -> str:
        """Return the name to write for *type_*."""
        name = title = _title(type_)
        known = self._known.get(name)
        if known is type_:
            return name
        number = 1
        while known is not None and known != type_:
            number += 1
            name = f"{type_.schema}.{type_.name} {title}"
            name += f" {number}" * (number > 2)
            known = self._known.get(name)
        self._known[name] = type_
        if name not in self.types:
            data = {"schema": type_.schema, "name": type_.name, **self._data(type_)}
            if name != type_.display:
                data["display"] = type_.display
            self.types[name] = data
        return name

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
                rows = [[f.name, self.name(f.type), f.not_null] for f in fields]
                data = {"fields": rows, "is_relation": is_relation}
                return data | _comment(type_.comment)
            case RangeType(subtype=subtype, multirange=multirange):
                return {"subtype": self.name(subtype), "multirange": multirange}


class TypeReader:
    """Makes the types that a `TypeWriter` collected, and columns, each once.

    Raises `KeyError`, `TypeError` and the like for any other data.
    """

    def __init__(self, types: Mapping[str, Data]) -> None:
        self._types = types
        self._made: dict[str, PgType] = {}
        self._columns: dict[tuple[str, ...], ColumnName] = {}

    def type(self, name: str) -> PgType:
        """Return the type that was written as *name*."""
        type_ = self._made.get(name)
        if type_ is None:
            type_ = self._made[name] = self._type(name, self._types[name])
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
            fields = tuple(
                CompositeField(name, self.type(type_), not_null)
                for name, type_, not_null in data["fields"]
            )
            return CompositeType(
                **known,
                fields=fields,
                is_relation=data["is_relation"],
                comment=comment,
            )
        if "subtype" in data:
            return RangeType(
                **known,
                subtype=self.type(data["subtype"]),
                multirange=data["multirange"],
            )
        return ScalarType(**known)


def _title(type_: PgType) -> str:
    """Return what PostgreSQL displays for a type, with brackets for an array's further dimensions."""
    if not isinstance(type_, ArrayType) or type_.dimensions == (1,):
        return type_.display
    return " or ".join([type_.display + "[]" * (n - 1) for n in type_.dimensions])


def _comment(text: str) -> Data:
    return {"comment": text} if text else {}
