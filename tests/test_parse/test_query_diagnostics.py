"""Errors in query files: the whole text, as a user sees it."""

import pytest

from sqlgen import parse, report
from sqlgen.model.diagnostic import SqlgenError
from sqlgen.model.source import SourceFile


def check(text: str, expected: str, path: str = "queries/q.sql") -> None:
    with pytest.raises(SqlgenError) as caught:
        parse.query_file(SourceFile(path, text))
    assert report.text(caught.value.diagnostics) == expected.strip("\n")


def test_unknown_command() -> None:
    check(
        "-- name: a :won\nselect 1\n-- name: b :copyfrom\nselect 1\n-- name: c :fetch\nselect 1",
        """
error[unknown-command]: query `a` has the unknown command `:won`
 --> queries/q.sql:1:13
  |
1 | -- name: a :won
  |             ^^^
  |
  = hint: write `:one`

error[unknown-command]: query `b` has the unknown command `:copyfrom`
 --> queries/q.sql:3:13
  |
3 | -- name: b :copyfrom
  |             ^^^^^^^^
  |
  = hint: write `:copy`

error[unknown-command]: query `c` has the unknown command `:fetch`
 --> queries/q.sql:5:13
  |
5 | -- name: c :fetch
  |             ^^^^^
  |
  = hint: write one of `:one`, `:optional`, `:many`, `:stream`, `:page`, `:exec`, `:execrows`, `:batch`, `:copy`

3 errors
""",
    )


def test_malformed_header() -> None:
    check(
        "-- name list_all :many\nselect 1\n--name:x\nselect 1\n-- name: y many\nselect 1\n-- name: :one\nselect 1\n-- name: z :one ->\nselect 1\n-- name: z :one more\n/* name: x :one */\n",
        """
error[malformed-header]: this looks like a header, but is not one
 --> queries/q.sql:1:1
  |
1 | -- name list_all :many
  | ^^^^^^^^^^^^^^^^^^^^^^
  |
  = hint: write `-- name: NAME :COMMAND [-> ROW]`

error[malformed-header]: the header of query `x` has no command
 --> queries/q.sql:3:1
  |
3 | --name:x
  | ^^^^^^^^
  |
  = hint: add one of `:one`, `:optional`, `:many`, `:stream`, `:page`, `:exec`, `:execrows`, `:batch`, `:copy`, or reword the comment if it is no header

error[malformed-header]: the command of query `y` lacks its colon
 --> queries/q.sql:5:1
  |
5 | -- name: y many
  | ^^^^^^^^^^^^^^^
  |
  = hint: write `:many`

error[malformed-header]: the header has no query name
 --> queries/q.sql:7:1
  |
7 | -- name: :one
  | ^^^^^^^^^^^^^
  |
  = hint: write `-- name: NAME :COMMAND [-> ROW]`

error[malformed-header]: the header of query `z` names no row class after `->`
 --> queries/q.sql:9:1
  |
9 | -- name: z :one ->
  | ^^^^^^^^^^^^^^^^^^
  |
  = hint: write `-- name: NAME :COMMAND [-> ROW]`

error[malformed-header]: the header of query `z` is malformed
  --> queries/q.sql:11:1
   |
11 | -- name: z :one more
   | ^^^^^^^^^^^^^^^^^^^^
   |
   = hint: write `-- name: NAME :COMMAND [-> ROW]`

error[malformed-header]: a header must be a line comment
  --> queries/q.sql:12:1
   |
12 | /* name: x :one */
   | ^^^^^^^^^^^^^^^^^^
   |
   = hint: write `-- name: NAME :COMMAND [-> ROW]`

7 errors
""",
    )


def test_header_behind_code() -> None:
    check(
        "-- name: a :one\nselect 1; -- name: b :one\nselect 2",
        """
error[malformed-header]: the header of query `b` is not on a line of its own, but behind `select 1;`
 --> queries/q.sql:2:11
  |
2 | select 1; -- name: b :one
  |           ^^^^^^^^^^^^^^^
  |
  = hint: put the header on a line of its own
""",
    )


