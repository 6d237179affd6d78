CREATE TABLE s (
    i2 smallint NOT NULL, i4 integer NOT NULL, i8 bigint NOT NULL, o oid NOT NULL, f4 real NOT NULL, f8 double precision NOT NULL,
    n numeric NOT NULL, b boolean NOT NULL, t text NOT NULL, vc varchar(9) NOT NULL, bc char(3) NOT NULL, nm name NOT NULL,
    ch "char" NOT NULL, x xml NOT NULL, bi bit(3) NOT NULL, vb bit varying NOT NULL, mo money NOT NULL, mac macaddr NOT NULL,
    by bytea NOT NULL, u uuid NOT NULL, d date NOT NULL, ti time NOT NULL, tt timetz NOT NULL, ts timestamp NOT NULL,
    tz timestamptz NOT NULL, iv interval NOT NULL, j json NOT NULL, jb jsonb NOT NULL, ine inet NOT NULL, ci cidr NOT NULL,
    r4 int4range NOT NULL, rn numrange NOT NULL, rt tstzrange NOT NULL, m4 int4multirange NOT NULL, a4 integer[] NOT NULL,
    at text[] NOT NULL, aj jsonb[] NOT NULL, au uuid[] NOT NULL, ad timestamptz[] NOT NULL, tv tsvector NOT NULL, p point NOT NULL
);
