"""Tests laws of a server that hold whatever clients do.

For what it does step by step, see test_server.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.hosting import Hosting, request

if TYPE_CHECKING:
    import socket

pytestmark = pytest.mark.untraced

STEPS = ["come", "say", "close", "vanish", "break a rule", "kick", "frame", "wait"]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), max_size=25))
def test_each_peer_joins_once_and_leaves_once(steps: list[tuple[str, int]]) -> None:  # noqa: C901 - one step a line
    hosting = Hosting()
    clients: dict[int, socket.socket] = {}
    try:
        for step, which in steps:
            client = clients.get(which)
            if step == "come" and client is None:
                clients[which] = hosting.raw(request())
            elif step == "frame":
                hosting.settle(1)
            elif step == "wait":
                hosting.wait(1.0)
            elif step == "kick" and hosting.server.get_peers():
                hosting.server.disconnect_peer(hosting.server.get_peers()[0])
            elif client is not None and step in {"say", "break a rule", "close"}:
                frame = {"say": b"\x82\x81\0\0\0\0x", "close": b"\x88\x80\0\0\0\0", "break a rule": b"\x83\x80\0\0\0\0"}
                try:
                    client.sendall(frame[step])
                except OSError:
                    clients.pop(which).close()
            elif client is not None and step == "vanish":
                clients.pop(which).close()
        for client in clients.values():
            client.close()
        hosting.wait(8.0)
        came = [args[0] for name, *args in hosting.told if name == "client_connected"]
        went = [args[0] for name, *args in hosting.told if name == "client_disconnected"]
        assert sorted(came) == sorted(went)
        assert len(set(came)) == len(came)
        for each in came:
            names = [name for name, *args in hosting.told if args[0] == each]
            assert names[0] == "client_connected"
            assert names[-1] == "client_disconnected"
            assert names.count("client_close_request") <= 1
        assert hosting.server.get_peers() == []
        assert hosting.server.get_statistics().unsent_bytes == 0
    finally:
        hosting.close()
