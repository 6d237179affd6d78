"""Pictures of many tables: one for each schema, and of neighbourhoods."""

import re

import pytest

from sqlgen.model.catalog import RelationKind
from sqlgen.model.documentation import (
    Documentation,
    DocumentedColumn,
    DocumentedConstraint,
    DocumentedReference,
    DocumentedSchema,
    DocumentedTable,
)
from sqlgen.pages import pages
from sqlgen.pages.names import Names
from sqlgen.pages.pictures import MOST_NEIGHBOURS, drawn_tables, neighbourhood


def table(
    schema: str, number: int, *targets: int, kind: RelationKind = RelationKind.TABLE
) -> DocumentedTable:
    return DocumentedTable(
        schema=schema,
        name=f"t{number}",
        kind=kind,
        columns=(
            DocumentedColumn(name="id", type="integer", not_null=True),
            *[DocumentedColumn(name=f"t{n}_id", type="integer") for n in targets],
        ),
        constraints=(
            DocumentedConstraint(
                name="pk", kind="primary key", definition="", columns=("id",)
            ),
        ),
        references=tuple(
            [
                DocumentedReference(
                    name=f"to_{n}",
                    columns=(f"t{n}_id",),
                    target=(schema, f"t{n}"),
                    target_columns=("id",),
                    definition=f"FOREIGN KEY (t{n}_id) REFERENCES t{n}(id)",
                )
                for n in targets
            ]
        ),
    )


def documented(*tables: DocumentedTable) -> Documentation:
    return Documentation(
        title="many",
        schema=DocumentedSchema(tables=tables),
        queries=(),
        modules={},
        touched_by={},
    )


def texts(documentation: Documentation) -> dict[str, str]:
    return {file.path: file.text for file in pages(documentation)}


def boxes(page: str) -> list[str]:
    return re.findall(r'<a class="box[^>]* aria-label="([^"]*)"', page)


@pytest.mark.parametrize(("count", "pictures"), [(60, 1), (61, 0)])
def test_a_schema_of_more_than_sixty_tables_has_pictures_of_neighbourhoods_alone(
    count: int, pictures: int
) -> None:
    tables = [table("public", 0), *[table("public", n, n - 1) for n in range(1, count)]]
    site = texts(documented(*tables))
    assert site["picture.html"].count("<svg") == pictures
    assert len(boxes(site["picture.html"])) == count * pictures
    assert boxes(site["tables/public.t5.html"]) == ["t5", "t4", "t6"]


def test_each_schema_has_a_picture_above_sixty_tables() -> None:
    small = [table("small", n) for n in range(10)]
    large = [table("large", 0), *[table("large", n, 0) for n in range(1, 62)]]
    page = texts(documented(*large, *small))["picture.html"]
    assert page.count("<svg") == 1
    assert boxes(page) == [f"small.t{n}" for n in range(10)]
    assert "too many to be read as one picture" in page
    assert 'href="tables/large.t0.html"' in page


def test_several_pictures_on_a_page_have_ids_of_their_own() -> None:
    schemas = [[table(s, 0), *[table(s, n, 0) for n in range(1, 31)]] for s in "abc"]
    page = texts(documented(*[one for schema in schemas for one in schema]))[
        "picture.html"
    ]
    assert page.count("<svg") == 3
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    for used in re.findall(r"url\(#([^)]*)\)", page):
        assert used in ids


def test_the_neighbourhood_of_a_hub_is_cut_off() -> None:
    names = Names(documented(table("s", 0), *[table("s", n, 0) for n in range(1, 100)]))
    hub = neighbourhood(names.tables["s", "t0"], names)
    assert hub
    assert len(hub.boxes) == MOST_NEIGHBOURS + 1
    assert hub.left_out == 99 - MOST_NEIGHBOURS
    assert [box.table.name for box in hub.boxes if box.is_focus] == ["t0"]
    assert neighbourhood(table("s", 200), names) is None


def test_foreign_keys_begin_at_their_columns() -> None:
    names = Names(documented(table("s", 0), table("s", 1, 0)))
    picture = neighbourhood(names.tables["s", "t1"], names)
    assert picture
    [route] = picture.picture.routes
    rows = {row.text: row.y for row in picture.boxes[0].rows}
    assert route.link.source_port == rows["t0_id"]
    assert picture.ends(route) == "0 1"


def test_columns_whose_shown_names_are_the_same_are_told_apart() -> None:
    long = "a_name_of_more_than_thirty_two_characters_"
    columns = [f"{long}{n}" for n in range(3)]
    source = DocumentedTable(
        schema="s",
        name="source",
        kind=RelationKind.TABLE,
        columns=tuple([DocumentedColumn(name=c, type="int") for c in columns]),
        references=tuple(
            [
                DocumentedReference(
                    name=c,
                    columns=(c,),
                    target=("s", "t0"),
                    target_columns=("id",),
                    definition="",
                )
                for c in columns
            ]
        ),
    )
    names = Names(documented(table("s", 0), source))
    picture = neighbourhood(source, names)
    assert picture
    [box] = [box for box in picture.boxes if box.table is source]
    assert len({row.text for row in box.rows}) == 1
    assert [route.link.source_port for route in picture.picture.routes] == [
        row.y for row in box.rows
    ]
    assert len({row.y for row in box.rows}) == 3


def test_partitions_and_views_are_not_drawn() -> None:
    parent = table("s", 0, kind=RelationKind.PARTITIONED)
    partition = DocumentedTable(
        schema="s", name="part", kind=RelationKind.TABLE, parents=(parent.key,)
    )
    child = DocumentedTable(
        schema="s", name="child", kind=RelationKind.TABLE, parents=(("s", "t1"),)
    )
    view = DocumentedTable(
        schema="s", name="view", kind=RelationKind.VIEW, definition=" SELECT 1;"
    )
    names = Names(documented(parent, partition, table("s", 1), child, view))
    drawn = drawn_tables(names.documentation.schema.tables, names)
    assert [one.name for one in drawn] == ["t0", "t1", "child"]


def test_a_project_without_tables_and_queries() -> None:
    site = texts(documented())
    assert "There are no tables yet" in site["picture.html"]
    assert "There are no queries yet" in site["index.html"]
