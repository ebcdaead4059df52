"""Fixtures for pytest, which finds them if wsclient is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wsclient.testing import FakeClock, ScriptedServer

__all__ = ["wsclient_clock", "wsclient_server"]


@pytest.fixture
def wsclient_clock() -> FakeClock:
    """A clock that only moves when a test calls `wsclient_clock.advance(1.0)`."""
    from wsclient.testing import FakeClock  # noqa: PLC0415 - not loaded if a test does not use it

    return FakeClock()


@pytest.fixture
def wsclient_server(wsclient_clock: FakeClock) -> Iterator[ScriptedServer]:
    """A server in memory on that clock: `WebSocketClient(transport=wsclient_server)`."""
    from wsclient.testing import ScriptedServer  # noqa: PLC0415 - as above

    server = ScriptedServer(wsclient_clock)
    yield server
    server.drop()
