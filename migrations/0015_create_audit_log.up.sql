CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL,
    client_address inet,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    action text NOT NULL CHECK (action IN ('INSERT', 'UPDATE', 'DELETE')),
    old_values jsonb,
    new_values jsonb,
    CONSTRAINT audit_log_some_values CHECK (num_nonnulls(old_values, new_values) > 0)
);

CREATE INDEX audit_log_row_idx ON audit_log (table_name, row_id, id);
CREATE INDEX audit_log_occurred_at_idx ON audit_log USING brin (occurred_at);

CREATE FUNCTION record_change() RETURNS trigger
LANGUAGE plpgsql
AS $function$
BEGIN
    INSERT INTO audit_log (actor, client_address, table_name, row_id, action, old_values, new_values)
    VALUES (
        coalesce(nullif(current_setting('clinic.actor', true), ''), session_user::text),
        inet_client_addr(),
        TG_TABLE_NAME,
        CASE TG_OP WHEN 'DELETE' THEN OLD.id ELSE NEW.id END,
        TG_OP,
        CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,
        CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END
    );
    RETURN NULL;
END;
$function$;

CREATE TRIGGER patients_record_change AFTER INSERT OR UPDATE OR DELETE ON patients
    FOR EACH ROW EXECUTE FUNCTION record_change();
CREATE TRIGGER allergies_record_change AFTER INSERT OR UPDATE OR DELETE ON allergies
    FOR EACH ROW EXECUTE FUNCTION record_change();
CREATE TRIGGER prescriptions_record_change AFTER INSERT OR UPDATE OR DELETE ON prescriptions
    FOR EACH ROW EXECUTE FUNCTION record_change();

COMMENT ON TABLE audit_log IS 'Who changed what in the medical record, and when.';
COMMENT ON COLUMN audit_log.actor IS 'The setting clinic.actor of the session, else its role.';
COMMENT ON COLUMN audit_log.client_address IS 'NULL for connections through a local socket.';
COMMENT ON FUNCTION record_change() IS 'AFTER trigger: writes the audit log.';
