"""Tests that forbidden arguments are refused (rows H06 to H08).

Nothing is started then.
"""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import close
from wsclient import Error

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

URL = "ws://game.example"


@pytest.mark.hostile("H06")
@pytest.mark.parametrize(
    ("url", "says"),
    [
        pytest.param("ws://game.example/\r\nX: y", "position 18", id="H06-CR-LF"),
        pytest.param("ws://game.example/\nX", "position 18", id="H06-LF"),
        pytest.param("ws://game.example/\r", "position 18", id="H06-CR"),
        pytest.param("ws://game.example/\x00", "position 18", id="H06-NUL"),
        pytest.param("ws://game\x00.example", "position 9", id="H06-NUL-in-the-host"),
        pytest.param("ws://game.example/a b", "position 19", id="H06-space"),
        pytest.param(" ws://game.example", "position 0", id="H06-space-in-front"),
        pytest.param("ws://game.example/\t", "position 18", id="H06-tab"),
        pytest.param("ws://game.example\\path", "position 17", id="H06-backslash"),
        pytest.param("ws:\\\\game.example", "position 3", id="H06-backslashes-for-slashes"),
        pytest.param("ws://game.example/\x7f", "position 18", id="H06-DEL"),
        pytest.param("ws://game.example/\u2028", "position 18", id="H06-line-separator"),
        pytest.param("ws://game.example/\ud800", "position 18", id="H06-lone-surrogate"),
        pytest.param("ws://game.example:0", "port 0", id="H06-port-0"),
        pytest.param("ws://game.example:65536", "port 65536", id="H06-port-65536"),
        pytest.param("ws://game.example:-42", "port -42", id="H06-port-negative"),
        pytest.param("ws://game.example:abc", "port abc", id="H06-port-abc"),
        pytest.param("ws://game.example:8_0", "port 8_0", id="H06-port-with-underscore"),
        pytest.param("ws://game.example:+80", "port +80", id="H06-port-with-sign"),
        pytest.param("ws://game.example:\u0661", "port", id="H06-port-in-Arabic-digits"),
        pytest.param("ws://game.example:" + "9" * 5000, "port", id="H06-port-of-5000-digits"),
        pytest.param("", "host", id="H06-nothing"),
        pytest.param("ws://", "host is empty", id="H06-no-host"),
        pytest.param("ws:///", "host is empty", id="H06-no-host-but-a-path"),
        pytest.param("ws://:80", "host is empty", id="H06-no-host-but-a-port"),
        pytest.param("ws://user@", "host is empty", id="H06-no-host-but-a-user"),
        pytest.param("ws://?query", "host is empty", id="H06-no-host-but-a-query"),
        pytest.param("ws://[::1", "IPv6", id="H06-open-bracket"),
        pytest.param("ws://[::1]]", "IPv6", id="H06-two-brackets"),
        pytest.param("ws://[game.example]", "IPv6", id="H06-name-in-brackets"),
        pytest.param("ws://::1", "brackets", id="H06-no-brackets"),
        pytest.param("ws://1.2.3.256", "IPv4", id="H06-256"),
        pytest.param("ws://game_\u00df%41.example", "host", id="H06-percent-in-the-host"),
        pytest.param("http://game.example", "use ws://", id="H06-http"),
        pytest.param("https://game.example", "use wss://", id="H06-https"),
        pytest.param("file:///etc/passwd", "not a WebSocket URL", id="H06-file"),
        pytest.param("javascript://game.example", "not a WebSocket URL", id="H06-javascript"),
        pytest.param("ws+unix://game.example", "has the path of a socket", id="H06-ws+unix"),
        pytest.param("ws://us%00er@game.example", "control character", id="H06-NUL-in-the-user"),
        pytest.param("ws://user:pass%0d%0aX@game.example", "control character", id="H06-CR-LF-in-the-password"),
        pytest.param("ws://game.example/" + "x" * 100_000, "long", id="H06-100-KB"),
    ],
)
def test_a_url_that_cannot_be_is_refused(scene: Scene, url: str, says: str) -> None:
    scene.refuses(says, url)


@pytest.mark.hostile("H06")
def test_a_fragment_is_dropped(scene: Scene) -> None:
    server = scene.connect("/path?query#fragment")

    assert server.request.startswith(b"GET /path?query HTTP/1.1\r\n")


