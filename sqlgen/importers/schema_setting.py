"""The files of a schema -> the setting that lets sqlgen take it from there."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from .. import parse
from ..model.diagnostic import SqlgenError
from ..read import ForeignProject
from .toml_text import toml_text


def schema_setting(
    files: ForeignProject,
    folder: PurePosixPath,
    patterns: Sequence[str],
    schemas: Iterable[Sequence[str]],
) -> str:
    """Return the lines of `[tool.sqlgen]` for the schema that *patterns* name, relative to *folder*.

    A folder of migrations is taken as it is, if sqlgen knows the tool, and a single script as a dump. Other
    scripts are run by psql, one after the other.
    """
    scripts = [script for schema in schemas for script in schema]
    if not scripts:
        return ""
    path = str(folder / patterns[0]) if len(patterns) == 1 else ""
    if path and files.is_folder(path) and _is_known(files, path, scripts):
        return f"[tool.sqlgen]\nschema = {toml_text(str(PurePosixPath(path)))}\n\n"
    if len(scripts) == 1:
        return f"[tool.sqlgen]\nschema = {toml_text(scripts[0])}\n\n"
    command = ["psql", "-X", "-v", "ON_ERROR_STOP=1"]
    for script in scripts:
        command += ["-f", script]
    return f"[tool.sqlgen.schema]\ncommand = {_listed(command)}\nwatch = {_listed(scripts)}\n\n"


def _is_known(files: ForeignProject, folder: str, scripts: Sequence[str]) -> bool:
    try:
        sources = [files.read(script) for script in scripts]
        return parse.tool_of(folder, sources) is not None
    except SqlgenError:
        return False


def _listed(values: Sequence[str]) -> str:
    return f"[{', '.join(map(toml_text, values))}]"
