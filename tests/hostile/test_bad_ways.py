"""Tests ways to a server that lead nowhere: proxies, redirects, cookies.

They go through the public client from end to end.

Each ends with a clear `last_error`, reveals no password, and leaves the object usable.
"""

from __future__ import annotations

import logging
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from tests.hostile.ways import END, OPEN, URL, Way, redirect
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.hostile.scenario import Scene
    from wsclient import WebSocketClient

SECRET = "s3cret"
ENCODED = b64encode(SECRET.encode()).decode()
IN_BASIC = b64encode(f"me:{SECRET}".encode()).decode()

HTTP = f"http://me:{SECRET}@192.0.2.1:3128"
SOCKS = f"socks5h://me:{SECRET}@192.0.2.1:1080"
SOCKS4 = "socks4a://192.0.2.1:1080"


def shown(client: WebSocketClient, log: str) -> str:
    """Returns everything about a client that a program or a person may see.

    What the client has set itself is left out.
    """
    failure = client.last_error
    assert failure is not None
    return f"{failure} {failure!r} {failure.details()} {failure.cause!r} {client!r} {client.last_refusal!r} {log}"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    return caplog


@pytest.mark.hostile("G18", "G19", "A23")
@pytest.mark.parametrize(
    ("settings", "scripts", "stage", "says", "hint"),
    [
        # A port that speaks another protocol
        pytest.param({"proxy": HTTP}, [[b"\x05\xff"]], "proxy", "speaks SOCKS", "socks5h://", id="SOCKS5-on-http"),
        pytest.param({"proxy": HTTP}, [[b"\0\x5b"]], "proxy", "speaks SOCKS4", "socks4a://", id="SOCKS4-on-http"),
        pytest.param({"proxy": HTTP}, [[b"\x15\3\1\0\2\2\x46"]], "proxy", "speaks TLS", "https://", id="TLS-on-http"),
        pytest.param(
            {"proxy": HTTP}, [[b"SSH-2.0-x\r\n"]], "proxy", "no HTTP proxy", "host and port", id="SSH-on-http"
        ),
        pytest.param({"proxy": HTTP}, [[END]], "proxy", "without an answer", "may not reach", id="nothing-on-http"),
        pytest.param({"proxy": HTTP}, [[]], "proxy", "did not answer within 10 s", "may not be", id="silence-on-http"),
        pytest.param(
            {"proxy": SOCKS}, [[b"HTTP/1.1 400 x\r\n\r\n"]], "proxy", "speaks HTTP", "http://", id="HTTP-on-socks"
        ),
        pytest.param({"proxy": SOCKS}, [[b"\x15\3\1"]], "proxy", "speaks TLS", "https://", id="TLS-on-socks"),
        pytest.param({"proxy": SOCKS}, [[b"\0\x5b"]], "proxy", "speaks SOCKS4", "socks4a://", id="SOCKS4-on-socks"),
        pytest.param({"proxy": SOCKS}, [[b"?"]], "proxy", "no SOCKS5 proxy", "host and port", id="other-on-socks"),
        pytest.param(
            {"proxy": SOCKS4}, [[b"HTTP/1.1 400 x\r\n\r\n"]], "proxy", "speaks HTTP", "http://", id="HTTP-on-socks4"
        ),
        pytest.param({"proxy": SOCKS4}, [[b"\x05\xff"]], "proxy", "speaks SOCKS", "socks5h://", id="SOCKS5-on-socks4"),
        # Proxies that refuse
        pytest.param(
            {"proxy": HTTP},
            [[b"HTTP/1.1 407 x\r\nProxy-Authenticate: Digest realm=x\r\n\r\n"]],
            "proxy",
            "did not accept the user name and password (offers Digest only)",
            "Basic alone",
            id="digest",
        ),
        pytest.param({"proxy": HTTP}, [[b"HTTP/1.0 401 x\r\n\r\n"]], "proxy", "did not accept", "proxy = ", id="401"),
        pytest.param({"proxy": HTTP}, [[b"HTTP/1.1 403 x\r\n\r\n"]], "proxy", "does not allow", "wss on 443", id="403"),
        pytest.param(
            {"proxy": HTTP}, [[b"HTTP/1.1 502 \x1b[2J\r\n\r\n"]], "proxy", "could not reach", "sees it", id="502"
        ),
        pytest.param(
            {"proxy": HTTP}, [[redirect("http://x/")]], "proxy", "not a forward proxy", "web server", id="redirect"
        ),
        pytest.param(
            {"proxy": HTTP}, [[b"HTTP/1.1 200 x\r\n\r\n", END]], "proxy", "said yes", "down", id="yes-and-end"
        ),
        pytest.param(
            {"proxy": SOCKS}, [[b"\5\2", b"\1\1"]], "proxy", "did not accept", "proxy = ", id="wrong-password"
        ),
        pytest.param({"proxy": SOCKS}, [[b"\5\0", b"\5\5"]], "proxy", "refused", "sees it", id="refused"),
        pytest.param({"proxy": SOCKS}, [[b"\5\0", b"\5\2"]], "proxy", "does not allow", "wss on 443", id="not-allowed"),
        pytest.param(
            {"proxy": SOCKS}, [[b"\5\0", b"\5\0\0\3"]], "proxy", "did not answer", "may not", id="half-a-reply"
        ),
        # Redirects
        pytest.param(
            {"max_redirects": 9},
            [[redirect("/room")]],
            "handshake",
            "redirects in a circle",
            "corrected",
            id="loop-of-one",
        ),
        pytest.param(
            {"max_redirects": 9},
            [[redirect("/b")], [redirect("/room")]],
            "handshake",
            "redirects in a circle, to ws://192.0.2.9:8080/room",
            "corrected",
            id="loop-of-two",
        ),
        pytest.param(
            {"max_redirects": 2},
            [[redirect("/1")], [redirect("/2")], [redirect("/3")]],
            "handshake",
            "redirects more than 2 times",
            "raise max_redirects",
            id="one-too-many",
        ),
        pytest.param(
            {"max_redirects": 2},
            [[redirect("file:///etc/passwd")]],
            "handshake",
            "no address of a WebSocket",
            "begins with ws://",
            id="file",
        ),
        pytest.param(
            {"max_redirects": 2},
            [[redirect("http://h:99999/")]],
            "handshake",
            "cannot be used",
            "begins with ws://",
            id="impossible-port",
        ),
        pytest.param(
            {}, [[redirect(f"http://me:{SECRET}@h/")]], "handshake", "'ws://h/'", "set max_redirects", id="not-followed"
        ),
        pytest.param(
            {"max_redirects": 1},
            [[redirect(f"ftp://me:{SECRET}@h/?token={SECRET}")]],
            "handshake",
            "'ftp://h/'",
            "begins with ws://",
            id="secrets-in-the-target",
        ),
    ],
)
def test_it_ends_with_a_clear_error_and_the_object_is_usable(
    settings: Mapping[str, object],
    scripts: list[list[bytes]],
    stage: str,
    says: str,
    hint: str,
    log: pytest.LogCaptureFixture,
) -> None:
    way = Way(scripts)
    for name, value in settings.items():
        setattr(way.client, name, value)
    assert way.client.connect_to_url(URL) == Error.OK
    way.run()

    failure = way.client.last_error
    assert failure is not None
    assert list(way.told) == [("connection_error",)]
    assert (failure.stage, way.network.open_sockets) == (stage, [])
    assert says in failure.message
    assert failure.hint
    assert hint in failure.hint
    text = shown(way.client, log.text)
    assert SECRET not in text
    assert ENCODED not in text
    assert IN_BASIC not in text
    assert failure.message.isprintable()
    assert way.opens_now()


