"""Tests ClientRequest as a value.

For what a server does with it, see test_server.py.
"""

from __future__ import annotations

import pytest

from tests.support.hosting import request as bytes_of_request
from wsclient.protocol.server_handshake import Request, ServerHandshake
from wsclient.websocket.client_request import ClientRequest


class FakeTransport:
    """Takes note of the answer."""

    def __init__(self) -> None:
        self.answers: list[tuple[object, ...]] = []

    def accept(self, *answer: object) -> None:
        self.answers.append(("accept", *answer))

    def reject(self, *answer: object) -> None:
        self.answers.append(("reject", *answer))


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def request_(transport: FakeTransport) -> ClientRequest:
    parsed = ServerHandshake().receive_data(
        bytes_of_request("Sec-WebSocket-Protocol: chat, game", "X-A: 1", start="GET /a%20b?c=%20 HTTP/1.1")
    )
    assert isinstance(parsed, Request)
    return ClientRequest(
        parsed, transport, ("192.0.2.7", 5000), protocol="chat", headers=(("X-Server", "arena"),), is_secure=False
    )


def test_it_describes_the_request(request_: ClientRequest) -> None:
    assert (request_.path, request_.query, request_.resource_name) == ("/a b", "c=%20", "/a%20b?c=%20")
    assert request_.protocols == ("chat", "game")
    assert (request_.get_header("x-a"), request_.get_header("X-B", "none")) == ("1", "none")
    assert ("X-A", "1") in request_.headers
    assert (request_.remote_address, request_.origin, request_.is_secure) == (("192.0.2.7", 5000), "", False)
    assert repr(request_) == "<ClientRequest /a b from 192.0.2.7 port 5000>"
    assert (request_.is_decided, request_.is_deferred) == (False, False)


def test_accepting_takes_the_servers_protocol_and_headers(request_: ClientRequest, transport: FakeTransport) -> None:
    request_.accept(headers={"X-B": "2"})

    assert transport.answers == [("accept", "chat", (("X-Server", "arena"), ("X-B", "2")))]
    assert request_.is_decided


def test_accepting_without_a_protocol_is_possible(request_: ClientRequest, transport: FakeTransport) -> None:
    request_.accept("")

    assert transport.answers[0][1] == ""


def test_rejecting_has_a_status_and_a_page(request_: ClientRequest, transport: FakeTransport) -> None:
    request_.reject(404, "no such room")

    assert transport.answers == [("reject", 404, (), b"no such room")]
