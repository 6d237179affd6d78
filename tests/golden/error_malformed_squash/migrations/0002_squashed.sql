-- The migrations up to 2, squashed by `sqlgen migrate squash`.
-- sqlgen: squashes 1 nothing
-- sqlgen: squashes two

CREATE TABLE items (id int);
