"""Text -> a string in TOML, for lines that the user pastes."""


def toml_text(value: str) -> str:
    """Return *value* as a string in TOML; what a terminal would not show as it is, is escaped."""
    return '"' + "".join(map(_character, value)) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    is_surrogate = "\ud800" <= character <= "\udfff"
    return "\N{REPLACEMENT CHARACTER}" if is_surrogate else f"\\U{ord(character):08X}"
