"""The settings of an import -> those that the project's configuration has not yet."""

import tomllib

from ..model.frozen import frozen


@frozen
class MissingSettings:
    """Lines for the configuration; if `has_heads`, some of their tables are in it already."""

    text: str = ""
    has_heads: bool = False


def missing_settings(settings: str, configuration: str) -> MissingSettings:
    """Return what of *settings*, tables that an empty line parts, is not in the text *configuration*."""
    present = tomllib.loads(configuration)
    tables = [table for table in settings.split("\n\n") if table.strip()]
    missing = [table for table in tables if not _is_in(tomllib.loads(table), present)]
    heads = {line.split("#")[0].strip() for line in configuration.splitlines()}
    return MissingSettings(
        text="\n\n".join(missing).strip(),
        has_heads=any(table.strip().split("\n")[0] in heads for table in missing),
    )


def _is_in(part: object, whole: object) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return bool(part) and all(
            key in whole and _is_in(value, whole[key]) for key, value in part.items()
        )
    return part == whole
