-- A stand-in for the extension pgcrypto with the same functions (manual F.26), for servers that
-- were built without it. Hashes, random bytes and UUIDs are real; ciphers and passwords raise a
-- plain error when they are called. No function depends on the extension's schema.

-- digest(): SHA-1 (RFC 3174) is the one hash that core functions do not have.
DO $script$
DECLARE type text;
BEGIN
  FOREACH type IN ARRAY ARRAY['bytea', 'text'] LOOP
    EXECUTE format($create$
      CREATE FUNCTION digest(%s, text) RETURNS bytea
      LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
      DECLARE
        message bytea := %s;
        bits bigint := pg_catalog.length(message)::bigint * 8;
        mask CONSTANT bigint := 4294967295;
        h bigint[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
        w bigint[];
        a bigint; b bigint; c bigint; d bigint; e bigint; f bigint; k bigint; t bigint;
        hash bytea := '\x';
      BEGIN
        CASE pg_catalog.lower($2)
          WHEN 'md5' THEN RETURN pg_catalog.decode(pg_catalog.md5(message), 'hex');
          WHEN 'sha224' THEN RETURN pg_catalog.sha224(message);
          WHEN 'sha256' THEN RETURN pg_catalog.sha256(message);
          WHEN 'sha384' THEN RETURN pg_catalog.sha384(message);
          WHEN 'sha512' THEN RETURN pg_catalog.sha512(message);
          WHEN 'sha1' THEN NULL;
          ELSE RAISE invalid_parameter_value
            USING MESSAGE = pg_catalog.format('Cannot use "%%s": No such hash algorithm', $2);
        END CASE;
        message := message || '\x80'::bytea;
        message := message
          || pg_catalog.decode(
               pg_catalog.repeat('00', (120 - pg_catalog.length(message) %% 64) %% 64), 'hex')
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
          h := ARRAY[(h[1] + a) & mask, (h[2] + b) & mask, (h[3] + c) & mask,
                     (h[4] + d) & mask, (h[5] + e) & mask];
        END LOOP;
        FOR i IN 1 .. 5 LOOP
          hash := hash || pg_catalog.substring(pg_catalog.int8send(h[i]), 5, 4);
        END LOOP;
        RETURN hash;
      END $body$
    $create$, type, CASE type WHEN 'text' THEN 'pg_catalog.convert_to($1, ''UTF8'')' ELSE '$1' END);
  END LOOP;
END $script$;

-- hmac() (RFC 2104) asks for the extension's schema at every call, since it may be moved.
DO $script$
DECLARE type text;
BEGIN
  FOREACH type IN ARRAY ARRAY['bytea', 'text'] LOOP
    EXECUTE format($create$
      CREATE FUNCTION hmac(%1$s, %1$s, text) RETURNS bytea
      LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $body$
      DECLARE
        message bytea := %2$s;
        key bytea := %3$s;
        size int := CASE WHEN pg_catalog.lower($3) IN ('sha384', 'sha512') THEN 128 ELSE 64 END;
        digest text;
        inner_key bytea;
        outer_key bytea;
        hash bytea;
      BEGIN
        SELECT pg_catalog.format('SELECT %%I.digest($1, $2)', n.nspname) INTO STRICT digest
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
        WHERE e.extname = 'pgcrypto';
        IF pg_catalog.length(key) > size THEN
          EXECUTE digest INTO key USING key, $3;
        END IF;
        key := key || pg_catalog.decode(pg_catalog.repeat('00', size - pg_catalog.length(key)), 'hex');
        inner_key := key;
        outer_key := key;
        FOR i IN 0 .. size - 1 LOOP
          inner_key := pg_catalog.set_byte(inner_key, i, pg_catalog.get_byte(key, i) # 54);
          outer_key := pg_catalog.set_byte(outer_key, i, pg_catalog.get_byte(key, i) # 92);
        END LOOP;
        EXECUTE digest INTO hash USING inner_key || message, $3;
        EXECUTE digest INTO hash USING outer_key || hash, $3;
        RETURN hash;
      END $body$
    $create$, type,
      CASE type WHEN 'text' THEN 'pg_catalog.convert_to($1, ''UTF8'')' ELSE '$1' END,
      CASE type WHEN 'text' THEN 'pg_catalog.convert_to($2, ''UTF8'')' ELSE '$2' END);
  END LOOP;
END $script$;

-- A random UUID has 122 random bits: a SHA-256 of three has all of its own.
CREATE FUNCTION gen_random_bytes(int4) RETURNS bytea
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE AS $$
DECLARE bytes bytea := '\x';
BEGIN
  IF $1 NOT BETWEEN 1 AND 1024 THEN
    RAISE external_routine_invocation_exception USING MESSAGE = 'Length not in range';
  END IF;
  WHILE pg_catalog.length(bytes) < $1 LOOP
    bytes := bytes || pg_catalog.sha256(
      pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
      || pg_catalog.uuid_send(pg_catalog.gen_random_uuid())
      || pg_catalog.uuid_send(pg_catalog.gen_random_uuid()));
  END LOOP;
  RETURN pg_catalog.substring(bytes, 1, $1);
END $$;

CREATE FUNCTION gen_random_uuid() RETURNS uuid
LANGUAGE plpgsql VOLATILE PARALLEL SAFE
AS $$ BEGIN RETURN pg_catalog.gen_random_uuid(); END $$;

-- The rest exists, so that schemas and queries that mention it can be analysed.
DO $script$
DECLARE declaration text;
BEGIN
  FOREACH declaration IN ARRAY ARRAY[
    'crypt(text, text) RETURNS text IMMUTABLE',
    'gen_salt(text) RETURNS text VOLATILE',
    'gen_salt(text, int4) RETURNS text VOLATILE',
    'encrypt(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'decrypt(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'encrypt_iv(bytea, bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'decrypt_iv(bytea, bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_sym_encrypt(text, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt(text, text, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt_bytea(bytea, text) RETURNS bytea VOLATILE',
    'pgp_sym_encrypt_bytea(bytea, text, text) RETURNS bytea VOLATILE',
    'pgp_sym_decrypt(bytea, text) RETURNS text IMMUTABLE',
    'pgp_sym_decrypt(bytea, text, text) RETURNS text IMMUTABLE',
    'pgp_sym_decrypt_bytea(bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_sym_decrypt_bytea(bytea, text, text) RETURNS bytea IMMUTABLE',
    'pgp_pub_encrypt(text, bytea) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt(text, bytea, text) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt_bytea(bytea, bytea) RETURNS bytea VOLATILE',
    'pgp_pub_encrypt_bytea(bytea, bytea, text) RETURNS bytea VOLATILE',
    'pgp_pub_decrypt(bytea, bytea) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt(bytea, bytea, text) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt(bytea, bytea, text, text) RETURNS text IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea) RETURNS bytea IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea, text) RETURNS bytea IMMUTABLE',
    'pgp_pub_decrypt_bytea(bytea, bytea, text, text) RETURNS bytea IMMUTABLE',
    'pgp_key_id(bytea) RETURNS text IMMUTABLE',
    'armor(bytea) RETURNS text IMMUTABLE',
    'armor(bytea, text[], text[]) RETURNS text IMMUTABLE',
    'dearmor(text) RETURNS bytea IMMUTABLE',
    'pgp_armor_headers(text, key OUT text, value OUT text) RETURNS SETOF record IMMUTABLE'
  ] LOOP
    EXECUTE format($create$
      CREATE FUNCTION %s STRICT PARALLEL SAFE LANGUAGE plpgsql AS $body$
      BEGIN
        RAISE feature_not_supported USING
          MESSAGE = %L,
          HINT = 'Use a server that has the extension itself.';
      END $body$
    $create$,
      declaration,
      format('sqlgen''s stand-in for the extension pgcrypto cannot compute %s()',
             split_part(declaration, '(', 1)));
  END LOOP;
END $script$;
