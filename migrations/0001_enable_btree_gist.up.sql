-- Exclusion constraints that compare keys with `=` beside ranges with `&&`.
CREATE EXTENSION btree_gist;
