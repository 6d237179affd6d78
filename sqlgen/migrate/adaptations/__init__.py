"""Scripts -> the same, as a server can run them that is not production's."""
