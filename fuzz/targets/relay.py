"""Messages of the gd_mp_api relay: one of four kinds, or a RelayError."""

from __future__ import annotations

from wsclient.multiplayer.godot3 import relay

__all__ = ["check"]


def check(data: bytes) -> int:
    """Reads one message."""
    try:
        message = relay.decode(data)
    except relay.RelayError as error:
        assert str(error).isprintable()
        return 1
    written = relay.encode(message)
    assert relay.decode(written) == message
    if isinstance(message, relay.PeerPacket):
        assert written == data
    return 1
