from __future__ import annotations

import pytest

from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.proxy import Proxy
from wsclient.transport.opening.blame import OF_CLIENT, blamed, note_of
from wsclient.transport.opening.route import Place
from wsclient.websocket.connection_failure import ConnectionFailure

PROXY = Place.of_proxy(Proxy.parse("http://me:hunter2@p.example:3128"), "http_proxy")
REFUSED = Failure(Stage.CONNECT, FailureKind.REFUSED, f"{PROXY} refused the connection")


def test_a_failure_of_the_server_is_unchanged() -> None:
    assert blamed(REFUSED, Place("game.example", 80)) is REFUSED


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        pytest.param(
            REFUSED,
            "The proxy p.example:3128 refused the connection. Is the proxy running, and is this its port?",
            id="refused",
        ),
        pytest.param(
            Failure(Stage.TLS, FailureKind.TLS_ON_PLAIN_PORT, f"the server does not speak TLS ({PROXY})", hint="wss"),
            "The proxy p.example:3128 does not speak TLS. Write http:// in front of its address.",
            id="no TLS",
        ),
        pytest.param(
            Failure(Stage.TLS, FailureKind.TLS, f"TLS failed: the server refused TLS ({PROXY})"),
            "The proxy p.example:3128: TLS failed: it refused TLS. It may not speak TLS: try http:// in front of its "
            "address.",
            id="TLS",
        ),
        pytest.param(
            Failure(Stage.TLS, FailureKind.CERTIFICATE, f"what signed the server's is missing ({PROXY})"),
            "The proxy p.example:3128: what signed the proxy's is missing. Check this computer's clock and the "
            "proxy's name; for a private certificate, set trusted_ssl_certificate.",
            id="certificate",
        ),
        pytest.param(
            Failure(Stage.PROXY, FailureKind.PROXY, f"{PROXY} speaks SOCKS", hint="Write socks5://."),
            "The proxy p.example:3128 speaks SOCKS. Write socks5://.",
            id="its own hint",
        ),
    ],
)
def test_a_failure_of_a_proxy_names_the_origin_of_its_address(failure: Failure, message: str) -> None:
    told = ConnectionFailure.of_connection(blamed(failure, PROXY))

    assert told.stage == "proxy"
    assert f"{told.message} {told.hint}" == f'{message} (proxy from http_proxy; set client.proxy = "" for none)'
    assert "hunter2" not in repr(told)


def test_a_proxy_of_the_client_is_reported_as_such() -> None:
    assert note_of(OF_CLIENT) == "(proxy from client.proxy)"


def test_a_place_shows_no_secret() -> None:
    assert "hunter2" not in f"{PROXY} {PROXY!r}"
