"""Connections to the database, and what is sent over them: settings, the lock, scripts."""
