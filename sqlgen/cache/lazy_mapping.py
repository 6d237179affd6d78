"""A mapping that is pickled item by item, and unpickles an item when it is first looked up.

store.put(key, pickle.dumps(LazyMapping(facts)))
pickle.loads(store.get(key)).get(oid)
"""

import pickle
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class LazyMapping(Mapping[int, Value], Generic[Value]):
    """A read-only mapping from integers to values, none of which is `None`."""

    __slots__ = ("_pickled", "_values")

    def __init__(self, items: Mapping[int, Value]) -> None:
        self._values = dict(items)
        self._pickled: dict[int, bytes] = {}

    def get(self, key: int, default: Any = None) -> Any:
        """Return the value of *key*; written here since `Mapping.get` is slower."""
        value = self._values.get(key)
        if value is None and key in self._pickled:
            value = self._values[key] = pickle.loads(self._pickled[key])
        return default if value is None else value

    def __getitem__(self, key: int) -> Value:
        value: Value | None = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[int]:
        return iter(self._pickled or self._values)

    def __len__(self) -> int:
        return len(self._pickled or self._values)

    def __getstate__(self) -> dict[int, bytes]:
        protocol = pickle.HIGHEST_PROTOCOL
        return self._pickled or {k: pickle.dumps(v, protocol) for k, v in self.items()}

    def __setstate__(self, pickled: dict[int, bytes]) -> None:
        self._values = {}
        self._pickled = pickled