def test_bad_query_name() -> None:
    check(
        "-- name: listAll :many\nselect 1\n-- name: class :one\nselect 1\n-- name: 1st :one\nselect 1",
        """
error[bad-query-name]: `listAll` cannot be the name of a query
 --> queries/q.sql:1:10
  |
1 | -- name: listAll :many
  |          ^^^^^^^
  |
  = hint: write `list_all`

error[bad-query-name]: `class` cannot be the name of a query
 --> queries/q.sql:3:10
  |
3 | -- name: class :one
  |          ^^^^^
  |
  = hint: write `class_`

error[bad-query-name]: `1st` cannot be the name of a query
 --> queries/q.sql:5:10
  |
5 | -- name: 1st :one
  |          ^^^
  |
  = hint: write a Python function's name in snake_case

3 errors
""",
    )


def test_bad_row_name() -> None:
    check(
        "-- name: a :one -> patient_row\nselect 1\n-- name: b :one -> 1\nselect 1",
        """
error[bad-row-name]: `patient_row` cannot be the name of a row class
 --> queries/q.sql:1:20
  |
1 | -- name: a :one -> patient_row
  |                    ^^^^^^^^^^^
  |
  = hint: write `PatientRow`

error[bad-row-name]: `1` cannot be the name of a row class
 --> queries/q.sql:3:20
  |
3 | -- name: b :one -> 1
  |                    ^
  |
  = hint: write a class name in PascalCase

2 errors
""",
    )


def test_duplicate_query() -> None:
    check(
        "-- name: a :one\nselect 1;\n\n-- name: a :many\nselect 2;\n",
        """
error[duplicate-query]: the file has more than one query `a`
 --> queries/q.sql:4:10
  |
4 | -- name: a :many
  |          ^
  |
 ::: queries/q.sql:1:10
  |
1 | -- name: a :one
  |          - the first one
  |
  = hint: rename one of them
""",
    )


def test_several_statements() -> None:
    check(
        "-- name: a :one\nselect 1;\nselect 2;\n",
        """
error[several-statements]: query `a` has 2 statements
 --> queries/q.sql:3:1
  |
3 | select 2;
  | ^^^^^^^^ the second statement
  |
 ::: queries/q.sql:2:1
  |
2 | select 1;
  | -------- the first one
  |
  = hint: give each statement a header, `-- name: NAME :COMMAND [-> ROW]`
""",
    )


def test_several_statements_without_header() -> None:
    check(
        "select 1;\nselect 2;\nselect 3\n",
        """
error[several-statements]: the file has 3 statements and no header
 --> queries/q.sql:2:1
  |
2 | select 2;
  | ^^^^^^^^ the second statement
  |
 ::: queries/q.sql:1:1
  |
1 | select 1;
  | -------- the first one
  |
  = hint: give each statement a header, `-- name: NAME :COMMAND [-> ROW]`
""",
    )


def test_empty_query() -> None:
    check(
        "-- name: a :one\n-- Nothing.\n\n-- name: b :one\nselect 1;\n",
        """
error[empty-query]: query `a` has no statement
 --> queries/q.sql:1:10
  |
1 | -- name: a :one
  |          ^
  |
  = hint: write its statement below the header
""",
    )


def test_statement_without_header() -> None:
    check(
        "set x = 1;\n-- name: b :one\nselect 1;\n",
        """
error[statement-without-header]: there is a statement before the first header
 --> queries/q.sql:1:1
  |
1 | set x = 1;
  | ^^^^^^^^^
  |
  = hint: put a header above it, `-- name: NAME :COMMAND [-> ROW]`
""",
    )


def test_unterminated_string() -> None:
    check(
        "-- name: a :one\nselect 'it''s', 'x;\n",
        """
error[unterminated]: the string that begins here never ends
 --> queries/q.sql:2:17
  |
2 | select 'it''s', 'x;
  |                 ^
  |
  = hint: close it with `'`
""",
    )


def test_unterminated_escape_string() -> None:
    check(
        "-- name: a :one\nselect E'it\\'s;\n",
        r"""
error[unterminated]: the string that begins here never ends
 --> queries/q.sql:2:8
  |
2 | select E'it\'s;
  |        ^^
  |
  = hint: close it with `'`
""",
    )


