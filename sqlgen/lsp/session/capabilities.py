"""The abilities of the server, which it tells the editor when that connects."""

from typing import Any, Final

OPEN: Final = "sqlgen.open"
"""The command that opens a file at a place."""


def capabilities() -> dict[str, Any]:
    """Return the answer to `initialize`."""
    return {
        "capabilities": {
            "positionEncoding": "utf-16",
            # 2: changes of ranges.
            "textDocumentSync": {"openClose": True, "change": 2, "save": True},
            "hoverProvider": True,
            "inlayHintProvider": True,
            "completionProvider": {"triggerCharacters": [":", ".", ">"]},
            "definitionProvider": True,
            "referencesProvider": True,
            "renameProvider": {"prepareProvider": True},
            "codeActionProvider": {"codeActionKinds": ["quickfix"]},
            # For generated Python files: the way back to queries and migrations.
            "codeLensProvider": {"resolveProvider": False},
            "documentLinkProvider": {"resolveProvider": False},
            "executeCommandProvider": {"commands": [OPEN]},
        },
        "serverInfo": {"name": "sqlgen"},
    }


def watched_files() -> dict[str, Any]:
    """Return the request to be told of files that change on disk."""
    patterns = ("**/*.sql", "**/pyproject.toml", "**/sqlgen.toml")
    return {
        "registrations": [
            {
                "id": "files",
                "method": "workspace/didChangeWatchedFiles",
                "registerOptions": {
                    "watchers": [{"globPattern": pattern} for pattern in patterns]
                },
            }
        ]
    }
