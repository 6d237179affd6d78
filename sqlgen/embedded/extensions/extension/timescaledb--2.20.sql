-- A stand-in for the extension TimescaleDB, for servers that do not have it: a hypertable is an ordinary table, whose
-- column of time becomes NOT NULL and gets an index, as in the real one. Policies do nothing.

CREATE SCHEMA _timescaledb_internal;
CREATE TYPE _timescaledb_internal.dimension_info AS (column_name name, is_range boolean);

CREATE FUNCTION by_range(column_name name, partition_interval anyelement DEFAULT NULL::bigint, partition_func regproc DEFAULT NULL)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql AS $$ BEGIN RETURN (column_name, true); END $$;

CREATE FUNCTION by_hash(column_name name, number_partitions integer, partition_func regproc DEFAULT NULL)
RETURNS _timescaledb_internal.dimension_info
LANGUAGE plpgsql AS $$ BEGIN RETURN (column_name, false); END $$;

CREATE FUNCTION _timescaledb_internal.make_hypertable(relation regclass, range_column name, with_index boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', relation, range_column);
    IF with_index AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_index AS i
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = relation AND a.attname = range_column
    ) THEN
        EXECUTE format('CREATE INDEX ON %s (%I DESC)', relation, range_column);
    END IF;
END $$;

CREATE FUNCTION create_hypertable(
    relation regclass, time_column_name name, partitioning_column name DEFAULT NULL,
    number_partitions integer DEFAULT NULL, associated_schema_name name DEFAULT NULL,
    associated_table_prefix name DEFAULT NULL, chunk_time_interval anyelement DEFAULT NULL::bigint,
    create_default_indexes boolean DEFAULT true, if_not_exists boolean DEFAULT false,
    partitioning_func regproc DEFAULT NULL, migrate_data boolean DEFAULT false, chunk_target_size text DEFAULT NULL,
    chunk_sizing_func regproc DEFAULT NULL, time_partitioning_func regproc DEFAULT NULL
) RETURNS TABLE (hypertable_id integer, schema_name name, table_name name, created boolean)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM _timescaledb_internal.make_hypertable(relation, time_column_name, create_default_indexes);
    RETURN QUERY SELECT 1, n.nspname, c.relname, true
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = relation;
END $$;

CREATE FUNCTION create_hypertable(
    relation regclass, dimension _timescaledb_internal.dimension_info, create_default_indexes boolean DEFAULT true,
    if_not_exists boolean DEFAULT false, migrate_data boolean DEFAULT false
) RETURNS TABLE (hypertable_id integer, created boolean)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM _timescaledb_internal.make_hypertable(relation, dimension.column_name, create_default_indexes);
    RETURN QUERY SELECT 1, true;
END $$;

CREATE FUNCTION add_dimension(
    hypertable regclass, column_name name, number_partitions integer DEFAULT NULL,
    chunk_time_interval anyelement DEFAULT NULL::bigint, partitioning_func regproc DEFAULT NULL,
    if_not_exists boolean DEFAULT false
) RETURNS TABLE (dimension_id integer, schema_name name, table_name name, added_column name, created boolean)
LANGUAGE plpgsql AS $$
BEGIN
    IF number_partitions IS NULL THEN
        PERFORM _timescaledb_internal.make_hypertable(hypertable, $2, false);
    END IF;
    RETURN QUERY SELECT 1, n.nspname, c.relname, $2, true
        FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.oid = hypertable;
END $$;

CREATE FUNCTION add_dimension(
    hypertable regclass, dimension _timescaledb_internal.dimension_info, if_not_exists boolean DEFAULT false
) RETURNS TABLE (dimension_id integer, created boolean)
LANGUAGE plpgsql AS $$
BEGIN
    IF dimension.is_range THEN
        PERFORM _timescaledb_internal.make_hypertable(hypertable, dimension.column_name, false);
    END IF;
    RETURN QUERY SELECT 1, true;
END $$;

