"""Text printed by a project's templates -> diagnostics where it cannot be a module."""

import ast
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from ..model.diagnostic import Diagnostic, SqlgenError
from ..model.frozen import frozen
from ..model.output import MARKER
from ..model.source import SourceFile
from .printing import ENTRY
from .template_errors import line_label


@frozen
class OutputProblem:
    """The place in the printed text, counted from 1, that no module can have, and the message."""

    line: int
    column: int
    message: str


def check_output(text: str, path: str) -> OutputProblem | None:
    """Return the first problem of the *text* printed for the file *path*; `None` if it compiles."""
    if not text.startswith(MARKER):
        message = (
            f"the first line of `{path}` must be `{{{{ module.marker | comment }}}}`"
        )
        return OutputProblem(1, 1, message)
    not_python = f"what is printed for `{path}` is not Python"
    try:
        with _without_warnings():
            compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        # Python's messages name lines of the printed text, which the user does not see.
        message = _PRINTED_LINE.sub("", error.msg)
        return OutputProblem(
            error.lineno or 1, error.offset or 1, f"{not_python}: {message}"
        )
    except (ValueError, RecursionError) as error:  # a NUL character, too deep nesting
        return OutputProblem(1, 1, f"{not_python}: {error}")
    return None


def check_imports(
    text: str,
    path: str,
    groups: Iterable[Iterable[str]],
    files: Mapping[str, SourceFile],
) -> None:
    """Raise `SqlgenError` if the module's *text* uses a name of *groups* that it does not import.

    *groups* are the import statements of all that was used. `module.imports` has only those of the
    names that were used before it is printed.
    """
    tree = _syntax_tree(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    imported = _imported_names(tree)
    missing = [
        statement
        for group in groups
        for statement in group
        for name in _imported_names(_syntax_tree(statement)) - imported
        if name.partition(".")[0] in used
    ]
    if not missing:
        return
    places = [
        (name, files[name].text.count("\n", 0, match.start()) + 1)
        for name in sorted(files, key=lambda name: name != ENTRY)
        if (match := _IMPORTS.search(files[name].text))
    ]
    fault = "printed before all names are used" if places else "not printed"
    name, line = places[0] if places else (_entry(files), 1)
    raise SqlgenError(
        Diagnostic(
            code="template-output",
            message=f"`module.imports` is {fault}: `{path}` lacks `{missing[0]}`",
            label=line_label(files[name], line),
            hint="print the body into a variable first: "
            "`{% set body %}` … `{% endset %}`, then the imports, then `{{ body }}`",
        )
    )


def check_exports(text: str, path: str, files: Mapping[str, SourceFile]) -> None:
    """Raise `SqlgenError` if the module's `__all__` has a name that the module does not define."""
    tree = _syntax_tree(text)
    exported = [
        item.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.List | ast.Tuple)
        if any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        for item in node.value.elts
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    ]
    missing = [name for name in exported if name not in _top_level_names(tree)]
    if not missing:
        return
    places = [
        (name, files[name].text.count("\n", 0, match.start()) + 1)
        for name in files
        if (match := _EXPORTS.search(files[name].text))
    ]
    name, line = places[0] if places else (_entry(files), 1)
    raise SqlgenError(
        Diagnostic(
            code="template-output",
            message=f"`__all__` of `{path}` has `{missing[0]}`, which the module does not define",
            label=line_label(files[name], line),
            hint="leave `__all__` out of your `module.jinja`, or list what your templates define",
        )
    )


def output_error(
    problem: OutputProblem, marked: str, files: Mapping[str, SourceFile]
) -> SqlgenError:
    """Return the diagnostic of a problem, at the line of the template that printed it.

    *marked* is the text as `LineMarks` has it.
    """
    lines = marked.split("\n")
    index = min(problem.line, len(lines)) - 1
    printed = _MARK.sub("", lines[index]).strip()
    name, line = next(
        (
            place
            for number in [index, *range(index - 1, -1, -1), *range(len(lines))]
            if number == index or _MARK.sub("", lines[number]).strip()
            for place in _places(lines[number], problem.column)
            if place[0] in files
        ),
        (_entry(files), 1),
    )
    return SqlgenError(
        Diagnostic(
            code="template-output",
            message=problem.message,
            label=line_label(
                files[name], line, f"prints `{printed}`" if printed else ""
            ),
        )
    )


class LineMarks(Extension):
    """Marks each line that a template prints with the template's name and line.

    Used only to find the place of an error that is already known.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens with a mark before each line end, and one where the template ends."""
        line = 1
        for token in stream:
            if token.type != "data":
                line = token.lineno
                yield token
                continue
            first, *rest = token.value.split("\n")
            marked = first + "".join(
                f"{_mark(stream, token.lineno + number)}\n{text}"
                for number, text in enumerate(rest)
            )
            line = token.lineno + len(rest)
            yield Token(token.lineno, token.type, marked)
        # The last line may have no end: the text of another template then follows on it.
        yield Token(line, "data", _mark(stream, line))


def _mark(stream: TokenStream, line: int) -> str:
    return f"\x01{stream.name}\x02{line}\x03"


_MARK: Final = re.compile("\x01([^\x02]*)\x02(\\d+)\x03")
_IMPORTS: Final = re.compile(r"\bmodule\.imports\b")
_EXPORTS: Final = re.compile(r"\bmodule\.exports\b|\b__all__\b")
_PRINTED_LINE: Final = re.compile(r" \(detected at line \d+\)| on line \d+")


def _places(marked: str, column: int) -> list[tuple[str, int]]:
    """Return the templates and lines that printed a line, that of the *column* first.

    A mark stands after the text that it is about.
    """
    ends: list[tuple[int, tuple[str, int]]] = []
    length = 0
    for match in _MARK.finditer(marked):
        length = len(_MARK.sub("", marked[: match.start()]).rstrip())
        ends.append((length, (match[1], int(match[2]))))
    total = len(_MARK.sub("", marked).rstrip())
    ends = [(end, place) for end, place in ends if end or not total]
    column = min(column, length)
    later = [place for end, place in ends if end >= column]
    return later + [place for end, place in reversed(ends) if end < column]


def _syntax_tree(text: str) -> ast.Module:
    with _without_warnings():
        return ast.parse(text)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Silence Python's warnings about the module: they come where it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _top_level_names(tree: ast.Module) -> set[str]:
    """Return the names that a module defines, in whatever branches."""
    names = {name.partition(".")[0] for name in _imported_names(tree)}
    pending: list[ast.AST] = [*tree.body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        pending += ast.iter_child_nodes(node)
    return names


def _imported_names(tree: ast.Module) -> set[str]:
    """Return the names that the module's imports define, with dots for `import a.b`."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _entry(files: Mapping[str, SourceFile]) -> str:
    return ENTRY if ENTRY in files else min(files)
