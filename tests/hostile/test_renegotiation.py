"""TLS that goes back to its handshake in the middle of a connection (row G14).

Encryption writes to memory, so that it cannot block. But while a server renegotiates TLS 1.2, nothing can be encrypted
before its answer was read. So a write asks for a read.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile.openssl_server import OPENSSL, OpensslServer
from tests.hostile.wire import TEXT, frame
from tests.support.driving import RecordingClient, drive
from tests.support.tls import authority
from wsclient import Error

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.hostile("G14"),
    pytest.mark.skipif(OPENSSL is None or sys.platform == "win32", reason="needs the openssl command, and SIGSTOP"),
]

RECEIVED, SENT = b"<<<", b">>>"


def opened(server: OpensslServer) -> RecordingClient:
    """A client with an open connection to it."""
    client = RecordingClient()
    client.trusted_ssl_certificate = authority().cert_pem.bytes()
    assert client.connect_to_url(f"wss://127.0.0.1:{server.port}") == Error.OK
    drive(client, lambda: server.read().endswith(b"\r\n\r\n"))
    server.agree()
    drive(client, lambda: client.told)
    assert client.told == [("established", "")]
    return client


def said(server: OpensslServer, direction: bytes, name: bytes) -> int:
    """Returns how many handshake messages of that name it reports."""
    return sum(line.startswith(direction) and line.endswith(name) for line in server.read().splitlines())


def test_a_change_of_keys_is_answered_and_nothing_is_lost(tmp_path: Path) -> None:
    with OpensslServer(tmp_path, "tls1_3") as server, opened(server) as client:
        server.type(b"K\n")  # changes its own, and asks for ours
        drive(client, lambda: said(server, SENT, b"KeyUpdate"))
        server.type(frame(TEXT, b"Hello"))
        drive(client, lambda: client.data)
        printed = len(server.read())
        assert client.send_text("x" * 100_000) == Error.OK  # OpenSSL answers with what it writes next
        drive(client, lambda: len(server.read()) > printed + 100_000)

        assert said(server, RECEIVED, b"KeyUpdate") == 1
        assert client.data == ["Hello"]


def caught_negotiating(server: OpensslServer, client: RecordingClient) -> bool:
    """Freezes the server while it renegotiates, and sends a message.

    Returns False if the server was too fast.
    """
    requests = said(server, SENT, b"HelloRequest")
    server.type(b"r\n")
    drive(client, lambda: said(server, SENT, b"HelloRequest") > requests)
    server.freeze()
    for _ in range(20):
        client.poll()  # reads the request, and answers with our hello
    assert client.send_text("in between") == Error.OK
    return client.get_current_outbound_buffered_amount() > 0


def test_data_sent_during_a_renegotiation_waits_and_is_not_lost(tmp_path: Path) -> None:
    with OpensslServer(tmp_path, "tls1_2") as server, opened(server) as client:
        for _ in range(20):  # on a busy machine it may be through before it is frozen
            if caught_negotiating(server, client):
                break
            server.thaw()
        else:
            pytest.fail("there was never anything to wait for")
        for _ in range(100):
            client.poll()
        assert not client.is_over
        server.thaw()
        drive(client, lambda: not client.get_current_outbound_buffered_amount())
        server.type(frame(TEXT, b"Hello"))
        drive(client, lambda: client.data)

        assert client.data == ["Hello"]
        assert said(server, RECEIVED, b"ClientHello") >= 2
