"""Layout of pictures: pure functions, for any boxes and links."""

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from sqlgen.pages.diagrams import Box, Link, Picture, laid_out
from sqlgen.pages.diagrams.layers import layers, without_cycles
from sqlgen.pages.diagrams.ordering import crossings, ordered


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Box], list[Link]]:
    count = draw(st.integers(0, 24))
    boxes = [
        Box(f"t{n}", draw(st.integers(40, 300)), draw(st.integers(30, 200)))
        for n in range(count)
    ]
    numbers = st.integers(0, max(count - 1, 0))
    pairs = draw(st.lists(st.tuples(numbers, numbers), max_size=40)) if count else []
    links = [
        Link(boxes[a].name, boxes[b].name, boxes[a].height // 2, boxes[b].height // 3)
        for a, b in pairs
    ]
    return boxes, links


def overlaps(picture: Picture) -> list[tuple[str, str]]:
    return [
        (a.name, b.name)
        for a, b in combinations(picture.boxes, 2)
        if a.x < b.x + b.width
        and b.x < a.x + a.width
        and a.y < b.y + b.height
        and b.y < a.y + a.height
    ]


@given(graphs())
def test_no_box_overlaps_another_and_all_are_in_the_picture(
    graph: tuple[list[Box], list[Link]],
) -> None:
    boxes, links = graph
    picture = laid_out(boxes, links)
    assert [box.name for box in picture.boxes] == [box.name for box in boxes]
    assert overlaps(picture) == []
    for box, placed in zip(boxes, picture.boxes, strict=True):
        assert (placed.width, placed.height) >= (box.width, box.height)
        assert placed.height == box.height
        assert placed.x >= 0
        assert placed.y >= 0
        assert placed.x + placed.width <= picture.width
        assert placed.y + placed.height <= picture.height
    for route in picture.routes:
        assert all(
            0 <= x <= picture.width and 0 <= y <= picture.height
            for x, y in route.points
        )


@given(graphs())
def test_each_link_leads_from_a_side_of_its_box_to_a_side_of_the_other(
    graph: tuple[list[Box], list[Link]],
) -> None:
    boxes, links = graph
    picture = laid_out(boxes, links)
    assert [route.link for route in picture.routes] == links
    place = {box.name: box for box in picture.boxes}
    for route in picture.routes:
        source, target = place[route.link.source], place[route.link.target]
        (start_x, start_y), (end_x, end_y) = route.points[0], route.points[-1]
        assert start_x in (source.x, source.x + source.width)
        assert start_y == source.y + route.link.source_port
        assert end_x in (target.x, target.x + target.width)
        assert end_y == target.y + route.link.target_port


@given(graphs())
def test_no_link_runs_straight_through_a_box(
    graph: tuple[list[Box], list[Link]],
) -> None:
    """Links pass a layer on a line of their own, and bend only between layers."""
    picture = laid_out(*graph)
    for route in picture.routes:
        straight = list(pairwise(route.points))[1::2]
        for (x, y), (end_x, end_y) in straight:
            assert y == end_y
            left, right = sorted((x, end_x))
            assert not [
                box.name
                for box in picture.boxes
                if box.x < right
                and left < box.x + box.width
                and box.y < y < box.y + box.height
            ]


@given(graphs())
def test_the_same_input_gives_the_same_picture(
    graph: tuple[list[Box], list[Link]],
) -> None:
    boxes, links = graph
    assert laid_out(boxes, links) == laid_out(list(boxes), list(links))


@given(
    st.integers(1, 20).flatmap(
        lambda count: st.tuples(
            st.just(count),
            st.lists(
                st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                    lambda pair: pair[0] != pair[1]
                )
            ),
        )
    )
)
def test_layers_follow_the_links_once_cycles_are_broken(
    graph: tuple[int, list[tuple[int, int]]],
) -> None:
    count, pairs = graph
    acyclic = without_cycles(count, pairs)
    assert {frozenset(pair) for pair in acyclic} == {frozenset(pair) for pair in pairs}
    layer = layers(count, acyclic)
    assert all(layer[source] > layer[target] for source, target in acyclic)
    assert min(layer) >= 0


def test_a_path_without_cycles_is_left_as_it_is() -> None:
    pairs = [(2, 1), (1, 0), (3, 0)]
    assert sorted(without_cycles(4, pairs)) == sorted(pairs)
    assert layers(4, pairs) == [0, 1, 2, 1]


def test_two_links_that_cross_are_untangled() -> None:
    before = {2: [1], 3: [0]}
    after = {0: [3], 1: [2]}
    assert crossings([[0, 1], [2, 3]], after) == 1
    untangled = ordered([[0, 1], [2, 3]], before, after)
    assert crossings(untangled, after) == 0


def test_crossings_are_counted_as_pairs() -> None:
    after = {0: [5], 1: [4], 2: [3]}
    assert crossings([[0, 1, 2], [3, 4, 5]], after) == 3


def test_a_table_that_refers_to_itself_has_a_loop_beside_it() -> None:
    picture = laid_out([Box("a", 100, 60)], [Link("a", "a", 50, 20)])
    [route] = picture.routes
    assert route.path.startswith("M")
    assert picture.width > picture.boxes[0].x + picture.boxes[0].width + 20
