"""Tests what a player reads for each of the commonest failures.

Whole sentences say what happened and what to try.
"""

from __future__ import annotations

import errno
import os
import re
import socket
from functools import partial
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.hostile import certificates
from tests.hostile.scenario import LoopbackWorld, MemoryWorld, Scene
from tests.hostile.ways import END, URL, Way, redirect
from tests.hostile.wire import TEXT, close, frame
from tests.hostile.worlds import LookupWorld, NamedWorld, TlsWorld
from tests.support.fake_network import FakeNetwork
from tests.support.tls import authority, expired_context, server_context
from wsclient import Error, WebSocketClient

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from wsclient import ConnectionFailure

    How = Callable[[], ConnectionFailure]


def told(scene: Scene) -> ConnectionFailure:
    """Plays to the end, and returns what the player reads then."""
    with scene:
        if not scene.is_over:
            scene.run(lambda: scene.is_over)
        failure = scene.client.last_error
        assert failure is not None
        return failure


def started(scene: Scene, url: str = "") -> Scene:
    assert scene.client.connect_to_url(url or scene.world.url) == Error.OK
    return scene


def refused(number: int) -> ConnectionFailure:
    world = MemoryWorld()
    world.network.fail("192.0.2.1", number)
    return told(started(Scene(world)))


def not_found(number: int) -> ConnectionFailure:
    def getaddrinfo(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(number, "Name or service not known")

    return told(started(Scene(LookupWorld(getaddrinfo))))


def answered(status: str, *lines: str, body: str = "") -> ConnectionFailure:
    scene = Scene(MemoryWorld())
    scene.connect()
    scene.server.send("\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", body]).encode())
    scene.server.end_behind()
    return told(scene)


def sent_instead(data: bytes) -> ConnectionFailure:
    scene = Scene(MemoryWorld())
    scene.connect()
    scene.server.send(data)
    scene.server.end_behind()
    return told(scene)


def chose(*lines: str, protocols: tuple[str, ...] = ()) -> ConnectionFailure:
    scene = Scene(MemoryWorld())
    scene.connect(protocols=protocols)
    scene.server.send(scene.server.agreement(*lines))
    return told(scene)


def untrusted(context: ssl.SSLContext) -> ConnectionFailure:
    world = TlsWorld(context)
    world.url = "wss://localhost"
    scene = Scene(world)
    scene.client.trusted_ssl_certificate = authority().cert_pem.bytes().decode()
    return told(started(scene))


def tls_on_a_plain_port() -> ConnectionFailure:
    scene = Scene(LoopbackWorld())
    scene.world.url = scene.world.url.replace("ws:", "wss:")
    started(scene)
    scene.run(lambda: scene.servers and scene.server.received)
    scene.server.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    return told(scene)


def nobody_on_the_port() -> ConnectionFailure:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    scene = Scene(LoopbackWorld())
    return told(started(scene, f"ws://127.0.0.1:{port}"))


def silent_at(stage: str) -> ConnectionFailure:
    worlds = {"resolve": NamedWorld(None), "tls": TlsWorld(None)}
    scene = Scene(worlds.get(stage) or MemoryWorld())
    if stage == "connect":
        scene.world.network = FakeNetwork()  # without a listener
        scene.world._outside = scene.world.network.outside()
    started(scene)
    scene.wait(10.5)
    return told(scene)


def hung_up(is_secure: bool) -> ConnectionFailure:
    scene = Scene(TlsWorld(None) if is_secure else MemoryWorld())
    started(scene)
    scene.run(lambda: scene.servers and scene.server.received)
    scene.server.end_behind()
    return told(scene)


def opened_and(end: Callable[[Scene], object]) -> ConnectionFailure:
    scene = Scene(MemoryWorld())
    scene.open()
    end(scene)
    return told(scene)


def silent_since_open(scene: Scene) -> None:
    scene.server.is_deaf = True
    scene.wait(45)


def silent_at_the_close(scene: Scene) -> None:
    scene.server.is_deaf = True
    scene.client.disconnect_from_host()
    scene.wait(6)


def through(scheme: str, *replies: bytes, is_down: bool = False) -> ConnectionFailure:
    """Connects through a proxy that answers each message in this way."""
    way = Way([replies])
    if is_down:
        way.network.fail("192.0.2.1")
    way.client.proxy = f"{scheme}://me:secret@192.0.2.1:3128"
    return way_told(way)


def redirected(*targets: str, most: int) -> ConnectionFailure:
    way = Way([[redirect(target)] for target in targets])
    way.client.max_redirects = most
    return way_told(way)


def way_told(way: Way) -> ConnectionFailure:
    assert way.client.connect_to_url(URL) == Error.OK
    way.run()
    assert way.client.last_error is not None
    return way.client.last_error


