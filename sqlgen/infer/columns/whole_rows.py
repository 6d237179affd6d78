"""A statement -> the whole rows that it returns, and the columns that they are made of.

`SELECT t` gives a value of the table's row type, which gets fields when the table gets columns. So the
statement that runs has `ROW(t.id, …)::text` instead, which is sent as the same text. That is done for
whole rows that reach the result as they are: by subqueries, CTEs, `ARRAY(…)`, `array_agg`, COALESCE,
CASE and UNION ALL. All others stay: a test of a row, or a field of it, needs the row itself.

JSON has the names of a row's columns as keys. A whole row that becomes JSON of the result is written out
as a row with these names, `(SELECT r FROM (SELECT t.id, …) AS r)`.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from ...model.catalog import Catalog, CompositeType, PgType
from ...model.frozen import frozen
from ...model.postgres import RECORD
from ...model.typed import Star
from ..tree.column_types import column_type, inferred_type
from ..tree.enums import CmdType, JoinType, RTEKind, SetOperation, SubLinkType
from ..tree.nodes import Node
from ..tree.query_level import QueryLevel, Source
from ..tree.types import type_of
from .keywords import quoted, unquoted
from .named_fields import json_fields, named_fields, named_row
from .spans import characters
from .sql_tokens import SqlTokens

_BEFORE: Final = frozenset({"select", "returning", "then", "else", "all", ",", "["})
"""The tokens that a whole row may stand after, beside the parenthesis of a call."""

_CALLS: Final = frozenset({"array_agg", "coalesce"})

_JSON_FUNCTIONS: Final = frozenset(
    {
        *("to_json", "to_jsonb", "row_to_json", "array_to_json"),
        *("json_build_object", "jsonb_build_object"),
        *("json_build_array", "jsonb_build_array"),
        *("json_agg", "jsonb_agg", "json_agg_strict", "jsonb_agg_strict"),
        *("json_object_agg", "jsonb_object_agg"),
    }
)
_JSON_CALLS: Final = _JSON_FUNCTIONS | {
    *("json_object", "json_array", "json_arrayagg", "json_objectagg")
}


def whole_rows(statement: QueryLevel, text: str) -> tuple[dict[int, Star], set[int]]:
    """Return the whole rows to write out, by place, and the numbers of the columns that they make.

    A column is written out as a whole or not at all.
    """
    nodes = [node for level in statement.all for node in level.query.own]
    if not any(_is_whole(node) or node.tag == "ROWEXPR" for node in nodes):
        return {}, set()
    tokens = SqlTokens(text)
    tracings: list[_Tracing] = []
    for number in range(1, len(statement.output) + 1):
        tracing = _Tracing(statement, tokens, number)
        if tracing.column(statement, number):
            tracings += tracing.all
    for value, level in _json_values(statement):
        tracing = _Tracing(statement, tokens, as_json=True)
        if tracing.value(value, level):
            tracings += tracing.all
    while shared := [t for t in tracings if not _is_complete(t, tracings)]:
        dropped = [inner for tracing in shared for inner in tracing.all]
        tracings = [tracing for tracing in tracings if tracing not in dropped]
    texts = {
        (id(query), number)
        for tracing in tracings
        if not tracing.as_json
        for query, number in tracing.columns
    }
    stars = [row.star(texts) for tracing in tracings for row in tracing.rows]
    stars += [star for tracing in tracings for star in tracing.texts]
    numbers = {tracing.number for tracing in tracings if tracing.number}
    return {star.start: star for star in stars}, numbers


@frozen
class _WholeRow:
    """A whole row of a *source* at `[start:end]` of the text, where it is *written* as an alias.

    `columns` are its columns' numbers and names, and `head` and `tail` stand before and after them.
    `keys` are the names in the row's type, where they may be others.
    """

    source: Source
    catalog: Catalog
    start: int
    end: int
    written: str
    columns: tuple[tuple[int, str], ...]
    head: str
    tail: str
    as_json: bool
    keys: Mapping[int, str]

    def star(self, texts: Collection[tuple[int, int]]) -> Star:
        """Return the columns to write; *texts* are columns of queries that are texts of rows by then."""
        pieces = []
        for number, name in self.columns:
            piece = f"{self.written}.{quoted(name)}"
            type_ = column_type(self.source, number, self.catalog)
            is_text = (id(self.source.query), number) in texts
            if self.as_json:
                piece = self._json_piece(piece, type_, name, number)
            elif type_ and not is_text:
                piece = named_fields(piece, type_) or piece
            pieces.append(piece)
        pieces[0] = self.head + pieces[0]
        pieces[-1] += self.tail
        return Star(self.start, self.end, tuple(pieces))

    def _json_piece(
        self, piece: str, type_: PgType | None, name: str, number: int
    ) -> str:
        """Return the column *piece* under the key that it has in JSON of the row.

        That is the name in the row's type, which an alias `AS t (a, b)` does not change
        (ExecEvalWholeRowVar, execExprInterp.c).
        """
        key = self.keys.get(number, name)
        if type_ and (fields := json_fields(piece, type_)):
            return f"{fields} AS {quoted(key)}"
        return piece if key == name else f"{piece} AS {quoted(key)}"


def _names_in_type(var: Node, source: Source, catalog: Catalog) -> dict[int, str]:
    """Return the names that a whole row's type has, by the numbers of its columns; none of a record."""
    if source.relation:
        columns = source.relation.relation.columns
        return {number: column.name for number, column in columns.items()}
    type_ = catalog.types.get(type_of(var))
    fields = type_.fields if isinstance(type_, CompositeType) else ()
    return {number: field.name for number, field in enumerate(fields, 1)}


