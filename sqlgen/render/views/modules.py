"""Module -> a view of it, with its parts in the order in which they need each other."""

from collections.abc import Iterable, Iterator
from functools import cached_property

from ...model.frozen import frozen
from ...model.output import MARKER
from ...model.python import (
    Alias,
    Choices,
    Constant,
    Enum,
    ErrorClass,
    Function,
    Generic,
    KeyOfPages,
    Module,
    Named,
    Pages,
    PyType,
    Record,
    Row,
    Structure,
    UnionOf,
    Variants,
)
from .. import literals
from ..expressions import type_text
from ..imports import Imports, sorted_names
from ..layout import WIDTH
from ..literals import Text
from .functions import FunctionView
from .protocols import ProtocolView
from .records import CompositeView, RowView, StructureView
from .structures import structures_in, structures_of, types_of


@frozen
class MemberView:
    """A member of an enum: its `name` and the `label` that PostgreSQL knows it by."""

    name: str
    label: Text


class EnumView:
    """An enum: its `name`, `doc` and `members`."""

    def __init__(self, enum: Enum) -> None:
        self.name = enum.name
        self.doc = Text(enum.doc)
        self.members = [MemberView(name, Text(label)) for name, label in enum.members]

    @property
    def is_empty(self) -> bool:
        """Return whether the class needs a `pass`."""
        return not self.doc and not self.members


class AliasView:
    """A name for a type: its `name` and `doc`."""

    def __init__(self, alias: Alias, imports: Imports) -> None:
        self.name = alias.name
        self.doc = Text(alias.doc)
        self._type = alias.type
        self._imports = imports

    @property
    def type(self) -> str:
        """Return the type, in which the alias itself is quoted."""
        return type_text(self._type, self._imports, self.name)


class ErrorClassView:
    """The class of the errors about a constraint: its `name`, `doc` and `bases`.

    `reported` are the names by which PostgreSQL reports it: of the table, view or domain, and of the constraint or
    column, with the schema in front where that is needed.
    """

    def __init__(self, error: ErrorClass, imports: Imports) -> None:
        self.name = error.name
        self.doc = Text(error.doc)
        self.reported = [tuple(map(Text, names)) for names in error.reported]
        self._bases = error.bases
        self._imports = imports

    @property
    def bases(self) -> list[str]:
        """Return psycopg's classes that it is derived from."""
        return [self._imports.name(base) for base in self._bases]


class ConstantView:
    """A statement: its `name`, and the `text` that PostgreSQL is sent."""

    def __init__(self, constant: Constant, imports: Imports) -> None:
        self.name = constant.name
        self.variants = constant.variants and VariantsView(constant.variants)
        self.pages = constant.pages and PagesView(constant.pages)
        self._text = constant.text
        self._imports = imports

    @cached_property
    def is_short(self) -> bool:
        """Return whether `name: Final = "text"` fits on a line."""
        if "\n" in self._text:
            return False
        final = self._imports.use("typing", "Final")
        return len(f"{self.name}: {final} = {literals.string(self._text)}") <= WIDTH

    @property
    def text(self) -> Text:
        """Return the statement; one that a block ends with a quote has a line end after it."""
        # The quote would need a backslash before the closing ones; white space needs none.
        ends_with_quote = self._text.endswith('"') and not self.is_short
        return Text(self._text + "\n" if ends_with_quote else self._text)


class PageKeyView:
    """A key of pages: the `arguments` that `_pages.Key` is called with."""

    def __init__(self, key: KeyOfPages) -> None:
        self.arguments = [literals.string(key.column), literals.string(key.type)]
        for name, value in (
            ("descending", key.descending),
            ("nullable", key.nullable),
            ("nulls_first", key.nullable and key.nulls_first),
        ):
            if value:
                self.arguments.append(f"{name}=True")
        if key.labels:
            labels = _tuple([*map(literals.string, key.labels)])
            self.arguments.append(f"labels={labels}")