@pytest.mark.hostile("G18", "G19")
@pytest.mark.parametrize(
    ("address", "says"),
    [
        pytest.param(f"gopher://me:{SECRET}@p:70", "gopher:// is no scheme of a proxy", id="unknown-scheme"),
        pytest.param(f"socks5://me:{SECRET * 50}@p", "1-255 bytes", id="password-of-300-bytes"),
        pytest.param(f"socks5h://{SECRET * 50}:x@p", "1-255 bytes", id="user-of-300-bytes"),
        pytest.param(f"http://me:{SECRET}%0d%0aX:@p", "control character", id="line-break-in-the-password"),
        pytest.param(f"http://me:{SECRET}@", "host is empty", id="no-host"),
        pytest.param(f"http://me:{SECRET}@p:0", "port 0", id="no-port"),
        pytest.param(f"http://me:{SECRET}/@p:1", "port", id="slash-in-the-password"),
        pytest.param(f"socks4a://me:{SECRET}@p", "takes no password", id="password-for-socks4"),
    ],
)
def test_an_unusable_address_is_refused_at_once_or_with_its_variable(
    address: str, says: str, log: pytest.LogCaptureFixture
) -> None:
    way = Way([], {"http_proxy": address})
    with pytest.raises(ValueError, match=says) as caught:
        way.client.proxy = address
    assert way.client.proxy is None
    assert way.client.connect_to_url(URL) == Error.OK
    way.run()

    failure = way.client.last_error
    assert failure is not None
    assert (failure.stage, failure.error) == ("proxy", Error.ERR_INVALID_PARAMETER)
    assert "the proxy in http_proxy cannot be used: " in failure.message.lower()
    assert says in failure.message
    assert 'set client.proxy = "" for none' in failure.hint
    assert SECRET not in f"{caught.value} {shown(way.client, log.text)}"
    assert way.opens_now()


