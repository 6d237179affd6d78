"""The server that builds ask, and a database on it that has the project's schema."""
