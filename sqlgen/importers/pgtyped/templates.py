"""SourceFile -> the queries in sql`…` templates of TypeScript, in the words of PgTyped's SQL files."""

import re
from collections.abc import Iterator
from typing import Final

from ...model.frozen import frozen
from ...model.source import SourceFile, Span
from .expansions import Expansion, expansion

_TOKEN: Final = re.compile(
    r"""//[^\n]*|/\*[\s\S]*?(?:\*/|\Z)|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*\""""
    r"|(?:\b(?:const|let|var)\s+(?P<name>\w+)\s*(?::[^=`]{0,300})?=\s*|\b(?P<key>\w+)\s*[:=]\s*)?"
    r"\bsql\s*(?:<[^`;]{0,600}>\s*)?`(?P<text>[^`\\]*+(?:\\(?:[\s\S]|\Z)[^`\\]*+)*)(?:`|\Z)"
    r"|`[^`\\]*+(?:\\(?:[\s\S]|\Z)[^`\\]*+)*(?:`|\Z)"
)
_ESCAPE: Final = re.compile(r"\\([\s\S])")
_ESCAPED: Final = {
    "n": "\n",
    "t": "\t",
    "`": "`",
    "\\": "\\",
    "$": "$",
    "'": "'",
    '"': '"',
}
_PARAMETER: Final = re.compile(
    r"'(?:''|[^'])*'|\"[^\"]*\"|--[^\n]*|/\*[\s\S]*?(?:\*/|\Z)"
    r"|(?<![\w$])(?P<signs>\$\$?)(?P<name>[A-Za-z_]\w*)(?P<mark>!?)(?:\((?P<fields>[\w\s,!]*)\))?"
)


@frozen
class TemplateQuery:
    """A query in a template: `sql` has its parameters as in SQL files; `problem` says why there is none."""

    name: str
    sql: str
    expansions: dict[str, Expansion]
    place: Span
    problem: str = ""


def template_queries(source: SourceFile) -> Iterator[TemplateQuery]:
    """Yield the queries of a file in TypeScript, each named after the constant that it is assigned to."""
    for match in _TOKEN.finditer(source.text):
        text = match["text"]
        if text is None:
            continue
        name = match["name"] or match["key"] or "query"
        place = Span(source, *match.span())
        problem = ""
        if "${" in text:
            problem = "its text is put together when it runs"
        elif any(one not in _ESCAPED for one in _ESCAPE.findall(text)):
            problem = "it has an escape that is not known"
        plain = _ESCAPE.sub(lambda one: _ESCAPED.get(one[1], one[1]), text)
        sql, expansions = _parameters(plain)
        yield TemplateQuery(name, sql, expansions, place, problem)


def _parameters(text: str) -> tuple[str, dict[str, Expansion]]:
    """Return the text of a template with the parameters of SQL files, and their expansions."""
    expansions: dict[str, Expansion] = {}
    return _PARAMETER.sub(lambda one: _parameter(one, expansions), text), expansions


def _parameter(match: re.Match[str], expansions: dict[str, Expansion]) -> str:
    """Return a parameter as SQL files have it, and note its expansion."""
    name = match["name"]
    if name is None:
        return match[0]
    is_list, fields = match["signs"] == "$$", match["fields"]
    text = "(...)" if is_list else ""
    if fields is not None:
        text = f"(({fields})...)" if is_list else f"({fields})"
    if text and (found := expansion(text)):
        expansions[name] = found
    return f":{name}{match['mark']}"
