"""Text that may quote a connection string -> the same text without its passwords.

Messages, excerpts and command lines pass here before they are printed. Does not import psycopg.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

SECRETS: Final = frozenset(
    {
        "password",
        "sslpassword",
        "oauth_client_secret",
        "scram_client_key",
        "scram_server_key",
    }
)
"""The parameters of libpq whose values are never shown (manual 34.1.2)."""

_REJECTED_VALUE: Final = re.compile(
    r"((?:\w+ )?(?:value|number)\b[^\"']*)"
    r"(?:\".*\"(?P<option> for connection option \"\w+\")|\".*\"|'.*')",
    re.S,
)
_CREDENTIALS: Final = re.compile(r"(\w:/+)([^\s/@:]*:.*)@")
_SECRET: Final = re.compile(
    r"\w+(?:\+\w+)?://|\b(?:pass\w*|pwd|secret|token|\w*(?:url|dsn|uri|server))[\"']?\s*=",
    re.I,
)
_PLAIN_VALUE: Final = re.compile(
    r"\s*(?:[\"'][a-z]*[\"']|\d{1,5}|true|false)?\s*(?:#.*)?$"
)
"""The values that may follow a key without being a secret, such as the setting `"embedded"`."""
_NEXT_ENTRY: Final = re.compile(r"\s*(?:\[\[?[a-z.-]+\]\]?\s*$|[a-z][a-z_-]*\s*=\s)")
"""A line that is no rest of a broken string, as far as one can tell."""
_LONG_STRING: Final = re.compile(r"(?m:^)[^\n]*?(\"\"\"|\'\'\')(.*?)(?:\1|\Z)", re.S)
_ARGUMENT: Final = re.compile(
    r"""(?!--)[\w-]*\s*=|--[\w-]+=\s*\w*\s*=|.*@|.*:/""", re.S
)
_QUOTED: Final = re.compile(r"""\(.*\)|'.*'|".*"|`.*`|(?<=: ).*""", re.S)


def redact(message: str, parameters: Mapping[str, Any]) -> str:
    """Return an error message of libpq in one line, without the secrets among *parameters*.

    Values that libpq or psycopg reject are left out too: they may be a part of the password.
    """
    text = "; ".join(line.strip() for line in message.splitlines() if line.strip())
    for name in SECRETS:
        if secret := parameters.get(name):
            text = text.replace(str(secret), "…")
    return mask_urls(_REJECTED_VALUE.sub(r"\1…\g<option>", text))


def mask_urls(text: str) -> str:
    """Return *text*, with `…` for each character of a URL's user and password."""
    return _CREDENTIALS.sub(lambda match: match[1] + _blank(match[2]) + "@", text)


def mask_excerpt(text: str) -> str:
    """Return the *text* of a configuration file, with `…` for each character of a secret.

    Whatever follows a URL's scheme, or a key such as `server` or `password`, is masked up to the
    end of its multi-line string, and on to the next line that begins with a plain key or table:
    where a broken string ends cannot be known. Lines and columns stay as they are.
    """

    def mask_string(match: re.Match[str]) -> str:
        if not _SECRET.search(match[0]):
            return match[0]
        start = match.start(2) - match.start()
        end = match.end(2) - match.start()
        return match[0][:start] + _blank(match[2]) + match[0][end:]

    lines = _LONG_STRING.sub(mask_string, text).split("\n")
    may_go_on = False
    for number, line in enumerate(lines):
        start = _secret_start(line)
        if start is None and may_go_on and not _NEXT_ENTRY.match(line):
            start = 0
        may_go_on = start is not None
        if start is not None:
            lines[number] = line[:start] + _blank(line[start:])
    return "\n".join(lines)


def mask_arguments(message: str, arguments: Sequence[str]) -> str:
    """Return a *message* about the command line, without what may be a connection string.

    A shell splits a string that is not quoted: if one argument may be a part of it, nothing that
    the message quotes is shown.
    """
    if not any(map(_ARGUMENT.match, arguments)):
        return message
    return _QUOTED.sub("…", message)


def _secret_start(line: str) -> int | None:
    """Return where what may be a secret begins in a line."""
    for match in _SECRET.finditer(line):
        if match[0].endswith("=") and _PLAIN_VALUE.match(line, match.end()):
            continue
        return match.end()
    return None


def _blank(text: str) -> str:
    """Return `…` for each character but the ends of lines."""
    return re.sub(r"[^\r\n]", "…", text)