@pytest.mark.hostile("H06")
def test_credentials_become_a_header_and_are_never_shown(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert scene.client.connect_to_url("ws://us%33r:hunter%32@game.example/") == Error.OK
    scene.run(lambda: scene.servers and scene.server.request)

    assert b"\r\nAuthorization: Basic " + base64.b64encode(b"us3r:hunter2") + b"\r\n" in scene.server.request
    scene.server.send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n")
    scene.run(lambda: scene.is_over)
    shown = f"{caplog.text} {scene.client!r} {scene.client.last_error!r}"
    for secret in ("hunter", base64.b64encode(b"us3r:hunter2").decode(), "us3r", "us%33r"):
        assert secret not in shown
    scene.fails("wants credentials", status=401)


@pytest.mark.hostile("H07")
@pytest.mark.parametrize(
    ("headers", "says"),
    [
        pytest.param(["X: a\r\nY: b"], "line break", id="H07-CR-LF-in-a-value"),
        pytest.param(["X: a\nY: b"], "line break", id="H07-LF-in-a-value"),
        pytest.param(["X: a\rY: b"], "line break", id="H07-CR-in-a-value"),
        pytest.param(["X: a\x00"], "control character", id="H07-NUL-in-a-value"),
        pytest.param(["X: a\x1b[31m"], "control character", id="H07-ESC-in-a-value"),
        pytest.param(["X: a\x85b"], "control character", id="H07-next-line-in-a-value"),
        pytest.param(["X: \ud800"], "control character", id="H07-lone-surrogate-in-a-value"),
        pytest.param({"X": "a\r\nY: b"}, "line break", id="H07-CR-LF-in-a-mapping"),
        pytest.param(["X\r\nY: b"], "name", id="H07-CR-LF-in-a-name"),
        pytest.param({"X\nY": "b"}, "name", id="H07-LF-in-a-name"),
        pytest.param({"X\x00": "b"}, "name", id="H07-NUL-in-a-name"),
        pytest.param({"X Y": "b"}, "name", id="H07-space-in-a-name"),
        pytest.param({"X:": "b"}, "name", id="H07-colon-in-a-name"),
        pytest.param({"\u00dc": "b"}, "name", id="H07-letter-beyond-ASCII-in-a-name"),
        pytest.param({"": "b"}, "name", id="H07-no-name"),
        pytest.param([": b"], "name", id="H07-nothing-before-the-colon"),
        pytest.param(["no colon"], "colon", id="H07-no-colon"),
        *(
            pytest.param({name: "x"}, "belongs to the handshake", id=f"H07-{name}")
            for name in (
                "Upgrade",
                "uPGRADE",
                "Upgrade",
                "Connection",
                "Content-Length",
                "Transfer-Encoding",
                "Sec-WebSocket-Key",
                "Sec-WebSocket-Version",
                "Sec-WebSocket-Protocol",
                "Sec-WebSocket-Extensions",
                "Sec-WebSocket-Accept",
                "SEC-fetch-mode",
            )
        ),
        pytest.param(["X: " + "y" * (8192 - 2)], "longer than 8192 bytes", id="H07-8-KiB-and-a-byte"),
        pytest.param(["X: " + "y" * (1 << 20)], "longer than 8192 bytes", id="H07-1-MiB"),
        pytest.param([f"{'X' * (1 << 20)}: y"], "longer than 8192 bytes", id="H07-1-MiB-of-name"),
        pytest.param([f"X{number}: y" for number in range(129)], "more than 128", id="H07-129"),
    ],
)
def test_a_header_that_must_not_be_sent_is_refused(scene: Scene, headers: object, says: str) -> None:
    scene.refuses(says, URL, custom_headers=headers)


@pytest.mark.hostile("H07")
@pytest.mark.parametrize(
    ("headers", "line"),
    [
        pytest.param(["X: " + "y" * (8192 - 3)], b"X: " + b"y" * (8192 - 3), id="H07-8-KiB"),
        pytest.param({"X": "\u00fc\t!"}, "X: \u00fc\t!".encode(), id="H07-UTF-8-and-tab"),
        pytest.param(["X:"], b"X: ", id="H07-no-value"),
        pytest.param([f"X{number}: y" for number in range(128)], b"X127: y", id="H07-128"),
    ],
)
def test_a_header_that_may_be_sent_is(scene: Scene, headers: object, line: bytes) -> None:
    server = scene.connect(headers=headers)  # type: ignore[arg-type]  # a table has one type for all
    assert b"\r\n" + line + b"\r\n" in server.request
    server.send(server.agreement(), close())

    scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("H08")
@pytest.mark.parametrize(
    ("protocols", "says"),
    [
        *(
            pytest.param([f"a{separator}b"], "not a token", id=f"H08-{ord(separator):02x}")
            for separator in '()<>@,;:\\"/[]?={} \t\r\n\x00\x7f\u00fc\u2603'
        ),
        pytest.param([""], "not a token", id="H08-empty"),
        pytest.param(["chat", "  "], "not a token", id="H08-spaces"),
        pytest.param(["chat", "game", "chat"], "twice", id="H08-twice"),
        pytest.param(["chat", " chat"], "twice", id="H08-twice-but-for-a-space"),
        pytest.param(["x" * 8192], "longer than 8192", id="H08-8-KiB"),
        pytest.param([f"p{number}" for number in range(10_000)], "longer than 8192", id="H08-10000"),
    ],
)
def test_a_subprotocol_that_cannot_be_is_refused(scene: Scene, protocols: list[str], says: str) -> None:
    scene.refuses(says, URL, protocols=protocols)


@pytest.mark.hostile("H07", "H08")
@pytest.mark.parametrize(
    "arguments",
    [
        {"custom_headers": "X: y"}, {"custom_headers": b"X: y"}, {"custom_headers": 7}, {"custom_headers": [b"X: y"]},
        {"custom_headers": {"X": 7}}, {"custom_headers": {7: "X"}}, {"custom_headers": [None]},
        {"protocols": "chat"}, {"protocols": b"chat"}, {"protocols": 7}, {"protocols": [b"chat"]},
        {"protocols": [None]},
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_type_raises_and_starts_nothing(scene: Scene, arguments: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        scene.client.connect_to_url(URL, **arguments)  # type: ignore[arg-type]  # that is the point
    assert scene.world.accept() is None

    scene.ends_silently()