def _is_complete(tracing: "_Tracing", tracings: "Sequence[_Tracing]") -> bool:
    """Return whether only such columns use what the subqueries and CTEs of one of them return."""
    alike = [t.traced for t in tracings if t.as_json == tracing.as_json]
    traced = set().union(*alike)
    for query, output_number in tracing.columns:
        for level in tracing.statement.all:
            for var in _vars(level):
                if id(var) in traced or var.number("varattno") not in (
                    0,
                    output_number,
                ):
                    continue
                column = level.resolve(var)
                if column and column.source.query is query:
                    return False
    return True


class _Tracing:
    """Traces an output column to the whole rows that it is made of.

    `rows` gathers these, `columns` the columns of subqueries and CTEs on the way, and
    `traced` the `VAR` nodes. `inner` are the whole rows in the columns of whole rows, which may stay
    as they are. `number` is 0 for these, and for whole rows that become JSON (`as_json`).
    """

    def __init__(
        self,
        statement: QueryLevel,
        tokens: SqlTokens,
        number: int = 0,
        *,
        as_json: bool = False,
    ) -> None:
        self.statement = statement
        self.number = number
        self.as_json = as_json
        self.inner: list[_Tracing] = []
        self.rows: list[_WholeRow] = []
        self.texts: list[Star] = []
        self.traced: set[int] = set()
        self.columns: list[tuple[QueryLevel, int]] = []
        self._tokens = tokens

    @property
    def all(self) -> "tuple[_Tracing, ...]":
        """Return the tracing itself and those of the columns of its rows."""
        return (self, *[part for inner in self.inner for part in inner.all])

    def column(self, level: QueryLevel, number: int) -> bool:
        """Return whether whole rows alone make column *number* of a query."""
        query = level.query
        if operation := query.node("setOperations"):
            nodes = [n for n in operation.walk() if n.tag == "SETOPERATIONSTMT"]
            keeps = all(
                n.number("op") == SetOperation.UNION and n.flag("all") for n in nodes
            )
            if not keeps or query.nodes("sortClause"):
                return False
            arms = level.arms
            return bool(arms) and all(self.column(arm, number) for arm in arms)
        if number > len(level.output):
            return False
        entry = level.output[number - 1]
        expression = entry.node("expr")
        if expression is None or entry.number("ressortgroupref"):
            return False  # a row is compared, not only returned
        name = entry.string("resname") if level is not self.statement else ""
        return self.value(expression, level, name)

    def value(self, node: Node, level: QueryLevel, name: str = "") -> bool:
        """Return whether whole rows alone make the value of an expression."""
        match node.tag:
            case "VAR":
                self.traced.add(id(node))
                if _is_whole(node):
                    return self._row(node, level, name)
                return self._reference(node, level)
            case "SUBLINK":
                query = node.node("subselect")
                kind = node.number("subLinkType")
                if query is None or kind not in (SubLinkType.EXPR, SubLinkType.ARRAY):
                    return False
                return self.column(level.inner(query), 1)
            case "AGGREF":
                return self._aggregate(node, level)
            case "ROWEXPR" if not self.as_json:
                return self._fields(node, level, name)
            case "COALESCEEXPR" | "ARRAYEXPR":
                parts = node.nodes("args" if node.tag[0] == "C" else "elements")
            case "CASEEXPR":
                results = [when.node("result") for when in node.nodes("args")]
                default = node.node("defresult")
                parts = tuple([part for part in (*results, default) if part])
            case _:
                return False
        values = [part for part in parts if not self._is_plain(part)]
        return bool(values) and all(self.value(part, level) for part in values)

    def _is_plain(self, node: Node) -> bool:
        """Return whether it is NULL or `'{}'` without a cast, which may be of any type."""
        if node.tag != "CONST":
            return False
        if node.location < 0:
            return node.flag("constisnull")  # a CASE without ELSE
        index = self._index(node)
        word = self._tokens.word(index)
        is_plain = word == "null" or word.replace(" ", "") == "'{}'"
        return is_plain and not self._tokens.is_cast(index, index + 1)

    def _aggregate(self, node: Node, level: QueryLevel) -> bool:
        function = level.catalog.functions.get(node.number("aggfnoid"))
        arguments = node.nodes("args")
        if (
            function is None
            or not function.system
            or function.name != "array_agg"
            or node.nodes("aggdistinct")
            or not arguments
            or arguments[0].number("ressortgroupref")
        ):
            return False
        value = arguments[0].node("expr")
        if value is None or not (_is_whole(value) or value.tag == "ROWEXPR"):
            return False
        return self.value(value, level)

    def _reference(self, var: Node, level: QueryLevel) -> bool:
        """Return whether a column of a subquery or CTE is made of whole rows."""
        column = level.resolve(var)
        source = column.source if column else None
        if source is None or source.query is None:
            return False
        if source.kind not in (RTEKind.SUBQUERY, RTEKind.CTE) or source.attno < 1:
            return False
        index = self._index(var)
        if self._tokens.is_cast(index, self._tokens.after_name(index)):
            return False
        self.columns.append((source.query, source.attno))
        return self.column(source.query, source.attno)

    def _fields(self, row: Node, level: QueryLevel, name: str) -> bool:
        """Gather `ROW(…)`, whose text it gives; return whether no field needs to be written out."""
        tokens, index = self._tokens, self._index(row)
        opening = index + (tokens.word(index) == "row")
        closing = tokens.closer(opening)
        if (
            row.location < 0
            or row.number("row_typeid") != RECORD
            or tokens.word(opening) != "("
            or closing is None
            or tokens.is_cast(index, closing + 1)
            or not _is_value(tokens, index, as_json=False)
        ):
            return False
        for value in row.nodes("args"):
            type_ = inferred_type(value, level.catalog)
            if type_ is None or named_fields("", type_) or "record" in type_.name:
                return False
        tail = "::text"
        if name and tokens.word(closing + 1) in (",", ")", "", "from", *_CLAUSES):
            tail += f" AS {quoted(name)}"
        self.texts.append(Star(tokens.end(closing), tokens.end(closing), (tail,)))
        return True

    def _row(self, var: Node, level: QueryLevel, name: str) -> bool:
        """Gather a whole row; return whether its columns can be written out."""
        home = level.up(var.number("varlevelsup"))
        source = home.source(var.number("varno"), 0) if home else None
        if home is None or source is None or var.location < 0:
            return False
        tokens, index = self._tokens, self._index(var)
        after = tokens.after_name(index)
        is_star = tokens.word(after - 1) == "*"
        last = after - 3 if is_star else after - 1
        names = source.entry.node("eref")
        alias = names.string("aliasname") if names else ""
        listed = names.strings("colnames") if names else ()
        columns = [
            (number, column) for number, column in enumerate(listed, 1) if column
        ]
        word = tokens.word(last)
        changed = var.number("varreturningtype")
        may_be_absent = bool(changed) or _may_be_absent(source, home)
        if (
            not columns
            or len({column for _, column in columns}) < len(columns)
            or not (changed or unquoted(word) == alias)
            or tokens.is_cast(index, after)
            or not _is_value(tokens, index, as_json=self.as_json)
        ):
            return False
        start, end = tokens.start(index), tokens.end(after - 1)
        written = tokens.text[start : tokens.end(last)]
        head, tail = "ROW(", ")::text"
        if self.as_json:
            names_of_row = [column for _, column in columns]
            head, tail = named_row(["*"], names_of_row).split("*")
        if may_be_absent:
            # Without the star, that would be a column of this name as soon as there is one.
            head = f"CASE WHEN {written}.* IS DISTINCT FROM NULL THEN {head}"
            tail += " END"
        if name and tokens.word(after) in (",", ")", "", "from", *_CLAUSES):
            tail += f" AS {quoted(name)}"
        is_query = source.kind in (RTEKind.SUBQUERY, RTEKind.CTE, RTEKind.VALUES)
        if not (self.as_json and is_query):  # whose columns are all in the statement
            self.rows.append(
                _WholeRow(
                    *(source, home.catalog, start, end, written, tuple(columns)),
                    *(
                        head,
                        tail,
                        self.as_json,
                        _names_in_type(var, source, home.catalog),
                    ),
                )
            )
        if source.query and source.kind in (RTEKind.SUBQUERY, RTEKind.CTE):
            for number in range(1, len(source.query.output) + 1):
                inner = _Tracing(self.statement, tokens, as_json=self.as_json)
                inner.columns.append((source.query, number))
                if inner.column(source.query, number):
                    self.inner.append(inner)
        return True

    def _index(self, node: Node) -> int:
        return self._tokens.index(characters(self._tokens.text, node.location))


