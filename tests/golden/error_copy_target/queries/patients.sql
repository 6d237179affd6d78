-- name: load_view :copy
INSERT INTO people (id, mrn) VALUES (:id, :mrn);

-- name: load_view_with_trigger :copy
INSERT INTO guests (id, mrn) VALUES (:id, :mrn);

-- name: load_table_with_insert_rule :copy
INSERT INTO logged (id) VALUES (:id);

-- name: load_table_with_delete_rule :copy
INSERT INTO kept (id) VALUES (:id);

-- name: load_table_with_row_security :copy
INSERT INTO secret (id) VALUES (:id);