CREATE FUNCTION set_chunk_time_interval(
    hypertable regclass, chunk_time_interval anyelement, dimension_name name DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION set_number_partitions(
    hypertable regclass, number_partitions integer, dimension_name name DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION set_integer_now_func(
    hypertable regclass, integer_now_func regproc, replace_if_exists boolean DEFAULT false
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION show_chunks(relation regclass, older_than anycompatible DEFAULT NULL, newer_than anycompatible DEFAULT NULL)
RETURNS SETOF regclass
LANGUAGE plpgsql STABLE AS $$ BEGIN END $$;

CREATE FUNCTION drop_chunks(
    relation regclass, older_than anycompatible DEFAULT NULL, newer_than anycompatible DEFAULT NULL, "verbose" boolean DEFAULT false
) RETURNS SETOF text
LANGUAGE plpgsql VOLATILE AS $$ BEGIN END $$;

CREATE FUNCTION compress_chunk(uncompressed_chunk regclass, if_not_compressed boolean DEFAULT true, recompress boolean DEFAULT false)
RETURNS regclass
LANGUAGE plpgsql VOLATILE AS $$ BEGIN RETURN uncompressed_chunk; END $$;

CREATE FUNCTION decompress_chunk(uncompressed_chunk regclass, if_compressed boolean DEFAULT true) RETURNS regclass
LANGUAGE plpgsql VOLATILE STRICT AS $$ BEGIN RETURN uncompressed_chunk; END $$;

CREATE FUNCTION add_retention_policy(
    relation regclass, drop_after anycompatible DEFAULT NULL, if_not_exists boolean DEFAULT false,
    schedule_interval interval DEFAULT NULL, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL,
    drop_created_before interval DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

CREATE FUNCTION remove_retention_policy(relation regclass, if_exists boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION add_compression_policy(
    hypertable regclass, compress_after anycompatible DEFAULT NULL, if_not_exists boolean DEFAULT false,
    schedule_interval interval DEFAULT NULL, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL,
    compress_created_before interval DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

CREATE FUNCTION remove_compression_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS boolean
LANGUAGE plpgsql STRICT AS $$ BEGIN RETURN true; END $$;

CREATE FUNCTION add_reorder_policy(
    hypertable regclass, index_name name, if_not_exists boolean DEFAULT false,
    initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

CREATE FUNCTION remove_reorder_policy(hypertable regclass, if_exists boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT AS $$ BEGIN END $$;

CREATE FUNCTION add_continuous_aggregate_policy(
    continuous_aggregate regclass, start_offset anycompatible, end_offset anycompatible, schedule_interval interval,
    if_not_exists boolean DEFAULT false, initial_start timestamptz DEFAULT NULL, timezone text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

CREATE FUNCTION remove_continuous_aggregate_policy(
    continuous_aggregate regclass, if_not_exists boolean DEFAULT false, if_exists boolean DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE PROCEDURE refresh_continuous_aggregate(
    continuous_aggregate regclass, window_start anycompatible, window_end anycompatible, force boolean DEFAULT false
)
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('REFRESH MATERIALIZED VIEW %s', continuous_aggregate);
END $$;

CREATE FUNCTION add_job(
    proc regproc, schedule_interval interval, config jsonb DEFAULT NULL, initial_start timestamptz DEFAULT NULL,
    scheduled boolean DEFAULT true, check_config regproc DEFAULT NULL, fixed_schedule boolean DEFAULT true,
    timezone text DEFAULT NULL, job_name text DEFAULT NULL
) RETURNS integer
LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;

CREATE FUNCTION delete_job(job_id integer) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN END $$;

CREATE FUNCTION approximate_row_count(relation regclass) RETURNS bigint
LANGUAGE plpgsql STABLE STRICT AS $$
BEGIN
    RETURN (SELECT greatest(c.reltuples, 0)::bigint FROM pg_catalog.pg_class AS c WHERE c.oid = relation);
END $$;

CREATE FUNCTION hypertable_size(hypertable regclass) RETURNS bigint
LANGUAGE plpgsql STRICT AS $$ BEGIN RETURN pg_catalog.pg_total_relation_size(hypertable); END $$;

-- Buckets of months count from January 2000, others from Monday, 3 January 2000. Both cannot be combined.
CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
DECLARE
    months integer := extract(year FROM bucket_width) * 12 + extract(month FROM bucket_width);
    place integer := (extract(year FROM ts) - 2000) * 12 + extract(month FROM ts) - 1;
BEGIN
    IF months = 0 THEN
        RETURN pg_catalog.date_bin(bucket_width, ts, '2000-01-03');
    END IF;
    RETURN '2000-01-01'::timestamp + floor(place::numeric / months) * months * interval '1 month';
END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN @extschema@.time_bucket(bucket_width, ts AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'; END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts date) RETURNS date
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN @extschema@.time_bucket(bucket_width, ts::timestamp)::date; END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp, origin timestamp) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN RETURN pg_catalog.date_bin(bucket_width, ts, origin); END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, origin timestamptz) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$ BEGIN RETURN pg_catalog.date_bin(bucket_width, ts, origin); END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamp, "offset" interval) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN @extschema@.time_bucket(bucket_width, ts - "offset") + "offset"; END $$;

CREATE FUNCTION time_bucket(bucket_width interval, ts timestamptz, "offset" interval) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN @extschema@.time_bucket(bucket_width, ts - "offset") + "offset"; END $$;

CREATE FUNCTION time_bucket(
    bucket_width interval, ts timestamptz, timezone text, origin timestamptz DEFAULT NULL, "offset" interval DEFAULT NULL
) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF origin IS NOT NULL THEN
        RAISE feature_not_supported USING MESSAGE = 'sqlgen''s stand-in for timescaledb does not compute time_bucket() with a time zone and an origin';
    END IF;
    RETURN (@extschema@.time_bucket(bucket_width, (ts AT TIME ZONE timezone) - coalesce("offset", interval '0'))
            + coalesce("offset", interval '0')) AT TIME ZONE timezone;
END $$;

CREATE FUNCTION time_bucket(bucket_width smallint, ts smallint, "offset" smallint DEFAULT 0) RETURNS smallint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN floor((ts - "offset")::numeric / bucket_width) * bucket_width + "offset"; END $$;

CREATE FUNCTION time_bucket(bucket_width integer, ts integer, "offset" integer DEFAULT 0) RETURNS integer
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN floor((ts - "offset")::numeric / bucket_width) * bucket_width + "offset"; END $$;

CREATE FUNCTION time_bucket(bucket_width bigint, ts bigint, "offset" bigint DEFAULT 0) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $$
BEGIN RETURN floor((ts - "offset")::numeric / bucket_width) * bucket_width + "offset"; END $$;

-- The real aggregates need C: these have their types, and cannot be computed for more than a row.
CREATE FUNCTION _timescaledb_internal.not_computed(state anyelement, value anyelement, "time" anycompatible) RETURNS anyelement
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    RAISE feature_not_supported USING MESSAGE = 'sqlgen''s stand-in for timescaledb does not compute first() and last()';
END $$;

CREATE AGGREGATE first(anyelement, anycompatible) (SFUNC = _timescaledb_internal.not_computed, STYPE = anyelement);
CREATE AGGREGATE last(anyelement, anycompatible) (SFUNC = _timescaledb_internal.not_computed, STYPE = anyelement);
