"""The client's request to open a WebSocket.

It is accepted or refused, never raises an exception, and the result does not depend on how it is cut.
"""

from __future__ import annotations

from fuzz.targets.pieces import in_pieces, split_off
from wsclient.protocol.events import Failure
from wsclient.protocol.server_handshake import Request, ServerHandshake, choose_subprotocol

__all__ = ["check"]

_STATUSES = {None, 400, 405, 426, 431, 505}


def check(data: bytes) -> int:
    """Reads one request."""
    (choice,), request = split_off(data, 1)
    whole, in_parts = ServerHandshake(), ServerHandshake()
    verdict = whole.receive_data(request)
    partial, behind = None, b""
    for piece in in_pieces(request, choice):
        if partial is None:
            partial = in_parts.receive_data(piece)
        else:
            behind += piece
    assert partial == verdict, f"{partial} in pieces, {verdict} at once"
    if isinstance(verdict, Failure):
        _check_refusal(whole, verdict)
    elif verdict is not None:
        assert in_parts.trailing_data + behind == whole.trailing_data
        _check_acceptance(whole, verdict)
    return 1


def _check_refusal(handshake: ServerHandshake, failure: Failure) -> None:
    assert failure.detail.isprintable()
    assert failure.http_status in _STATUSES
    reply = handshake.refuse(failure)
    assert (reply == b"") == (failure.http_status is None)
    assert reply.count(b"\r\n\r\n") <= 1


def _check_acceptance(handshake: ServerHandshake, request: Request) -> None:
    assert request.resource_name
    assert "?" not in request.resource_name.partition("?")[0]
    assert isinstance(request.path + request.query + request.origin, str)
    for name in request.subprotocols:
        assert choose_subprotocol(request, [name]) == name
        assert handshake.accept(name).startswith(b"HTTP/1.1 101 ")
    assert handshake.accept().endswith(b"\r\n\r\n")
