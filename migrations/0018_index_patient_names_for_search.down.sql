-- no-transaction
DROP INDEX CONCURRENTLY patients_search_idx;
