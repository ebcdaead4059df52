"""Tests what logs and error messages may show (rows I02 to I04)."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

import pytest

from tests.hostile.scenario import MemoryWorld, Scene, peak_memory
from tests.hostile.wire import BINARY, PING, TEXT, close, frame
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRETS = {
    "Authorization": "Bearer b3arer",
    "Cookie": "session=c00kie",
    "Proxy-Authorization": "Basic pr0xy",
    "X-Api-Key": "k3y",
}
HOST = "ws://us3r:passw0rd@game.example"
TARGET = "/room?token=t0ken&id=1dentity&b4re"
URL = HOST + TARGET
NEVER_SHOWN = (
    "us3r", "passw0rd", "b3arer", "c00kie", "pr0xy", "k3y", "t0ken", "1dentity", "b4re", "s3tcookie",
    base64.b64encode(b"us3r:passw0rd").decode(),
)  # fmt: skip

MEBIBYTE = 1 << 20
NASTY = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202e\r\nlog line\x00"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Has every line captured, of any level."""
    with caplog.at_level(logging.DEBUG, "wsclient.frames"):
        yield caplog


@pytest.mark.hostile("I02")
@pytest.mark.parametrize("end", ["clean", "refused", "not-found", "violation", "lost"])
def test_no_secret_of_a_request_is_shown(scene: Scene, caplog: pytest.LogCaptureFixture, end: str) -> None:
    caplog.set_level(logging.DEBUG)
    headers = dict(SECRETS)
    del headers["Authorization"]  # it would take the place of the URL's
    scene.world.url = HOST
    for extra in ({}, {"Authorization": SECRETS["Authorization"]}):
        scene.told.clear()
        server = scene.connect(TARGET, headers=[f"{name}: {value}" for name, value in (headers | extra).items()])
        assert b"c00kie" in server.request
        if end in ("refused", "not-found"):
            status = b"401 Unauthorized" if end == "refused" else b"404 Not Found"
            server.send(b"HTTP/1.1 " + status + b"\r\nSet-Cookie: s3tcookie\r\nContent-Length: 0\r\n\r\n")
        else:
            server.send(server.agreement("Set-Cookie: s3tcookie"), frame(TEXT, b"Hello"), frame(PING))
            server.send({"clean": close(), "violation": b"\xff\xff", "lost": b""}[end])
            server.end_behind()
        scene.run(lambda: scene.is_over)
        failure = scene.client.last_error
        assert (failure is None) == (end == "clean")
        for secret in NEVER_SHOWN:
            assert secret not in f"{caplog.text} {scene.client!r} {failure}", secret
    assert "/room?token=***&id=***&***" in caplog.text


@pytest.mark.hostile("I02")
@pytest.mark.parametrize(
    "arguments",
    [
        {"url": URL + "\n"},
        {"url": URL.replace("game.example", "")},
        {"url": URL.replace("game.example", "game.example:99999")},
        {"url": URL.replace("passw0rd", "passw0rd%00")},
        {"url": URL, "custom_headers": [f"{name}: {value}\n" for name, value in SECRETS.items()]},
        {"url": URL, "custom_headers": [f"Cookie: {'c00kie' * 5000}"]},
    ],
    ids=["line-break", "no-host", "port", "password", "header-with-a-line-break", "long-header"],
)
def test_no_secret_of_a_refused_call_is_shown(
    scene: Scene, caplog: pytest.LogCaptureFixture, arguments: dict[str, object]
) -> None:
    caplog.set_level(logging.DEBUG)
    assert scene.client.connect_to_url(**arguments) == Error.ERR_INVALID_PARAMETER  # type: ignore[arg-type]  # a table

    for secret in NEVER_SHOWN:
        assert secret not in f"{caplog.text} {scene.client!r} {scene.client.last_error}", secret