def test_unterminated_identifier() -> None:
    check(
        '-- name: a :one\nselect U&"x;\n',
        """
error[unterminated]: the quoted identifier that begins here never ends
 --> queries/q.sql:2:8
  |
2 | select U&"x;
  |        ^^^
  |
  = hint: close it with `"`
""",
    )


def test_unterminated_comment() -> None:
    check(
        "-- name: a :one\nselect 1 /* /* */\n",
        """
error[unterminated]: the comment that begins here never ends
 --> queries/q.sql:2:10
  |
2 | select 1 /* /* */
  |          ^^
  |
  = hint: close it with `*/`
""",
    )


def test_unterminated_dollar_quote() -> None:
    check(
        "-- name: a :one\nselect $body$ x $$\n",
        """
error[unterminated]: the dollar-quoted string that begins here never ends
 --> queries/q.sql:2:8
  |
2 | select $body$ x $$
  |        ^^^^^^
  |
  = hint: close it with `$body$`
""",
    )


def test_mixed_parameters() -> None:
    check(
        "-- name: a :one\nselect $1,\n  :name\n",
        """
error[mixed-parameters]: the query has both named and numbered parameters
 --> queries/q.sql:3:3
  |
3 |   :name
  |   ^^^^^
  |
 ::: queries/q.sql:2:8
  |
2 | select $1,
  |        -- the first parameter
  |
  = hint: name all of them, `:name`, or number all of them, `$1`
""",
    )


def test_parameter_gap() -> None:
    check(
        "-- name: a :one\nselect $1, $3\n",
        """
error[parameter-gap]: the query has a parameter `$3`, but no `$2`
 --> queries/q.sql:2:12
  |
2 | select $1, $3
  |            ^^
  |
  = hint: number parameters from `$1` without gaps, or name them: `:name`
""",
    )


def test_parameter_zero() -> None:
    check(
        "-- name: a :one\nselect $0, $1\n",
        """
error[parameter-gap]: there is no parameter `$0`
 --> queries/q.sql:2:8
  |
2 | select $0, $1
  |        ^^
  |
  = hint: number parameters from `$1`
""",
    )


def test_bad_parameter_name() -> None:
    check(
        "-- name: a :one\nselect :conn, :class, :patientId, :_\n",
        """
error[bad-parameter-name]: a parameter cannot be named `conn`, which is the connection's name
 --> queries/q.sql:2:8
  |
2 | select :conn, :class, :patientId, :_
  |        ^^^^^
  |
  = hint: give the parameter another name, for instance `:connection`

error[bad-parameter-name]: `patientId` cannot be the name of a parameter
 --> queries/q.sql:2:23
  |
2 | select :conn, :class, :patientId, :_
  |                       ^^^^^^^^^^
  |
  = hint: write `:patient_id`

error[bad-parameter-name]: `_` cannot be the name of a parameter
 --> queries/q.sql:2:35
  |
2 | select :conn, :class, :patientId, :_
  |                                   ^^
  |
  = hint: write a name in snake_case

3 errors
""",
    )


def test_conflicting_marks() -> None:
    check(
        "-- name: a :one\nselect :a!,\n  :a?\n",
        """
error[conflicting-marks]: parameter `a` is marked both `!` and `?`
 --> queries/q.sql:3:3
  |
3 |   :a?
  |   ^^^
  |
 ::: queries/q.sql:2:8
  |
2 | select :a!,
  |        --- marked here before
  |
  = hint: mark it in one way: `!` is never None, `?` may be None
""",
    )


def test_a_file_name_that_is_no_query_name() -> None:
    check(
        "\nselect 1;\n",
        """
error[bad-query-name]: the file has no header, and `list-all` cannot be the name of a query
 --> queries/list-all.sql:2:1
  |
2 | select 1;
  | ^^^^^^^^
  |
  = hint: rename the file `list_all.sql`, or put a header above the statement, `-- name: NAME :COMMAND [-> ROW]`
""",
        "queries/list-all.sql",
    )


