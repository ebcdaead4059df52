"""Mistakes with Godot 4's names that a type checker finds.

After each is mypy's code for it. Nothing here is run.
"""

from __future__ import annotations

from wsclient.godot4 import Node, rpc


class Player(Node):
    @rpc("any_peer")
    def hurt(self, by: int) -> int:
        return by


def calls(player: Player) -> None:
    player.hurt("x")  # arg-type
    player.hurt.rpc("x")  # arg-type
    player.hurt.rpc()  # call-arg
    player.hurt.rpc_id(1, 5, 6)  # call-arg
    player.hrut.rpc(5)  # attr-defined
    player.get_tree()  # attr-defined
