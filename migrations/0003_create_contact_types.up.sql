CREATE DOMAIN email_address AS text
    CONSTRAINT email_address_form CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$');

COMMENT ON DOMAIN email_address IS 'One mailbox, as people write it.';

CREATE TYPE postal_address AS (
    street text,
    city text,
    postal_code text,
    country text
);

COMMENT ON TYPE postal_address IS 'Where a letter is sent.';
