"""A cache of immutable values: the least recently used make room for new ones."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

V = TypeVar("V")


class LruCache(Generic[V]):
    """Values by key, each of some weight; the longest unused make room for new ones."""

    def __init__(self, weight: int) -> None:
        self._room = weight
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> V | None:
        """The value, or None when it is not at hand."""
        with self._lock:
            entry = self._values.get(key)
            if entry is None:
                return None
            self._values.move_to_end(key)
            return entry[0]

    def put(self, key: Hashable, value: V, weight: int = 1) -> None:
        """Keep it, if there is room for it at all."""
        with self._lock:
            self._room -= weight - self._forget(key)
            self._values[key] = value, weight
            while self._room < 0:
                self._room += self._forget(next(iter(self._values)))

    def clear(self) -> None:
        """Let go of everything."""
        with self._lock:
            self._room += sum(weight for _, weight in self._values.values())
            self._values.clear()

    def _forget(self, key: Hashable) -> int:
        entry = self._values.pop(key, None)
        return entry[1] if entry else 0