class PagesView:
    """The object that makes pages: its `name`, and the arguments of `_pages.Pages`."""

    def __init__(self, pages: Pages) -> None:
        self.name = pages.name
        self.title = Text(pages.title)
        self.comment = Text(pages.comment)
        self.columns = pages.columns
        self.hidden = pages.hidden
        self.keys = [
            (Text(choice), [PageKeyView(key) for key in keys])
            for choice, keys in pages.keys
        ]


class ChoicesView:
    """The items of ORDER BY that a call chooses from: the `place` for them, and the keys with the `items`.

    A call gives a sequence of up to `most`, or a single one if that is 0.
    """

    def __init__(self, choices: Choices) -> None:
        self.place = Text(choices.place)
        self.items = [(Text(key), Text(item)) for key, item in choices.items]
        self.most = choices.most


class VariantsView:
    """The object that makes the statement of a call: its `name`, and the arguments of `Variants`."""

    def __init__(self, variants: Variants) -> None:
        self.name = variants.name
        self.texts = [
            (start, [Text(text) for text in texts])
            for start, texts in (
                ("", variants.parameters),
                ("optional=", variants.conditions),
                ("defaults=", variants.defaults),
                ("assignments=", variants.assignments),
            )
            if texts
        ]
        self.sets = [[Text(text) for text in texts] for texts in variants.sets]
        self.unchanged = Text(variants.unchanged)
        self.order = variants.order and ChoicesView(variants.order)
        self.options = [
            f"{name}={_tuple(items)}"
            for name, items in (
                ("unset", [*map(literals.string, variants.unset)]),
                (
                    "require_one_of",
                    [
                        _tuple([*map(literals.string, group)])
                        for group in variants.require_one_of
                    ],
                ),
            )
            if items
        ]


def _tuple(items: list[str]) -> str:
    return f"({', '.join(items)}{',' if len(items) == 1 else ''})"


@frozen
class SectionView:
    """The parts of one query: the classes it needs first, its statement, its function.

    Rows that other modules share stand in sections without a function.
    """

    structures: list[StructureView]
    rows: list[RowView]
    constants: list[ConstantView]
    functions: list[FunctionView]


class ModuleView:
    """A module: its `name` (`patients`), `doc`, `is_async`, and the `enums`, `aliases`, `composites` and `errors` it defines.

    `protocols` are classes with the functions of other modules.
    """

    def __init__(
        self, module: Module, structures: Iterable[Structure], imports: Imports
    ) -> None:
        self.name = module.name.rpartition(".")[2]
        self.doc = Text(module.doc)
        self.is_async = module.is_async
        self.enums = [EnumView(enum) for enum in module.enums]
        self.aliases = [AliasView(alias, imports) for alias in module.aliases]
        self.composites = [CompositeView(item, imports) for item in module.composites]
        self.protocols = [
            ProtocolView(item, imports, is_async=module.is_async)
            for item in module.protocols
        ]
        self.errors = [ErrorClassView(error, imports) for error in module.errors]
        self._module = module
        self._structures = tuple(structures)
        self._imports = imports
        for named in module.offered:
            imports.name(named)

    @property
    def marker(self) -> Text:
        """Return the first line, a comment, by which sqlgen knows the file as one that it may overwrite."""
        source = self._module.source
        origin = f" from {source}" if source else ""
        return Text(f"{MARKER.removeprefix('# ')}{origin}. Do not edit.")

    @property
    def imports(self) -> list[list[str]]:
        """Return the import statements, in groups, of what has been printed so far: ask for them last."""
        return self._imports.groups()

    @property
    def exports(self) -> list[Text]:
        """Return the names of the module's functions and classes, in the order of ruff's RUF022."""
        own = _defined_names(self._module, self._structures)
        own += [named.name for named in self._module.offered]
        constants = {constant.name for constant in self._module.constants}
        constants |= {c.variants.name for c in self._module.constants if c.variants}
        constants |= {c.pages.name for c in self._module.constants if c.pages}
        constants |= {
            each.errors.name for each in self._module.functions if each.errors
        }
        return [Text(name) for name in sorted_names(own) if name not in constants]

    @cached_property
    def sections(self) -> list[SectionView]:
        """Return the queries' parts in the order in which a module defines them."""
        module = self._module
        rows = {record.name: record for record in module.records}
        constants = {constant.name: constant for constant in module.constants}
        structures = {item.name: item for item in self._structures}
        sections: list[SectionView] = []

        def section(names: Iterable[str], *functions: Function) -> SectionView:
            inner = [name for name in _named(types_of((), functions)) if name in rows]
            records = list(_with_inner((*inner, *names), rows))
            new = self._defined(types_of(records, functions), structures)
            return SectionView(
                new,
                [RowView(record, self._imports) for record in records],
                [
                    ConstantView(constants.pop(function.sql.name), self._imports)
                    for function in functions
                    if function.sql.name in constants
                ],
                [],
            )

        for function in module.functions:
            one = section(_classes_of(function), function)
            one.functions.append(
                FunctionView(function, self._imports, is_async=module.is_async)
            )
            sections.append(one)
        sections += [section([name]) for name in list(rows)]
        return sections

    @property
    def structures(self) -> list[StructureView]:
        """Return the `TypedDict`s of all sections."""
        return [item for section in self.sections for item in section.structures]

    @property
    def rows(self) -> list[RowView]:
        """Return the rows of all sections."""
        return [item for section in self.sections for item in section.rows]

    @property
    def constants(self) -> list[ConstantView]:
        """Return the statements of all sections."""
        return [item for section in self.sections for item in section.constants]

    @property
    def functions(self) -> list[FunctionView]:
        """Return the functions of all sections."""
        return [item for section in self.sections for item in section.functions]

    def _defined(
        self, types: Iterable[PyType], undefined: dict[str, Structure]
    ) -> list[StructureView]:
        """Return the types' structures that are not defined yet, and take them from *undefined*."""
        if not undefined:
            return []
        names = [item.name for item in structures_in(types)]
        return [
            StructureView(undefined.pop(name), self._imports)
            for name in names
            if name in undefined
        ]