def refused_call(call: Callable[[WebSocketClient], object]) -> ConnectionFailure:
    client = WebSocketClient()
    call(client)
    assert client.last_error is not None
    return client.last_error


STRANGER = trustme.CA()
DOWN = "The server may be down, overloaded, or behind a firewall."
OF_CLIENT = "(proxy from client.proxy)"
LOST = "The server may have stopped, or the network may have failed; connect again."
NOT_WEBSOCKET = "Something other than a WebSocket server is listening there: check host and port."
UNTRUSTED = "Check this computer's clock and the server's name; for a private certificate, set trusted_ssl_certificate."
NO_NETWORK = "Check the network connection, and whether a firewall stands in between."
FULL = "This computer is out of resources or forbids this: close other programs, check its firewall, try again."

# What happened, and all that the player reads; the port of a real socket is written as 9080.
MESSAGES = {
    "the-server-is-down": (
        partial(refused, errno.ECONNREFUSED),
        "game.example:80 (192.0.2.1) refused the connection. Is the server running, and is this its port?",
    ),
    "wrong-port": (
        nobody_on_the_port,
        "127.0.0.1:9080 refused the connection. Is the server running, and is this its port?",
    ),
    "no-such-name": (
        partial(not_found, socket.EAI_NONAME),
        (
            "Name 'game.example' was not found (Name or service not known). "
            "Check the spelling of the host name, and whether this computer is online."
        ),
    ),
    "offline": (
        partial(not_found, socket.EAI_AGAIN),
        f"No name server answered for 'game.example' (Name or service not known). {NO_NETWORK}",
    ),
    "no-way-there": (
        partial(refused, errno.ENETUNREACH),
        f"There is no way to game.example:80 (192.0.2.1): {os.strerror(errno.ENETUNREACH)}. {NO_NETWORK}",
    ),
    "forbidden-by-this-computer": (
        partial(refused, errno.EACCES),
        f"This machine forbids connecting to game.example:80 (192.0.2.1): {os.strerror(errno.EACCES)}. {FULL}",
    ),
    "too-many-open-files": (
        partial(refused, errno.EMFILE),
        f"This program has too many files and sockets open: {os.strerror(errno.EMFILE)}. {FULL}",
    ),
    "captive-portal": (
        partial(answered, "200 OK", "Content-Type: text/html", body="<html>Welcome to the hotel"),
        (
            "The server answered 200 OK: that is a web page, not a WebSocket; "
            "is it a wrong port or path, or a captive portal?"
        ),
    ),
    "captive-portal-that-says-so": (
        partial(answered, "511 Network Authentication Required"),
        (
            "The server answered 511 Network Authentication Required: "
            "the network wants a login first; a captive portal? Open any web page in a browser."
        ),
    ),
    "certificate-expired": (
        partial(untrusted, expired_context()),
        "The server cannot be trusted: certificate verify failed: certificate has expired (localhost:443). "
        + UNTRUSTED,
    ),
    "certificate-signed-by-itself": (
        lambda: untrusted(certificates.self_signed()),
        "The server cannot be trusted: certificate verify failed: self-signed certificate (localhost:443). "
        + UNTRUSTED,
    ),
    "certificate-of-an-unknown-authority": (
        partial(untrusted, server_context(ca=STRANGER)),
        (
            "The server cannot be trusted: certificate verify failed: unable to get local issuer certificate: the "
            "certificate of the authority that signed the server's is missing (localhost:443). The server has to send "
            "the whole chain, its intermediate certificates too; if the authority is a private one, set "
            "trusted_ssl_certificate."
        ),
    ),
    "certificate-of-another-name": (
        partial(untrusted, server_context("other.example")),
        (
            "The server cannot be trusted: certificate verify failed: Hostname mismatch, certificate is not valid for "
            f"'localhost' (localhost:443). {UNTRUSTED}"
        ),
    ),
    "plain-on-a-tls-port": (
        partial(sent_instead, bytes.fromhex("15 0303 0002 0246")),
        "The server speaks TLS here. Try wss:// in place of ws://, or another port.",
    ),
    "plain-on-a-tls-port-that-answers": (
        partial(answered, "400 Bad Request", body="The plain HTTP request was sent to HTTPS port"),
        (
            "The server answered 400 Bad Request: the server speaks TLS here. "
            "Try wss:// in place of ws://, or another port."
        ),
    ),
    "tls-on-a-plain-port": (
        tls_on_a_plain_port,
        "The server does not speak TLS (127.0.0.1:9080). Try ws:// in place of wss://, or another port.",
    ),
    "400": (
        partial(answered, "400 Bad Request"),
        (
            "The server answered 400 Bad Request: it did not understand the request; "
            "check the port, the path and the headers. If a reverse proxy stands in between, let it pass Upgrade "
            "(nginx: proxy_http_version 1.1 and two proxy_set_header lines; "
            "Apache: upgrade=websocket on the first ProxyPass to that backend)."
        ),
    ),
    "401": (
        partial(answered, "401 Unauthorized"),
        (
            "The server answered 401 Unauthorized: it wants credentials; "
            "put user:password@ into the URL, or send an Authorization header."
        ),
    ),
    "403": (
        partial(answered, "403 Forbidden"),
        (
            "The server answered 403 Forbidden: it does not let this client in; "
            "it may want a token, an Origin header or another address."
        ),
    ),
    "404": (
        partial(answered, "404 Not Found"),
        "The server answered 404 Not Found: there is nothing at this path; check the URL.",
    ),
    "429": (
        partial(answered, "429 Too Many Requests"),
        "The server answered 429 Too Many Requests: too many attempts; wait before the next one.",
    ),
    "502": (
        partial(answered, "502 Bad Gateway"),
        "The server answered 502 Bad Gateway: the server behind the proxy does not answer; try again later.",
    ),
    "503": (
        partial(answered, "503 Service Unavailable"),
        "The server answered 503 Service Unavailable: it is overloaded or down for maintenance; try again later.",
    ),
    "moved": (
        partial(answered, "301 Moved Permanently", "Location: wss://game.example/new"),
        (
            "The server answered 301 Moved Permanently: it redirects to 'wss://game.example/new', "
            "and redirects are not followed: connect there. To follow redirects, set max_redirects."
        ),
    ),
    "wrong-subprotocol": (
        partial(chose, "Sec-WebSocket-Protocol: other", protocols=("chat",)),
        (
            "The server chose the subprotocol 'other', which was not asked for (chat). "
            "Ask for the subprotocols that the server knows, or for none."
        ),
    ),
    "no-subprotocol": (
        partial(chose, protocols=("chat",)),
        (
            "The server chose none of the subprotocols that were asked for (chat). "
            "Ask for the subprotocols that the server knows, or for none."
        ),
    ),
    "not-a-websocket-server": (
        partial(sent_instead, b"SSH-2.0-OpenSSH_9\r\n"),
        "This is not a WebSocket server: its reply is not HTTP, it starts with 'SSH-2' (an SSH server). "
        + NOT_WEBSOCKET,
    ),
    "timeout-of-the-lookup": (
        partial(silent_at, "resolve"),
        "The name 'game.example' was not looked up within 10 s. Check whether this computer is online.",
    ),
    "timeout-of-tcp": (
        partial(silent_at, "connect"),
        f"game.example:80 did not answer within 10 s. {DOWN}",
    ),
    "timeout-of-tls": (
        partial(silent_at, "tls"),
        "game.example:443 accepted the connection, but did not complete TLS within 10 s; it may not speak TLS there. "
        + DOWN,
    ),
    "timeout-of-the-reply": (
        partial(silent_at, "handshake"),
        f"game.example:80 accepted the connection, but did not answer the request within 10 s. {DOWN}",
    ),
    "hung-up-without-a-word": (
        partial(hung_up, is_secure=False),
        (
            "The server closed the connection without an answer: it may want wss:// instead of ws://, not speak "
            f"WebSocket on this port, or not like the path, the subprotocols or the headers. {LOST}"
        ),
    ),
    "hung-up-within-tls": (
        partial(hung_up, is_secure=True),
        (
            "The server hung up in the middle of TLS; it may not speak TLS here (game.example:443). "
            "Try ws:// in place of wss://, or another port."
        ),
    ),
    "server-gone": (
        partial(opened_and, lambda scene: scene.server.end_behind()),
        f"The server ended TCP without a Close frame. {LOST}",
    ),
    "connection-reset": (
        partial(opened_and, lambda scene: scene.server.reset()),
        f"The TCP connection broke: {os.strerror(errno.ECONNRESET)}. {LOST}",
    ),
    "heartbeat-missed": (
        partial(opened_and, silent_since_open),
        "The server has fallen silent: no pong for 20 s. The network may have failed; connect again.",
    ),
    "close-not-answered": (
        partial(opened_and, silent_at_the_close),
        f"game.example:80 did not answer the Close within 5 s. {DOWN}",
    ),
    "server-breaks-the-protocol": (
        partial(opened_and, lambda scene: scene.server.send(frame(15))),
        (
            "The server broke the WebSocket protocol: reserved opcode 15. "
            "Connect again; if that does not help, tell the people who run the server."
        ),
    ),
    "too-big-a-message": (
        partial(opened_and, lambda scene: scene.server.send(frame(TEXT, form=127, declares=2**30))),
        (
            "A message is too big: frame of 1073741824 bytes, limit 16777216. "
            "Raise the limit with set_buffers() before connecting, or let the server send less at a time."
        ),
    ),
    "proxy-is-down": (
        partial(through, "http", is_down=True),
        f"The proxy 192.0.2.1:3128 refused the connection. Is the proxy running, and is this its port? {OF_CLIENT}",
    ),
    "proxy-wants-other-credentials": (
        partial(through, "http", b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"),
        (
            "The proxy 192.0.2.1:3128 did not accept the user name and password. "
            f'Give them with the address: proxy = "http://user:password@host:port". {OF_CLIENT}'
        ),
    ),
    "proxy-does-not-allow-it": (
        partial(through, "http", b"HTTP/1.1 403 Forbidden\r\n\r\n"),
        (
            "The proxy 192.0.2.1:3128 does not allow 192.0.2.9:8080 (answered 403 Forbidden). "
            f"Ports 80 and 443 are allowed most often: serve the game as wss on 443. {OF_CLIENT}"
        ),
    ),
    "proxy-does-not-reach-the-server": (
        partial(through, "socks5h", b"\x05\x00", b"\x05\x05"),
        (
            "The proxy 192.0.2.1:3128 could not reach 192.0.2.9:8080 (the connection was refused). "
            f"Check the server's address as the proxy sees it. {OF_CLIENT}"
        ),
    ),
    "proxy-is-none": (
        partial(through, "http", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        (
            "The proxy 192.0.2.1:3128 is not a forward proxy (answered 400 Bad Request). "
            f"This may be the address of a web server or of a reverse proxy. {OF_CLIENT}"
        ),
    ),
    "proxy-of-another-kind": (
        partial(through, "http", b"\x05\xff"),
        ("The proxy 192.0.2.1:3128 speaks SOCKS. Write socks5:// or socks5h:// in front of its address. " + OF_CLIENT),
    ),
    "proxy-hung-up": (
        partial(through, "http", END),
        (
            "The proxy 192.0.2.1:3128 closed without an answer. "
            f"It may not reach 192.0.2.9:8080, or not be a proxy of that kind. {OF_CLIENT}"
        ),
    ),
    "proxy-hung-up-after-its-yes": (
        partial(through, "http", b"HTTP/1.1 200 OK\r\n\r\n", END),
        (
            "The proxy 192.0.2.1:3128 said yes to 192.0.2.9:8080, and ended the connection. "
            f"The server behind it may be down, or the port wrong. {OF_CLIENT}"
        ),
    ),
    "timeout-of-the-proxy": (
        partial(through, "http"),
        (
            "The proxy 192.0.2.1:3128 accepted the connection and did not answer within 10 s. "
            f"It may not be a proxy of that kind, or not reach the server. {OF_CLIENT}"
        ),
    ),
    "redirected-in-a-circle": (
        partial(redirected, "/b", "/room", most=5),
        (
            "The server answered 302 Found, and redirects in a circle, to ws://192.0.2.9:8080/room "
            "(ws://192.0.2.9:8080/room -> ws://192.0.2.9:8080/b). The server's redirects must be corrected."
        ),
    ),
    "redirected-too-often": (
        partial(redirected, "/b", "/c", most=1),
        (
            "The server answered 302 Found, and redirects more than 1 time, to ws://192.0.2.9:8080/c "
            "(ws://192.0.2.9:8080/room -> ws://192.0.2.9:8080/b). Connect to the last address, or raise max_redirects."
        ),
    ),
    "no-websocket-url": (
        partial(refused_call, lambda client: client.connect_to_url("http://game.example")),
        "http:// is not a WebSocket URL: use ws://.",
    ),
    "sent-too-early": (
        partial(refused_call, lambda client: client.send_text("hello")),
        "Nothing can be sent while not connected. See connect_to_url().",
    ),
}


@pytest.mark.parametrize(("happens", "message"), MESSAGES.values(), ids=MESSAGES)
def test_the_player_reads(happens: How, message: str) -> None:
    failure = happens()

    assert re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9080", f"{failure.message} {failure.hint}".strip()) == message
    assert not re.search(r"\(\)|set_|_ssl|connect_to_url", failure.message)  # a player knows no names of ours


def test_a_kicked_player_reads_the_servers_own_words() -> None:
    with Scene(MemoryWorld()) as scene:
        scene.open().send(close(4001, b"Kicked by the host."))
        scene.run(lambda: scene.is_over)

        assert (scene.client.close_code, scene.client.close_reason) == (4001, "Kicked by the host.")
        assert scene.client.last_error is not None
        assert "code 4001 (Kicked by the host.)" in scene.client.last_error.message
