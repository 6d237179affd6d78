"""Module -> its source."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..model.output import MARKER
from ..model.python import Alias, Constant, Enum, Module, Named, PyType, Structure
from . import classes, functions, literals, structures
from .blocks import Block, of_class, of_code
from .expressions import type_code
from .imports import Imports
from .layout import WIDTH, assignment, fits


def source(module: Module) -> str:
    """The whole text of a module.

    Lines whose layout is not certain make black lay out the module; that is rare.
    """
    inner = structures.defined(module.name, module.records, module.functions)
    imports = Imports(module.name, _defined(module, inner))
    blocks = _blocks(module, inner, imports)
    text = _text(module, imports, blocks)
    if not all(block.certain for block in blocks):
        text = _formatted(text)
    return text


def _text(module: Module, imports: Imports, blocks: Sequence[Block]) -> str:
    """What stands in a module from top to bottom; two blank lines before a statement.

    One is enough between imports and a constant.
    """
    lines = [_marker(module)]
    if doc := literals.docstring(module.doc):
        lines.append(doc)
    for imported in imports.blocks():
        lines += ["", *imported]
    for number, block in enumerate(blocks):
        lines += [""] if block.is_constant and number == 0 else ["", ""]
        lines += block.lines
    return "\n".join(lines) + "\n"


def _marker(module: Module) -> str:
    origin = f" from {module.source}" if module.source else ""
    return literals.comment(f"{MARKER.removeprefix('# ')}{origin}. Do not edit.")


def _defined(module: Module, inner: Iterable[Structure]) -> list[str]:
    """What the module itself gives a name to."""
    return [
        *(enum.name for enum in module.enums),
        *(alias.name for alias in module.aliases),
        *(composite.name for composite in module.composites),
        *(record.name for record in module.records),
        *(structure.name for structure in inner),
        *(constant.name for constant in module.constants),
        *(function.name for function in module.functions),
    ]


def _blocks(
    module: Module, inner: Iterable[Structure], imports: Imports
) -> list[Block]:
    """The top-level statements in order: each query's row, its constant, its function.

    A `TypedDict`, those are the *inner* ones, stands before the row or function that it is first
    used in.
    """
    found = [
        *(_enum(enum, imports) for enum in module.enums),
        *(_alias(alias, imports) for alias in module.aliases),
        *(classes.composite(item, imports) for item in module.composites),
    ]
    records = {item.name: item for item in module.records}
    undefined = {item.name: item for item in inner}

    def define(types: Iterable[PyType]) -> list[Block]:
        wanted = structures.within(types) if undefined else ()
        new = [undefined.pop(x.name) for x in wanted if x.name in undefined]
        return [structures.structure(item, imports) for item in new]

    constants = {item.name: item for item in module.constants}
    for item in module.functions:
        own = functions.function(item, imports, is_async=module.is_async)
        needed = [records.pop(name) for name in own.classes if name in records]
        found += define(structures.types_of(needed, [item]))
        found += [classes.record(record, imports) for record in needed]
        if item.sql.name in constants:
            found.append(_constant(constants.pop(item.sql.name), imports))
        found += own.blocks
    for record in records.values():
        found += define(structures.types_of([record], []))
        found.append(classes.record(record, imports))
    return found


def _enum(enum: Enum, imports: Imports) -> Block:
    base = imports.name(Named("StrEnum", "enum"))
    members = [
        line
        for name, label in enum.members
        for line in assignment(name, literals.string(label), "    ")
    ]
    doc = literals.docstring(enum.doc, "    ")
    return of_class([f"class {enum.name}({base}):"], doc, members)


def _alias(alias: Alias, imports: Imports) -> Block:
    target = f"{alias.name}: {imports.name(Named('TypeAlias', 'typing'))}"
    code = assignment(target, type_code(alias.type, imports, alias.name))
    return replace(of_code(code, literals.docstring(alias.doc)), is_constant=True)


def _constant(constant: Constant, imports: Imports) -> Block:
    """The statement: on one line where it fits, else between triple quotes as it was written."""
    target = f"{constant.name}: {imports.name(Named('Final', 'typing'))} = "
    if "\n" not in constant.text:
        line = target + literals.string(constant.text)
        if len(line) <= WIDTH:
            return Block((line,), certain=fits([line]), is_constant=True)
    # A quote just before the closing ones would need a backslash; white space needs none.
    text = constant.text + ("\n" if constant.text.endswith('"') else "")
    return Block((target + literals.block(text),), certain=True, is_constant=True)


def _formatted(text: str) -> str:
    import black

    return black.format_str(text, mode=black.Mode())
