DROP TYPE postal_address;
DROP DOMAIN email_address;
