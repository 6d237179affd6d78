-- no-transaction
CREATE INDEX CONCURRENTLY patients_search_idx
    ON patients USING gin (to_tsvector('simple', given_name || ' ' || family_name));
