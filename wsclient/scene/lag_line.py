"""LagLine: one direction of a bad network. What is put in comes out later, and perhaps in another order."""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Generic, TypeVar

__all__ = ["LagLine", "Weather"]

Item = TypeVar("Item")


@dataclass(slots=True)
class Weather:
    """How bad the network is.

    Attributes:
        latency: seconds that everything takes.
        jitter: at most so many seconds more, anew for each item.
        reorder: how likely an item is to be overtaken by those behind it, 0.0 to 1.0.
    """

    latency: float
    jitter: float
    reorder: float


class LagLine(Generic[Item]):
    """Keeps items until they are due.

    Args:
        weather: shared; a change counts for what is put in from then on.
        seed: what is drawn by lot comes out the same for the same seed.
    """

    def __init__(self, weather: Weather, seed: str) -> None:
        self._weather = weather
        self._random = Random(seed)  # noqa: S311 - weather, not a secret
        self._waiting: list[tuple[float, int, Item]] = []
        self._numbers = count()  # so that of items due at the same time the first comes first
        self._in_order = 0.0  # when the last item comes out that kept its place
        self._latest = 0.0  # when the last of all comes out
        self._barrier = 0.0  # when the last item comes out that nothing may pass

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, now: float, item: Item) -> None:
        """Sends an item on its way; others may overtake it."""
        due = self._drawn(now)
        if self._random.random() < self._weather.reorder:
            detour = self._random.random() * (self._weather.latency + self._weather.jitter)
            self._push(max(due + detour, self._barrier), item)
            return
        self._in_order = max(due, self._in_order)
        self._push(self._in_order, item)

    def put_fixed(self, now: float, item: Item) -> None:
        """Sends an item on its way that nothing overtakes, and that overtakes nothing."""
        due = max(self._drawn(now), self._latest)
        self._barrier = self._in_order = due
        self._push(due, item)

    def take(self, now: float) -> Item | None:
        """Takes the next item that is due; None where none is."""
        if not self._waiting or self._waiting[0][0] > now:
            return None
        return heappop(self._waiting)[2]

    def clear(self) -> None:
        """Loses all that is on its way."""
        self._waiting.clear()
        self._in_order = self._latest = self._barrier = 0.0

    def _drawn(self, now: float) -> float:
        return now + self._weather.latency + self._random.random() * self._weather.jitter

    def _push(self, due: float, item: Item) -> None:
        self._latest = max(due, self._latest)
        heappush(self._waiting, (due, next(self._numbers), item))
