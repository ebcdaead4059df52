"""Tests an open connection from both sides.

See RFC 6455 sections 5.5 and 7.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.hostile.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, ClientFrames, close, frame
from tests.support.connections import Message, all_sent, feeding, talk, told
from tests.support.every_way import every_way
from wsclient.protocol.close_code import MAX_REASON_SIZE
from wsclient.protocol.connection import (
    TRANSITIONS,
    Connection,
    Role,
    State,
    Step,
)
from wsclient.protocol.events import (
    CloseReceived,
    Ended,
    Failure,
    FailureKind,
    PingReceived,
    PongReceived,
    Stage,
)
from wsclient.protocol.messages import MessageAssembler

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.wire import ClientFrame

GIVEN_UP = Failure(stage=Stage.OPEN, kind=FailureKind.HEARTBEAT, detail="no pong for 20 s")


def client(**options: object) -> Connection:
    return Connection(Role.CLIENT, **options)


def sent(connection: Connection) -> list[ClientFrame]:
    """Returns the frames to send, and tells the connection that they were sent."""
    return ClientFrames().read(all_sent(connection))


def opcodes(connection: Connection) -> list[int]:
    return [one.opcode for one in sent(connection)]


def after(*steps: Callable[[Connection], object]) -> Connection:
    """Returns a client after these calls, without their events."""
    connection = client()
    for step in steps:
        step(connection)
        connection.next_events()
    return connection


def receive(data: bytes) -> Callable[[Connection], None]:
    return lambda connection: connection.receive_data(data)


def violation(code: int, connection: Connection) -> Failure:
    """Checks that the connection has failed with this code.

    Returns its failure when the Close frame has been sent.
    """
    assert connection.state is State.FAILING
    (last,) = sent(connection)
    assert (last.opcode, last.close_code) == (CLOSE, code)
    [ended] = told(connection)
    assert isinstance(ended, Ended)
    assert not ended.was_clean
    assert ended.failure is not None
    assert last.payload[2:].decode() in ended.failure.detail
    return ended.failure


class TestTells:
    @pytest.mark.parametrize(
        ("wire", "expected"),
        [
            pytest.param("8105 48656c6c6f", [Message(b"Hello", is_text=True)], id="5.7-text"),
            pytest.param("0103 48656c 8002 6c6f", [Message(b"Hello", is_text=True)], id="5.7-fragmented-text"),
            pytest.param("8905 48656c6c6f", [PingReceived(b"Hello")], id="5.7-ping"),
            pytest.param("8a00", [PongReceived(b"")], id="F03-pong-not-asked-for"),
            pytest.param("8100 8200", [Message(b"", is_text=True), Message(b"")], id="B14-empty"),
            pytest.param("0100 0000 8000", [Message(b"", is_text=True)], id="B14-empty-fragments"),
            pytest.param(
                "0101 61 8901 70 0001 62 8a00 8001 63",
                [PingReceived(b"p"), PongReceived(b""), Message(b"abc", is_text=True)],
                id="B11-controls-inside-fragments",
            ),
            pytest.param(
                "8101 61 8101 62 8201 63 8900 8201 64",
                [
                    Message(b"a", is_text=True),
                    Message(b"b", is_text=True),
                    Message(b"c"),
                    PingReceived(b""),
                    Message(b"d"),
                ],
                id="in-order",
            ),
            pytest.param("8102 c3a9", [Message("é".encode(), is_text=True)], id="8.1-text"),
            pytest.param("0101 c3 8001 a9", [Message("é".encode(), is_text=True)], id="8.1-character-in-two-fragments"),
        ],
    )
    def test_what_arrives(self, wire: str, expected: list[object]) -> None:
        assert every_way(feeding(), bytes.fromhex(wire), tail=frame(BINARY, b"tail") + frame(PING)) == expected

    def test_a_server_the_same(self) -> None:  # 5.7-masked
        def server() -> Connection:
            return Connection(Role.SERVER)

        wire = bytes.fromhex("818537fa213d7f9f4d5158")

        assert every_way(feeding(server), wire, tail=wire) == [Message(b"Hello", is_text=True)]

    def test_messages_of_one_kind_together(self) -> None:
        connection = client()
        connection.receive_data(
            frame(TEXT, b"a") + frame(TEXT, b"b") + frame(BINARY, b"c") + frame(BINARY, b"d" * 70_000)
        )

        events = connection.next_events()

        assert len(events) < 4
        assert connection.next_events() == []

    def test_nothing_if_nothing_arrived(self) -> None:
        assert client().next_events() == []


class TestAnswersPings:
    @pytest.mark.hostile("F01")
    def test_with_the_same_payload(self) -> None:  # F01
        connection = after(receive(frame(PING, b"beep")))

        assert [(one.opcode, one.payload) for one in sent(connection)] == [(PONG, b"beep")]

    def test_each_of_a_few(self) -> None:
        connection = after(receive(b"".join(frame(PING, bytes([number])) for number in range(10))))

        assert [one.payload for one in sent(connection)] == [bytes([number]) for number in range(10)]

    def test_of_those_that_the_network_does_not_take_with_the_newest(self) -> None:
        connection = after(receive(frame(PING, b"1") + frame(PING, b"2")), receive(frame(PING, b"3")))
        assert [one.payload for one in sent(connection)] == [b"2", b"3"]

        connection = after(receive(frame(PING, b"1") + frame(PING, b"2")), receive(b""))
        assert [one.payload for one in sent(connection)] == [b"2"]

    @pytest.mark.hostile("F02")
    @pytest.mark.untraced
    def test_of_a_flood_with_the_newest_only(self) -> None:  # F02
        connection = client()
        connection.receive_data(b"".join(frame(PING, number.to_bytes(4, "big")) for number in range(100_000)))

        assert sum(1 for _ in told(connection)) == 100_000
        assert [(one.opcode, one.payload) for one in sent(connection)] == [(PONG, (99_999).to_bytes(4, "big"))]
        assert connection.state is State.OPEN

    def test_not_while_it_closes(self) -> None:
        connection = after(lambda it: it.send_close(1000), receive(frame(PING, b"late")))

        assert opcodes(connection) == [CLOSE]


class TestRefuses:
    @pytest.mark.parametrize(
        ("wire", "code"),
        [
            pytest.param(frame(TEXT, b"a", key=b"1234"), 1002, id="B02-masked"),
            pytest.param(frame(TEXT, b"a", rsv=4), 1002, id="B03-rsv-1"),
            pytest.param(frame(3), 1002, id="B04-opcode"),
            pytest.param(frame(BINARY, b"a", form=126), 1002, id="B05-not-minimal"),
            pytest.param(frame(BINARY, declares=(1 << 63) - 1), 1009, id="B07-2**63-1"),
            pytest.param(frame(CONTINUATION), 1002, id="B09-continuation"),
            pytest.param(frame(TEXT, is_final=False) + frame(TEXT, b"a"), 1002, id="B10-text-inside"),
            pytest.param(frame(TEXT, is_final=False) + frame(BINARY, is_final=False), 1002, id="B10-binary-inside"),
            pytest.param(frame(PING, bytes(126)), 1002, id="B12-long-ping"),
            pytest.param(frame(PONG, is_final=False), 1002, id="B13-fragmented-pong"),
            pytest.param(frame(TEXT, b"\xff"), 1007, id="E01-text"),
            pytest.param(frame(TEXT, b"\xc3", is_final=False) + frame(CONTINUATION, b"("), 1007, id="E01-fragments"),
            pytest.param(frame(TEXT, b"\xc3", is_final=False) + frame(CONTINUATION), 1007, id="E01-cut-off"),
            pytest.param(frame(CLOSE, b"\x03"), 1002, id="E03-close-of-one-byte"),
            pytest.param(close(1000, b"x" * 124), 1002, id="E05-reason-of-124"),
            pytest.param(close(1000, b"\xff"), 1007, id="E05-reason-that-is-no-text"),
        ],
    )
    def test_what_breaks_the_rules(self, wire: bytes, code: int) -> None:
        failures = []

        def feed(pieces: list[bytes]) -> list[object]:
            connection = client()
            events = []
            for piece in pieces:
                connection.receive_data(piece)
                events += told(connection)
            failures.append(violation(code, connection))
            return events

        assert every_way(feed, frame(BINARY, b"before") + wire, tail=frame(BINARY, b"after")) == [Message(b"before")]
        assert {failure.kind for failure in failures} == {
            FailureKind.TOO_BIG if code == 1009 else FailureKind.VIOLATION
        }
        assert {failure.stage for failure in failures} == {Stage.OPEN}

    def test_it_after_earlier_events_so_that_they_may_be_answered(self) -> None:
        connection = client()
        connection.receive_data(frame(TEXT, b"question") + b"\xff\xff" + frame(TEXT, b"ignored"))

        [before] = connection.next_events()
        assert before.payloads == [b"question"]
        assert connection.has_undecoded
        connection.send_message(b"answer", is_text=True)
        assert opcodes(connection) == [TEXT]

        assert connection.next_events() == []
        assert not connection.has_undecoded
        violation(1002, connection)

    def test_it_at_the_end_of_tcp_too(self) -> None:
        connection = client()
        connection.receive_data(frame(TEXT, b"whole") + b"\xff\xff")
        connection.receive_eof()

        message, ended = told(connection)

        assert message == Message(b"whole", is_text=True)
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        assert ended.failure.kind is FailureKind.VIOLATION

    @pytest.mark.hostile("E01")
    @pytest.mark.parametrize(
        ("start", "bad"),
        [
            pytest.param(b"x" * 500 + b"\xc3", b"(", id="in-a-large-frame"),
            pytest.param(b"x", b"\xff", id="in-a-short-frame"),
            pytest.param(b"\xed", b"\xa0", id="half-a-surrogate"),
        ],
    )
    def test_invalid_text_before_its_frame_is_complete(self, start: bytes, bad: bytes) -> None:
        connection = client()
        connection.receive_data(frame(TEXT, declares=1000) + start)
        assert list(told(connection)) == []
        assert connection.state is State.OPEN

        connection.receive_data(bad)
        list(told(connection))

        violation(1007, connection)

    def test_messages_over_the_limit_by_their_header(self) -> None:
        connection = after(receive(frame(BINARY, declares=16 * 1024 * 1024 + 1)))

        violation(1009, connection)

    def test_messages_over_the_limit_that_was_set(self) -> None:
        connection = client(max_message_size=125)
        connection.receive_data(frame(BINARY, bytes(125)) + frame(BINARY, bytes(126)))

        assert list(told(connection)) == [Message(bytes(125))]
        violation(1009, connection)

    @pytest.mark.hostile("C03")
    def test_fragments_without_end(self) -> None:
        payload = b"x"
        connection = client(max_fragments=1000)
        connection.receive_data(
            frame(BINARY, payload, is_final=False) + frame(CONTINUATION, payload, is_final=False) * 999
        )
        assert list(told(connection)) == []
        assert connection.state is State.OPEN

        connection.receive_data(frame(CONTINUATION, payload, is_final=False))

        assert list(told(connection)) == []
        failure = violation(1009, connection)
        assert "too many fragments" in failure.detail
        assert "set_buffers() does not change this limit" in failure.hint  # G1

    @pytest.mark.parametrize(
        ("wire", "detail"),
        [
            pytest.param(
                b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
                "the server wrote an HTTP reply (500 Internal Server Error) into the connection: its handler failed",
                id="B6-http",
            ),
            pytest.param(
                b"Traceback (most recent call last):\n  File",
                "the server wrote text into the connection, 'Traceback (most recent call last):': "
                "its handler may have failed",
                id="E6-traceback",
            ),
        ],
    )
    @pytest.mark.parametrize("before", [b"", frame(TEXT, b"hello")], ids=["at-once", "behind-a-message"])
    def test_text_in_place_of_a_frame(self, before: bytes, wire: bytes, detail: str) -> None:
        connection = client()
        connection.receive_data(before + wire)
        list(told(connection))

        assert violation(1002, connection).detail == detail

    @pytest.mark.parametrize("cut", [*range(1, 13), 20])
    @pytest.mark.parametrize(
        ("wire", "words"),
        [
            pytest.param(b"HTTP/1.1 500 Oops\r\n\r\n", "wrote an HTTP reply (500 ", id="B6-http"),
            pytest.param(
                b"Traceback (most recent call last)", "wrote text into the connection, 'Tracebac", id="E6-text"
            ),
        ],
    )
    def test_text_that_arrives_in_two_pieces(self, wire: bytes, words: str, cut: int) -> None:
        connection = client()
        for piece in (wire[:cut], wire[cut:]):
            connection.receive_data(piece)
            assert list(told(connection)) == []

        assert words in violation(1002, connection).detail

    def test_the_beginning_of_a_text_at_the_end_of_the_connection(self) -> None:
        connection = after(receive(b"Err"))
        before = connection.state
        connection.receive_eof()

        [ended] = told(connection)
        assert before is State.OPEN
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        assert ended.failure.kind is FailureKind.VIOLATION

    @pytest.mark.parametrize("wire", [b"\x83 ", b"\x09\x00", b"H\x00", b"\xc1\x05"], ids=repr)
    def test_a_wrong_header_that_cannot_be_text_at_once(self, wire: bytes) -> None:
        assert after(receive(wire)).state is State.FAILING

    def test_it_while_it_closes_without_a_second_close(self) -> None:
        connection = after(lambda it: it.send_close(1000), sent, receive(b"\xff\xff"))

        assert connection.state is State.FAILING
        assert sent(connection) == []
        [ended] = told(connection)
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        assert ended.failure.stage is Stage.CLOSE

    def test_it_and_ignores_what_follows(self) -> None:
        connection = after(receive(b"\xff\xff"))
        connection.receive_data(frame(TEXT, b"ignored"))

        assert list(told(connection)) == []
        assert not connection.has_undecoded

    @pytest.mark.hostile("C13")
    def test_messages_that_need_too_much_memory(self, monkeypatch: pytest.MonkeyPatch) -> None:  # C13
        connection = client()

        def exhausted(assembler: MessageAssembler, part: bytes) -> None:
            raise MemoryError

        monkeypatch.setattr(MessageAssembler, "frame_continues", exhausted)
        connection.receive_data(frame(TEXT, b"whole") + frame(BINARY, bytes(100_000))[:50_000])

        assert list(told(connection)) == [Message(b"whole", is_text=True)]
        failure = violation(1011, connection)
        assert failure.kind is FailureKind.SYSTEM
        assert isinstance(failure.cause, MemoryError)


class TestClosedByThePeer:
    @pytest.mark.hostile("E03", "E04", "E05")
    @pytest.mark.parametrize(
        ("wire", "code", "reason", "echo"),
        [
            pytest.param(close(None), 1005, "", b"", id="E03-no-code"),
            pytest.param(close(1000), 1000, "", b"\x03\xe8", id="1000"),
            pytest.param(close(1001, b"bye"), 1001, "bye", b"\x03\xe9bye", id="reason"),
            pytest.param(close(1000, b"x" * 123), 1000, "x" * 123, b"\x03\xe8" + b"x" * 123, id="E05-reason-of-123"),
            pytest.param(close(1000, "é".encode()), 1000, "é", b"\x03\xe8\xc3\xa9", id="E05-utf-8"),
            pytest.param(close(1000, b"bye\0"), 1000, "bye", b"\x03\xe8bye", id="E05-godots-nul"),
            pytest.param(close(4999), 4999, "", b"\x13\x87", id="E04-4999"),
        ],
    )
    def test_tells_answers_and_ends_cleanly(self, wire: bytes, code: int, reason: str, echo: bytes) -> None:
        def feed(pieces: list[bytes]) -> list[object]:
            connection = client()
            events = []
            for piece in pieces:
                connection.receive_data(piece)
                events += told(connection)
            assert connection.state is State.BOTH_CLOSING
            assert [(one.opcode, one.payload) for one in sent(connection)] == [(CLOSE, echo)]
            return [*events, *told(connection)]

        assert every_way(feed, wire, tail=frame(TEXT, b"ignored")) == [  # B15
            CloseReceived(code, reason, is_answer=False),
            Ended(was_clean=True),
        ]

    @pytest.mark.parametrize(
        "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 65535], ids="E04-{}".format
    )
    def test_with_a_code_that_must_not_be_sent_is_a_violation(self, code: int) -> None:
        connection = after(receive(close(code)))

        assert f"close code {code}" in violation(1002, connection).detail

    @pytest.mark.parametrize(
        "code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999]
    )
    def test_with_a_code_that_may_be_sent_is_clean(self, code: int) -> None:  # E04
        connection = client()
        connection.receive_data(close(code))

        assert list(told(connection)) == [CloseReceived(code, "", is_answer=False)]
        assert [one.close_code for one in sent(connection)] == [code]
        assert list(told(connection)) == [Ended(was_clean=True)]

    @pytest.mark.hostile("B16")
    def test_inside_a_message_drops_its_received_part(self) -> None:  # B16
        connection = client()
        connection.receive_data(frame(TEXT, b"begun", is_final=False) + close(1000))

        assert list(told(connection)) == [CloseReceived(1000, "", is_answer=False)]

    @pytest.mark.hostile("E09")
    def test_right_after_a_message_reports_both(self) -> None:  # E09
        connection = client()
        connection.receive_data(frame(TEXT, b"last") + close(1000))
        events = list(told(connection))
        assert opcodes(connection) == [CLOSE]
        connection.receive_eof()

        assert [*events, *told(connection)] == [
            Message(b"last", is_text=True),
            CloseReceived(1000, "", is_answer=False),
            Ended(was_clean=True),
        ]

    def test_is_answered_after_waiting_messages(self) -> None:
        connection = client()
        connection.send_message(b"waiting", is_text=True)
        connection.receive_data(close(1000))
        list(told(connection))

        assert connection.is_closing
        assert opcodes(connection) == [TEXT, CLOSE]

    def test_is_not_over_before_the_answer_has_left(self) -> None:
        connection = after(receive(close(1000)))

        connection.data_sent()
        assert list(told(connection)) == []
        assert not connection.is_closed

        connection.data_to_send()
        connection.data_sent()
        assert connection.is_closed
        assert not connection.is_closing


class TestClosedFromHere:
    @pytest.mark.parametrize(
        ("code", "reason", "payload"),
        [
            pytest.param(1000, "", b"\x03\xe8", id="code"),
            pytest.param(4000, "é", b"\x0f\xa0\xc3\xa9", id="reason"),
            pytest.param(0, "ignored", b"", id="no-code"),
            pytest.param(1000, "x" * 123, b"\x03\xe8" + b"x" * 123, id="longest"),
            pytest.param(1000, "é" * 62, b"\x03\xe8" + "é".encode() * 61, id="cut-before-half-a-character"),
        ],
    )
    def test_sends_close(self, code: int, reason: str, payload: bytes) -> None:
        connection = after(lambda it: it.send_close(code, reason))

        assert [(one.opcode, one.payload) for one in sent(connection)] == [(CLOSE, payload)]
        assert connection.state is State.LOCAL_CLOSING
        assert connection.is_closing

    def test_ends_cleanly_with_the_answer(self) -> None:
        connection = after(lambda it: it.send_close(1000, "bye"), sent)
        connection.receive_data(close(1000, b"bye") + frame(TEXT, b"ignored"))

        assert list(told(connection)) == [CloseReceived(1000, "bye", is_answer=True)]
        assert sent(connection) == []
        assert list(told(connection)) == [Ended(was_clean=True)]

    def test_delivers_messages_before_the_answer(self) -> None:
        connection = after(lambda it: it.send_close(1000), sent)
        connection.receive_data(frame(TEXT, b"late") + close(1000))

        assert list(told(connection)) == [
            Message(b"late", is_text=True),
            CloseReceived(1000, "", is_answer=True),
        ]

    @pytest.mark.hostile("E08")
    def test_and_by_the_peer_at_once_is_clean(self) -> None:  # E08
        one, other = client(), Connection(Role.SERVER)
        one.send_close(1000, "mine")
        other.send_close(1001, "yours")

        from_one, from_other = one.data_to_send(), other.data_to_send()
        one.receive_data(from_other)
        other.receive_data(from_one)

        for connection, code, reason in ((one, 1001, "yours"), (other, 1000, "mine")):
            assert list(told(connection)) == [CloseReceived(code, reason, is_answer=True)]
            connection.data_sent()
            assert list(told(connection)) == [Ended(was_clean=True)]

    def test_is_sent_after_waiting_data_and_ends_sending(self) -> None:
        connection = client()
        connection.send_message(b"waiting", is_text=False)
        connection.send_close(1000)
        connection.send_ping(b"not any more")

        with pytest.raises(RuntimeError, match="LOCAL_CLOSING"):
            connection.send_message(b"not any more", is_text=False)
        assert opcodes(connection) == [BINARY, CLOSE]

    def test_does_so_once(self) -> None:
        connection = after(lambda it: it.send_close(1000), lambda it: it.send_close(1001))

        assert [one.close_code for one in sent(connection)] == [1000]

    def test_does_nothing_when_the_peer_has_closed(self) -> None:
        connection = after(receive(close(1001)), lambda it: it.send_close(1000))

        assert [one.close_code for one in sent(connection)] == [1001]


class TestEndOfTcp:
    def ended(self, connection: Connection, cause: BaseException | None = None) -> Ended:
        connection.receive_eof(cause)
        assert connection.is_closed
        *_, ended = told(connection)
        assert isinstance(ended, Ended)
        return ended

    def test_without_close_is_not_clean(self) -> None:
        ended = self.ended(client())

        assert not ended.was_clean
        assert ended.failure is not None
        assert (ended.failure.kind, ended.failure.stage) == (FailureKind.LOST, Stage.OPEN)
        assert "the server ended TCP without a Close frame" in ended.failure.detail

    def test_names_the_client_to_a_server(self) -> None:
        failure = self.ended(Connection(Role.SERVER)).failure

        assert failure is not None
        assert "the client" in failure.detail

    def test_that_was_an_error_reports_it(self) -> None:
        cause = ConnectionResetError("reset")
        failure = self.ended(client(), cause).failure

        assert failure is not None
        assert failure.cause is cause
        assert "reset" in failure.detail

    def test_instead_of_the_answer_is_not_clean(self) -> None:
        failure = self.ended(after(lambda it: it.send_close(1000), sent)).failure

        assert failure is not None
        assert failure.stage is Stage.CLOSE

    @pytest.mark.parametrize("cause", [None, ConnectionResetError()], ids=["end", "reset"])
    def test_after_the_answer_is_clean(self, cause: BaseException | None) -> None:
        connection = after(lambda it: it.send_close(1000), sent, receive(close(1000)))

        assert self.ended(connection, cause) == Ended(was_clean=True)

    def test_after_the_peers_close_is_clean_if_the_answer_was_sent(self) -> None:
        connection = after(receive(close(1000)))
        connection.data_to_send()

        assert self.ended(connection) == Ended(was_clean=True)

    def test_after_the_peers_close_is_not_clean_while_the_answer_waits(self) -> None:
        assert not self.ended(after(receive(close(1000)))).was_clean

    def test_after_a_violation_reports_the_violation(self) -> None:
        failure = self.ended(after(receive(b"\xff\xff"))).failure

        assert failure is not None
        assert failure.kind is FailureKind.VIOLATION

    def test_follows_everything_that_had_arrived(self) -> None:
        connection = client()
        connection.receive_data(b"\x82\x00" * 20_000 + frame(TEXT, b"last") + frame(TEXT, b"torn")[:-1])
        connection.receive_eof()

        *messages, last, ended = told(connection)

        assert messages == [Message(b"")] * 20_000
        assert last == Message(b"last", is_text=True)
        assert isinstance(ended, Ended)

    def test_finds_a_close_that_was_not_decoded_yet(self) -> None:
        connection = client()
        connection.receive_data(close(1000))
        connection.receive_eof()

        close_received, ended = told(connection)

        assert close_received == CloseReceived(1000, "", is_answer=False)
        assert isinstance(ended, Ended)

    def test_is_reported_once(self) -> None:
        connection = client()
        connection.receive_eof()
        connection.receive_eof(ConnectionResetError())
        connection.give_up(GIVEN_UP)

        assert len(list(told(connection))) == 1

    def test_leaves_nothing_to_receive(self) -> None:
        connection = after(lambda it: it.receive_eof())
        connection.receive_data(frame(TEXT, b"ignored"))

        assert list(told(connection)) == []
        assert not connection.has_undecoded


class TestGivenUp:
    def test_ends_at_once(self) -> None:
        connection = client()
        connection.receive_data(frame(TEXT, b"had arrived"))
        connection.give_up(GIVEN_UP)

        assert list(told(connection)) == [
            Message(b"had arrived", is_text=True),
            Ended(was_clean=False, failure=GIVEN_UP),
        ]

    def test_after_a_violation_reports_the_violation(self) -> None:
        connection = after(receive(b"\xff\xff"))
        connection.give_up(GIVEN_UP)

        [ended] = told(connection)
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        assert ended.failure.kind is FailureKind.VIOLATION


class TestFailedFromHere:
    @pytest.mark.hostile("F04")
    def test_sends_close_and_ends(self) -> None:  # F04
        connection = after(lambda it: it.fail(1011, GIVEN_UP))

        [last] = sent(connection)

        assert (last.close_code, last.payload[2:]) == (1011, b"no pong for 20 s")
        assert list(told(connection)) == [Ended(was_clean=False, failure=GIVEN_UP)]

    def test_drops_the_messages_that_wait(self) -> None:
        connection = client()
        connection.send_message(b"dropped", is_text=True)
        connection.fail(1011, GIVEN_UP)

        assert (connection.buffered_amount, connection.buffered_messages) == (0, 0)
        assert opcodes(connection) == [CLOSE]

    def test_lets_a_frame_that_has_begun_leave(self) -> None:
        connection = client()
        connection.send_message(bytes(100_000), is_text=False)
        begun = bytes(connection.data_to_send())
        connection.fail(1011, GIVEN_UP)

        frames = ClientFrames().read(begun + all_sent(connection))

        assert [(one.opcode, len(one.payload)) for one in frames] == [(BINARY, 100_000), (CLOSE, 18)]
        assert frames[1].close_code == 1011

    def test_cuts_a_long_reason_between_two_characters(self) -> None:
        failure = Failure(stage=Stage.OPEN, kind=FailureKind.VIOLATION, detail="é" * 100)
        connection = after(lambda it: it.fail(1002, failure))

        [last] = sent(connection)

        assert last.payload[2:].decode() == "é" * (MAX_REASON_SIZE // 2)

    @pytest.mark.parametrize(
        "prepare",
        [
            pytest.param(receive(close(1000)), id="the-peer-has-closed"),
            pytest.param(receive(b"\xff\xff"), id="it-has-failed"),
            pytest.param(lambda it: it.receive_eof(), id="it-has-ended"),
        ],
    )
    def test_does_nothing_if_the_end_is_certain(self, prepare: Callable[[Connection], object]) -> None:
        connection = after(prepare)
        before = connection.state

        connection.fail(1011, GIVEN_UP)

        assert connection.state is before
        assert 1011 not in [one.close_code for one in sent(connection)]


class TestSending:
    @pytest.mark.parametrize("sender", Role)
    @pytest.mark.parametrize("size", [0, 1, 125, 126, 1024, 1025, 65535, 65536, 200_000])
    def test_arrives(self, sender: Role, size: int) -> None:
        receiver = Role.SERVER if sender is Role.CLIENT else Role.CLIENT
        one, other = Connection(sender), Connection(receiver)
        one.send_message(b"x" * size, is_text=True)
        one.send_message(bytes(size), is_text=False)
        one.send_ping(b"ping")
        assert one.buffered_amount == 2 * size
        assert one.buffered_messages == 2

        arrived = talk(one, other)

        assert sorted(arrived, key=repr) == sorted(
            [PingReceived(b"ping"), Message(b"x" * size, is_text=True), Message(bytes(size))], key=repr
        )
        assert (one.buffered_amount, one.buffered_messages) == (0, 0)
        assert talk(other, one) == [PongReceived(b"ping")]

    def test_has_an_express_while_open(self) -> None:
        one, other = Connection(Role.CLIENT), Connection(Role.SERVER)
        express = one.express
        waiting = one.waiting
        assert express(b"short", True)
        assert waiting
        assert not express(bytes(2000), True)
        one.allow_express(False)
        assert not express(b"short", True)
        one.allow_express(True)
        assert express(b"again", True)

        one.send_close(1000)

        for _ in range(2):
            assert not express(b"late", True)
            one.allow_express(True)
        assert talk(one, other)[:2] == [Message(b"short", is_text=True), Message(b"again", is_text=True)]

    @pytest.mark.parametrize(
        "end",
        [
            lambda connection: connection.send_close(1000),
            lambda connection: connection.fail(1011, GIVEN_UP),
            lambda connection: connection.give_up(GIVEN_UP),
            lambda connection: connection.receive_eof(),
            lambda connection: (connection.receive_data(b"\x88\0"), connection.next_events()),
        ],
        ids=["closed", "failed", "given-up", "end-of-tcp", "closed-by-peer"],
    )
    def test_has_no_express_from_its_end_on(self, end: Callable[[Connection], object]) -> None:
        connection = client()
        assert connection.express(b"in time", False)

        end(connection)

        assert not connection.express(b"late", False)

    def test_costs_nothing_without_compression(self) -> None:
        connection = client()
        connection.send_message(bytes(1000), is_text=False)
        connection.data_to_send()

        assert connection.last_cost == 0


class TestReadSize:
    def test_is_64_kib_at_first(self) -> None:
        assert client().read_size == 65536

    @pytest.mark.parametrize(
        ("missing", "size"),
        [
            pytest.param(1, 65536, id="of-a-small-frame"),
            pytest.param(16_384, 16_384 + 15 * (16_384 + 14), id="of-16-KiB-and-15-more-of-them"),
            pytest.param(65_536, 65_536 + 3 * (65_536 + 20), id="of-64-KiB-and-three-more"),
            pytest.param(131_072, 131_072 + 131_072 + 20, id="of-128-KiB-and-another"),
            pytest.param(131_600, 131_600, id="and-no-other"),
            pytest.param(263_168, 263_168, id="as-much-as-may-be"),
            pytest.param(263_169, 263_168, id="more-than-may-be"),
            pytest.param(10_000_000, 263_168, id="much-more"),
        ],
    )
    def test_is_what_is_missing_of_a_large_frame_and_whole_ones_behind_it(self, missing: int, size: int) -> None:
        connection = after(receive(frame(BINARY, declares=missing + 10) + bytes(10)))

        assert connection.read_size == size

    @pytest.mark.parametrize(("length", "count"), [(65_536, 4), (70_000, 3), (262_144, 1)])
    def test_is_several_whole_frames_after_a_large_one(self, length: int, count: int) -> None:
        connection = after(receive(frame(BINARY, bytes(length))))

        assert connection.read_size == count * (10 + length)

    def test_is_the_maximum_after_a_larger_frame(self) -> None:
        assert after(receive(frame(BINARY, bytes(300_000)))).read_size == 263_168

    def test_is_small_again_after_small_frames(self) -> None:
        connection = after(receive(frame(BINARY, bytes(70_000))))

        connection.receive_data(frame(BINARY, b"small"))
        connection.next_events()

        assert connection.read_size == 65536


# Every step in every state: the way into each state, and what each step is from outside.

INTO: dict[State, tuple[Callable[[Connection], object], ...]] = {
    State.OPEN: (),
    State.LOCAL_CLOSING: (lambda it: it.send_close(1000), lambda it: it.data_to_send()),
    State.BOTH_CLOSING: (receive(close(1000)),),
    State.FAILING: (receive(b"\xff\xff"),),
    State.CLOSED: (lambda it: it.receive_eof(),),
}
DOING: dict[Step, Callable[[Connection], object]] = {
    Step.SEND_CLOSE: lambda it: it.send_close(1001),
    Step.RECEIVE_CLOSE: receive(close(1001)),
    Step.FAIL: receive(b"\xff\xff"),
    Step.ALL_LEFT: all_sent,
    Step.END: lambda it: it.receive_eof(),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_each_step_in_each_state_follows_the_table(state: State, step: Step) -> None:
    connection = after(*INTO[state])
    assert connection.state is state

    DOING[step](connection)
    events = list(told(connection))

    # From outside, what the table does not have changes nothing.
    expected = TRANSITIONS.get((state, step), state)
    assert connection.state is expected
    assert any(isinstance(event, Ended) for event in events) == (expected is State.CLOSED and state is not expected)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_a_step_that_the_table_does_not_have_is_a_mistake_of_this_program(state: State, step: Step) -> None:
    if (state, step) in TRANSITIONS:
        return
    connection = after(*INTO[state])

    with pytest.raises(RuntimeError, match=f"{step.name} is not allowed while {state.name}"):
        connection._advance(step)  # from outside, no such step can be made


def test_every_state_but_the_last_has_a_way_to_it() -> None:
    assert {State.OPEN, *TRANSITIONS.values()} == set(State)
    assert {state for state, _ in TRANSITIONS} == set(State) - {State.CLOSED}


@pytest.mark.hostile("C05")
def test_many_fragments_take_as_many_calls_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:  # C05
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    def cost(fragments: int) -> int:
        nonlocal calls
        wire = frame(BINARY, bytes(512), is_final=False) + frame(CONTINUATION, bytes(512), is_final=False) * fragments
        connection = client()
        calls = 0
        sys.setprofile(count)
        try:
            for start in range(0, len(wire), 65536):
                connection.receive_data(wire[start : start + 65536])
                list(told(connection))
        finally:
            sys.setprofile(None)
        return calls

    assert cost(8000) < 8.5 * cost(1000)


class TestFragments:
    def test_are_one_message_to_the_other_side(self) -> None:
        ours, theirs = client(), Connection(Role.SERVER)
        for number, part in enumerate((b"\xc3", b"\xa9", b"")):
            ours.send_fragment(part, is_text=number == 0, is_final=number == 2)
        theirs.receive_data(all_sent(ours))

        assert list(told(theirs)) == [Message("é".encode(), is_text=True)]

    def test_let_no_other_message_in_between_but_pings(self) -> None:
        connection = client()
        connection.send_fragment(b"a", is_text=True, is_final=False)

        assert connection.is_sending_fragments
        with pytest.raises(RuntimeError, match="cannot be sent"):
            connection.send_message(b"b", is_text=True)
        assert not connection.express(b"b", True)
        connection.allow_express(True)
        assert not connection.express(b"b", True)
        connection.send_ping(b"p")

    def test_let_messages_be_sent_after_the_final_one(self) -> None:
        connection = client()
        connection.send_fragment(b"a", is_text=True, is_final=False)
        connection.send_fragment(b"b", is_text=False, is_final=True)

        assert not connection.is_sending_fragments
        assert connection.express(b"c", True)

    def test_do_not_open_the_express_way_that_is_closed(self) -> None:
        connection = client()
        connection.allow_express(False)
        connection.send_fragment(b"a", is_text=True, is_final=True)

        assert not connection.express(b"c", True)

    def test_cannot_be_sent_while_closing(self) -> None:
        connection = client()
        connection.send_close(1000)

        with pytest.raises(RuntimeError, match="a fragment cannot be sent"):
            connection.send_fragment(b"a", is_text=True, is_final=True)

    def test_of_a_message_over_the_frame_limit_are_one_message(self) -> None:
        ours, theirs = client(), Connection(Role.SERVER)
        ours.limit_frames(10)
        ours.send_message(bytes(95), is_text=False)
        theirs.receive_data(all_sent(ours))

        assert list(told(theirs)) == [Message(bytes(95))]
