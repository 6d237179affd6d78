"""The data that travels between the stages: frozen, and without behaviour."""
