"""Function -> the function that runs a statement."""

from ..model.frozen import frozen
from ..model.python import (
    Batch,
    Copied,
    Function,
    Keep,
    Many,
    Named,
    Nothing,
    One,
    Optional,
    Row,
    RowCount,
    Shape,
    Stream,
    Value,
)
from . import literals
from .blocks import BODY, INDENT, Block, of_code, of_function
from .bulk import Bulk
from .expressions import converted_code, is_function, type_text
from .expressions import function as callable_text
from .imports import Imports
from .layout import Code, Group, fits, lines, parameters
from .words import ASYNC, SYNC, Words


@frozen
class Printed:
    """A function's statements, and the names of the classes that must stand before them."""

    blocks: tuple[Block, ...]
    classes: tuple[str, ...]


def function(item: Function, imports: Imports, *, is_async: bool) -> Printed:
    """The statements of a function, in the order in which they stand in the module."""
    printer = _Printer(item, imports, ASYNC if is_async else SYNC)
    return Printed(printer.blocks(), printer.classes())


class _Printer:
    """Prints one function; holds what every part of it needs."""

    def __init__(self, item: Function, imports: Imports, words: Words) -> None:
        self.item = item
        self.imports = imports
        self.words = words
        self.bulk = Bulk(item, imports, words)
        many = isinstance(item.result, Batch | Copied)
        taken = set() if many else {argument.name for argument in item.arguments}
        self.cursor, self.value, self.row = (
            f"{name}_" if name in taken else name for name in ("cursor", "value", "row")
        )

    def blocks(self) -> tuple[Block, ...]:
        doc = literals.docstring(self.item.doc, INDENT)
        maker = self.maker()
        main = of_function(self.head(), doc, self.body())
        return (maker, main) if maker else (main,)

    def classes(self) -> tuple[str, ...]:
        """The classes that must stand before the function, if they are the module's own."""
        match self.item.result:
            case One(shape) | Optional(shape) | Many(shape) | Stream(shape):
                pass
            case Batch(shape=shape):
                pass
            case RowCount() | Nothing() | Copied():
                shape = None
        found = [shape.type.name] if isinstance(shape, Row) else []
        if isinstance(self.item.result, Batch | Copied):
            rows = self.item.result.rows
            found += [rows.name] if isinstance(rows, Named) else []
        return tuple(found)

    def head(self) -> list[str]:
        connection = self.imports.name(Named(self.words.connection, "psycopg"))
        anything = self.imports.name(Named("Any", "typing"))
        arguments = [f"conn: {connection}[{anything}]"]
        if self.item.arguments:
            arguments.append("*")
        if isinstance(self.item.result, Batch | Copied):
            iterable = self.imports.name(Named("Iterable", "collections.abc"))
            rows = type_text(self.item.result.rows, self.imports)
            arguments.append(f"rows: {iterable}[{rows}]")
        else:
            arguments += [
                f"{argument.name}: {type_text(argument.type, self.imports)}"
                for argument in self.item.arguments
            ]
        before = f"{self.words.define} {self.item.name}("
        return lines(
            Group(before, arguments, f") -> {self.returns()}:", definition=True), ""
        )

    def returns(self) -> str:
        match self.item.result:
            case One(shape):
                return self.shape(shape)
            case Optional(shape):
                whole = self.shape(shape)
                return whole if whole.endswith("None") else f"{whole} | None"
            case Many(shape):
                return f"list[{self.shape(shape)}]"
            case Stream(shape):
                name, rest = self.words.generator
                generator = self.imports.name(Named(name, "collections.abc"))
                return f"{generator}[{self.shape(shape)}, {rest}]"
            case Batch(shape=shape) if shape is not None:
                return f"list[{self.shape(shape)}]"
            case RowCount() | Batch() | Copied():
                return "int"
            case Nothing():
                return "None"

    def shape(self, shape: Shape) -> str:
        if isinstance(shape, Row):
            return self.imports.name(shape.type)
        return type_text(shape.type, self.imports)

    def body(self) -> list[str]:
        match self.item.result:
            case One(shape):
                return [*self.opened(shape), *self.single("one", shape)]
            case Optional(shape):
                return [*self.opened(shape), *self.single("optional", shape)]
            case Many(shape):
                return [*self.opened(shape), *self.fetched("return ", "")]
            case Stream(shape):
                return [*self.streamed(shape), *self.yielded()]
            case RowCount():
                return [*self.opened(None), *self.counted()]
            case Nothing():
                return [*self.opened(None), *self.executed(self.words.wait, "")]
            case Batch(shape=shape) if shape is not None:
                return [*self.opened(shape), *self.bulk.gathered(self.shape(shape))]
            case Batch():
                return [*self.opened(None), *self.bulk.repeated()]
            case Copied(types=types):
                return [*self.opened(None), *self.bulk.copied(types)]

    def opened(self, shape: Shape | None) -> list[str]:
        cursor = self.imports.name(Named(self.words.cursor, "psycopg"))
        arguments = ["conn"]
        if shape is not None:
            arguments.append(f"row_factory={self.row_factory(shape)}")
        before = f"{self.words.enter} {cursor}("
        return lines(Group(before, arguments, f") as {self.cursor}:"), INDENT)

    def streamed(self, shape: Shape) -> list[str]:
        cursor = self.imports.name(Named(self.words.server_cursor, "psycopg"))
        unique = self.imports.name(Named("cursor_name", "._support"))
        arguments = [
            "conn",
            f"{unique}({literals.string(self.item.name)})",
            f"row_factory={self.row_factory(shape)}",
            "withhold=conn.autocommit",
        ]
        before = f"{self.words.enter} {cursor}("
        return lines(Group(before, arguments, f") as {self.cursor}:"), INDENT)

    def executed(self, before: str, after: str) -> list[str]:
        values: list[Code] = [self.imports.name(self.item.sql)]
        converted_ = [
            converted_code(argument.write, argument.name, self.imports)
            for argument in (self.item.arguments[n] for n in self.item.values)
        ]
        if converted_:
            values.append(parameters(converted_))
        if self.item.binary:
            values.append("binary=True")
        return lines(
            Group(f"{before}{self.cursor}.execute(", values, f"){after}"), BODY
        )

    def fetched(self, before: str, after: str) -> list[str]:
        """The statement run and its rows fetched, in one line where they fit."""
        if not self.words.wait:
            chained = self.executed(before, f".fetchall(){after}")
            if len(chained) == 1 and fits(chained):
                return chained
        wait = self.words.wait
        return [
            *self.executed(wait, ""),
            f"{BODY}{before}{wait}{self.cursor}.fetchall(){after}",
        ]

    def single(self, helper: str, shape: Shape) -> list[str]:
        call = self.imports.name(Named(helper, "._support"))
        if isinstance(shape, Row) or shape.read != Keep() or helper == "optional":
            return self.fetched(f"return {call}(", ")")
        target = f"{self.value}: {type_text(shape.type, self.imports)}"
        return [*self.fetched(f"{target} = {call}(", ")"), f"{BODY}return {self.value}"]

    def counted(self) -> list[str]:
        if not self.words.wait:
            return self.executed("return ", ".rowcount")
        return [*self.executed("await ", ""), f"{BODY}return {self.cursor}.rowcount"]

    def yielded(self) -> list[str]:
        if not self.words.wait:
            return self.executed("yield from ", "")
        return [
            *self.executed("await ", ""),
            f"{BODY}async for {self.row} in {self.cursor}:",
            f"{BODY}{INDENT}yield {self.row}",
        ]

    def row_factory(self, shape: Shape) -> str:
        args_row = Named("args_row", "psycopg.rows")
        match shape:
            case Row(named):
                rows_of = self.imports.name(Named("rows_of", "._support"))
                return f"{rows_of}({self.imports.name(named)})"
            case Value(read=Keep()):
                return self.imports.name(Named("scalar_row", "psycopg.rows"))
            case Value(read=read) if is_function(read):
                maker = callable_text(read, self.imports)
                return f"{self.imports.name(args_row)}({maker})"
            case Value():
                return f"{self.imports.name(args_row)}({self.maker_name()})"

    def maker_name(self) -> str:
        return f"_{self.item.name}_value"

    def maker(self) -> Block | None:
        """The function that makes a single value, where there is none that does it."""
        match self.item.result:
            case One(shape) | Optional(shape) | Many(shape) | Stream(shape):
                pass
            case Batch(shape=found) if found is not None:
                shape = found
            case RowCount() | Nothing() | Batch() | Copied():
                return None
        if isinstance(shape, Row) or shape.read == Keep() or is_function(shape.read):
            return None
        argument = f"value: {type_text(shape.raw, self.imports)}"
        returned = type_text(shape.type, self.imports)
        before = f"def {self.maker_name()}("
        head = lines(
            Group(before, [argument], f") -> {returned}:", definition=True), ""
        )
        made = converted_code(shape.read, "value", self.imports, "return ")
        return of_code([*head, *lines(made, INDENT)])