@pytest.mark.hostile("A25")
def test_a_downgrade_to_ws_is_not_followed(secure: Scene) -> None:
    secure.client.max_redirects = 5
    server = secure.connect()
    server.send(redirect(f"ws://me:{SECRET}@game.example/?token={SECRET}"))

    secure.run(lambda: secure.is_over)

    failure = repr(secure.client.last_error)
    assert "redirect to wss://" in failure
    assert SECRET not in failure
    secure.fails("from wss:// to ws://game.example/", status=302)  # which connects again, too


@pytest.mark.hostile("A24")
def test_cookies_for_other_hosts_and_secrets_are_not_sent() -> None:
    cookies = [
        "Set-Cookie: a=1; Domain=192.0.2.10",
        "Set-Cookie: b=1; Domain=other.example",
        "Set-Cookie: c=1; Secure",
        "Set-Cookie: __Host-d=1; Path=/",
        "Set-Cookie: ours=1; Path=/",
    ]
    way = Way([[redirect("http://192.0.2.10:8080/", *cookies)], [redirect("http://192.0.2.9:8080/x")], [OPEN]])
    way.client.max_redirects, way.client.keep_cookies = 5, True
    way.client.connect_to_url(
        URL.replace("//", f"//me:{SECRET}@"), custom_headers={"X-Api-Key": SECRET, "X-Team": "red"}
    )
    way.run()

    first, elsewhere, back = (request.decode() for request in way.requests)
    assert list(way.told) == [("connection_established", "")]
    way.client.disconnect_from_host()
    assert way.client.get_cookies() == {"ours": "1"}
    assert ("Cookie" in first, "Cookie" in elsewhere, "Cookie: ours=1\r\n" in back) == (False, False, True)
    assert ("X-Api-Key: s3cret" in first, "Authorization: Basic" in first) == (True, True)
    for request in (elsewhere, back):  # what was taken off does not come back
        assert SECRET not in request
        assert "Authorization" not in request
        assert "X-Team: red" in request
