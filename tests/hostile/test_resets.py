"""RST instead of FIN, in each state (row E10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import BINARY, CONTINUATION, TEXT, close, frame
from wsclient import Error

if TYPE_CHECKING:
    from tests.hostile.scenario import Scene

WORLDS = pytest.mark.parametrize("world", ["scene", "loopback"])


@pytest.fixture
def there(world: str, request: pytest.FixtureRequest) -> Scene:
    """In memory, and over a real socket that is closed with SO_LINGER 0."""
    made: Scene = request.getfixturevalue(world)
    return made


@pytest.mark.hostile("E10")
@WORLDS
@pytest.mark.parametrize("reply", [0, 1, 12, 60], ids=lambda size: f"E10-behind-{size}-bytes-of-the-reply")
def test_a_reset_during_the_handshake_fails_the_attempt(there: Scene, reply: int) -> None:
    server = there.connect()
    server.send(server.agreement()[:reply])
    there.run(lambda: server.sent == reply)
    there.step()
    server.reset()

    there.fails("reset the connection")


@pytest.mark.hostile("E10")
@WORLDS
def test_a_reset_before_the_request_is_read_fails_the_attempt(there: Scene) -> None:
    assert there.client.connect_to_url(there.world.url) == Error.OK
    while (end := there.world.accept()) is None:
        there.poll()
    end.reset()

    there.run(lambda: there.is_over)
    there.fails("connection")


@pytest.mark.hostile("E10")
@pytest.mark.parametrize(("polls", "stage"), [(1, "tls"), (2, "handshake"), (3, "handshake")])
def test_a_reset_during_the_tls_handshake_fails_the_attempt(secure: Scene, polls: int, stage: str) -> None:
    assert secure.client.connect_to_url(secure.world.url) == Error.OK
    for _ in range(polls):
        secure.step()
    secure.server.reset()

    secure.run(lambda: secure.is_over)
    secure.fails("reset the connection", stage=stage)


@pytest.mark.hostile("E10")
@WORLDS
@pytest.mark.parametrize(
    ("wire", "told"),
    [
        pytest.param(b"", [], id="E10-idle"),
        pytest.param(frame(TEXT, b"whole"), [("data", "whole")], id="E10-behind-a-message"),
        pytest.param(frame(BINARY, bytes(10), declares=1000), [], id="E10-inside-a-frame"),
        pytest.param(
            frame(TEXT, b"a", is_final=False) + frame(CONTINUATION, b"b", is_final=False), [], id="E10-inside-a-message"
        ),
        pytest.param(frame(TEXT, b"x" * 1000)[:3], [], id="E10-inside-a-header"),
    ],
)
def test_a_reset_of_an_open_connection_ends_it(there: Scene, wire: bytes, told: list[tuple[object, ...]]) -> None:
    server = there.open()
    server.send(wire)
    there.run(lambda: server.sent >= len(wire) and len(there.told) > len(told))
    there.step()
    server.reset()

    there.closes(None, "reset", before=told)


@pytest.mark.hostile("E10")
@WORLDS
def test_a_reset_while_we_send_ends_it(there: Scene) -> None:
    server = there.open()
    server.is_deaf = True
    for _ in range(15):
        assert there.client.put_packet(bytes(1 << 20)) == Error.OK
        there.poll()
    server.reset()

    there.closes(None, "reset")


@pytest.mark.hostile("E10")
@WORLDS
def test_a_reset_instead_of_an_answer_to_our_close_ends_it(there: Scene) -> None:
    server = there.open()
    there.client.disconnect_from_host()
    there.run(lambda: server.close_codes)
    server.reset()

    there.closes(1000, "reset", stage="close", before=[])


@pytest.mark.hostile("E10")
@WORLDS
def test_a_reset_after_the_answer_to_our_close_is_harmless(there: Scene) -> None:
    server = there.open()
    there.client.disconnect_from_host()
    there.run(lambda: server.close_codes)
    server.send(close())
    server.step()
    server.reset()

    there.closes(1000, is_clean=True, before=[])


@pytest.mark.hostile("E10")
@WORLDS
@pytest.mark.parametrize("code", [1000, 1001, 4000])
def test_a_reset_after_the_servers_close_is_unclean_if_our_answer_cannot_be_sent(there: Scene, code: int) -> None:
    server = there.open()
    server.send(close(code, b"off"))
    server.step()
    server.reset()

    there.closes(None, f"code {code} (off)", stage="close", before=[("close_request", code, "off")])
