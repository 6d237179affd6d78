"""An analysed statement's node tree: its nodes, PostgreSQL's numbers, its query levels."""
