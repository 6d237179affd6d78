"""Names with line ends, which a statement's tree shows with blanks instead."""

from ..tree.query_level import QueryLevel


def names_with_line_ends(statement: QueryLevel, text: str) -> frozenset[str]:
    """Return the names with line ends, as the tree shows them: no such name can be written.

    PostgreSQL wraps the tree's text at blanks, so the two cannot be told apart (`tree_text.unwrap`).
    """
    names = [*statement.index.names_with_line_ends, *text.split('"')]
    return frozenset(name.replace("\n", " ") for name in names if "\n" in name)
