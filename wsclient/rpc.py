"""GDScript's RPC keywords as decorators.

Import them with `from wsclient.rpc import remote, puppet`.

    class Player(Node):
        position = remote(Vector2())  # a property that others may set

        @puppet
        def move(self, to: Vector2) -> None: ...

Source: the Godot 3 manual, "High-level multiplayer", and `MultiplayerAPI.RPCMode`.
"""

from wsclient.scene.rpc_keywords import (
    RPCKeyword,
    RPCMarks,
    RPCProperty,
    marks_of,
    master,
    mastersync,
    puppet,
    puppetsync,
    remote,
    remotesync,
)

__all__ = [
    "RPCKeyword",
    "RPCMarks",
    "RPCProperty",
    "marks_of",
    "master",
    "mastersync",
    "puppet",
    "puppetsync",
    "remote",
    "remotesync",
]
