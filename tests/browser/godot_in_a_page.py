"""A player in a page that joins a game on a real Godot 3 server.

`play.mjs` calls it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.browser.playing import frame_of_a_page
from wsclient import MultiplayerAPI, Node, WebSocketClient
from wsclient.rpc import remote
from wsclient.variant import Color, Vector2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["run"]

PATIENCE = 15.0  # seconds
VALUES = [None, True, 7, 1.5, "käse", Vector2(1, -2), Color(0.5, 0.25, 1.0), {"a": [1, 2, b"\x00\xff"]}]


class Main(Node):
    """The scene that server and players have in common."""

    def __init__(self) -> None:
        super().__init__("Main")
        self.echoes: list[object] = []

    @remote
    def on_echo(self, value: object) -> None:
        self.echoes.append(value)


async def run(port: int, report: Callable[[str, str, float], Awaitable[object]]) -> None:
    """Joins, has each value sent back by RPC, and reports."""
    main, root, client, api = Main(), Node("root"), WebSocketClient(), MultiplayerAPI()
    root.add_child(main)
    api.root_node = root
    joined: list[int] = []
    api.connected_to_server.connect(lambda: joined.append(client.get_unique_id()))
    client.connect_to_url(f"ws://127.0.0.1:{port}", (), True)
    api.network_peer = client
    await _until(api, lambda: joined)
    for value in VALUES:
        main.rpc_id(1, "echo", value)
    await _until(api, lambda: len(main.echoes) == len(VALUES))
    assert main.echoes == VALUES, main.echoes
    client.disconnect_from_host()
    await report("joins_a_godot_3_server", "", 0.0)


async def _until(api: MultiplayerAPI, is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, "it did not come about"
        api.poll()
        await frame_of_a_page()
