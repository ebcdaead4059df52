"""MultiplayerAPI's commands, as a receiver gets them.

Nothing that a peer sends may raise an exception, or do anything that is not allowed.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from fuzz.targets.variant import check_value
from wsclient import Error, MultiplayerAPI, NetworkedMultiplayerPeer, Node
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot3 import commands
from wsclient.rpc import puppet, remote

if TYPE_CHECKING:
    from wsclient.core.networked_multiplayer_peer import ConnectionStatus

__all__ = ["QuietPeer", "check"]

_SENDER = 3  # a peer that is nobody's master


def check(data: bytes) -> int:
    """Reads packets, each after a byte with its length; returns their number."""
    peer = QuietPeer(unique_id=2, sender=_SENDER)
    root = _Game("root")
    api = MultiplayerAPI()
    api.root_node = root
    api.network_peer = peer
    count = 0
    while data:
        size, data = data[0], data[1:]
        packet, data = data[:size], data[size:]
        _check_packet(packet)
        peer.inbox.append(packet)
        api.poll()
        assert not peer.inbox
        count += 1
    assert root.forbidden_calls == 0, "a peer did something that is not allowed"
    return count


def _check_packet(packet: bytes) -> None:
    try:
        command = commands.decode(packet)
    except CommandError as error:
        assert str(error).isprintable()
        return
    if isinstance(command, commands.RemoteCall):
        for value in command.arguments:
            check_value(value)
    elif isinstance(command, commands.RemoteSet):
        check_value(command.value)


class QuietPeer(NetworkedMultiplayerPeer):
    """A peer that returns the given packets, and drops the packets to send."""

    def __init__(self, *, unique_id: int, sender: int) -> None:
        super().__init__()
        self.inbox: deque[bytes] = deque()
        self._own_id = unique_id
        self._from = sender

    def poll(self) -> None:
        pass

    def get_connection_status(self) -> ConnectionStatus:
        return self.CONNECTION_CONNECTED

    def get_unique_id(self) -> int:
        return self._own_id

    def get_packet_peer(self) -> int:
        return self._from

    def get_available_packet_count(self) -> int:
        return len(self.inbox)

    def _get_packet(self) -> bytes:
        return self.inbox.popleft()

    def _put_packet(self, packet: bytes) -> Error:
        return Error.OK


class _Game(Node):
    """A node with members that others may use, and members that they may not."""

    score = remote(0)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.forbidden_calls = 0

    @remote
    def any(self, *_arguments: object) -> None:
        pass

    @remote
    def two(self, one: object, other: object) -> None:
        pass

    @puppet
    def only_the_master_may(self, *_arguments: object) -> None:
        self.forbidden_calls += 1

    def not_from_afar(self, *_arguments: object) -> None:
        self.forbidden_calls += 1