_CLAUSES: Final = (
    "where",
    "group",
    "having",
    "window",
    "order",
    "limit",
    "offset",
    "fetch",
    "for",
    "union",
)


def _is_value(tokens: SqlTokens, index: int, *, as_json: bool) -> bool:
    """Return whether nothing but the value itself stands at a place, such as parentheses."""
    before = tokens.word(index - 1)
    if before == "(":
        call = tokens.word(index - 2)
        return call in _CALLS or (as_json and call in _JSON_CALLS)
    return before in _BEFORE or (as_json and before in ("value", ":"))


def _json_values(statement: QueryLevel) -> Iterator[tuple[Node, QueryLevel]]:
    """Yield the arguments of functions that make JSON, with their queries, where it is only returned.

    What a statement stores stays as it is: an audit may want the columns that are added.
    """
    stores = any(
        level.query.number("commandType") not in (CmdType.SELECT, CmdType.DELETE)
        for level in statement.all
    )
    for level in statement.all:
        if stores and level.query.number("commandType") == CmdType.SELECT:
            continue
        for entry in level.output:
            if entry.number("ressortgroupref"):
                continue
            for node in entry.own:
                for argument in _json_arguments(node, level):
                    yield argument, level


def _json_arguments(node: Node, level: QueryLevel) -> Iterator[Node]:
    """Yield the arguments of a call that makes JSON of them."""
    if node.tag == "JSONCONSTRUCTOREXPR":
        yield from node.nodes("args")
    if node.tag not in ("FUNCEXPR", "AGGREF") or node.nodes("aggdistinct"):
        return
    oid = node.number("funcid") or node.number("aggfnoid")
    function = level.catalog.functions.get(oid)
    if function is None or not function.system or function.name not in _JSON_FUNCTIONS:
        return
    for argument in node.nodes("args"):
        if node.tag == "FUNCEXPR":
            yield argument
        elif (value := argument.node("expr")) and not argument.number(
            "ressortgroupref"
        ):
            yield value


