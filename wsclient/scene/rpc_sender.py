"""RPCSender: sends calls with the number of a path if the receiver knows it.

Otherwise it sends the path itself.

Source: MultiplayerAPI of Godot 3 (`_send_rpc`, `_send_confirm_path`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.commands import encode_simplify_path
from wsclient.multiplayer.godot3.path_cache import SentPaths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
    from wsclient.multiplayer.godot3.commands import Invocation

__all__ = ["RPCSender", "put"]


def put(peer: NetworkedMultiplayerPeer, target: int, mode: TransferMode, packet: bytes) -> Error:
    """Sends one packet to a target, and returns the result of `put_packet`."""
    peer.transfer_mode = mode
    peer.set_target_peer(target)
    return peer.put_packet(packet)


# Arbitrary, far above what a Godot server can serve. The engine has no such limit, but if a server keeps announcing
# peers, a single call must not turn into a flood.
MOST_ADDRESSED_SINGLY = 256


class RPCSender:
    """Sends calls, and remembers which paths each peer knows."""

    def __init__(self) -> None:
        self._paths = SentPaths()

    def send(
        self,
        peer: NetworkedMultiplayerPeer,
        invocation: Invocation,
        *,
        path: str,
        target: int,
        receivers: Iterable[int],
        mode: TransferMode,
    ) -> Error:
        """Sends one call or set.

        Args:
            peer: the one that carries it.
            invocation: the call.
            path: the node's, from the root of the network.
            target: 0 all, n peer n, -n all but peer n.
            receivers: the ids that the target stands for.
            mode: the mode of the call; the path is always announced reliably.

        Returns:
            `OK`, or the first error that `put_packet` returned.
        """
        entry = self._paths.entry(path)
        receivers = sorted(receivers)
        # If there are no other peers, as with a loopback, none can know the number.
        if not receivers or len(receivers) > MOST_ADDRESSED_SINGLY:
            return put(peer, target, mode, invocation.by_path(path))
        for receiver in receivers:
            if receiver not in entry.announced and self._announce(peer, receiver, entry.path_id, path):
                entry.announced.add(receiver)
        by_id = invocation.by_id(entry.path_id)
        if entry.confirmed.issuperset(receivers):
            return put(peer, target, mode, by_id)
        by_path = invocation.by_path(path)
        results = [put(peer, each, mode, by_id if each in entry.confirmed else by_path) for each in receivers]
        return next(filter(None, results), Error.OK)

    def confirm(self, peer_id: int, path: str) -> bool:
        """Records that a peer knows a path; returns False if it was not announced."""
        return self._paths.confirm(peer_id, path)

    def forget_peer(self, peer_id: int) -> None:
        """Forgets the paths that a peer knew, because it has left."""
        self._paths.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets everything, because a new session starts."""
        self._paths.clear()

    def _announce(self, peer: NetworkedMultiplayerPeer, receiver: int, path_id: int, path: str) -> bool:
        packet = encode_simplify_path(path_id, path)
        return put(peer, receiver, TransferMode.TRANSFER_MODE_RELIABLE, packet) == Error.OK
