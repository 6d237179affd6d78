"""The words of a command line -> names of the project that fit: queries, versions of migrations, databases and others.

Shells ask at each press of Tab, so nothing here imports click, psycopg (but for databases) or the commands. Commands
and options are completed by click.
"""

import os
import re
import shlex
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from .. import read

_HEADER: Final = re.compile(r"^[ \t]*--[ \t]*name:[ \t]*([a-z]\w*)", re.MULTILINE)
_VERSION: Final = re.compile(r"(\d+)_.*?(?<!\.down)\.sql")


def print_values(shell: str) -> bool:
    """Answer a *shell* that asks for a value of the project; return false if it does not."""
    values = _values_for(shell)
    if values is None:
        return False
    for value in values:
        print(_FORMS[shell].format(value))
    return True


_FORMS: Final = {"bash": "plain,{}", "zsh": "plain\n{}\n_", "fish": "plain,{}"}
"""The form in which click's scripts for the shells read a value."""


def _values_for(shell: str) -> list[str] | None:
    if shell not in _FORMS:
        return None
    words = _split(os.environ.get("COMP_WORDS", ""))[1:]
    place = os.environ.get("COMP_CWORD", "")
    if shell == "fish":
        incomplete = "".join(_split(place)[:1])
        before = words[:-1] if incomplete and words[-1:] == [incomplete] else words
    else:
        before = words[: int(place) - 1]
        incomplete = "".join(words[int(place) - 1 : int(place)])
    return completed(before, incomplete)


def completed(before: Sequence[str], incomplete: str) -> list[str] | None:
    """Return the values that begin with *incomplete* behind the words *before*; None if another word is expected."""
    start, command, arguments = _command(before)
    last = arguments[-1] if arguments else ""
    if command is None or incomplete.startswith("-"):
        return None
    path = " ".join(command)
    if last.startswith("-") and last not in FLAGS:
        values = OPTIONS.get((path, last))
    elif path == "help" and arguments:
        return None
    else:
        values = ARGUMENTS.get(path)
    if values is None:
        return None
    return [value for value in values(start) if value.startswith(incomplete)]


def _command(words: Sequence[str]) -> tuple[Path, list[str] | None, list[str]]:
    """Return where the configuration is looked for, the command or None if there is none yet, and what follows it."""
    folder, file = Path(), ""
    rest = list(words)
    while rest and rest[0].startswith("-"):
        option, *rest = rest
        if option in ("-C", "--directory", "--config") and rest:
            value = rest.pop(0)
            if option == "--config":
                file = value
            else:
                folder = Path(value)
    if not rest:
        return folder, None, []
    number = 2 if rest[0] in ("migrate", "db", "templates") else 1
    command = rest[:number] if len(rest) >= number else None
    return folder / file, command, rest[number:]


def _split(line: str) -> list[str]:
    """Return the words of a command line, of which the last one may lack a closing quote."""
    for end in ("", "'", '"'):
        try:
            return shlex.split(line + end)
        except ValueError:
            continue
    return line.split()


def _queries(start: Path) -> Iterable[str]:
    names = {
        name: None
        for source in read.queries(read.config(start))
        for name in _HEADER.findall(source.text)
    }
    return sorted(names)


def _functions(start: Path) -> Iterable[str]:
    """Return the names of generated functions, `patients.get_patient`."""
    config = read.config(start)
    names: dict[str, None] = {}
    for source in read.queries(config):
        path = PurePosixPath(source.path).relative_to(PurePosixPath(config.queries))
        module = ".".join(path.with_suffix("").parts)
        for name in _HEADER.findall(source.text):
            names.setdefault(f"{module}.{name}")
    return sorted(names)


def _files(start: Path) -> list[str]:
    config = read.config(start)
    return sorted(path.name for path in (config.root / config.migrations).iterdir())


def _versions(start: Path) -> Iterable[str]:
    versions = {match[1] for name in _files(start) if (match := _VERSION.match(name))}
    return sorted({str(int(version)) for version in versions}, key=int)


def _up_files(start: Path) -> Iterable[str]:
    config = read.config(start)
    names = [name for name in _files(start) if _VERSION.match(name)]
    return [f"{config.migrations}/{name}" for name in names]


def _schemas(start: Path) -> Iterable[str]:
    return read.config(start).migrate.schemas


def _databases(start: Path) -> Iterable[str]:
    """Return the databases of the development server if it runs, else those that are usual."""
    from ..database import development

    server = development.running(read.config(start).root)
    if server is None:
        return "dev", "test"
    import psycopg

    statement = "SELECT datname FROM pg_catalog.pg_database WHERE NOT datistemplate"
    with psycopg.connect(server.conninfo) as connection:
        names = {str(name) for (name,) in connection.execute(statement)}
    return sorted({"dev", "test"} | names - {"postgres"})


def _templates(_: Path) -> Iterable[str]:
    folder = Path(__file__).parents[1] / "render" / "templates"
    return sorted(path.stem for path in folder.glob("*.jinja"))


def _pages(_: Path) -> Iterable[str]:
    from .manual import PAGES

    return PAGES


Values = Callable[[Path], Iterable[str]]

ARGUMENTS: Final[dict[str, Values]] = {
    "describe": _queries,
    "help": _pages,
    "plans": _queries,
    "migrate baseline": _versions,
    "migrate repair": _versions,
    "migrate risk": _up_files,
    "templates eject": _templates,
    "where": _functions,
}
"""The values of a command's arguments."""

OPTIONS: Final[dict[tuple[str, str], Values]] = {
    **{("migrate " + name, "--to"): _versions for name in ("up", "down", "squash")},
    **{
        ("migrate " + name, "--database"): _databases
        for name in (
            *("up", "down", "status", "check"),
            *("reset", "seed", "repair", "baseline"),
        )
    },
    **{("db " + name, "--database"): _databases for name in ("start", "url", "psql")},
    **{
        ("migrate " + name, "--schema"): _schemas
        for name in ("up", "down", "status", "check", "repair", "baseline")
    },
}
"""The values of a command's options."""

FLAGS: Final = frozenset(
    {"--all", "--down", "--force", "--no-cache", "--with-values", "--yes"}
)
"""Options without a value, of the commands whose arguments are completed."""
