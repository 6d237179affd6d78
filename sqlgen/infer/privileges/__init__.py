"""A statement, the privileges of a role -> the privileges that it lacks, and the rows that it cannot see.

`uses` reads the tree as PostgreSQL's rewriter and executor do, `missing` compares that with what was granted,
`findings` says it in words.
"""

from .findings import privilege_findings, unknown_role

__all__ = ["privilege_findings", "unknown_role"]
