"""The expansions of a statement that a lock records -> whether they are such as a build records.

Where the statement has `*`, `t.*`, a whole row or a composite column, the columns or fields for it
are written out; or a statement is written around it. These texts are made of few words. So they are
read here token by token: no other function is called, no relation read, and nothing named that is
not a column of what was there, or a name that the expansion itself gives. A new form of expansion
needs its words here.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from ..model.typed import Star
from .lexer import TRIVIA, Kind, Token, tokens

_WORDS: Final = frozenset("""
    select from row case when is not distinct null then else end as offset array with
    """.split())  # noqa: SIM905 (a list is no easier to read)
"""The words of SQL that expansions are made of; all are reserved, and no name without quotes."""
_VALUE_BEGINNINGS: Final = frozenset({"array", "case", "null", "row", "select"})
"""The words of expansions that begin an expression; none of them follows a name."""
_FUNCTIONS: Final = frozenset({"pg_catalog.unnest", "pg_catalog.array_ndims"})
"""The functions that expansions call."""
_SIGNS: Final = frozenset({"(", ")", ",", ".", "::", "*", ">", "0", "1"})

_VALUES: Final = frozenset("""
    current_catalog current_date current_role current_schema current_time current_timestamp
    current_user default false localtime localtimestamp null session_user system_user true user
    """.split())  # noqa: SIM905 (a list is no easier to read)
"""The words that are values without being names."""

_BEFORE_STAR: Final = frozenset({"select", "returning", "distinct", "all", ",", ")"})
_AFTER_STAR: Final = frozenset("""
    , ) from where group having window union intersect except order limit offset fetch for into
    """.split())  # noqa: SIM905 (a list is no easier to read)
"""The words that may stand before and after a `*` that is no multiplication."""


_BEFORE_ROW: Final = frozenset(
    {"select", "returning", "distinct", "all", "then", "else", ",", "(", "["}
)
"""The words after which a bracket with several values in it is a row."""

_STATEMENTS: Final = frozenset(
    {"(", "delete", "insert", "merge", "select", "table", "update", "values", "with"}
)
_BEFORE_RELATION: Final = frozenset({"from", "join", "into", "update", "only", "using"})


def are_expansions(stars: Sequence[Star], statement: str) -> bool:
    """Return whether all expansions have the places, the order and the words of those of a build."""
    code = _code(statement)
    texts = [", ".join(star.columns) for star in stars]
    expansions = [_code(text, strict=True) for text in texts]
    if not all(expansions):
        return False
    names = _Names(expansions)
    end = 0
    for star in stars:
        if not end <= star.start <= star.end <= len(statement):
            return False
        end = star.end
    rows = [place for place, words in enumerate(expansions) if words.word(0) == "::"]
    if len({stars[place].start for place in rows}) < len(rows) or not all(
        _is_text_of_row(stars[place], expansions[place], code) for place in rows
    ):
        return False
    stars = [star for place, star in enumerate(stars) if place not in rows]
    expansions = [words for place, words in enumerate(expansions) if place not in rows]
    if any(star.start == star.end for star in stars):
        # Another statement is written around this one: what stands before it, and after it.
        if len(stars) < 2 or not _is_around(stars, expansions, code):
            return False
        edges = (expansions[0], expansions[-1])
        if not all(_are_words_of_expansion(words, names, ()) for words in edges):
            return False
        stars, expansions = stars[1:-1], expansions[1:-1]
    return all(
        _is_expansion(star, statement, code, names, words)
        for star, words in zip(stars, expansions, strict=True)
    )


class _Words:
    """The words of a text without blanks and comments, names in lower case unless in quotes."""

    def __init__(self, text: str, code: Sequence[Token]) -> None:
        self.starts = [token.start for token in code]
        self.ends = [token.end for token in code]
        self.kinds = [token.kind for token in code]
        self.words = [
            (
                text[token.start : token.end].lower()
                if token.kind is Kind.WORD
                else text[token.start : token.end]
            )
            for token in code
        ]

    def __bool__(self) -> bool:
        return bool(self.words)

    def word(self, index: int) -> str:
        """Return a word, empty before the first and after the last."""
        return self.words[index] if 0 <= index < len(self.words) else ""

    def opener(self, closing: int) -> int | None:
        """Return the place of the bracket that the one at *closing* closes, None if there is none."""
        depth = 0
        for index in range(closing, -1, -1):
            depth += (self.words[index] == ")") - (self.words[index] == "(")
            if not depth:
                return index
        return None

    def is_name(self, index: int) -> bool:
        """Return whether a word is a name, and not one of the words of expansions."""
        if not 0 <= index < len(self.words):
            return False
        kind, word = self.kinds[index], self.words[index]
        return (kind is Kind.QUOTED and word[0] == '"') or (
            kind is Kind.WORD and word not in _WORDS
        )


def _code(text: str, *, strict: bool = False) -> _Words:
    """Return the words of a text; none where *strict* and it has a comment."""
    code = [token for token in tokens(text) if token.kind is not Kind.SPACE]
    if not strict:
        code = [token for token in code if token.kind not in TRIVIA]
    elif any(token.kind in TRIVIA for token in code):
        return _Words("", ())
    return _Words(text, code)


def _is_one_expression(words: Sequence[str]) -> bool:
    """Return whether words are one expression, not several with commas between them."""
    depth = 0
    for word in words:
        depth += (word == "(") - (word == ")")
        if depth < 0 or (word == "," and not depth):
            return False
    return bool(words) and not depth


class _Names:
    """The `aliases` that expansions give with AS, and the name of the `query` in WITH, if there is one."""

    def __init__(self, expansions: Sequence[_Words]) -> None:
        self.aliases = {
            words.word(index)
            for words in expansions
            for index in range(len(words.words))
            if words.is_name(index) and words.word(index - 1) == "as"
        }
        self.query = expansions[0].word(1) if _is_cte(expansions[0], 1) else ""


def _is_cte(words: _Words, index: int) -> bool:
    """Return whether a name is that of a query in WITH, `s (c1, c2) AS (`."""
    before = words.words[:index]
    return before in (["with"], [","]) and words.word(index + 1) == "("


def _is_around(
    stars: Sequence[Star], expansions: "Sequence[_Words]", code: _Words
) -> bool:
    """Return whether the first and the last expansion, and only these, are around the statement.

    The first is the beginning of a SELECT, or of a query in WITH of this form: `WITH s (c1, c2) AS (`.
    """
    if any(star.start == star.end for star in stars[1:-1]):
        return False
    first, last = stars[0], stars[-1]
    if first.start != first.end or not last.start == last.end == code.ends[-1]:
        return False
    if first.start not in code.starts:
        return False
    place = code.starts.index(first.start)
    if code.word(place) not in _STATEMENTS:
        return False
    before = code.word(place - 1)
    words = expansions[0]
    if words.word(0) in ("with", ","):
        fits = (
            code.word(0) == "with" and before == ")"
            if words.word(0) == ","
            else not before
        )
        ending = words.words[-3:] == [")", "as", "("]
        return fits and ending and words.words.count("(") == 2 and _is_cte(words, 1)
    return words.word(0) == "select" and before in ("", ")")


def _is_text_of_row(star: Star, words: _Words, code: _Words) -> bool:
    """Return whether an expansion is the cast of `ROW(…)` or `(…, …)` to text, perhaps with its name.

    It stands between the row's last bracket and what follows.
    """
    if star.start != star.end or star.start not in code.ends:
        return False
    closing = code.ends.index(star.start)
    opening = code.opener(closing)
    if code.word(closing) != ")" or opening is None:
        return False
    is_row = code.word(opening - 1) == "row" or (
        code.word(opening - 1) in _BEFORE_ROW
        and not _is_one_expression(code.words[opening + 1 : closing])
    )
    is_named = words.word(2) == "as" and words.is_name(3) and len(words.words) == 4
    follows = code.word(closing + 1)
    return (
        is_row
        and words.words[:2] == ["::", "text"]
        and (len(words.words) == 2 or is_named)
        and follows not in ("::", "(", ".", "[")
        and not (is_named and (follows == "as" or code.is_name(closing + 1)))
    )


def _is_expansion(
    star: Star, statement: str, code: _Words, names: _Names, words: _Words
) -> bool:
    first, last = (bisect_left(code.starts, x) for x in (star.start, star.end))
    if (
        first == last
        or code.starts[first] != star.start
        or code.ends[last - 1] != star.end
    ):
        return False
    inside = code.words[first:last]
    if inside == ["*"]:
        after = code.word(last)
        return (
            code.word(first - 1) in _BEFORE_STAR
            and (not after or after in _AFTER_STAR)
            and all(
                _is_one_expression(_code(column, strict=True).words)
                for column in star.columns
            )
            and _are_words_of_expansion(words, names, None)
        )
    if code.is_name(last - 1) and len(inside) > 1 and inside[-2] != ".":
        # The alias is replaced too, `p AS person`.
        inside = inside[: -2 if inside[-2] == "as" else -1]
    value = inside[:-2] if inside[-2:] == [".", "*"] else inside
    if not value:
        return False
    if value[0] == "(":
        # The author's own expression stands before each field, as one name does.
        text = statement[star.start : code.ends[first + len(value) - 1]]
        if value == inside or value[-1] == "(":
            return False
        written = ", ".join(star.columns).replace(text, '"the value"')
        return _are_words_of_expansion(
            _code(written, strict=True), names, ['"the value"']
        )
    if code.word(first - 1) in _BEFORE_RELATION:
        return False
    is_chain = len(value) % 2 == 1 and all(
        word == "." if place % 2 else code.is_name(first + place)
        for place, word in enumerate(value)
    )
    return is_chain and _are_words_of_expansion(words, names, value)


def _are_words_of_expansion(
    words: _Words, names: _Names, value: Sequence[str] | None
) -> bool:
    """Return whether words are those of an expansion, with columns of *value* and the given *names*.

    Without a value, any name may be a column's, also with that of its relation.
    """
    index = 0
    while index < len(words.words):
        if not words.is_name(index):
            if not _is_word(words, index):
                return False
            index += 1
            continue
        chain = [words.word(index)]
        end = index + 1
        while words.word(end) == "." and words.is_name(end + 1):
            chain += [".", words.word(end + 1)]
            end += 2
        is_after_value = words.is_name(index - 1) or words.word(index - 1) == ")"
        is_before_value = words.word(end) in _VALUE_BEGINNINGS
        if is_after_value or is_before_value:
            return False
        if not _is_name(words, index, end, chain, names, value):
            return False
        is_list = words.word(end) == "(" and (
            words.word(index - 1) == "as" or _is_cte(words, index)
        )
        if is_list:  # the names of columns, `s (c1, c2)`
            end += 1
            while words.is_name(end) or words.word(end) == ",":
                end += 1
            if words.word(end) != ")":
                return False
        index = end
    return True


def _is_word(words: _Words, index: int) -> bool:
    word, before, after = (words.word(n) for n in (index, index - 1, index + 1))
    if word == "from":
        return before == "distinct" or after == "(" or words.is_name(index + 1)
    if word == "*":
        return before in (".", "select")
    if word == "::":
        return after == "text"
    if word == ".":
        return after == "*" or (before == ")" and words.is_name(index + 1))
    return word in _SIGNS or (words.kinds[index] is Kind.WORD and word in _WORDS)


def _is_name(
    words: _Words,
    index: int,
    end: int,
    chain: Sequence[str],
    names: _Names,
    value: Sequence[str] | None,
) -> bool:
    """Return whether a name, with its qualifiers, is one of an expansion."""
    before, after = words.word(index - 1), words.word(end)
    if before == "::":
        return chain == ["text"] and after not in (".", "(")
    if before == "as" or _is_cte(words, index):
        return len(chain) == 1
    if chain[0] in _VALUES:
        return False
    if before == "from" and words.word(index - 2) != "distinct":
        return words.word(0) == ")" and chain == [names.query]
    if after == "(":
        return "".join(chain) in _FUNCTIONS
    if before == ".":
        return words.word(index - 2) == ")"  # a field
    if chain[0] in names.aliases or chain[0] == names.query:
        return True
    if value is None:
        return len(chain) <= 3
    return (
        bool(value)
        and list(chain[: len(value)]) == list(value)
        and len(chain) <= len(value) + 2
    )
