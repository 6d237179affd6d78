-- A stand-in for the extension pg_partman 5, for servers that do not have it: a partitioned table gets a default
-- partition, which takes all rows, and an entry in part_config. No other partition is made, and none is dropped.

CREATE TABLE @extschema@.part_config (
    parent_table text NOT NULL PRIMARY KEY,
    control text NOT NULL,
    time_encoder text,
    time_decoder text,
    partition_interval text NOT NULL,
    partition_type text NOT NULL,
    premake integer NOT NULL DEFAULT 4,
    automatic_maintenance text NOT NULL DEFAULT 'on',
    template_table text,
    retention text,
    retention_schema text,
    retention_keep_index boolean NOT NULL DEFAULT true,
    retention_keep_table boolean NOT NULL DEFAULT true,
    epoch text NOT NULL DEFAULT 'none',
    constraint_cols text[],
    optimize_constraint integer NOT NULL DEFAULT 30,
    infinite_time_partitions boolean NOT NULL DEFAULT false,
    datetime_string text,
    jobmon boolean NOT NULL DEFAULT true,
    sub_partition_set_full boolean NOT NULL DEFAULT false,
    undo_in_progress boolean NOT NULL DEFAULT false,
    inherit_privileges boolean DEFAULT false,
    constraint_valid boolean NOT NULL DEFAULT true,
    ignore_default_data boolean NOT NULL DEFAULT true,
    date_trunc_interval text,
    maintenance_order integer,
    retention_keep_publication boolean NOT NULL DEFAULT false,
    maintenance_last_run timestamptz
);

CREATE FUNCTION @extschema@.create_parent(
    p_parent_table text, p_control text, p_interval text, p_type text DEFAULT 'range', p_epoch text DEFAULT 'none',
    p_premake integer DEFAULT 4, p_start_partition text DEFAULT NULL, p_default_table boolean DEFAULT true,
    p_automatic_maintenance text DEFAULT 'on', p_constraint_cols text[] DEFAULT NULL,
    p_template_table text DEFAULT NULL, p_jobmon boolean DEFAULT true, p_date_trunc_interval text DEFAULT NULL,
    p_control_not_null boolean DEFAULT true, p_time_encoder text DEFAULT NULL, p_time_decoder text DEFAULT NULL
) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    parent regclass := p_parent_table;
    nullable boolean;
BEGIN
    SELECT NOT a.attnotnull INTO nullable
    FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = parent AND a.attname = p_control AND NOT a.attisdropped;
    IF nullable IS NULL THEN
        RAISE undefined_column USING MESSAGE = format('column "%s" of "%s" does not exist', p_control, parent);
    ELSIF nullable AND p_control_not_null THEN
        RAISE EXCEPTION 'the control column "%" of "%" must be NOT NULL', p_control, parent;
    END IF;
    INSERT INTO @extschema@.part_config (parent_table, control, partition_interval, partition_type, epoch, premake,
        automatic_maintenance, constraint_cols, template_table, jobmon, date_trunc_interval, time_encoder,
        time_decoder)
    VALUES (p_parent_table, p_control, p_interval, p_type, p_epoch, p_premake, p_automatic_maintenance,
        p_constraint_cols, p_template_table, p_jobmon, p_date_trunc_interval, p_time_encoder, p_time_decoder);
    IF p_default_table THEN
        EXECUTE format('CREATE TABLE %s PARTITION OF %s DEFAULT', (
            SELECT format('%I.%I', n.nspname, left(c.relname, 55) || '_default')
            FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.oid = parent
        ), parent);
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION @extschema@.run_maintenance(
    p_parent_table text DEFAULT NULL, p_analyze boolean DEFAULT false, p_jobmon boolean DEFAULT true
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE PROCEDURE @extschema@.run_maintenance_proc(
    p_wait integer DEFAULT 0, p_analyze boolean DEFAULT NULL, p_jobmon boolean DEFAULT true
)
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE PROCEDURE @extschema@.partition_data_proc(
    p_parent_table text, p_loop_count integer DEFAULT NULL, p_interval text DEFAULT NULL,
    p_lock_wait integer DEFAULT 0, p_lock_wait_tries integer DEFAULT 10, p_wait integer DEFAULT 1,
    p_order text DEFAULT 'ASC', p_source_table text DEFAULT NULL, p_ignored_columns text[] DEFAULT NULL,
    p_quiet boolean DEFAULT false
)
LANGUAGE plpgsql AS $$ BEGIN END $$;
