"""Folders with the data of embedded servers: made, found, checked and deleted."""
