"""A query or a parameter, and its new name -> the changes in the project's files."""

import re
from collections.abc import Iterator, Mapping

from ...build.live_state import LiveFile
from ...parse.names import is_parameter_name, is_snake_case
from .references import calls, module_name
from .results import FilePlace, TextEdit
from .sections import sections_of
from .subjects import ParameterSubject, QuerySubject, Subject, query_name


class RenameRefusedError(Exception):
    """A rename that is not possible, with the reason."""


def renamable(subject: Subject | None) -> FilePlace | None:
    """Return the place of the name that can be changed; `None` if there is none."""
    if isinstance(subject, QuerySubject):
        return subject.place
    if isinstance(subject, ParameterSubject):
        start = subject.place.start + 1
        return FilePlace(subject.place.path, start, start + len(subject.name))
    return None


def rename(
    file: LiveFile,
    subject: Subject | None,
    name: str,
    python: Mapping[str, str],
) -> tuple[TextEdit, ...]:
    """Return the changes; *python* are the texts of the Python files that may call a query, by path.

    Raises `RenameRefusedError` where the name cannot be one, or is taken.
    """
    if isinstance(subject, QuerySubject):
        if not is_snake_case(name):
            raise RenameRefusedError(f"`{name}` cannot be the name of a query")
        if any(query.name == name for query in file.parsed.queries):
            raise RenameRefusedError(f"the file has a query `{name}` already")
        module = module_name(file)
        places = [subject.place]
        for path, text in python.items():
            places += calls(path, text, module, subject.name)
        return tuple([TextEdit(place, name) for place in places])
    if isinstance(subject, ParameterSubject):
        if not is_parameter_name(name) or name == "conn":
            raise RenameRefusedError(f"`{name}` cannot be the name of a parameter")
        places = list(_parameter(file, subject))
        taken = any(
            parameter.name == name
            for query in file.parsed.queries
            if query.name == subject.query
            for parameter in query.parameters
        )
        if taken:
            raise RenameRefusedError(f"the query has a parameter `{name}` already")
        return tuple([TextEdit(place, name) for place in places])
    raise RenameRefusedError("only queries and parameters can be renamed here")


def _parameter(file: LiveFile, subject: ParameterSubject) -> Iterator[FilePlace]:
    """Yield the places of a parameter's name, in the statement and in directives above it."""
    text, path = file.source.text, file.source.path
    for section in sections_of(text):
        if query_name(file, section) != subject.query:
            continue
        for query in file.parsed.queries:
            for parameter in query.parameters if query.name == subject.query else ():
                if parameter.name == subject.name:
                    for span in parameter.spans:
                        start = span.start + 1
                        yield FilePlace(path, start, start + len(subject.name))
        body = text[section.header_end : section.end]
        for line in re.finditer(r"^[ \t]*--[ \t]*sqlgen:[^\n]*", body, re.MULTILINE):
            for match in _in_directive(line[0], subject.name):
                start = section.header_end + line.start() + match.start("name")
                yield FilePlace(path, start, start + len(subject.name))


def _in_directive(line: str, name: str) -> Iterator[re.Match[str]]:
    """Yield the matches of a parameter's name in a directive, as its group `name`."""
    escaped = re.escape(name)
    if re.search(r"sqlgen:[ \t]*(?:optional|default|require one of)\b", line):
        first = re.search(r"sqlgen:[ \t]*(?:optional|default|require one of)\b", line)
        end = first.end() if first else 0
        pattern = re.compile(rf"(?<![\w.])(?P<name>{escaped})(?!\w)")
        yield from pattern.finditer(line, end)
    else:
        pattern = re.compile(
            rf"sqlgen:[ \t]*(?:order|parameter)[ \t]+:?(?P<name>{escaped})(?!\w)"
        )
        yield from pattern.finditer(line)
