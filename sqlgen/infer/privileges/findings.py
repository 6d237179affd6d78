"""A description, privileges -> what keeps the role from running the query, in words."""

from collections.abc import Collection, Iterator

from ...model.catalog import Catalog
from ...model.description import Description
from ...model.diagnostic import Diagnostic, Label, Severity, SqlgenError
from ...model.identifiers import quoted
from ...model.privileges import INSERT, SELECT, TABLE_PRIVILEGES, Privileges
from ...model.query import Query
from .missing import combined, missing_privileges, qualified
from .uses import TableUse, UnreadBody, Use, Uses


def privilege_findings(
    description: Description, catalog: Catalog, privileges: Privileges, role: str
) -> tuple[Diagnostic, ...]:
    """Return warnings about the rows that the *role* cannot see or write for lack of a policy.

    Raises `SqlgenError` if it lacks privileges that the query needs. Of a utility statement, which has no
    tree, nothing is known.
    """
    if not description.tree or privileges.roles[role].superuser:
        return ()
    query = description.query
    uses = Uses(catalog, privileges, role)
    for tree in description.all_trees:
        uses.add_statement(tree, query.sql.text)
    missing = combined(missing_privileges(catalog, privileges, uses.found))
    if missing:
        own = [one for one in missing if one.role == role]
        others = [one for one in missing if one.role != role]
        lacks = [str(one) for one in own]
        lacks += [f"{one} of the owner `{one.role}`" for one in others]
        raise SqlgenError(
            Diagnostic(
                code="missing-privilege",
                message=f"`{role}` may not run `{query.name}`: it needs {_and(lacks)}",
                label=Label(query.name_span),
                hint="add to a migration: "
                + " ".join([f"{one.grant};" for one in missing]),
            )
        )
    warnings = (
        *_without_policy(query, catalog, privileges, uses.found),
        *_unread(query, catalog, role, uses.found),
    )
    return tuple([w for w in warnings if w.code not in query.allowed_warnings])


def unknown_role(name: str, label: Label | None) -> Diagnostic:
    """Return the error about a role that does not exist once all migrations are applied."""
    return Diagnostic(
        code="unknown-role",
        message=f"no role `{name}` exists after the migrations",
        label=label,
        hint=f"create it in a migration, `CREATE ROLE {quoted(name)}`, and grant it there what it may do",
    )


def _without_policy(
    query: Query, catalog: Catalog, privileges: Privileges, uses: Collection[Use]
) -> Iterator[Diagnostic]:
    """Yield a warning for each table of which no policy lets the role see or write a row."""
    reported: set[tuple[str, int, int]] = set()
    for use in uses:
        if not isinstance(use, TableUse):
            continue
        policies = privileges.roles[use.role].policies.get(use.relation)
        if policies is None:
            continue
        for bit, command in TABLE_PRIVILEGES.items():
            key = (use.role, use.relation, bit)
            if not use.required & bit or key in reported:
                continue
            if any(policy.permissive and policy.commands & bit for policy in policies):
                continue
            reported.add(key)
            relation = catalog.relations[use.relation]
            name = qualified(relation.schema, relation.name)
            effect = (
                f"refuses every row from `{use.role}`"
                if bit == INSERT
                else f"hides every row from `{use.role}`"
            )
            condition = "WITH CHECK" if bit == INSERT else "USING"
            yield Diagnostic(
                code="no-policy",
                message=f"row security of `{name}` {effect}: no policy lets it {command}",
                label=Label(query.name_span),
                hint=f"add to a migration: CREATE POLICY … ON {name} FOR {command}"
                f" TO {quoted(use.role)} {condition} (…)",
                severity=Severity.WARNING,
            )
            if bit == SELECT:
                break


def _unread(
    query: Query, catalog: Catalog, role: str, uses: Collection[Use]
) -> Iterator[Diagnostic]:
    """Yield a warning about the functions whose bodies nobody has read."""
    functions = {
        use.function: catalog.functions[use.function]
        for use in uses
        if isinstance(use, UnreadBody)
    }
    if not functions:
        return
    names = [
        f"`{qualified(f.schema, f.name)}` ({f.language})" for f in functions.values()
    ]
    bodies = "body" if len(names) == 1 else "bodies"
    yield Diagnostic(
        code="unread-function",
        message=f"whether `{role}` may run the {bodies} of {_and(names)} is not known",
        label=Label(query.name_span),
        hint="write a body of SQL in the form of the SQL standard (`RETURN …`, `BEGIN ATOMIC … END`), which is read;"
        " or say that you know with `-- sqlgen: allow unread-function`",
        severity=Severity.WARNING,
    )


def _and(parts: list[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last
