"""Recordings: what a client heard is played back to another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wsclient import Error, WebSocketClient, WebSocketServer
from wsclient.testing import FakeClock, ScriptedServer, SignalLog, connected_pair, record, replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

URL = "ws://game.example"


@pytest.fixture
def path(tmp_path: Path, wsclient_server: ScriptedServer) -> Path:
    """Writes a recording of an open connection.

    It has two messages each way, a second apart, and the server's Close.
    """
    path = tmp_path / "game.jsonl"
    with WebSocketClient(transport=wsclient_server) as client, record(client, path):
        client.connect_to_url(URL)
        wsclient_server.accept()
        client.poll()
        for number in range(2):
            wsclient_server.clock.advance(1.0)
            wsclient_server.send(f"text {number}", b"\xff")
            client.send_text("said")
            client.poll()
        wsclient_server.close(4001, "over")
        client.poll()
        client.poll()
    return path


@pytest.mark.hostile("J05")
def test_a_replay_emits_the_same_at_the_same_times(path: Path) -> None:
    played = replay(path)
    with WebSocketClient(transport=played) as client:
        log = SignalLog(client)
        client.connect_to_url(URL)
        client.poll()
        assert log.names == ["connection_established"]
        client.send_text("hello")
        assert played.sent == ["hello"]

        played.clock.advance(1.0)
        client.poll()
        assert [client.get_message(), client.get_message(), client.get_message()] == ["text 0", b"\xff", None]

        played.clock.advance(1.0)
        client.poll()
        client.poll()

    assert log.names[-1] == "connection_closed"
    assert ("server_close_request", 4001, "over") in log
    assert client.close_code == 4001


def test_a_replay_can_run_on_the_tests_own_clock(path: Path) -> None:
    clock = FakeClock()

    assert replay(path, clock).clock is clock


def test_a_failed_attempt_is_recorded_with_its_reason(tmp_path: Path, wsclient_server: ScriptedServer) -> None:
    path = tmp_path / "refused.jsonl"
    with WebSocketClient(transport=wsclient_server) as client, record(client, path):
        client.connect_to_url(URL)
        wsclient_server.reject(404)
        client.poll()
    with WebSocketClient(transport=replay(path)) as client:
        log = SignalLog(client)
        client.connect_to_url(URL)
        client.poll()

    assert log == [("connection_error",)]
    assert client.last_error is not None
    assert client.last_error.http_status == 404


def test_a_recorded_client_is_used_as_ever(tmp_path: Path, wsclient_server: ScriptedServer) -> None:
    with WebSocketClient(transport=wsclient_server) as client, record(client, tmp_path / "x"):
        client.auto_flush = False
        client.connect_to_url(URL)
        wsclient_server.accept()
        client.poll()
        client.get_peer(1).set_no_delay(False)
        client.send_text("kept")

        assert client.get_current_outbound_buffered_amount() == 4
        assert client.get_statistics().unsent_packets == 1
        assert client.get_connected_port() == 80

        client.flush()
        assert client.get_current_outbound_buffered_amount() == 0


def test_a_recorded_client_has_all_of_its_transport(tmp_path: Path) -> None:
    with (
        WebSocketServer() as server,
        WebSocketClient() as client,
        record(client, tmp_path / "x.jsonl"),
    ):
        server.bind_ip = "127.0.0.1"
        server.set_extra_headers(["X-Game: arena"])
        assert not server.listen(0)
        client.connect_to_url(f"ws://127.0.0.1:{server.get_local_port()}")
        heard = SignalLog(client)

        def play_until(condition: Callable[[], object]) -> None:
            for _ in range(10_000):
                if condition():
                    return
                server.poll()
                client.poll()
            raise AssertionError("it never came")

        play_until(lambda: heard)
        assert ("X-Game", "arena") in client.get_response_headers()
        client.max_frame_size = 1
        client.put_packet(b"abc")
        before = client.get_statistics().wire_bytes_sent
        client.ping(b"now")
        play_until(lambda: "pong_received" in heard.names)
        assert before == 3 * 7, "a header of six bytes for each"


def test_pings_and_fragments_are_replayed(tmp_path: Path) -> None:
    def play(clock: FakeClock, client: WebSocketClient, *others: WebSocketServer) -> list[tuple[object, ...]]:
        log = SignalLog(client)
        clock.advance(1.0)
        client.ping(b"now")
        for part, is_final in (("be", False), ("gun", True)):
            assert client.send_fragment(part, is_final) is Error.OK
        for _ in range(4):
            for other in others:
                other.poll()
            client.poll()
        return log

    path = tmp_path / "x.jsonl"
    clock = FakeClock()
    client, server = connected_pair(clock=clock)
    client.disconnect_from_host()
    with client, record(client, path):
        client.connect_to_url(URL)
        for _ in range(4):
            client.poll()
            server.poll()
        told = play(clock, client, server)
    assert told == [("pong_received", b"now", 0.0)]
    assert '"what": "sent", "text": "begun"' in path.read_text()

    played = replay(path)
    with WebSocketClient(transport=played) as client:
        client.connect_to_url(URL)
        client.poll()
        assert play(played.clock, client) == told
    assert played.sent == ["begun"]


def test_nothing_is_recorded_after_the_end_of_a_recording(tmp_path: Path, wsclient_server: ScriptedServer) -> None:
    path = tmp_path / "game.jsonl"
    with WebSocketClient(transport=wsclient_server) as client:
        with record(client, path):
            client.connect_to_url(URL)
            wsclient_server.accept()
            client.poll()
        written = path.read_text()
        wsclient_server.send("later")
        client.poll()

        assert path.read_text() == written


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("hello", id="no-json"),
        pytest.param("7", id="no-object"),
        pytest.param('{"what": "opened", "subprotocol": ""}', id="no-time"),
        pytest.param('{"at": 0, "what": "exploded"}', id="unknown"),
        pytest.param('{"at": 0, "what": "message", "binary": "no base64"}', id="no-base64"),
        pytest.param('{"at": 0, "what": "ended", "was_clean": false, "failure": ["x"]}', id="failure"),
    ],
)
def test_an_invalid_recording_is_refused_with_the_line(line: str, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"at": 0, "what": "opened", "subprotocol": ""}\n' + line + "\n")

    with pytest.raises(ValueError, match="line 2"):
        replay(path)


def test_a_file_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replay(tmp_path / "nothing")
