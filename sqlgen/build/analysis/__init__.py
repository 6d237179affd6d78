"""Query files -> their analysed queries: from a database, from records of earlier builds, from lock files."""