def module_view(module: Module) -> tuple[ModuleView, Imports]:
    """Return the view of a module, and what will collect its imports."""
    structures = structures_of(module)
    # A method hides what the module imports under its name from the methods below.
    methods = [f.name for protocol in module.protocols for f in protocol.functions]
    imports = Imports(module.name, [*_defined_names(module, structures), *methods])
    return ModuleView(module, structures, imports), imports


def _with_inner(names: Iterable[str], rows: dict[str, Record]) -> Iterator[Record]:
    """Yield the rows of these names, each after those within it, and take them from *rows*."""
    for name in names:
        if record := rows.pop(name, None):
            inner = [field.type for field in record.fields]
            yield from _with_inner(_named(inner), rows)
            yield record


def _named(types: Iterable[PyType]) -> Iterator[str]:
    """Yield the names of the generated package's own classes in some types."""
    for type_ in types:
        match type_:
            case Named(name=name, module=module) if module.startswith("."):
                yield name
            case Generic(arguments=inner) | UnionOf(members=inner):
                yield from _named(inner)
            case _:
                pass


def _classes_of(function: Function) -> list[str]:
    """Return the names of the row classes that must stand before the function."""
    result = function.result
    names = [result.shape.type.name] if isinstance(result.shape, Row) else []
    names += [t.name for t in (result.rows, function.params) if isinstance(t, Named)]
    return names


def _defined_names(module: Module, structures: Iterable[Structure]) -> list[str]:
    """Return the names that the module itself defines."""
    return [
        *(enum.name for enum in module.enums),
        *(alias.name for alias in module.aliases),
        *(composite.name for composite in module.composites),
        *(record.name for record in module.records),
        *(structure.name for structure in structures),
        *(error.name for error in module.errors),
        *(constant.name for constant in module.constants),
        *(item.variants.name for item in module.constants if item.variants),
        *(item.pages.name for item in module.constants if item.pages),
        *(each.errors.name for each in module.functions if each.errors),
        *(function.name for function in module.functions),
        *(protocol.name for protocol in module.protocols),
    ]
