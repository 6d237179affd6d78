"""sqlgen: typed Python functions from named SQL queries, proved by PostgreSQL.

The stations, in the order in which data passes them:

    read        disk -> SourceFile, Config
    parse       SourceFile -> Query, Migration
    database    a server -> a scratch database
    migrate     Migration -> a database that has the schema
    describe    Query, connection -> Description, Catalog
    infer       Description, Catalog -> TypedQuery
    translate   TypedQuery -> Module
    render      Module -> GeneratedFile
    write       GeneratedFile -> Change -> disk
    report      Diagnostic -> text

`model` holds what travels between them, `pipeline` puts them together, `cli` is the command.
"""
