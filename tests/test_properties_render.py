"""Properties of rendering: with any names, docs and SQL, modules parse and are black-stable."""

import ast
from typing import Any

import black
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sqlgen import render
from sqlgen.model.commands import Columns, Command
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.python import (
    Alias,
    Apply,
    Argument,
    Choices,
    Composite,
    Constant,
    Conversion,
    Discard,
    Each,
    Enum,
    Field,
    Function,
    Generic,
    Invoke,
    Keep,
    KeyOfPages,
    LiteralOf,
    Load,
    Module,
    Named,
    OrNone,
    Pages,
    Parse,
    PyType,
    Record,
    Result,
    Row,
    Shape,
    UnionOf,
    Value,
    Variants,
)
from sqlgen.model.row_styles import RowStyle
from sqlgen.model.source import SourceFile
from sqlgen.render import files, literals
from sqlgen.render.layout import lay_out
from sqlgen.translate import names

HOSTILE = (
    *('"', "'", '"""', "'''", "\\", "\\\\", "\r", "\n", "\r\n", "\0", "\t", "\x0c"),
    *("\x1c", "\x85", "\u2028", "\ud800", "\ufeff", "\\N{DASH}", "\\x41", "{{", "{%"),
    *("#", " ", "    ", "a", "B", "é", "日本", "\U0001f600", "$1", ";", "name"),
)
TEXTS = st.lists(st.sampled_from(HOSTILE), max_size=12).map("".join) | st.text(
    max_size=40
)


@given(TEXTS)
@example('ends with a quote"')
@example('"""')
@example("\\")
@settings(max_examples=500)
def test_a_literal_evaluates_to_its_text(text: str) -> None:
    assert ast.literal_eval(literals.string(text)) == text
    assert ast.literal_eval(literals.block(text)) == text


@given(TEXTS)
@settings(max_examples=500)
def test_literals_docstrings_and_comments_are_black_stable(text: str) -> None:
    doc = literals.docstring(text, 4)
    source = "\n".join(
        [
            literals.comment(text),
            "",
            f"A = {literals.string(text)}",
            f"B = {literals.block(text)}",
            "",
            "",
            "def f() -> None:",
            *([f"    {doc}"] if doc else []),
            "    return None",
            "",
        ]
    )
    compile(source, "source", "exec")
    if len(literals.string(text)) < 80:
        assert black.format_str(source, mode=black.Mode()) == source


@given(st.lists(TEXTS, max_size=6, unique=True))
def test_names_are_distinct_identifiers(texts: list[str]) -> None:
    for identifiers in (
        names.field_names(texts),
        names.member_names(texts),
        names.argument_names(texts),
    ):
        assert len(set(identifiers)) == len(texts)
        assert all(
            name.isidentifier() and not name.startswith("_") for name in identifiers
        )
    for text in texts:
        assert names.class_name(text).isidentifier()
        assert names.function_name(text).isidentifier()


# --- modules -------------------------------------------------------------------------

WORDS = st.lists(
    st.sampled_from(["patient", "appointment", "a", "of", "x1", "severity"]),
    min_size=1,
    max_size=9,
)
LOWER = WORDS.map("_".join).map(names.function_name)
CLASS = WORDS.map("_".join).map(names.class_name)
NAMED = st.sampled_from(
    [
        Named("int"),
        Named("str"),
        Named("UUID", "uuid"),
        Named("datetime", "datetime", qualified=True),
        Named("Money", "app.money"),
        Named("Money", "app.types.of.the.whole.company"),
        Named("Status", ".models"),
        Named("Decimal", "decimal"),
    ]
)
TYPES: st.SearchStrategy[PyType] = st.recursive(
    NAMED | st.lists(TEXTS, min_size=1, max_size=4).map(lambda v: LiteralOf(tuple(v))),
    lambda inner: inner.map(lambda t: Generic(Named("list"), (t,)))
    | inner.map(lambda t: UnionOf((t, Named("None"))))
    | st.tuples(inner, inner).map(lambda t: Generic(Named("dict"), t)),
    max_leaves=3,
)
CONVERSIONS: st.SearchStrategy[Conversion] = st.recursive(
    st.sampled_from(
        [
            Keep(),
            Discard(),
            Apply(Named("Int8", "psycopg.types.numeric")),
            Apply(Named("Address", ".models"), "from_text"),
            Invoke("as_tuple"),
            Load("timestamptz"),
        ]
    ),
    lambda inner: inner.map(Each)
    | inner.map(OrNone)
    | inner.map(lambda item: Parse(Named("parse_array", "._support"), item)),
    max_leaves=3,
)


def shapes(row: str) -> st.SearchStrategy[Shape]:
    return st.booleans().map(lambda c: Row(Named(row, ".a.b"), c)) | st.builds(
        Value, TYPES, TYPES, CONVERSIONS
    )


