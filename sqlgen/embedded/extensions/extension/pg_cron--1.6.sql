-- A stand-in for the extension pg_cron, for servers that do not have it: jobs are kept in its tables, and no job runs.

CREATE SCHEMA cron;
GRANT USAGE ON SCHEMA cron TO PUBLIC;

CREATE SEQUENCE cron.jobid_seq;
CREATE SEQUENCE cron.runid_seq;

CREATE TABLE cron.job (
    jobid bigint PRIMARY KEY DEFAULT nextval('cron.jobid_seq'),
    schedule text NOT NULL,
    command text NOT NULL,
    nodename text NOT NULL DEFAULT 'localhost',
    nodeport integer NOT NULL DEFAULT 5432,
    database text NOT NULL DEFAULT current_database(),
    username text NOT NULL DEFAULT current_user,
    active boolean NOT NULL DEFAULT true,
    jobname text,
    CONSTRAINT jobname_username_uniq UNIQUE (jobname, username)
);

CREATE TABLE cron.job_run_details (
    jobid bigint,
    runid bigint PRIMARY KEY DEFAULT nextval('cron.runid_seq'),
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);

GRANT SELECT ON cron.job, cron.job_run_details TO PUBLIC;
GRANT DELETE ON cron.job_run_details TO PUBLIC;
ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY;
CREATE POLICY cron_job_policy ON cron.job USING (username = current_user);
ALTER TABLE cron.job_run_details ENABLE ROW LEVEL SECURITY;
CREATE POLICY cron_job_run_details_policy ON cron.job_run_details USING (username = current_user);

CREATE FUNCTION cron.schedule(schedule text, command text) RETURNS bigint
LANGUAGE plpgsql STRICT AS $$
DECLARE id bigint;
BEGIN
    INSERT INTO cron.job (schedule, command) VALUES ($1, $2) RETURNING jobid INTO id;
    RETURN id;
END $$;

-- A job of the same name is changed.
CREATE FUNCTION cron.schedule_in_database(
    job_name text, schedule text, command text, database text, username text DEFAULT NULL, active boolean DEFAULT true
) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE id bigint;
BEGIN
    INSERT INTO cron.job AS j (jobname, schedule, command, database, username, active)
    VALUES ($1, $2, $3, $4, coalesce($5, current_user), $6)
    ON CONFLICT ON CONSTRAINT jobname_username_uniq DO UPDATE
        SET schedule = excluded.schedule, command = excluded.command,
            database = excluded.database, active = excluded.active
    RETURNING j.jobid INTO id;
    RETURN id;
END $$;

CREATE FUNCTION cron.schedule(job_name text, schedule text, command text) RETURNS bigint
LANGUAGE plpgsql AS $$
BEGIN
    RETURN cron.schedule_in_database($1, $2, $3, current_database());
END $$;

CREATE FUNCTION cron.unschedule(job_id bigint) RETURNS boolean
LANGUAGE plpgsql STRICT AS $$
BEGIN
    DELETE FROM cron.job WHERE jobid = $1;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'could not find valid entry for job %', $1;
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION cron.unschedule(job_name text) RETURNS boolean
LANGUAGE plpgsql STRICT AS $$
BEGIN
    DELETE FROM cron.job WHERE jobname = $1 AND username = current_user;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'could not find valid entry for job ''%''', $1;
    END IF;
    RETURN true;
END $$;

CREATE FUNCTION cron.alter_job(
    job_id bigint, schedule text DEFAULT NULL, command text DEFAULT NULL, database text DEFAULT NULL,
    username text DEFAULT NULL, active boolean DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE cron.job AS j
    SET schedule = coalesce($2, j.schedule), command = coalesce($3, j.command), database = coalesce($4, j.database),
        username = coalesce($5, j.username), active = coalesce($6, j.active)
    WHERE j.jobid = $1;
END $$;