@pytest.mark.hostile("I03")
@pytest.mark.parametrize(
    ("head", "says", "status"),
    [
        pytest.param("HTTP/1.1 403 No\x9b2J\xadway", r"No\x9b2J\xadway", 403, id="I03-reason"),
        pytest.param("HTTP/1.1 403 \x1b[31m", r"\x1b[31m", 403, id="I03-ESC-in-the-reason"),
        pytest.param("HTTP/1.1 301 x\r\nLocation: ws://x/\x9b2J", r"\x9b2J", 301, id="I03-target-of-a-redirect"),
        pytest.param("HTTP/1.1 426 x\r\nSec-WebSocket-Version: \x9b8", r"\x9b8", 426, id="I03-version"),
        pytest.param("HTTP/1.1 101 x\r\nUpgrade: \x9bws", r"\x9bws", 101, id="I03-upgrade"),
        pytest.param("HTTP/1.1 101 x\r\nX: \x1b[31m", "control character", None, id="I03-ESC-in-a-header"),
        pytest.param("HTTP/1.1 101 x\r\n\x1b[31m: x", r"\x1b[31m", None, id="I03-ESC-in-a-name"),
        pytest.param("\x1b[31m\x1b]0;title\x07", r"\x1b[31m", None, id="I03-no-HTTP"),
    ],
)
def test_text_of_a_server_is_escaped(
    scene: Scene, log: pytest.LogCaptureFixture, head: str, says: str, status: int | None
) -> None:
    server = scene.connect()
    server.send(head.encode("latin-1") + b"\r\nContent-Length: 0\r\n\r\n")
    scene.run(lambda: scene.is_over)

    assert [line for line in log.messages if not line.isprintable()] == []
    scene.fails(says, status=status)  # which also looks whether all of the message is printable


@pytest.mark.hostile("I03")
@pytest.mark.parametrize("name", ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Accept"])
def test_headers_of_a_server_are_escaped(scene: Scene, log: pytest.LogCaptureFixture, name: str) -> None:
    server = scene.connect()
    server.send(server.agreement(f"{name}: \x9b2J\xad"))
    scene.run(lambda: scene.is_over)

    assert [line for line in log.messages if not line.isprintable()] == []
    scene.fails(r"\x9b2J\xad", status=101)


@pytest.mark.hostile("I03")
def test_a_close_reason_is_reported_as_received_and_logged_escaped(scene: Scene, log: pytest.LogCaptureFixture) -> None:
    server = scene.open()
    server.send(frame(TEXT, NASTY.encode()), frame(PING, NASTY.encode()), close(1000, NASTY.rstrip("\0").encode()))
    scene.run(lambda: scene.is_over)

    assert scene.client.close_reason == NASTY.rstrip("\0")
    assert [line for line in log.messages if not line.isprintable()] == []
    assert any(r"\x1b[31mred\x1b]0;title\x07" in line for line in log.messages)
    scene.closes(1000, is_clean=True)


@pytest.mark.hostile("I04")
def test_a_large_message_is_logged_by_its_beginning_and_not_copied(caplog: pytest.LogCaptureFixture) -> None:
    """A large message is logged by its start, without a copy.

    16 MiB stand for any size: the line has the same length, and no more memory is held.
    """
    silent = _peak_of_a_large_message()
    with caplog.at_level(logging.DEBUG, "wsclient.frames"):
        traced = _peak_of_a_large_message()
    lines = [line for line in caplog.messages if line.startswith(("<", ">"))]

    assert traced - silent < MEBIBYTE
    assert [line.split(":")[0] for line in lines[:2]] == [
        f"< binary {16 * MEBIBYTE} bytes",
        f"> binary {4 * MEBIBYTE} bytes",
    ]
    assert max(map(len, lines)) < 400


def _peak_of_a_large_message() -> int:
    """Bytes more than before, while one comes in and another goes out."""
    wire, ours = frame(BINARY, bytes(16 * MEBIBYTE)), bytes(4 * MEBIBYTE)
    with Scene(MemoryWorld()) as scene:
        server = scene.open()
        server.send(wire)
        with peak_memory() as peak:
            scene.run(lambda: scene.messages)
            assert scene.client.put_packet(ours) == Error.OK
            scene.run(lambda: server.messages)
    return peak.extra
