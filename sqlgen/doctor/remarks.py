"""The facts about a database -> what each of them means, in words."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from ..embedded.programs.binaries import OLDEST
from ..model.frozen import frozen
from .facts import Pooling, ServerFacts


class RemarkLevel(StrEnum):
    """The weight of a remark: it works (`OK`), is good to know, costs something, or does not work."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    PROBLEM = "problem"


@frozen
class Remark:
    """A sentence about a database, and what to do if all is not well."""

    level: RemarkLevel
    message: str
    hint: str = ""


_EXPECTED: Final[Mapping[str, tuple[str, RemarkLevel, str, str]]] = {
    "IntervalStyle": (
        "postgres",
        RemarkLevel.PROBLEM,
        "psycopg reads intervals only in the style `postgres`",
        "ALTER DATABASE … SET IntervalStyle = 'postgres'",
    ),
    "standard_conforming_strings": (
        "on",
        RemarkLevel.PROBLEM,
        "backslashes in the literals of your queries mean something else than in their analysis",
        "ALTER DATABASE … SET standard_conforming_strings = on",
    ),
    "transform_null_equals": (
        "off",
        RemarkLevel.PROBLEM,
        "`= NULL` means something else than in the analysis of your queries",
        "ALTER DATABASE … SET transform_null_equals = off",
    ),
    "default_transaction_read_only": (
        "off",
        RemarkLevel.NOTE,
        "only queries that read can run here",
        "`sqlgen describe` says which queries only read",
    ),
}
"""For a setting: the value that is expected, and the remark about any other."""


def remarks(facts: ServerFacts) -> tuple[Remark, ...]:
    """Return what the facts about a database mean for migrations and generated code."""
    return (
        _version(facts),
        _pooler(facts),
        *_statements(facts),
        _standby(facts),
        *_role(facts),
        _encoding(facts),
        *_settings(facts),
        _extensions(facts),
    )


def _version(facts: ServerFacts) -> Remark:
    major, minor = divmod(facts.version, 10_000)
    if major < OLDEST:
        return Remark(
            RemarkLevel.PROBLEM,
            f"PostgreSQL {major}.{minor} is not supported",
            f"sqlgen is tested with PostgreSQL {OLDEST} and newer",
        )
    return Remark(RemarkLevel.OK, f"PostgreSQL {major}.{minor}")


_POOLERS: Final = {
    Pooling.NONE: Remark(RemarkLevel.OK, "no pooler between"),
    Pooling.SESSION: Remark(
        RemarkLevel.OK, "a pooler in session mode, through which everything works"
    ),
    Pooling.TRANSACTION: Remark(
        RemarkLevel.WARNING,
        "a pooler in transaction mode: generated functions work, `sqlgen migrate up` is refused",
        "migrate with the URL of PostgreSQL itself, and run a `:stream` in a transaction",
    ),
    Pooling.STATEMENT: Remark(
        RemarkLevel.PROBLEM,
        "a pooler in statement mode, which has no transactions",
        "set its `pool_mode` to `transaction` or `session`",
    ),
}


def _pooler(facts: ServerFacts) -> Remark:
    return _POOLERS[facts.pooling]


def _statements(facts: ServerFacts) -> Iterator[Remark]:
    if not facts.prepares:
        yield Remark(
            RemarkLevel.PROBLEM,
            "prepared statements of one client meet those of others in the pooler's sessions",
            "connect with `prepare_threshold=None`, or set `max_prepared_statements` in PgBouncer"
            " 1.21 or newer",
        )


def _standby(facts: ServerFacts) -> Remark:
    if facts.is_standby:
        return Remark(
            RemarkLevel.NOTE,
            "a standby server: only queries that read can run here",
            "`sqlgen describe` says which queries only read",
        )
    return Remark(RemarkLevel.OK, "a primary server")


def _role(facts: ServerFacts) -> Iterator[Remark]:
    if facts.is_superuser:
        message = f"`{facts.user}` is a superuser, for whom no permission and no policy counts"
        yield Remark(
            RemarkLevel.NOTE, message, "let the service connect as a role of its own"
        )
    elif facts.skips_row_security:
        yield Remark(
            RemarkLevel.NOTE,
            f"no policy of row-level security counts for `{facts.user}` (BYPASSRLS)",
        )
    else:
        yield Remark(RemarkLevel.OK, f"`{facts.user}` is an ordinary role")


def _encoding(facts: ServerFacts) -> Remark:
    encoding = facts.settings.get("server_encoding", "")
    if encoding == "UTF8":
        return Remark(RemarkLevel.OK, "texts in UTF8")
    return Remark(
        RemarkLevel.WARNING,
        f"texts in {encoding}, which has not all characters of a Python string",
        "create the database with `ENCODING 'UTF8'`",
    )


def _settings(facts: ServerFacts) -> Iterator[Remark]:
    for name, (expected, level, meaning, hint) in _EXPECTED.items():
        value = facts.settings.get(name, expected)
        if value != expected:
            yield Remark(level, f"{name} is `{value}`: {meaning}", hint)
    style = facts.settings.get("DateStyle", "ISO")
    if not style.startswith("ISO"):
        yield Remark(
            RemarkLevel.PROBLEM,
            f"DateStyle is `{style}`: psycopg reads times with a time zone only in the style `ISO`",
            "ALTER DATABASE … SET DateStyle = 'ISO, YMD'",
        )
    if int(facts.settings.get("extra_float_digits", "1")) < 1:
        yield Remark(
            RemarkLevel.WARNING,
            "extra_float_digits is less than 1: floats are rounded on their way to Python",
            "ALTER DATABASE … SET extra_float_digits = 1",
        )
    names = ("TimeZone", "search_path", "default_transaction_isolation")
    shown = [f"{name} `{facts.settings[name]}`" for name in names]
    limits = (
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
    )
    shown += [
        f"{name} {facts.settings[name]} ms"
        for name in limits
        if facts.settings[name] != "0"
    ]
    yield Remark(RemarkLevel.OK, ", ".join(shown))


def _extensions(facts: ServerFacts) -> Remark:
    listed = ", ".join(
        f"{name} {version}" for name, version in facts.extensions.items()
    )
    return Remark(RemarkLevel.OK, f"extensions: {listed or 'none'}")
