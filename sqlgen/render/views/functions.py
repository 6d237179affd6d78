"""Function -> a view of the function that runs a statement."""

from functools import cached_property
from itertools import product
from typing import Final

from ...model.frozen import frozen
from ...model.python import (
    AWARE,
    NONE,
    Apply,
    Argument,
    Conversion,
    Function,
    Keep,
    Named,
    OrNone,
    OrUnset,
    Parse,
    Row,
    Shape,
    Value,
)
from ..expressions import (
    converted,
    converted_row,
    function_text,
    is_function,
    type_text,
)
from ..imports import Imports
from ..literals import Text, string
from .records import tuple_of

_MOST_GROUPS: Final = 3
"""Each group of arguments that are given together doubles the overloads."""


@frozen
class MakerView:
    """A function that makes a single value, `name(value: raw) -> type: return value`, all as code."""

    name: str
    raw: str
    type: str
    value: str


@frozen
class ErrorsView:
    """A tuple of errors: its `name`, the names of its `classes`, and psycopg's classes that are `caught`, as code."""

    name: str
    classes: list[str]
    caught: str


class FunctionView:
    """A function: its `name` and `doc`, and its `command`, which is the one in the query file.

    `deprecated` is the message to those who call it, empty if they may; `read_only`: it takes any
    connection for queries that only read.

    `cursor`, `value`, `row` and `error` are names for local variables that no argument has.
    """

    def __init__(self, function: Function, imports: Imports, *, is_async: bool) -> None:
        self.name = function.name
        self.doc = Text(function.doc)
        self.deprecated = Text(function.deprecated)
        self.read_only = function.read_only
        self._is_async = is_async
        self.command = str(function.result.command)
        self.column_types = [Text(name) for name in function.result.column_types]
        self._function = function
        self._result = function.result
        self._imports = imports
        takes_one = function.result.rows is not None or function.params is not None
        taken = [] if takes_one else [item.name for item in function.arguments]
        if function.order:
            taken.append(function.order.name)
        self.cursor, self.value, self.row, self.error = (
            f"{name}_" if name in taken else name
            for name in ("cursor", "value", "row", "error")
        )

    @cached_property
    def errors(self) -> ErrorsView | None:
        """Return the tuple of the errors of constraints that the statement can violate; None if there are none."""
        errors = self._function.errors
        if errors is None:
            return None
        classes = [self._imports.name(each) for each in errors.classes]
        caught = [self._imports.name(each) for each in errors.caught]
        return ErrorsView(
            errors.name,
            classes,
            caught[0] if len(caught) == 1 else f"({', '.join(caught)})",
        )

    @property
    def parameters(self) -> list[str]:
        """Return the parameters after the connection: none, or `*` and the keyword-only ones."""
        if not self.keyword_parameters:
            return []
        if self._params:
            params, *rest = self.keyword_parameters
            return [params, "*", *rest] if rest else [params]
        return ["*", *self.keyword_parameters]

    @property
    def _params(self) -> Named | None:
        """Return the class of the one object that has all arguments of a call, None if there is none."""
        return self._function.params if self._result.rows is None else None

    @property
    def signatures(self) -> list[list[str]]:
        """Return the parameters after the connection, of each of the `overloads` if there are several."""
        return [["*", *each] for each in self.overloads] or [self.parameters]

    @property
    def self(self) -> str:
        """Return the name of a method's first parameter, which no other has."""
        arguments = [argument.name for argument in self._function.arguments]
        by_keyword = self._result.rows is None and self._params is None
        is_taken = by_keyword and "self" in arguments
        return "_self" if is_taken else "self"

    @property
    def returns(self) -> str:
        """Return the type of what a call gives, without the `await`."""
        match self.command:
            case "one":
                return self.row_type
            case "optional":
                return self.optional_row_type
            case "many":
                return f"list[{self.row_type}]"
            case "batch" if self.row_type:
                return f"list[list[{self.row_type}]]"
            case "stream":
                kind = "AsyncGenerator" if self._is_async else "Generator"
                rest = ", None]" if self._is_async else ", None, None]"
                generator = self._imports.use("collections.abc", kind)
                return f"{generator}[{self.row_type}{rest}"
            case "page":
                return f"{self._imports.use('._pages', 'Page')}[{self.row_type}]"
            case "exec":
                return "None"
            case _:
                return "int"

    @property
    def keyword_parameters(self) -> list[str]:
        """Return the keyword-only parameters: `patient_id: UUID`; `rows` alone of a bulk command."""
        if self._result.rows is not None:
            kinds = ("Iterable", "AsyncIterable") if self._is_async else ("Iterable",)
            row = type_text(self._result.rows, self._imports)
            iterables = [self._imports.use("collections.abc", kind) for kind in kinds]
            return ["rows: " + " | ".join([f"{name}[{row}]" for name in iterables])]
        if self._params:
            params = f"params: {self._imports.name(self._params)}"
            return [params, *self._with_order([])]
        return self._with_order(
            [
                f"{argument.name}: {type_text(argument.type, self._imports)}{self._default(argument)}"
                for argument in self._function.arguments
            ]
        )

    def _with_order(self, parameters: list[str]) -> list[str]:
        """Return the keyword-only parameters with the one that chooses the order, if there is one."""
        if self._function.pages:
            parameters = [*parameters, "size: int", "after: str | None = None"]
        order = self._function.order
        if order is None:
            return parameters
        default = string(order.default)
        if order.several:
            default = f"({default},)"
        own = f"{order.name}: {type_text(order.type, self._imports)} = {default}"
        return [*parameters[: order.place], own, *parameters[order.place :]]

    def _default(self, argument: Argument) -> str:
        if argument.unset:
            return f" = {self._imports.use('._variants', 'UNSET')}"
        return " = None" if argument.optional else ""

    def _argument(self, argument: Argument) -> str:
        """Return the expression for an argument of a call."""
        return f"params.{argument.name}" if self._params else argument.name

    @cached_property
    def overloads(self) -> list[list[str]]:
        """Return the keyword-only parameters of each way to call it; none if there is only one.

        Arguments of one condition are given together or not at all. With many conditions only the call
        itself tells.
        """
        groups = self._function.together
        if not groups or len(groups) > _MOST_GROUPS or self._params:
            return []
        return [
            self._with_order(
                [
                    self._given(argument, position, given)
                    for position, argument in enumerate(self._function.arguments)
                ]
            )
            for given in product((True, False), repeat=len(groups))
        ]

    def _given(self, argument: Argument, place: int, given: tuple[bool, ...]) -> str:
        """Return the parameter of an overload with those groups of arguments that are *given*."""
        type_ = type_text(argument.type, self._imports)
        for is_given, group in zip(given, self._function.together, strict=True):
            if place not in group:
                continue
            absent = NONE
            if argument.unset:
                absent = Named("Unset", "._variants")
            absent_text = type_text(absent, self._imports)
            if not is_given:
                return f"{argument.name}: {absent_text}{self._default(argument)}"
            return f"{argument.name}: {type_.removesuffix(f' | {absent_text}')}"
        return f"{argument.name}: {type_}{self._default(argument)}"

    @property
    def sql(self) -> str:
        """Return the name of the constant with the statement."""
        return self._imports.name(self._function.sql)

    @property
    def values(self) -> list[str]:
        """Return the values of the arguments, in the order of `$1`, `$2`, …, as psycopg is given them."""
        arguments = self._function.arguments
        return [
            converted(arguments[n].write, self._argument(arguments[n]), self._imports)
            for n in self._function.values
        ]

    @cached_property
    def statement(self) -> str:
        """Return what `execute` is called with: the statement, its values, and options."""
        options = ["binary=True"] if self._function.binary else []
        if self._function.pages:
            arguments = [self._given_statement, "size", "after", *self._chosen_order]
            return ", ".join(
                [f"*{self.pages}.statement({', '.join(arguments)})", *options]
            )
        if self._function.variants:
            variants = self._imports.name(self._function.variants)
            if order := self._function.order:
                method = "sorted_by_each" if order.several else "sorted_by"
                variants = f"{variants}.{method}({order.name})"
            given = self._checked(f"{variants}.given({', '.join(self.values)})")
            return ", ".join([f"*{given}", *options])
        values = [self._checked(tuple_of(self.values))] if self.values else []
        return ", ".join([self.sql, *values, *options])

    @property
    def _given_statement(self) -> str:
        """Return the query's own statement with its values, of which pages are made."""
        if not self._function.variants:
            values = self._checked(tuple_of(self.values)) if self.values else "()"
            return f"({self.sql}, {values})"
        variants = self._imports.name(self._function.variants)
        if self._function.order and self._function.selects_order:
            variants = f"{variants}.sorted_by({self._function.order.name})"
        return self._checked(f"{variants}.given({', '.join(self.values)})")

    @property
    def _chosen_order(self) -> list[str]:
        return [self._function.order.name] if self._function.order else []

    @property
    def pages(self) -> str:
        """Return the name of the constant that makes pages; empty for others than `:page`."""
        return self._imports.name(self._function.pages) if self._function.pages else ""

    @property
    def page_arguments(self) -> str:
        """Return what `pages.page` is called with behind the rows."""
        return ", ".join(["size", *self._chosen_order])

    def _checked(self, values: str) -> str:
        """Return the *values* within the checks that lists are equally long."""
        for group in self._function.equal_lengths:
            check = self._imports.use("._support", "of_equal_lengths")
            lists = [self._length(self._function.arguments[n]) for n in group]
            values = f"{check}({values}, {', '.join(lists)})"
        return values

    def _length(self, argument: Argument) -> str:
        """Return the keyword argument with a list whose length is checked; one not given is empty."""
        name, value = argument.name, self._argument(argument)
        if argument.unset:
            unset = self._imports.use("._variants", "UNSET")
            return f"{name}=() if {value} is {unset} else {value}"
        is_optional = argument.optional and self._function.variants
        return f"{name}={value} or ()" if is_optional else f"{name}={value}"

    @property
    def row_values(self) -> str:
        """Return the tuple of the values of one `row` of parameters of a bulk command."""
        arguments = self._function.arguments
        is_lone = len(arguments) == 1 and self._function.params is None
        values = [
            converted(
                arguments[n].write,
                "row" if is_lone else f"row.{arguments[n].name}",
                self._imports,
            )
            for n in self._function.values
        ]
        return tuple_of(values)

    @property
    def has_aware(self) -> bool:
        """Return whether the values of a row are made with `aware`, which knows the time zone."""
        return any(_uses_aware(item.write) for item in self._function.arguments)

    @cached_property
    def row_type(self) -> str:
        """Return the type of each row that is returned; empty where none are."""
        shape = self._result.shape
        if shape is None:
            return ""
        if isinstance(shape, Row):
            return self._imports.name(shape.type)
        return type_text(shape.type, self._imports)

    @property
    def optional_row_type(self) -> str:
        """Return the type of a row that may not be there."""
        is_optional = self.row_type.endswith("None")
        return self.row_type if is_optional else f"{self.row_type} | None"

    @property
    def is_untyped(self) -> bool:
        """Return whether psycopg calls each row an `Any`, which an annotation has to correct."""
        shape = self._result.shape
        return isinstance(shape, Value) and isinstance(shape.read, Keep)

    @cached_property
    def row_factory(self) -> str:
        """Return what makes the rows: an argument of the cursor; empty where none are returned."""
        shape = self._result.shape
        if shape is None:
            return ""
        if isinstance(shape, Row):
            rows_of = self._imports.use("._support", "rows_of")
            return f"{rows_of}({self._imports.name(shape.type)})"
        if isinstance(shape.read, Keep):
            return self._imports.use("psycopg.rows", "scalar_row")
        if shape.width is not None:
            return f"{self._imports.use('._support', 'rows_by')}({self._maker})"
        is_known = is_function(shape.read)
        make = function_text(shape.read, self._imports) if is_known else self._maker
        return f"{self._imports.use('._support', 'scalars_of')}({make})"

    @cached_property
    def maker(self) -> MakerView | None:
        """Return the function that makes a single value, where there is none that does it."""
        shape: Shape | None = self._result.shape
        if not isinstance(shape, Value) or isinstance(shape.read, Keep):
            return None
        if is_function(shape.read):
            return None
        raw = type_text(shape.raw, self._imports)
        value = converted(shape.read, "value", self._imports)
        if shape.width is not None:
            raw = f"tuple[{raw}, ...]"
            value = converted_row(shape, "value", 0, self._imports)
        type_ = type_text(shape.type, self._imports)
        return MakerView(self._maker, raw, type_, value)

    @property
    def _maker(self) -> str:
        return f"_{self.name}_value"


def _uses_aware(write: Conversion) -> bool:
    match write:
        case Apply(function=function):
            return function == AWARE
        case OrNone(item=item) | OrUnset(item=item) | Parse(item=item):
            return _uses_aware(item)
        case _:
            return False
