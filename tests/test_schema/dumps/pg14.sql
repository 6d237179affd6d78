--
-- PostgreSQL database dump
--

-- Dumped from database version 14.9 (Ubuntu 14.9-0ubuntu0.22.04.1)
-- Dumped by pg_dump version 14.9 (Ubuntu 14.9-0ubuntu0.22.04.1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


--
-- Name: state; Type: TYPE; Schema: public; Owner: shop
--

CREATE TYPE public.state AS ENUM (
    'open',
    'paid'
);


ALTER TYPE public.state OWNER TO shop;

--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: shop
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN NEW;
END
$$;


ALTER FUNCTION public.touch() OWNER TO shop;

SET default_tablespace = '';

SET default_table_access_method = heap;

SET default_tablespace = fast;

--
-- Name: book; Type: TABLE; Schema: public; Owner: shop
--

CREATE TABLE public.book (
    id bigint NOT NULL,
    title text NOT NULL,
    subtitle text,
    key uuid DEFAULT public.gen_random_uuid() NOT NULL,
    state public.state DEFAULT 'open'::public.state NOT NULL
);


ALTER TABLE public.book OWNER TO shop;

--
-- Name: TABLE book; Type: COMMENT; Schema: public; Owner: shop
--

COMMENT ON TABLE public.book IS 'What can be lent; \restrict nothing';


--
-- Name: book_id_seq; Type: SEQUENCE; Schema: public; Owner: shop
--

ALTER TABLE public.book ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.book_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: loan; Type: TABLE; Schema: public; Owner: shop
--

CREATE TABLE public.loan (
    id integer NOT NULL,
    book_id bigint NOT NULL,
    due date
)
PARTITION BY RANGE (id);


ALTER TABLE public.loan OWNER TO shop;

--
-- Name: loan_id_seq; Type: SEQUENCE; Schema: public; Owner: shop
--

CREATE SEQUENCE public.loan_id_seq
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.loan_id_seq OWNER TO shop;

--
-- Name: loan_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: shop
--

ALTER SEQUENCE public.loan_id_seq OWNED BY public.loan.id;


--
-- Name: loan_1; Type: TABLE; Schema: public; Owner: shop
--

CREATE TABLE public.loan_1 (
    id integer DEFAULT nextval('public.loan_id_seq'::regclass) NOT NULL,
    book_id bigint NOT NULL,
    due date
);


ALTER TABLE public.loan_1 OWNER TO shop;

--
-- Name: titles; Type: VIEW; Schema: public; Owner: shop
--

CREATE VIEW public.titles AS
 SELECT book.id,
    book.title
   FROM public.book
  WHERE (book.subtitle IS NULL);


ALTER TABLE public.titles OWNER TO shop;

--
-- Name: loan_1; Type: TABLE ATTACH; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan ATTACH PARTITION public.loan_1 FOR VALUES FROM (0) TO (100);


--
-- Name: loan id; Type: DEFAULT; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan ALTER COLUMN id SET DEFAULT nextval('public.loan_id_seq'::regclass);


--
-- Name: 4711; Type: BLOB; Schema: -; Owner: shop
--

SELECT pg_catalog.lo_create('4711');


ALTER LARGE OBJECT 4711 OWNER TO shop;

--
-- Data for Name: book; Type: TABLE DATA; Schema: public; Owner: shop
--

COPY public.book (id, title, subtitle, key, state) FROM stdin;
1	Emma	\N	4f0e7c52-63b1-4b8e-9d0c-2b8f6b6f4d11	open
2	Persuasion	A \\. novel\nin two volumes	4f0e7c52-63b1-4b8e-9d0c-2b8f6b6f4d12	paid
\.


--
-- Data for Name: loan_1; Type: TABLE DATA; Schema: public; Owner: shop
--

COPY public.loan_1 (id, book_id, due) FROM stdin;
1	1	2024-01-31
\.


--
-- Name: book_id_seq; Type: SEQUENCE SET; Schema: public; Owner: shop
--

SELECT pg_catalog.setval('public.book_id_seq', 2, true);


--
-- Name: loan_id_seq; Type: SEQUENCE SET; Schema: public; Owner: shop
--

SELECT pg_catalog.setval('public.loan_id_seq', 1, true);


--
-- Data for Name: BLOBS; Type: BLOBS; Schema: -; Owner: -
--

BEGIN;

SELECT pg_catalog.lo_open('4711', 131072);
SELECT pg_catalog.lowrite(0, '\x6162');
SELECT pg_catalog.lo_close(0);

COMMIT;

--
-- Name: book book_pkey; Type: CONSTRAINT; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.book
    ADD CONSTRAINT book_pkey PRIMARY KEY (id);


--
-- Name: loan loan_pkey; Type: CONSTRAINT; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan
    ADD CONSTRAINT loan_pkey PRIMARY KEY (id);


--
-- Name: loan_1 loan_1_pkey; Type: CONSTRAINT; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan_1
    ADD CONSTRAINT loan_1_pkey PRIMARY KEY (id);


--
-- Name: book_title; Type: INDEX; Schema: public; Owner: shop
--

CREATE INDEX book_title ON public.book USING btree (title);


--
-- Name: loan_1_pkey; Type: INDEX ATTACH; Schema: public; Owner: shop
--

ALTER INDEX public.loan_pkey ATTACH PARTITION public.loan_1_pkey;


--
-- Name: book touched; Type: TRIGGER; Schema: public; Owner: shop
--

CREATE TRIGGER touched BEFORE UPDATE ON public.book FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: loan loan_book_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: shop
--

ALTER TABLE public.loan
    ADD CONSTRAINT loan_book_id_fkey FOREIGN KEY (book_id) REFERENCES public.book(id) ON DELETE CASCADE;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: postgres
--

REVOKE ALL ON SCHEMA public FROM postgres;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO shop;
GRANT ALL ON SCHEMA public TO PUBLIC;


--
-- Name: TABLE book; Type: ACL; Schema: public; Owner: shop
--

GRANT SELECT ON TABLE public.book TO reporting;


--
-- PostgreSQL database dump complete
--

