"""An editor and a project -> diagnostics, hovers, completions and edits, over the Language Server Protocol.

    protocol    bytes <-> messages
    documents   the texts in the editor, and places in them: UTF-16 there, characters here
    features    a project's state and a place -> what the editor shows
    session     puts them together: reads messages, keeps projects warm, answers

The first three are pure. The protocol is that of version 3.17,
https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""
