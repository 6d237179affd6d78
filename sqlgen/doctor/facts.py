"""The facts about a database that matter to migrations and to generated code."""

from collections.abc import Mapping
from enum import StrEnum

from ..model.frozen import frozen


class Pooling(StrEnum):
    """When another client gets a session of the server: PgBouncer's `pool_mode`.

    `NONE`: nothing stands between, or what does cannot be told from PostgreSQL.
    """

    NONE = "none"
    SESSION = "session"
    TRANSACTION = "transaction"
    STATEMENT = "statement"


@frozen(kw_only=True)
class ServerFacts:
    """A database as one of its users sees it.

    `version` is `server_version_num`, for instance 180006. `is_standby`: the server replays the changes
    of another. `prepares`: a prepared statement can be executed whichever session a transaction gets.
    `settings` are those in `SETTINGS` of `doctor/examination.py`; `extensions` have their versions.
    """

    version: int
    database: str
    user: str
    is_superuser: bool
    skips_row_security: bool
    is_standby: bool
    pooling: Pooling
    prepares: bool
    settings: Mapping[str, str]
    extensions: Mapping[str, str]
