"""comment -> Header: `-- name: NAME[(PARAMETERS)] :COMMAND [-> ROW]`, or an error for a malformed one."""

import re

from ..model.commands import COMMANDS, Command
from ..model.diagnostic import Diagnostic, Label, SqlgenError, nearest
from ..model.frozen import frozen
from ..model.source import SourceFile, Span
from .names import is_pascal_case, is_snake_case, pascal_case, snake_case


@frozen(kw_only=True)
class Header:
    """A header, read from the comment at `[start:end]`."""

    start: int
    end: int
    name: str
    name_span: Span
    command: Command
    row: str | None
    row_span: Span | None
    parameter_class: str | None = None
    parameter_class_span: Span | None = None


FORM = "-- name: NAME :COMMAND [-> ROW]"


def is_header(comment: str) -> bool:
    """Return whether *comment*, from its `--` or `/*` on, is a header or was meant to be one."""
    return _LOOKS_LIKE_HEADER.match(comment) is not None


def header(source: SourceFile, start: int, end: int) -> Header:
    """Return the header in the comment at `[start:end]`, for which `is_header` is true.

    Raises `SqlgenError` if it is malformed, or if its name or command is not valid.
    """
    comment = source.text[start:end]
    whole = Span(source, start, end)
    match = _HEADER.match(comment)
    if match is None:
        raise _malformed(whole, comment)

    def place(group: str) -> Span:
        return Span(source, start + match.start(group), start + match.end(group))

    name, row, command = match["name"], match["row"], match["command"]
    class_ = match["class"]
    if text := source.text[source.text.rfind("\n", 0, start) + 1 : start].strip():
        raise SqlgenError(
            Diagnostic(
                code="malformed-header",
                message=f"the header of query `{name}` is not on a line of its own, but behind `{text}`",
                label=Label(whole),
                hint="put the header on a line of its own",
            )
        )
    problems: list[Diagnostic] = []
    if not is_snake_case(name):
        problems.append(_bad_name(name, place("name")))
    if command not in COMMANDS:
        problems.append(_unknown_command(command, name, place("command")))
    if class_ is not None and not is_pascal_case(class_):
        problems.append(_bad_class(class_, place("class")))
    if row and not is_pascal_case(row):
        problems.append(_bad_row(row, place("row")))
    if row and command in COMMANDS and not COMMANDS[command].spec.takes_row_class:
        problems.append(_row_without_rows(name, command, place("row")))
    if problems:
        raise SqlgenError(*problems)
    return Header(
        start=start,
        end=end,
        name=name,
        name_span=place("name"),
        command=COMMANDS[command],
        row=row,
        row_span=place("row") if row else None,
        parameter_class=class_,
        parameter_class_span=place("class") if class_ else None,
    )


# A comment is meant as a header if it begins with `name:`, or with `name`, another word and
# `:word`. A sentence such as `-- name of the patient` is an ordinary comment.
_LOOKS_LIKE_HEADER = re.compile(
    r"(?:--|/\*)[ \t]*(?:name[ \t]*:|(?i:name[ \t]*:?[ \t]*[\w.-]+[ \t]+:\w))"
)
_HEADER = re.compile(
    r"--[ \t]*name:[ \t]*(?P<name>[^\s:]+?)(?:\((?P<class>[^\s()]*)\))?[ \t]+:(?P<command>\w+)"
    r"(?:[ \t]*->[ \t]*(?P<row>[^\s>]+))?[ \t]*\Z"
)
_SYNONYMS = {
    word: name for name, command in COMMANDS.items() for word in command.spec.synonyms
}


def _malformed(whole: Span, comment: str) -> SqlgenError:
    words = re.sub(r"\A(?:--|/\*)\s*(?i:name)\s*:?|\*/\Z", "", comment).split()
    name = words[0] if words and not words[0].startswith(":") else ""
    rest = words[1:] if name else words
    if comment.startswith("/*"):
        message, hint = "a header must be a line comment", f"write `{FORM}`"
    elif aiosql := _AIOSQL.fullmatch(" ".join(words)):
        name, suffix = aiosql["name"], aiosql["suffix"]
        message = f"the header of query `{name}` has `{suffix}`, an operator of aiosql"
        hint = f"{_INSTEAD_OF[suffix]}; `sqlgen import aiosql` translates whole files"
    elif not re.match(r"--\s*name\s*:", comment):
        message, hint = "this looks like a header, but is not one", f"write `{FORM}`"
    elif not name:
        message, hint = "the header has no query name", f"write `{FORM}`"
    elif not rest or rest[0].startswith("->"):
        message = f"the header of query `{name}` has no command"
        hint = f"add one of {_LISTED}, or reword the comment if it is no header"
    elif rest[0] in COMMANDS:
        message = f"the command of query `{name}` lacks its colon"
        hint = f"write `:{rest[0]}`"
    elif rest[-1] == "->":
        message = f"the header of query `{name}` names no row class after `->`"
        hint = f"write `{FORM}`"
    else:
        message = f"the header of query `{name}` is malformed"
        hint = f"write `{FORM}`"
    return SqlgenError(
        Diagnostic(
            code="malformed-header", message=message, label=Label(whole), hint=hint
        )
    )


_AIOSQL = re.compile(
    r"(?P<name>\w[\w-]*) ?(?:\([\w ,]*\))? ?(?P<suffix>\^|\$|<!|\*!|!|#)"
)
_INSTEAD_OF = {
    "^": "write `:optional`",
    "$": "write `:one`, or `:optional` if there may be no row",
    "<!": "write `:one`",
    "!": "write `:execrows`",
    "*!": "write `:batch`",
    "#": "make a migration of the script",
}
_LISTED = ", ".join(f"`:{name}`" for name in COMMANDS)


def _unknown_command(command: str, name: str, span: Span) -> Diagnostic:
    word = command.lower()
    near = _SYNONYMS.get(word) or nearest(word, COMMANDS, similarity=0.65)
    hint = f"write `:{near}`" if near else f"write one of {_LISTED}"
    return Diagnostic(
        code="unknown-command",
        message=f"query `{name}` has the unknown command `:{command}`",
        label=Label(span),
        hint=hint,
    )


def _row_without_rows(name: str, command: str, span: Span) -> Diagnostic:
    return Diagnostic(
        code="row-without-rows",
        message=f"query `{name}` names a row class, but `:{command}` gives no rows",
        label=Label(span),
        hint=f"leave out `-> {span.text}`, or make the query `:one`, `:optional` or `:many`",
    )


def _bad_name(name: str, span: Span) -> Diagnostic:
    guess = snake_case(name)
    return Diagnostic(
        code="bad-query-name",
        message=f"`{name}` cannot be the name of a query",
        label=Label(span),
        hint=(
            f"write `{guess}`"
            if guess
            else "write a Python function's name in snake_case"
        ),
    )


def _bad_class(class_: str, span: Span) -> Diagnostic:
    guess = pascal_case(class_)
    return Diagnostic(
        code="bad-parameter-class",
        message=f"`{class_}` cannot be the name of a class of parameters",
        label=Label(span),
        hint=f"write `{guess}`" if guess else "write a class name in PascalCase",
    )


def _bad_row(row: str, span: Span) -> Diagnostic:
    guess = pascal_case(row)
    return Diagnostic(
        code="bad-row-name",
        message=f"`{row}` cannot be the name of a row class",
        label=Label(span),
        hint=f"write `{guess}`" if guess else "write a class name in PascalCase",
    )
