"""Tests the opening handshake of both sides together.

See RFC 6455 section 4.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.events import Failure, Opened
from wsclient.protocol.handshake import accept_key
from wsclient.protocol.server_handshake import Request, ServerHandshake, rejection
from wsclient.protocol.url import URL


def test_the_accept_value_is_that_of_the_rfc() -> None:  # section 1.3
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


NAMES = st.lists(st.from_regex(r"[A-Za-z0-9.-]{1,8}", fullmatch=True), max_size=3, unique=True).map(tuple)


@given(NAMES, st.data())
def test_both_roles_understand_each_other(names: tuple[str, ...], data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(names or ("",)))
    attempt, server = ClientHandshake(URL.parse("ws://h/x"), names), ServerHandshake()

    asked = server.receive_data(attempt.request)

    assert isinstance(asked, Request)
    assert asked.subprotocols == names
    assert attempt.receive_data(server.accept(chosen) + b"frames") == Opened(chosen)
    assert attempt.trailing_data == b"frames"


@given(st.integers(200, 599), st.binary(max_size=5000))
def test_a_rejection_is_understood(status: int, page: bytes) -> None:
    attempt = ClientHandshake(URL.parse("ws://h/x"))
    verdict = attempt.receive_data(rejection(status, body=page)) or attempt.receive_eof()

    assert isinstance(verdict, Failure)
    assert verdict.http_status == status
    if page and status not in (204, 304):
        assert verdict.http_body == page[:4096]
