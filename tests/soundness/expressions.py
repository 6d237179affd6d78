"""Random expressions, each of a given type."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.soundness.scopes import Scope
from tests.soundness.templates import (
    AGGREGATES,
    BOOL,
    CALLS,
    DATE,
    FRAMES,
    INT,
    INTS,
    ITEM,
    ITEMS,
    JSON,
    LETTERS,
    LITERALS,
    NEWER,
    NEWER_AGGREGATES,
    NUMERIC,
    PLACES,
    ROWS,
    TEXT,
    TEXTS,
    TYPES,
    WINDOWS,
    Columns,
    known,
)


@dataclass
class Expressions(ABC):
    """Writes expressions; a subclass writes the subqueries in them."""

    chance: Random
    version: int

    def __post_init__(self) -> None:
        self.names = 0
        self.calls = known(CALLS, NEWER, self.version)
        self.aggregates = known(AGGREGATES, NEWER_AGGREGATES, self.version)

    @abstractmethod
    def query(
        self, scope: Scope, types: Sequence[str] | None = None
    ) -> tuple[str, Columns]:
        """Return a query, with columns of the *types* if there are any."""

    def expression(self, type_: str, scope: Scope) -> str:
        """Return an expression of the type, in parentheses where it needs them."""
        columns = scope.columns(type_)
        roll = self.chance.random()
        if scope.depth <= 0 or roll < 0.42:
            return self.leaf(type_, scope, columns)
        if scope.grouped is not None and roll < 0.62 and self.aggregates[type_]:
            return self.aggregate(type_, scope)
        if scope.windows and roll < 0.62 and type_ in WINDOWS:
            return self.window(type_, scope)
        level = scope.deeper()
        if roll < 0.86:
            return f"({self.filled(self.chance.choice(self.calls[type_]), level)})"
        return self.construct(type_, level)

    def typed(self, type_: str, scope: Scope) -> str:
        """Return an expression with a cast to its type, which VALUES and recursive queries need."""
        return f"({self.expression(type_, scope)})::{type_}"

    def leaf(self, type_: str, scope: Scope, columns: list[str]) -> str:
        roll = self.chance.random()
        rows = self.rows(scope) if type_ == ITEM else []
        if rows and roll < 0.6:
            return self.chance.choice(rows)
        if columns and roll < 0.8:
            column = self.chance.choice(columns)
            return column.removeprefix(".")
        if (
            scope.grouped is not None
            and roll < 0.6
            and self.aggregates[type_]
            and scope.depth > -1
        ):
            return self.aggregate(type_, replace(scope, depth=0))
        if roll < 0.84 and type_ in (INT, TEXT, BOOL) and scope.depth < 3:
            return f"NULL::{type_}"
        if roll < 0.87 and type_ in (INT, TEXT):
            return self.parameter(type_)
        return self.chance.choice(LITERALS[type_])

    def parameter(self, type_: str) -> str:
        """Return the parameter of that type, as `$?`: numbers are given at the end."""
        return f"$?::{type_}"

    def filled(self, template: str, scope: Scope) -> str:
        return template.format_map(
            _Filled(lambda letter: self.expression(LETTERS[letter], scope))
        )

    def aggregate(self, type_: str, scope: Scope) -> str:
        inner = replace(
            scope, grouped=None, windows=False, depth=min(scope.depth - 1, 1)
        )
        text = self.filled(self.chance.choice(self.aggregates[type_]), inner)
        if self.chance.random() < 0.15 and text.endswith(")") and "::" not in text[-8:]:
            text += f" FILTER (WHERE {self.condition(inner)})"
        return f"({text})"

    def window(self, type_: str, scope: Scope) -> str:
        inner = replace(scope, windows=False, depth=min(scope.depth - 1, 1))
        by = (
            f"PARTITION BY {self.expression(self.chance.choice([INT, TEXT]), inner)} "
            if self.chance.random() < 0.4
            else ""
        )
        order = f"ORDER BY {self.expression(INT, replace(inner, depth=0))}, 1 "
        frame = self.chance.choice(FRAMES)
        if not frame and self.chance.random() < 0.3:
            order = ""
        over = f"OVER ({by}{order}{frame})"
        template = self.chance.choice(WINDOWS[type_]).replace("{w}", "{{w}}")
        text = self.filled(template, inner).replace("{w}", over)
        return f"({text})"

    def condition(self, scope: Scope) -> str:
        """Return a condition that may prove something, preferably about a column."""
        kind = self.chance.choice([INT, TEXT, DATE, NUMERIC, INT, TEXT])
        columns = scope.raw(scope.sources, kind)
        if not columns or self.chance.random() < 0.35:
            return self.expression(BOOL, replace(scope, depth=min(scope.depth, 2)))
        column, literal = self.chance.choice(columns), self.chance.choice(
            LITERALS[kind]
        )
        other = self.chance.choice(columns)
        if kind == INT and self.chance.random() < 0.2:
            literal = self.parameter(INT)
        return self.chance.choice(
            [
                f"{column} IS NOT NULL", f"{column} IS NULL", f"{column} = {literal}", f"{column} >= {literal}", f"NOT {column} = {literal}",
                f"{column} = {other}", f"{column} IN ({literal}, {other})", f"{column} IS NOT DISTINCT FROM {literal}", f"coalesce({column} = {literal}, false)",
                f"{column} IS DISTINCT FROM {literal}", f"{column} = ANY (ARRAY[{literal}, {other}])", f"coalesce({column}, {literal}) = {other}",
                f"NOT ({column} IS NULL)", f"NOT ({column} IS NULL OR {other} = {literal})", f"({column} = {literal}) IS NOT FALSE", f"({column} = {literal}) IS TRUE",
                f"({column} = {literal}) IS NOT NULL", f"{column} IS NULL OR {other} >= {literal}", f"({column}, {other}) >= ({literal}, {literal})",
                f"CASE WHEN {column} IS NULL THEN false ELSE true END", f"nullif({column}, {literal}) IS NOT NULL", f"{column} NOT IN ({literal}, {other})",
                f"({column} IS NULL) = ({other} IS NULL)", f"({column} IS NULL OR {column} < {other}) AND {column} IS NOT NULL",
                f"{column} IN ({literal}, {self.chance.choice(LITERALS[kind])})", f"({column} = {literal} OR {other} = {literal})",
                f"(({column} IS NOT NULL)::int + ({other} IS NOT NULL)::int) = 1", f"NOT ({column} <> {literal} OR {other} IS NULL)",
                f"({column} IS NULL) = ({other} IS NULL) AND {column} = {literal}", f"{column} < {literal}",
            ]
        )  # fmt: skip

    def construct(self, type_: str, scope: Scope) -> str:
        """Return an expression with a syntax of its own: CASE, COALESCE, a subquery."""
        make = self.chance.choice(
            [
                self.case,
                self.case,
                self.coalesce,
                self.coalesce,
                self.scalar,
                self.member,
                self.collected,
                self.simple_case,
                self.whole,
            ]
        )
        return make(type_, scope)

    def case(self, type_: str, scope: Scope) -> str:
        arms = [
            f"WHEN {self.expression(BOOL, scope)} THEN {self.expression(type_, scope)}"
            for _ in range(self.chance.choice([1, 2]))
        ]
        columns = scope.columns(type_)
        if columns and self.chance.random() < 0.4:
            column = self.chance.choice(columns).removeprefix(".")
            arms.insert(
                0,
                f"WHEN {column} IS {self.chance.choice(['NOT ', ''])}NULL THEN {self.chance.choice([column, self.expression(type_, scope)])}",
            )
        other = (
            f" ELSE {self.expression(type_, scope)}"
            if self.chance.random() < 0.8
            else ""
        )
        return f"(CASE {' '.join(arms)}{other} END)"

    def simple_case(self, type_: str, scope: Scope) -> str:
        kind = self.chance.choice([INT, TEXT])
        return (
            f"(CASE {self.expression(kind, scope)} WHEN {self.expression(kind, scope)} "
            f"THEN {self.expression(type_, scope)} ELSE {self.expression(type_, scope)} END)"
        )

    def coalesce(self, type_: str, scope: Scope) -> str:
        arguments = [
            self.expression(type_, scope) for _ in range(self.chance.choice([2, 2, 3]))
        ]
        name = self.chance.choice(["coalesce"] * 5 + ["greatest", "least"])
        if type_ in (JSON, ITEMS, PLACES, *ROWS):
            name = "coalesce"
        return f"{name}({', '.join(arguments)})"

    def scalar(self, type_: str, scope: Scope) -> str:
        keys = [
            (column, target)
            for column in scope.columns(INT)
            for suffix, target in _REFERRING.items()
            if column.endswith(f".{suffix}")
        ]
        if type_ == TEXT and keys and self.chance.random() < 0.7:
            column, target = self.chance.choice(keys)
            row = self.name("f")
            more = self.chance.choice(["", "", "", " LIMIT 1", f" AND {row}.id > 1"])
            return f"(SELECT {row}.name FROM {target} {row} WHERE {row}.id = {column}{more})"
        text, _ = self.query(_outside(scope), [type_])
        return (
            f"({text} LIMIT 1)"
            if " LIMIT " not in text and not text.startswith("(")
            else f"(SELECT * FROM ({text}) {self.name('q')} LIMIT 1)"
        )

    def member(self, type_: str, scope: Scope) -> str:
        if type_ != BOOL:
            return self.case(type_, scope)
        level = _outside(scope)
        kind = self.chance.choice([INT, TEXT])
        text, _ = self.query(level, [kind])
        value = self.expression(kind, scope)
        return self.chance.choice(
            [
                f"EXISTS ({text})",
                f"{value} IN ({text})",
                f"{value} NOT IN ({text})",
                f"({value} = ANY ({text}))",
                f"({value} <> ALL ({text}))",
                f"NOT EXISTS ({text})",
            ]
        )

    def collected(self, type_: str, scope: Scope) -> str:
        if type_ not in (INTS, TEXTS):
            return self.coalesce(type_, scope)
        text, _ = self.query(
            _outside(scope),
            [type_.removesuffix("[]")],
        )
        return f"ARRAY({text})"

    def whole(self, type_: str, scope: Scope) -> str:
        """Return a whole-row reference, if the type allows one."""
        sources = [s for s in scope.sources if s.alias]
        if scope.grouped is not None or not sources or type_ not in (JSON, BOOL, TEXT):
            return self.case(type_, scope)
        alias = self.chance.choice(sources).alias
        if type_ == BOOL:
            return self.chance.choice(
                [
                    f"({alias}.* IS NULL)",
                    f"({alias}.* IS NOT NULL)",
                    f"({alias} IS NOT NULL)",
                    f"({alias} IS DISTINCT FROM NULL)",
                ]
            )
        return f"to_jsonb({alias})" if type_ == JSON else f"({alias}::text)"

    def rows(self, scope: Scope) -> list[str]:
        """Return the aliases whose whole rows are of the type `item`, tables' and functions'."""
        names = ("id", "label", "weight")
        return [
            source.alias
            for source in (*scope.sources, *scope.outer)
            if scope.grouped is None
            and source.alias
            and tuple(name for name, _ in source.columns) == names
        ]

    def set_returning(self, scope: Scope) -> str:
        level = replace(scope, depth=1, windows=False)
        return self.chance.choice(
            [
                f"unnest({self.expression(INTS, level)})",
                "generate_series(1, 2)",
                f"(generate_series(1, 2) + {self.expression(INT, level)})",
                "(unnest($?::int[]) + cardinality(ARRAY[unnest($?::text[])]))",
            ]
        )

    def name(self, prefix: str) -> str:
        self.names += 1
        return f"{prefix}{self.names}"

    def type(self) -> str:
        return self.chance.choice(TYPES)


_REFERRING = {"author_id": "author", "editor_id": "author", "owner_id": "owner"}
"""Columns and the tables that they refer to, by a foreign key in most tables that have them."""


class _Filled(dict[str, str]):
    """A mapping for `str.format_map` that returns a new expression for each placeholder."""

    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, letter: str) -> str:
        return self.make(letter)


def _outside(scope: Scope) -> Scope:
    """Return what a subquery may refer to: in a grouped query nothing of that query."""
    inner = replace(scope.deeper(), windows=False)
    return inner if scope.grouped is None else replace(inner, grouped=None, sources=())
