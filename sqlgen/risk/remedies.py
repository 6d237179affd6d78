"""Finding -> the way to make the same change without keeping queries waiting; pure.

What a statement does is measured. Its words only choose the advice.
"""

import re
from typing import Final

from .effects import WorkKind
from .findings import RiskCode, RiskFinding

_VALIDATE: Final = (
    "add the constraint with `NOT VALID`, and `VALIDATE CONSTRAINT` in a later migration, which lets"
    " queries go on"
)

_CONCURRENTLY: Final = (
    "in a migration of its own, with `-- no-transaction` as its first line"
)

_REWRITES: Final = (
    (
        r"\bvacuum\b|\bcluster\b",
        "compact the table with pg_repack or pg_squeeze, or while nobody works",
    ),
    (
        r"\brefresh\s+materialized\b",
        "give the view a unique index, and use `REFRESH MATERIALIZED VIEW CONCURRENTLY`",
    ),
    (
        r"\btype\b",
        (
            "add a column of the new type, write both, fill it in batches, and drop the old one in a later"
            " migration"
        ),
    ),
    (
        r"\bgenerated\b.*\bidentity\b|\b(?:small|big)?serial\d?\b",
        "add the column without a default, give it the sequence's, and fill it in batches",
    ),
    (
        r"\bgenerated\b",
        "add an ordinary column, keep it up to date with a trigger, and fill it in batches",
    ),
    (
        r"\bdefault\b",
        (
            "add the column without the DEFAULT, set that with `ALTER COLUMN … SET DEFAULT`, and fill the"
            " rows that are there in batches"
        ),
    ),
    (
        r"\badd\b",
        "add the column without a default or constraint, and fill it in batches",
    ),
)

_SCANS: Final = (
    (r"\bforeign\s+key\b|\breferences\b", _VALIDATE),
    (
        r"\bprimary\s+key\b",
        (
            "prove NOT NULL first (`CHECK (… IS NOT NULL) NOT VALID`, `VALIDATE CONSTRAINT`), build a unique"
            f" index CONCURRENTLY {_CONCURRENTLY}, and `ADD PRIMARY KEY USING INDEX` then"
        ),
    ),
    (
        r"\bnot\s+null\b",
        (
            "add `CHECK (… IS NOT NULL) NOT VALID`, `VALIDATE CONSTRAINT` in a second migration, and `SET NOT"
            " NULL` in a third, which reads nothing then"
        ),
    ),
    (
        r"\bpartition\b",
        (
            "give the table that has the rows a CHECK of the partition's bounds first, `NOT VALID`, and"
            " validate it"
        ),
    ),
    (r"\bdomain\b|\bconstraint\b|\bcheck\b", _VALIDATE),
)

_BUILDS: Final = (
    (r"\breindex\b", f"use `REINDEX … CONCURRENTLY` {_CONCURRENTLY}"),
    (
        r"\bexclude\b",
        (
            "create the table anew with the constraint, or do this while nobody works: PostgreSQL has no other"
            " way"
        ),
    ),
    (
        r"\balter\s+table\b",
        f"use `CREATE UNIQUE INDEX CONCURRENTLY` {_CONCURRENTLY}, and `ADD CONSTRAINT … USING INDEX` then",
    ),
    (r"", f"use `CREATE INDEX CONCURRENTLY` {_CONCURRENTLY}"),
)

_BATCHES: Final = (
    "change the rows in batches, each in a transaction of its own: outside of the migrations, or in a"
    " procedure that commits"
)


def remedy(finding: RiskFinding) -> str:
    """Return what to do instead, as a hint."""
    statement = finding.statement.text
    match finding.code:
        case RiskCode.TABLE_REWRITE:
            return _first(
                _REWRITES,
                statement,
                "make a new table beside it, fill it in batches, and switch to it",
            )
        case RiskCode.TABLE_SCAN:
            return _first(
                _SCANS, statement, "do this in a transaction that locks nothing"
            )
        case RiskCode.BLOCKING_INDEX:
            return _first(_BUILDS, statement, "")
        case RiskCode.LOCK_HELD:
            if finding.work and finding.work.kind is WorkKind.CHANGES_ROWS:
                return f"move this to a migration of its own, and {_BATCHES}"
            return "move this to a migration of its own, so that the lock ends before"
        case RiskCode.BULK_UPDATE:
            return _BATCHES
        case RiskCode.SEVERAL_LOCKS:
            return (
                "write a migration for each table, or set `statement_lock_timeout` in"
                " `[tool.sqlgen.migrate]`"
            )
        case RiskCode.LOCKS_NOT_MEASURED:
            return (
                "set `server` to one on which sqlgen is a superuser, or to `embedded`"
            )
        case RiskCode.SCANS_NOT_MEASURED:
            return (
                "set `server` to PostgreSQL 15 or newer, or to the URL of a server whose setting"
                " `track_counts` is on"
            )
        case RiskCode.BRIEF_LOCK:
            if finding.gives_way:
                return ""
            return (
                "set `statement_lock_timeout` in `[tool.sqlgen.migrate]`, so that it does not queue"
                " behind a long query, and all others behind it"
            )


def _first(advice: tuple[tuple[str, str], ...], statement: str, otherwise: str) -> str:
    """Return the first advice whose words are in the statement."""
    for words, text in advice:
        if re.search(words, statement, re.IGNORECASE | re.DOTALL):
            return text
    return otherwise
