-- sqlgen: optional name
-- sqlgen: alow blocking-index
-- sqlgen: allow blocking-indices
CREATE INDEX ON patients (name);
