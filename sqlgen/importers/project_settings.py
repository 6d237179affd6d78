"""The settings of an import and where its project is -> the configuration that has them."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from .. import read, write
from ..build.adoption import adoption
from ..model.config import Config
from ..model.output import Change
from .settings_file import with_settings
from .toml_text import toml_text


def with_schema(settings: str, config: Config | None, root: Path, base: Path) -> str:
    """Return the *settings* with that of the schema of a project elsewhere, at *base*, if none is known.

    Its files are to be copied: only folders of migrations and dumps are taken, and no commands.
    """
    is_known = _names_schema(settings) or adoption(root)
    if base == root or is_known or (config and not lacks_tables(config)):
        return settings
    found = adoption(base)
    lines = found.settings if found and not found.table else ""
    if not found and (base / "migrations").is_dir():
        lines = write.OWN_MIGRATIONS
    return f"[tool.sqlgen]\n{lines}\n{settings}" if lines else settings


def configured(
    root: Path, config: Config | None, settings: str, queries: str
) -> Change | None:
    """Return the change that adds the settings to the configuration; None if it has others in their places.

    A folder that is no project yet becomes one, as by `sqlgen init`.
    """
    if config:
        before = read.source(config.root, config.file).text
        after = with_settings(before, settings)
        return Change(config.file, before, after) if after is not None else None
    adopted = None if _names_schema(settings) else adoption(root)
    if _names_schema(settings):
        first = write.first_configuration(root, schema="")
    elif adopted:
        first = write.first_configuration(root, adopted.settings, adopted.table)
    else:
        first = write.first_configuration(root)
    text = (first.after or "").replace(
        'queries = "queries"', f"queries = {toml_text(queries)}", 1
    )
    after = with_settings(text, settings)
    return Change(first.path, first.before, after) if after is not None else None


def schema_files(settings: str) -> tuple[str, ...]:
    """Return the files and folders that the settings name as the source of the schema."""
    own = _own(settings)
    schema = own.get("schema", own.get("migrations", ()))
    if isinstance(schema, Mapping):
        schema = schema.get("watch", ())
    names = [schema] if isinstance(schema, str) else schema
    return tuple(map(str, names)) if isinstance(names, list) else ()


def lacks_tables(config: Config) -> bool:
    """Return whether a project has no migrations, and names no other schema."""
    return not config.schema and not (config.root / config.migrations).exists()


def _names_schema(settings: str) -> bool:
    return not {"schema", "migrations"}.isdisjoint(_own(settings))


def _own(settings: str) -> Mapping[str, object]:
    own: Mapping[str, object] = (
        tomllib.loads(settings).get("tool", {}).get("sqlgen", {})
    )
    return own
