"""Encodes and decodes the messages of the gd_mp_api relay.

They are packets with a header of 9 bytes, and the server's news about its peers. One message is one WebSocket
message: kind, source, target (little-endian i32), then the packet, or for system messages the peer's id. It does no
    I/O, and works for both roles.

Source: modules/websocket/websocket_multiplayer_peer of Godot 3.1 to 3.6.
"""

from __future__ import annotations

import struct
from enum import IntEnum

from wsclient.ground.value import Value
from wsclient.multiplayer.session import SERVER_ID, PeerAdded, PeerPacket, PeerRemoved

__all__ = [
    "HEADER_SIZE",
    "SERVER_ID",
    "IdAssigned",
    "PeerAdded",
    "PeerPacket",
    "PeerRemoved",
    "RelayError",
    "RelayMessage",
    "decode",
    "encode",
    "encode_packet",
]

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
    """Raised when a message is malformed; the text says how.

    Log it, count it and ignore the message.
    """


class IdAssigned(Value):
    """The server's first message: the receiver's own id, 2 or more."""

    peer_id: int


RelayMessage = PeerPacket | IdAssigned | PeerAdded | PeerRemoved

_NEWS: dict[int, type[IdAssigned | PeerAdded | PeerRemoved]] = {
    _Kind.ADD: PeerAdded,
    _Kind.DEL: PeerRemoved,
    _Kind.ID: IdAssigned,
}
_KINDS = {news: kind for kind, news in _NEWS.items()}
# The server is added but never removed, and no other peer has its id.
_LOWEST_ID = {_Kind.ADD: SERVER_ID, _Kind.DEL: SERVER_ID + 1, _Kind.ID: SERVER_ID + 1}


def decode(message: bytes) -> RelayMessage:
    """Reads one message.

    Args:
        message: one whole WebSocket message.

    Returns:
        The decoded message. Bytes after the id of a system message are ignored, as in the engine.

    Raises:
        RelayError: the message is too short, of unknown kind, or has an impossible id.
    """
    if len(message) < HEADER_SIZE:
        raise RelayError(f"{len(message)} bytes, the header alone has {HEADER_SIZE}")
    kind, source, target = _HEADER.unpack_from(message)
    if kind != _Kind.PACKET:
        return _decode_news(kind, source, message)
    if source < SERVER_ID:
        raise RelayError(f"source {source} is not a peer's id")
    return PeerPacket(source, target, message[HEADER_SIZE:])


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
    """Encodes any message. A system message is encoded as the server sends it.

    Raises:
        ValueError: an id outside 32 bits.
    """
    if isinstance(message, PeerPacket):
        return encode_packet(message.source, message.target, message.payload)
    try:
        return _HEADER.pack(_KINDS[type(message)], SERVER_ID, 0) + _PEER_ID.pack(message.peer_id)
    except struct.error as error:
        raise ValueError(f"peer ids have 32 bits: {message.peer_id}") from error
