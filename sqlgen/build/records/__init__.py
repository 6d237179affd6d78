"""What builds keep for the next one: a whole result, and each query file's analysis and output."""