@st.composite
def results(draw: st.DrawFn, row: str) -> Result:
    command = draw(st.sampled_from(Command))
    spec = command.spec
    shape = draw(shapes(row))
    if spec.columns is not Columns.RETURNED:
        return Result(
            command=command,
            rows=draw(TYPES) if spec.bulk else None,
            column_types=tuple(draw(st.lists(TEXTS, max_size=9))) if spec.bulk else (),
        )
    if spec.bulk:
        rows = Named(f"{row}Params", ".a.b")
        without = Result(command=command, rows=draw(TYPES))
        return draw(
            st.sampled_from([without, Result(command=command, shape=shape, rows=rows)])
        )
    return Result(command=command, shape=shape)


@st.composite
def fields(draw: st.DrawFn) -> tuple[Field, ...]:
    identifiers = names.field_names(
        draw(st.lists(LOWER | TEXTS, min_size=1, max_size=6))
    )
    return tuple(
        Field(
            name=name,
            type=draw(TYPES),
            raw=draw(TYPES),
            read=draw(CONVERSIONS),
            write=draw(CONVERSIONS),
        )
        for name in identifiers
    )


KEYS_OF_PAGES = st.builds(
    KeyOfPages,
    column=TEXTS,
    type=TEXTS,
    descending=st.booleans(),
    nullable=st.booleans(),
    nulls_first=st.booleans(),
    labels=st.lists(TEXTS, max_size=3).map(tuple),
)


def pages(name: str) -> st.SearchStrategy[Pages]:
    keys = st.lists(KEYS_OF_PAGES, min_size=1, max_size=3).map(tuple)
    return st.builds(
        Pages,
        name=st.just(names.constant_name(f"{name}_pages")),
        title=TEXTS,
        columns=st.integers(1, 9),
        hidden=st.integers(0, 3),
        keys=st.dictionaries(TEXTS, keys, min_size=1, max_size=3).map(
            lambda chosen: tuple(chosen.items())
        ),
        comment=TEXTS,
    )


SOME_TEXTS = st.lists(TEXTS, max_size=4).map(tuple)
CHOICES = st.builds(
    Choices,
    place=TEXTS,
    items=st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=3).map(
        lambda chosen: tuple(chosen.items())
    ),
    most=st.integers(0, 3),
)


def variants(name: str) -> st.SearchStrategy[Variants]:
    parameters = st.lists(LOWER, min_size=1, max_size=4).map(tuple)
    return st.builds(
        Variants,
        name=st.just(names.constant_name(f"{name}_variants")),
        parameters=parameters,
        conditions=SOME_TEXTS,
        defaults=SOME_TEXTS,
        assignments=SOME_TEXTS,
        sets=st.lists(
            st.lists(TEXTS, min_size=1, max_size=3).map(tuple), max_size=2
        ).map(tuple),
        unset=st.just(()) | parameters,
        require_one_of=st.lists(parameters, max_size=2).map(tuple),
        unchanged=TEXTS,
        order=st.none() | CHOICES,
    )


@st.composite
def modules(draw: st.DrawFn) -> Module:
    functions, constants, records = [], [], []
    for name in draw(st.lists(LOWER, max_size=3, unique_by=str.upper)):
        row = f"{names.class_name(name)}Row"
        records.append(
            Record(
                name=row,
                doc=draw(TEXTS),
                fields=draw(fields()),
                style=draw(st.sampled_from(RowStyle)),
            )
        )
        arguments = names.argument_names(draw(st.lists(LOWER, max_size=6)))
        result = draw(results(row))
        paged = draw(pages(name)) if result.command is Command.PAGE else None
        constants.append(
            Constant(
                names.constant_name(name),
                draw(TEXTS),
                variants=draw(st.none() | variants(name)),
                pages=paged,
            )
        )
        functions.append(
            Function(
                name=name,
                doc=draw(TEXTS),
                arguments=tuple(
                    Argument(name=argument, type=draw(TYPES), write=draw(CONVERSIONS))
                    for argument in arguments
                ),
                values=tuple(range(len(arguments))),
                result=result,
                sql=Named(names.constant_name(name), ".a.b"),
                pages=Named(paged.name, ".a.b") if paged else None,
            )
        )
    labels = draw(st.lists(TEXTS, min_size=1, max_size=5, unique=True))
    members = tuple(zip(names.member_names(labels), labels, strict=True))
    taken = {record.name for record in records}
    free = [x for x in draw(st.lists(CLASS, min_size=3, unique=True)) if x not in taken]
    return Module(
        name=".a.b",
        path="generated/a/b.py",
        source=draw(TEXTS),
        doc=draw(TEXTS),
        is_async=draw(st.booleans()),
        enums=tuple(Enum(name, draw(TEXTS), members) for name in free[:1]),
        aliases=tuple(Alias(name, draw(TYPES), draw(TEXTS)) for name in free[1:2]),
        composites=tuple(
            Composite(
                name=name,
                doc=draw(TEXTS),
                fields=draw(fields()),
                read=draw(st.booleans()),
                written=draw(st.booleans()),
            )
            for name in free[2:3]
        ),
        records=tuple(records),
        constants=tuple(constants),
        functions=tuple(functions),
    )


@given(modules())
@settings(max_examples=100)
def test_modules_parse_and_are_black_stable(module: Module) -> None:
    text = render.module(module).text
    compile(text, module.path, "exec")
    assert black.format_str(text, mode=black.Mode()) == text
    assert render.module(module).text == text


