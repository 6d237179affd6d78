"""PostgreSQL's programs, wherever they are installed, and extensions for them."""
