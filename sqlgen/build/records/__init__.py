"""Records for the next build: a finished build, and each query file's analysis and output."""
