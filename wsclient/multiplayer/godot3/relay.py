"""The gd_mp_api relay: a 9-byte header before each packet, and the server's news about its peers.

One message is one WebSocket message: kind, source, target (little-endian i32), then the packet, or for system
messages the peer's id. Bytes in, messages out, and back; role-blind.

Source: modules/websocket/websocket_multiplayer_peer of Godot 3.1 to 3.6.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "HEADER_SIZE",
    "SERVER_ID",
    "IdAssigned",
    "PeerAdded",
    "PeerRemoved",
    "RelayError",
    "RelayMessage",
    "RelayedPacket",
    "decode",
    "encode",
    "encode_packet",
]

SERVER_ID = 1
HEADER_SIZE = 9

_HEADER = struct.Struct("<Bii")
_PEER_ID = struct.Struct("<i")


class _Kind(IntEnum):
    """The first byte of a message."""

    PACKET = 0
    ADD = 1
    DEL = 2
    ID = 3


class RelayError(ValueError):
    """A message that breaks the relay's format; its text says how. To be logged, counted and ignored."""


class RelayedPacket(NamedTuple):
    """A packet from one peer to others.

    Attributes:
        source: the sender's id, 1 for the server.
        target: 0 all, n one peer, -n all but peer n; as the sender wrote it.
    """

    source: int
    target: int
    payload: bytes


class _News:
    """What the server tells of one peer."""

    __slots__ = __match_args__ = ("peer_id",)

    def __init__(self, peer_id: int) -> None:
        self.peer_id: int = peer_id

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _News) and (type(self), self.peer_id) == (type(other), other.peer_id)

    def __hash__(self) -> int:
        return hash((type(self), self.peer_id))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.peer_id})"


class IdAssigned(_News):
    """The server's first word: the receiver's own id, 2 or more."""

    __slots__ = ()


class PeerAdded(_News):
    """A peer is there. Id 1, the server, comes first and says that the session is established."""

    __slots__ = ()


class PeerRemoved(_News):
    """A peer has left. Never the server: its leaving is the end of the connection."""

    __slots__ = ()


RelayMessage = RelayedPacket | IdAssigned | PeerAdded | PeerRemoved

_NEWS: dict[int, type[IdAssigned | PeerAdded | PeerRemoved]] = {
    _Kind.ADD: PeerAdded,
    _Kind.DEL: PeerRemoved,
    _Kind.ID: IdAssigned,
}
_KINDS = {news: kind for kind, news in _NEWS.items()}
# The server is added, never removed, and nobody's id but its own.
_LOWEST_ID = {_Kind.ADD: SERVER_ID, _Kind.DEL: SERVER_ID + 1, _Kind.ID: SERVER_ID + 1}


def decode(message: bytes) -> RelayMessage:
    """Reads one message.

    Args:
        message: one whole WebSocket message.

    Returns:
        What it says. Bytes behind a system message's id are ignored, as the engine does.

    Raises:
        RelayError: too short, of unknown kind, or with an id that cannot be.
    """
    if len(message) < HEADER_SIZE:
        raise RelayError(f"{len(message)} bytes, the header alone has {HEADER_SIZE}")
    kind, source, target = _HEADER.unpack_from(message)
    if kind != _Kind.PACKET:
        return _decode_news(kind, source, message)
    if source < SERVER_ID:
        raise RelayError(f"source {source} is no peer's id")
    return RelayedPacket(source, target, message[HEADER_SIZE:])


def _decode_news(kind: int, source: int, message: bytes) -> RelayMessage:
    news = _NEWS.get(kind)
    if news is None:
        raise RelayError(f"unknown kind {kind}")
    if source != SERVER_ID:
        raise RelayError(f"system message from {source}: only the server sends them")
    if len(message) < HEADER_SIZE + _PEER_ID.size:
        raise RelayError(f"system message of {len(message)} bytes holds no whole id")
    (peer_id,) = _PEER_ID.unpack_from(message, HEADER_SIZE)
    if peer_id < _LOWEST_ID[_Kind(kind)]:
        raise RelayError(f"{news.__name__} with id {peer_id}")
    return news(peer_id)


def encode_packet(source: int, target: int, payload: bytes) -> bytes:
    """Puts the header before a packet.

    Args:
        source: the sender's own id.
        target: 0 all, n one peer, -n all but peer n.
        payload: the packet.

    Raises:
        ValueError: an id outside 32 bits.
    """
    try:
        return _HEADER.pack(_Kind.PACKET, source, target) + payload
    except struct.error as error:
        raise ValueError(f"peer ids have 32 bits: from {source} to {target}") from error


def encode(message: RelayMessage) -> bytes:
    """Writes any message; a system message as the server does, from 1 to 0.

    Raises:
        ValueError: an id outside 32 bits.
    """
    if isinstance(message, RelayedPacket):
        return encode_packet(message.source, message.target, message.payload)
    try:
        return _HEADER.pack(_KINDS[type(message)], SERVER_ID, 0) + _PEER_ID.pack(message.peer_id)
    except struct.error as error:
        raise ValueError(f"peer ids have 32 bits: {message.peer_id}") from error
