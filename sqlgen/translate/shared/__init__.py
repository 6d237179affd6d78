"""What query files have in common -> the files that all generated modules share."""