@given(modules())
@settings(max_examples=100)
def test_layout_changes_no_code(module: Module) -> None:
    printed: list[str] = []

    def noted(text: str) -> str:
        printed.append(text)
        return lay_out(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "lay_out", noted)
        text = render.module(module).text
    assert ast.dump(ast.parse(printed[0])) == ast.dump(ast.parse(text))


def test_a_long_returned_tuple_has_one_item_per_line() -> None:
    """Check the layout of a tuple that does not fit on one line, which differs from arguments."""
    integer = Named("int")
    fields = [
        Field(name=name, type=integer, raw=integer, write=write)
        for name, write in (
            ("patient", Invoke("as_tuple")),
            ("patient_appointment_a_a_of_of", Keep()),
            ("column", Keep()),
        )
    ]
    composite = Composite(
        name="Visit", doc="", fields=tuple(fields), read=False, written=True
    )
    module = Module(name=".models", path="models.py", composites=(composite,))
    text = render.module(module).text
    assert black.format_str(text, mode=black.Mode()) == text


def test_calls_of_long_names_are_black_stable() -> None:
    """Check statements whose first line is too long for a line, with items of several lines behind it."""
    name = "_".join(["patient"] * 12)
    paged = Pages(
        name=f"{name}_pages".upper(),
        title="patient",
        columns=1,
        hidden=0,
        keys=(("", (KeyOfPages("id", "integer", False, False, False),)),),
    )
    made = Constant(
        name.upper(),
        "SELECT 1",
        variants=Variants(
            name=f"{name}_variants".upper(), parameters=("patient",), conditions=("a",)
        ),
        pages=paged,
    )
    function = Function(
        name=name,
        doc="",
        arguments=(Argument(name="patient", type=Named("int"), write=Keep()),),
        values=(0,),
        result=Result(
            command=Command.PAGE, shape=Value(Named("int"), Named("int"), Keep())
        ),
        sql=Named(made.name, ".a"),
        pages=Named(paged.name, ".a"),
    )
    module = Module(name=".a", path="a.py", constants=(made,), functions=(function,))
    text = render.module(module).text
    assert black.format_str(text, mode=black.Mode()) == text


PROJECTS_OWN = """\
{{ module.marker | comment }}
{{ module.doc | docstring }}
DOC = {{ module.doc | literal }}
LABELS = [{% for enum in module.enums %}{% for member in enum.members %}
    {{ member.label | literal }},
{% endfor %}{% endfor %}]
{% for constant in module.constants %}
{{ constant.name }} = {{ constant.text | block }}
ON_ONE_LINE_{{ constant.name }} = {{ constant.text | literal }}
{% endfor %}
{% for function in module.functions %}
{{ function.doc | comment }}
def {{ function.name }}():
    {{ function.doc | docstring(4) }}
    return [{{ function.column_types | map("literal") | join(", ") }}]
{% endfor %}
"""


@given(modules())
@settings(max_examples=60)
def test_text_does_not_get_around_the_filters_of_a_projects_template(
    module: Module,
) -> None:
    """Run what is printed: it defines the template's names, and nothing else."""
    templates = (SourceFile("templates/module.jinja", PROJECTS_OWN),)
    values: dict[str, Any] = {}
    exec(render.module(module, templates).text, values)
    constants = {constant.name: constant.text for constant in module.constants}
    functions = {function.name: function for function in module.functions}
    assert values.keys() - {"__builtins__", "__doc__", "__annotations__"} == {
        *("DOC", "LABELS"),
        *functions,
        *constants,
        *(f"ON_ONE_LINE_{name}" for name in constants),
    }
    assert values["DOC"] == module.doc
    assert values["LABELS"] == [x for enum in module.enums for _, x in enum.members]
    for name, text in constants.items():
        assert values[name].removesuffix("\n") == text.removesuffix("\n")
        assert values[f"ON_ONE_LINE_{name}"] == values[name]
    for name, function in functions.items():
        assert values[name]() == list(function.result.column_types)


@pytest.mark.parametrize(
    "printed",
    [
        "{{ module.doc }}",
        "{{ module.doc | upper }}",
        "{{ module.doc ~ '' }}",
        "{{ [module.doc] | join }}",
        "{{ '%s' | format(module.doc) }}",
        "{{ '{}'.format(module.doc) }}",
        "{{ module.doc | string }}",
        "{{ module.doc | indent }}",
        "{{ module.doc | replace('a', 'b') }}",
        "{{ module.doc | literal ~ module.marker }}",
        "{{ module.doc._text }}",
        "{{ module._module.doc }}",
        "{{ module.doc | attr('_text') }}",
    ],
)
def test_text_is_not_printed_without_a_filter(printed: str) -> None:
    templates = (
        SourceFile("module.jinja", "{{ module.marker | comment }}\n" + printed),
    )
    module = Module(name=".q", path="q.py", doc="import os")
    with pytest.raises(SqlgenError) as caught:
        render.module(module, templates)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "template-error"
    assert diagnostic.label
    assert diagnostic.label.span.line == 2
