"""A mapping that is kept item by item, of which an item is read when it is asked for first.

store.put(key, pickle.dumps(Lazy(facts)))
pickle.loads(store.get(key)).get(oid)
"""

import pickle
from collections.abc import Iterator, Mapping
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


class LazyMapping(Mapping[int, Value], Generic[Value]):
    """The items of a mapping, none of which is None."""

    __slots__ = ("_kept", "_read")

    def __init__(self, items: Mapping[int, Value]) -> None:
        self._read = dict(items)
        self._kept: dict[int, bytes] = {}

    def get(self, key: int, default: Any = None) -> Any:
        """The item of that key; asked for so often that it is not left to `Mapping`."""
        found = self._read.get(key)
        if found is None and key in self._kept:
            found = self._read[key] = pickle.loads(self._kept[key])
        return default if found is None else found

    def __getitem__(self, key: int) -> Value:
        found: Value | None = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(self._kept or self._read)

    def __len__(self) -> int:
        return len(self._kept or self._read)

    def __getstate__(self) -> dict[int, bytes]:
        protocol = pickle.HIGHEST_PROTOCOL
        return self._kept or {k: pickle.dumps(v, protocol) for k, v in self.items()}

    def __setstate__(self, kept: dict[int, bytes]) -> None:
        self._read = {}
        self._kept = kept
