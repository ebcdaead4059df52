"""LagLine: one direction of a simulated bad network.

Items come out later than they went in, and possibly in another order.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Generic, TypeVar

__all__ = ["LagLine", "Weather"]

Item = TypeVar("Item")


class Weather:
    """The quality of the network, which may change at any time.

    Attributes:
        latency: the delay of every item, in seconds.
        jitter: the most seconds added to it, drawn for each item.
        reorder: the probability that later items overtake an item, from 0.0 to 1.0.
    """

    __slots__ = ("jitter", "latency", "reorder")

    def __init__(self, latency: float = 0.0, jitter: float = 0.0, reorder: float = 0.0) -> None:
        self.latency: float = latency
        self.jitter: float = jitter
        self.reorder: float = reorder


class LagLine(Generic[Item]):
    """Keeps items until they are due.

    Args:
        weather: the quality of the network. Changes apply to items that are put in later.
        seed: the same seed draws the same delays.
    """

    def __init__(self, weather: Weather, seed: str) -> None:
        self._weather = weather
        self._random = Random(seed)  # noqa: S311 - random delays, not a secret
        self._waiting: list[tuple[float, int, Item]] = []
        self._numbers = count()  # of two items that are due at the same time, the first comes out first
        self._in_order = 0.0  # when the last item that was not reordered comes out
        self._latest = 0.0  # when the last of all items comes out
        self._barrier = 0.0  # when the last item comes out that must not be overtaken

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, now: float, item: Item) -> None:
        """Puts in an item, which others may overtake."""
        due = self._drawn(now)
        if self._random.random() < self._weather.reorder:
            detour = self._random.random() * (self._weather.latency + self._weather.jitter)
            self._push(max(due + detour, self._barrier), item)
            return
        self._in_order = max(due, self._in_order)
        self._push(self._in_order, item)

    def put_fixed(self, now: float, item: Item) -> None:
        """Puts in an item that overtakes no other, and that no other overtakes."""
        due = max(self._drawn(now), self._latest)
        self._barrier = self._in_order = due
        self._push(due, item)

    def take(self, now: float) -> Item | None:
        """Removes and returns the next item that is due; None if no item is due."""
        if not self._waiting or self._waiting[0][0] > now:
            return None
        return heappop(self._waiting)[2]

    def clear(self) -> None:
        """Loses all items that have not come out yet."""
        self._waiting.clear()
        self._in_order = self._latest = self._barrier = 0.0

    def _drawn(self, now: float) -> float:
        return now + self._weather.latency + self._random.random() * self._weather.jitter

    def _push(self, due: float, item: Item) -> None:
        self._latest = max(due, self._latest)
        heappush(self._waiting, (due, next(self._numbers), item))
