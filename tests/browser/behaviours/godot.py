"""Godot's own protocol over a WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.behaviours.listed import behaviour

if TYPE_CHECKING:
    from tests.browser.scene import Scene

__all__: list[str] = []  # the behaviours are on the list


@behaviour
async def joins_a_session_of_godot_3(scene: Scene) -> None:
    player = scene.player(keeps=False)
    told: list[str] = []
    player.connect("connection_succeeded", lambda: told.append("succeeded"))
    player.connect("peer_connected", lambda peer: told.append(f"peer {peer}"))

    player.connect_to_url(scene.url("godot"), (), True)
    await scene.until(player, lambda: len(told) == 2)

    assert player.get_unique_id() == 77
    player.set_target_peer(1)
    player.put_packet(b"hello, server")
    await scene.until(player, player.get_available_packet_count)
    assert (player.get_packet_peer(), player.get_packet()) == (1, b"hello, server")