def test_one_error_does_not_hide_the_next() -> None:
    check(
        "-- name: a :one\nselect :a!, :a?\n-- name: a :none\n\n-- name: b :one\nselect 'x",
        """
error[conflicting-marks]: parameter `a` is marked both `!` and `?`
 --> queries/q.sql:2:13
  |
2 | select :a!, :a?
  |             ^^^
  |
 ::: queries/q.sql:2:8
  |
2 | select :a!, :a?
  |        --- marked here before
  |
  = hint: mark it in one way: `!` is never None, `?` may be None

error[unknown-command]: query `a` has the unknown command `:none`
 --> queries/q.sql:3:13
  |
3 | -- name: a :none
  |             ^^^^
  |
  = hint: write `:one`

error[unterminated]: the string that begins here never ends
 --> queries/q.sql:6:8
  |
6 | select 'x
  |        ^
  |
  = hint: close it with `'`

3 errors
""",
    )


def test_the_parameters_of_other_tools() -> None:
    check(
        "-- name: a :exec\nDELETE FROM t WHERE id = @id AND n=@n AND m = ANY(sqlc.slice('ids'))\n"
        "-- name: b :one\nSELECT sqlc.embed(t), sqlc . narg ( x ) FROM t",
        """
error[at-parameter]: `@id` is the operator `@` (absolute value) before `id`
 --> queries/q.sql:2:26
  |
2 | DELETE FROM t WHERE id = @id AND n=@n AND m = ANY(sqlc.slice('ids'))
  |                          ^^^
  |
  = hint: write `:id` (for the absolute value write `abs(id)`)

error[at-parameter]: `@n` is the operator `@` (absolute value) before `n`
 --> queries/q.sql:2:36
  |
2 | DELETE FROM t WHERE id = @id AND n=@n AND m = ANY(sqlc.slice('ids'))
  |                                    ^^
  |
  = hint: write `:n` (for the absolute value write `abs(n)`)

error[sqlc-function]: `sqlc.slice` is known only to sqlc
 --> queries/q.sql:2:51
  |
2 | DELETE FROM t WHERE id = @id AND n=@n AND m = ANY(sqlc.slice('ids'))
  |                                                   ^^^^^^^^^^^^^^^^^
  |
  = hint: write `= ANY(:ids)`; `sqlgen import sqlc` translates whole files

error[sqlc-function]: `sqlc.embed` is known only to sqlc
 --> queries/q.sql:4:8
  |
4 | SELECT sqlc.embed(t), sqlc . narg ( x ) FROM t
  |        ^^^^^^^^^^^^^
  |
  = hint: write `t`; `sqlgen import sqlc` translates whole files

error[sqlc-function]: `sqlc.narg` is known only to sqlc
 --> queries/q.sql:4:23
  |
4 | SELECT sqlc.embed(t), sqlc . narg ( x ) FROM t
  |                       ^^^^^^^^^^^^^^^^^
  |
  = hint: write `:x?`; `sqlgen import sqlc` translates whole files

5 errors
""",
    )


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT @ n, a <@b, v @@q, @-5, @(n), '@n', $$ @n $$ /* @n */ -- @n",
        "SELECT t @> u, x @? :path, y.sqlc.arg, sqlc.other(n), 'sqlc.arg(x)'",
        "SELECT n FROM t WHERE n IN (:ids)",
        "SELECT @t.n, @t . n, @s.t.n, 1 + @abs(n), @pg_catalog.abs(n) FROM t",
        "SELECT :class, :from, :import!, :in?",
    ],
)
def test_similar_syntax_that_is_accepted(statement: str) -> None:
    parse.query_file(SourceFile("q.sql", f"-- name: a :exec\n{statement}"))


@pytest.mark.parametrize("command", ["exec", "execrows", "copy"])
def test_a_row_class_without_rows(command: str) -> None:
    header = f"-- name: a :{command} -> Patient"
    place = header.index("Patient")
    check(
        f"{header}\nINSERT INTO t VALUES (:x)",
        f"""
error[row-without-rows]: query `a` names a row class, but `:{command}` gives no rows
 --> queries/q.sql:1:{place + 1}
  |
1 | {header}
  | {" " * place}^^^^^^^
  |
  = hint: leave out `-> Patient`, or make the query `:one`, `:optional` or `:many`
""",
    )
