import pickle

import pytest

from sqlgen.cache import LazyMapping

ITEMS = {1: "a", 2: ("b", 3)}


@pytest.mark.parametrize("times", [0, 1, 2])
def test_pickled_items_are_unpickled(times: int) -> None:
    lazy = LazyMapping(ITEMS)
    for _ in range(times):
        lazy = pickle.loads(pickle.dumps(lazy))
    assert lazy[1] == lazy.get(1) == "a"
    assert lazy == ITEMS
    assert len(lazy) == 2
    assert list(lazy) == [1, 2]
    assert list(lazy.values()) == list(ITEMS.values())
    assert 3 not in lazy
    assert (lazy.get(3), lazy.get(3, "c")) == (None, "c")
    with pytest.raises(KeyError):
        lazy[3]


def test_an_item_is_unpickled_once() -> None:
    lazy: LazyMapping[tuple[str, int]] = pickle.loads(
        pickle.dumps(LazyMapping({1: ("a", 1)}))
    )
    assert lazy[1] is lazy[1]
