-- A stand-in for the extension uuid-ossp with the same functions (manual F.49), for servers that
-- were built without it. Only core functions are used. Nothing here calls another function of the
-- extension, so that it works in any schema, and after ALTER EXTENSION … SET SCHEMA.

CREATE FUNCTION uuid_nil() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN '00000000-0000-0000-0000-000000000000'::uuid; END $$;

-- RFC 9562, section 6.6.
CREATE FUNCTION uuid_ns_dns() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid; END $$;

CREATE FUNCTION uuid_ns_url() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid; END $$;

CREATE FUNCTION uuid_ns_oid() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid; END $$;

CREATE FUNCTION uuid_ns_x500() RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid; END $$;

CREATE FUNCTION uuid_generate_v4() RETURNS uuid
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE
AS $$ BEGIN RETURN pg_catalog.gen_random_uuid(); END $$;

-- Version 1 with a random multicast node instead of the machine's address, which core functions
-- cannot tell: that is what uuid_generate_v1mc() is defined to give, and v1() where there is none.
DO $script$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['uuid_generate_v1', 'uuid_generate_v1mc'] LOOP
    EXECUTE format($create$
      CREATE FUNCTION %I() RETURNS uuid
      LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $body$
      DECLARE
        -- 100 ns intervals since 15 October 1582
        ticks bigint := (extract(epoch FROM pg_catalog.clock_timestamp()) * 10000000)::bigint
                        + 122192928000000000;
        stamp text := pg_catalog.lpad(pg_catalog.to_hex(ticks), 16, '0');
        random bytea := pg_catalog.uuid_send(pg_catalog.gen_random_uuid());
        node bytea := pg_catalog.substring(random, 11, 6);
      BEGIN
        node := pg_catalog.set_byte(node, 0, pg_catalog.get_byte(node, 0) | 1);
        RETURN (pg_catalog.right(stamp, 8) || pg_catalog.substr(stamp, 5, 4)
                || '1' || pg_catalog.substr(stamp, 2, 3)
                || pg_catalog.encode(pg_catalog.substring(random, 9, 2), 'hex')
                || pg_catalog.encode(node, 'hex'))::uuid;
      END $body$
    $create$, name);
  END LOOP;
END $script$;

CREATE FUNCTION uuid_generate_v3(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  hash bytea := pg_catalog.decode(
    pg_catalog.md5(pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, 'UTF8')), 'hex');
BEGIN
  hash := pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 48);
  hash := pg_catalog.set_byte(hash, 8, pg_catalog.get_byte(hash, 8) & 63 | 128);
  RETURN pg_catalog.encode(hash, 'hex')::uuid;
END $$;

-- SHA-1 (RFC 3174) is the one hash of the UUIDs that core functions do not have.
CREATE FUNCTION uuid_generate_v5(namespace uuid, name text) RETURNS uuid
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  message bytea := pg_catalog.uuid_send(namespace) || pg_catalog.convert_to(name, 'UTF8');
  bits bigint := pg_catalog.length(message)::bigint * 8;
  mask CONSTANT bigint := 4294967295;
  h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
  w bigint[];
  a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
  hash bytea;
BEGIN
  message := message || '\x80'::bytea;
  message := message
    || pg_catalog.decode(pg_catalog.repeat('00', (120 - pg_catalog.length(message) % 64) % 64), 'hex')
    || pg_catalog.int8send(bits);
  FOR block IN 0 .. pg_catalog.length(message) / 64 - 1 LOOP
    FOR i IN 0 .. 15 LOOP
      w[i] := 0;
      FOR j IN 0 .. 3 LOOP
        w[i] := (w[i] << 8) | pg_catalog.get_byte(message, block * 64 + i * 4 + j);
      END LOOP;
    END LOOP;
    FOR i IN 16 .. 79 LOOP
      t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
      w[i] := ((t << 1) | (t >> 31)) & mask;
    END LOOP;
    a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
    FOR i IN 0 .. 79 LOOP
      IF i < 20 THEN f := (b & c) | (~b & mask & d); k := 1518500249;
      ELSIF i < 40 THEN f := b # c # d; k := 1859775393;
      ELSIF i < 60 THEN f := (b & c) | (b & d) | (c & d); k := 2400959708;
      ELSE f := b # c # d; k := 3395469782;
      END IF;
      t := ((((a << 5) | (a >> 27)) & mask) + f + e + k + w[i]) & mask;
      e := d; d := c; c := ((b << 30) | (b >> 2)) & mask; b := a; a := t;
    END LOOP;
    h := ARRAY[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask, (h[4] + d) & mask,
               (h[5] + e) & mask];
  END LOOP;
  hash := '\x';
  FOR i IN 1 .. 4 LOOP
    hash := hash || pg_catalog.substring(pg_catalog.int8send(h[i]), 5, 4);
  END LOOP;
  hash := pg_catalog.set_byte(hash, 6, pg_catalog.get_byte(hash, 6) & 15 | 80);
  hash := pg_catalog.set_byte(hash, 8, pg_catalog.get_byte(hash, 8) & 63 | 128);
  RETURN pg_catalog.encode(hash, 'hex')::uuid;
END $$;
