"""PostgreSQL's types -> Python types, and how their values are read and written."""
