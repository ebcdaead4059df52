"""The server's reply to the opening handshake.

Its verdict is never an exception, and does not depend on how it is cut.
"""

from __future__ import annotations

from fuzz.targets.pieces import in_pieces, split_off
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.events import Failure, Opened
from wsclient.protocol.url import URL

__all__ = ["KEY_BYTES", "check", "handshake"]

_URL = URL.parse("ws://game.example/play")
_MAX_BODY = 4096

KEY_BYTES = bytes(range(16))
"""The key is the same for all inputs, so that an input can contain the right answer."""


def handshake() -> ClientHandshake:
    """Returns the attempt whose reply is fuzzed. It asks for two subprotocols."""
    return ClientHandshake(_URL, ("chat", "superchat"), random_bytes=lambda size: KEY_BYTES[:size])


def check(data: bytes) -> int:
    """Reads one reply."""
    (choice,), reply = split_off(data, 1)
    whole, in_parts = handshake(), handshake()
    verdict = whole.receive_data(reply)
    partial = None
    behind = b""
    for piece in in_pieces(reply, choice):
        if partial is None:
            partial = in_parts.receive_data(piece)
        else:
            behind += piece
    if verdict is None:
        assert partial is None
        verdict, partial = whole.receive_eof(), in_parts.receive_eof()
    _compare(verdict, partial)
    if isinstance(verdict, Opened):
        assert verdict.subprotocol in ("chat", "superchat")
        assert reply.endswith(b"\r\n\r\n" + whole.trailing_data)
        assert in_parts.trailing_data + behind == whole.trailing_data
    return 1


def _compare(verdict: Opened | Failure, other: Opened | Failure | None) -> None:
    if isinstance(verdict, Opened):
        assert verdict == other
        return
    assert isinstance(other, Failure)
    for each in (verdict, other):
        assert each.detail
        assert each.detail.isprintable()
        assert len(each.http_body) <= _MAX_BODY
    assert (verdict.kind, verdict.http_status) == (other.kind, other.http_status)
    assert (verdict.detail, verdict.http_headers, verdict.http_body) == (
        other.detail,
        other.http_headers,
        other.http_body,
    )
