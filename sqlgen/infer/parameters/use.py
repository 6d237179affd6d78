"""One use of a parameter in a statement."""

from enum import IntEnum, auto
from typing import NamedTuple

from ...model.catalog import CompositeField
from ...model.description import TableColumn
from ..tree.expressions import uncoerced
from ..tree.nodes import Node


class Purpose(IntEnum):
    """The purpose of a parameter in one place, the one that says most of its name first."""

    ASSIGNED = auto()
    COMPARED = auto()
    LIMIT = auto()
    OFFSET = auto()
    TESTED = auto()
    NAMED = auto()
    WITHIN = auto()
    NEARBY = auto()


class Use(NamedTuple):
    """One use of parameter `number`.

    `column` is the table column that it is assigned to or compared with; `field` the field of a
    composite that it is assigned to. `elements`: it is an array's elements that are. `same_values`:
    compared by `=` and the like, with no cast of the column, so that the parameter's values are the
    column's. `only_values`: no other value would make sense. `other_type` is the oid of the type that
    it is compared with, 0 if unknown. `test` is the test for NULL, as SQL names it. `name` is a name
    that suits the parameter. `location` is the parameter's.
    """

    number: int
    purpose: Purpose
    location: int
    column: TableColumn | None = None
    field: CompositeField | None = None
    elements: bool = False
    same_values: bool = False
    only_values: bool = False
    other_type: int = 0
    test: str = ""
    name: str = ""


def use_of(
    parameter: Node,
    purpose: Purpose,
    *,
    column: TableColumn | None = None,
    field: CompositeField | None = None,
    elements: bool = False,
    same_values: bool = False,
    only_values: bool = False,
    other_type: int = 0,
    test: str = "",
    name: str = "",
) -> Use:
    """Return a use of the `PARAM` node *parameter*."""
    return Use(
        number=parameter.number("paramid"),
        purpose=purpose,
        location=parameter.location,
        column=column,
        field=field,
        elements=elements,
        same_values=same_values,
        only_values=only_values,
        other_type=other_type,
        test=test,
        name=name,
    )


def is_parameter(node: Node) -> bool:
    """Return whether the node is a parameter of the statement, not one of PostgreSQL's own."""
    return node.tag == "PARAM" and not node.number("paramkind")


def parameter_in(node: Node) -> Node | None:
    """Return the parameter of the statement that *node* is, perhaps under casts."""
    inner = uncoerced(node)
    return inner if is_parameter(inner) else None
