--
-- PostgreSQL database dump
--

\restrict J3sVx8PbNqE0yRkTfLm5WcZu1HdGoA7iXtB2eKpD9rMwSvYhC4jQnUgF6lOaIz

-- Dumped from database version 17.6
-- Dumped by pg_dump version 17.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: state; Type: TYPE; Schema: public; Owner: shop
--

CREATE TYPE public.state AS ENUM (
    'open',
    'paid'
);


ALTER TYPE public.state OWNER TO shop;

--
-- Name: log(); Type: FUNCTION; Schema: public; Owner: shop
--

CREATE FUNCTION public.log() RETURNS event_trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NULL; END $$;


ALTER FUNCTION public.log() OWNER TO shop;

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

--
-- Name: book; Type: TABLE; Schema: public; Owner: shop
--

CREATE TABLE public.book (
    id bigint NOT NULL,
    title text NOT NULL,
    subtitle text,
    key uuid DEFAULT gen_random_uuid() NOT NULL,
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


ALTER SEQUENCE public.loan_id_seq OWNER TO shop;

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
 SELECT id,
    title
   FROM public.book
  WHERE (subtitle IS NULL);


ALTER VIEW public.titles OWNER TO shop;

--
-- Name: loan_1; Type: TABLE ATTACH; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan ATTACH PARTITION public.loan_1 FOR VALUES FROM (0) TO (100);


--
-- Name: loan id; Type: DEFAULT; Schema: public; Owner: shop
--

ALTER TABLE ONLY public.loan ALTER COLUMN id SET DEFAULT nextval('public.loan_id_seq'::regclass);


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
-- Name: book; Type: ROW SECURITY; Schema: public; Owner: shop
--

ALTER TABLE public.book ENABLE ROW LEVEL SECURITY;

--
-- Name: book readable; Type: POLICY; Schema: public; Owner: shop
--

CREATE POLICY readable ON public.book FOR SELECT TO reporting USING (true);


--
-- Name: books; Type: PUBLICATION; Schema: -; Owner: shop
--

CREATE PUBLICATION books WITH (publish = 'insert, update, delete, truncate');


ALTER PUBLICATION books OWNER TO shop;

--
-- Name: books book; Type: PUBLICATION TABLE; Schema: public; Owner: shop
--

ALTER PUBLICATION books ADD TABLE ONLY public.book;


--
-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: pg_database_owner
--

GRANT USAGE ON SCHEMA public TO reporting;


--
-- Name: TABLE book; Type: ACL; Schema: public; Owner: shop
--

GRANT SELECT,MAINTAIN ON TABLE public.book TO reporting;


--
-- Name: log; Type: EVENT TRIGGER; Schema: -; Owner: shop
--

CREATE EVENT TRIGGER log ON ddl_command_end
   EXECUTE FUNCTION public.log();


ALTER EVENT TRIGGER log OWNER TO shop;

--
-- PostgreSQL database dump complete
--

\unrestrict J3sVx8PbNqE0yRkTfLm5WcZu1HdGoA7iXtB2eKpD9rMwSvYhC4jQnUgF6lOaIz

