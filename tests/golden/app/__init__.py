"""The types of a user's own that the golden projects name."""
