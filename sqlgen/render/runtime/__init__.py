"""The files of the generated package that are the same in every project, emitted verbatim."""