def _is_whole(node: Node) -> bool:
    return node.tag == "VAR" and node.number("varattno") == 0


def _vars(level: QueryLevel) -> Iterator[Node]:
    """Yield the columns that a query itself mentions, not those that its joins merely have."""
    merged: set[int] = set()
    for entry in level.entries:
        for node in entry.nodes("joinaliasvars"):
            merged.update(id(part) for part in node.own)
    for node in level.query.own:
        if node.tag == "VAR" and id(node) not in merged:
            yield node


def _may_be_absent(source: Source, level: QueryLevel) -> bool:
    """Return whether an outer join may leave out a relation, or MERGE have no row of it."""
    if level.query.number("commandType") == CmdType.MERGE:
        return True
    tree = level.query.node("jointree")
    return any(
        source.varno in _indexes(side)
        for side in _nullable_sides(tree.own if tree else ())
    )


def _nullable_sides(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.tag == "JOINEXPR":
            kind = node.number("jointype")
            if kind in (JoinType.LEFT, JoinType.FULL) and (side := node.node("rarg")):
                yield side
            if kind in (JoinType.RIGHT, JoinType.FULL) and (side := node.node("larg")):
                yield side


def _indexes(side: Node) -> set[int]:
    return {
        node.number("rtindex")
        for node in side.own
        if node.tag in ("RANGETBLREF", "JOINEXPR")
    }
