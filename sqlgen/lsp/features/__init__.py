"""A project's state and a place in a file -> what the editor shows there; pure."""
