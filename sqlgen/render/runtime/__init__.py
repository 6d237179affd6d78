"""The files of the generated package that are always the same, emitted as they stand here."""
