-- A stand-in for the extension Citus, for servers that do not have it: migrations run, and tables stay where
-- they are. No type of a column depends on how its table is distributed.

CREATE SCHEMA citus;
CREATE TYPE citus.distribution_type AS ENUM ('hash', 'range', 'append');

-- Raise the error of the real extension for a column that is not there.
CREATE FUNCTION citus.check_column(relation regclass, name text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF name IS NOT NULL AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_attribute AS a
        WHERE a.attrelid = relation AND a.attname = name AND a.attnum > 0 AND NOT a.attisdropped
    ) THEN
        RAISE undefined_column USING MESSAGE = format('column "%s" of relation "%s" does not exist', name, relation);
    END IF;
END $$;

CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type citus.distribution_type DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN PERFORM citus.check_column(table_name, distribution_column); END $$;

CREATE FUNCTION create_distributed_table_concurrently(
    table_name regclass, distribution_column text, distribution_type citus.distribution_type DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count integer DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN PERFORM citus.check_column(table_name, distribution_column); END $$;

CREATE FUNCTION create_reference_table(table_name regclass) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION undistribute_table(table_name regclass, cascade_via_foreign_keys boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION alter_distributed_table(
    table_name regclass, distribution_column text DEFAULT NULL, shard_count integer DEFAULT NULL,
    colocate_with text DEFAULT NULL, cascade_to_colocated boolean DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN PERFORM citus.check_column(table_name, distribution_column); END $$;

CREATE FUNCTION update_distributed_table_colocation(table_name regclass, colocate_with text) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION citus_add_local_table_to_metadata(
    table_name regclass, cascade_via_foreign_keys boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION remove_local_tables_from_metadata() RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION create_distributed_function(
    function_name regprocedure, distribution_arg_name text DEFAULT NULL, colocate_with text DEFAULT 'default',
    force_delegation boolean DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION citus_schema_distribute(schemaname regnamespace) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION citus_schema_undistribute(schemaname regnamespace) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION alter_table_set_access_method(table_name regclass, access_method text) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION truncate_local_data_after_distributing_table(function_name regclass) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION citus_version() RETURNS text
LANGUAGE plpgsql STABLE STRICT AS $$ BEGIN RETURN 'a stand-in of sqlgen''s'; END $$;

-- USING columnar: an ordinary table.
CREATE ACCESS METHOD columnar TYPE TABLE HANDLER heap_tableam_handler;
