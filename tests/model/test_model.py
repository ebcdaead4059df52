"""Tests that the laws hold for every short sequence of steps.

They also find planted bugs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.model.explore import ROOTS, explore
from tests.model.world import GAMES
from wsclient.protocol.events import Ended, Messages
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from wsclient.protocol.events import Event

pytestmark = pytest.mark.untraced


class IsDeafWhileClosing(NativeTransport):
    """Drops messages after our own Close."""

    is_closing = False

    def close(self, code: int, reason: str) -> None:
        self.is_closing = True
        super().close(code, reason)

    def poll(self, read: bool = True) -> list[Event]:
        return [event for event in super().poll(read) if not (self.is_closing and isinstance(event, Messages))]


class IsAlwaysClean(NativeTransport):
    """Says of every end that it was clean."""

    def poll(self, read: bool = True) -> list[Event]:
        return [event.replace(was_clean=True) if isinstance(event, Ended) else event for event in super().poll(read)]


class WaitsForEver(NativeTransport):
    """Has no deadline for opening."""

    def poll(self, read: bool = True) -> list[Event]:
        self._settings.handshake_timeout = 0.0  # private, as the bug is planted inside
        return super().poll(read)


class KeepsTheSocket(NativeTransport):
    """Lets go of nothing."""

    def abort(self) -> None:
        return


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("root", ROOTS.values(), ids=ROOTS)
def test_no_short_sequence_breaks_a_law(root: tuple[str, ...], game: str) -> None:
    report = explore([root], 2, game)

    assert list(map(str, report.findings)) == []
    assert len(report.states) > 5


@pytest.mark.parametrize("bug", [IsDeafWhileClosing, IsAlwaysClean, WaitsForEver, KeepsTheSocket])
def test_a_planted_bug_is_found(bug: type[NativeTransport]) -> None:
    report = explore(ROOTS.values(), 2, "only looks", bug)

    assert report.findings
