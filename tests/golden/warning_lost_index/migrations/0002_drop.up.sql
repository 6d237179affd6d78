-- Nobody needs it, or so it seems.
DROP INDEX pets_owner;
DROP INDEX pets_born;
