"""Notes."""

Lines = list[str]
