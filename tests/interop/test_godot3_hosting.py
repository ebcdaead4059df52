"""Tests a session in Python with two real Godot 3 clients.

They call the host and each other, and one is kicked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.support.godot3 import Godot
from wsclient import MultiplayerAPI, Node, WebSocketServer
from wsclient.rpc import remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PATIENCE = 30.0  # seconds
STEPS = '[["wait", 1.5], ["rpc_id", "OTHER", "on_echo", 5], ["rpc_id", 1, "on_sum", 7], ["wait", 60.0]]'


class Main(Node):
    """The node that the clients' scene has too."""

    def __init__(self) -> None:
        super().__init__("Main")
        self.sums: list[tuple[int, int]] = []

    @remote
    def on_sum(self, value: int) -> None:
        self.sums.append((self.multiplayer.get_rpc_sender_id(), value))


@pytest.fixture
def server() -> Iterator[WebSocketServer]:
    with WebSocketServer() as made:
        made.bind_ip = "127.0.0.1"
        assert not made.listen(0, gd_mp_api=True)
        yield made


def test_two_engines_play_with_each_other_and_with_the_host(server: WebSocketServer, tmp_path: Path) -> None:
    api, root, main = MultiplayerAPI(), Node("root"), Main()
    root.add_child(main)
    api.root_node, api.network_peer = root, server
    port = str(server.get_local_port())
    with Godot("client", port, STEPS, home=tmp_path) as one, Godot("client", port, STEPS, home=tmp_path) as other:

        def until(is_so: Callable[[], object]) -> None:
            end = time.monotonic() + PATIENCE
            while not is_so():
                assert time.monotonic() < end, (one.events, other.events)
                for each in (api, one, other):
                    each.poll()
                time.sleep(0.005)

        def names(engine: Godot) -> list[str]:
            return [event.name for event in engine.events]

        until(lambda: len(main.sums) == 2 and "on_echo" in names(one) and "on_echo" in names(other))
        assert sorted(main.sums) == sorted((peer, 7) for peer in server.get_peers())

        main.rpc("on_state", [1, "two"])
        until(lambda: "on_state" in names(one) and "on_state" in names(other))

        server.disconnect_peer(server.get_peers()[0], 4000, "kicked")
        until(lambda: "close_request" in names(one) + names(other) and len(server.get_peers()) == 1)
        until(lambda: "disconnected" in names(one) + names(other))
