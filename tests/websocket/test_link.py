"""Link: what may be sent and closed in which state, at each side of the limits."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_transport import SERVER, FakeTransport, Sent, binary
from wsclient.ground.error import Error
from wsclient.protocol.events import CloseReceived, Opened
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest
from wsclient.websocket.link import Limits, Link, WriteMode

if TYPE_CHECKING:
    from collections.abc import Callable


def connecting(link: Link) -> FakeTransport:
    transport = FakeTransport()
    transport.open(OpeningRequest(URL.parse("ws://host")))
    link.transport = transport
    return transport


def opened(link: Link) -> FakeTransport:
    transport = connecting(link)
    transport.feed(Opened(""))
    transport.poll()
    link.open()
    return transport


def closing(link: Link) -> FakeTransport:
    transport = opened(link)
    link.close(1000, "")
    return transport


def closed_by_server(link: Link) -> FakeTransport:
    transport = opened(link)
    transport.feed(CloseReceived(1000, "", is_answer=False))
    transport.poll()
    return transport


def ended(link: Link) -> FakeTransport:
    transport = opened(link)
    link.let_go()
    return transport


@pytest.fixture
def link() -> Link:
    return Link()


# Sending


@pytest.mark.parametrize("is_text", [True, False])
def test_an_open_link_sends(is_text: bool, link: Link) -> None:
    transport = opened(link)

    assert link.send(b"hello", is_text=is_text) is Error.OK
    assert transport.sent == [Sent(b"hello", is_text)]
    assert link.last_error is None


@pytest.mark.parametrize(("mode", "is_text"), [(WriteMode.WRITE_MODE_TEXT, True), (WriteMode.WRITE_MODE_BINARY, False)])
def test_a_packet_is_of_the_mode_that_was_set(mode: WriteMode, is_text: bool, link: Link) -> None:
    transport = opened(link)
    link.write_mode = mode

    link.put(b"hello")

    assert transport.sent == [Sent(b"hello", is_text)]


@pytest.mark.parametrize(
    ("reach", "words", "hint"),
    [
        pytest.param(lambda link: None, "not connected", "See connect_to_url().", id="unconnected"),
        pytest.param(connecting, "still connecting", "Wait for connection_established.", id="connecting"),
        pytest.param(closing, "closing", "", id="closing"),
        pytest.param(closed_by_server, "closing", "", id="closed-by-server"),
        pytest.param(ended, "not connected", "See connect_to_url().", id="ended"),
    ],
)
def test_nothing_is_sent_while(reach, words: str, hint: str, link: Link, caplog: pytest.LogCaptureFixture) -> None:
    transport = reach(link)

    assert link.send(b"hello", is_text=False) is Error.FAILED
    assert transport is None or transport.sent == []
    assert link.last_error is not None
    assert (link.last_error.message, link.last_error.hint) == (f"Nothing can be sent while {words}.", hint)
    assert (link.last_error.stage, link.last_error.error) == ("arguments", Error.FAILED)
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.ERROR, f"{link.place}: {link.last_error.details()}")
    ]


@pytest.mark.parametrize(
    ("waiting", "size", "error"),
    [
        pytest.param(0, 0, Error.OK, id="C09-empty"),
        pytest.param(0, 1, Error.OK, id="C09-1"),
        pytest.param(0, 99, Error.OK, id="C09-below"),
        pytest.param(0, 100, Error.OK, id="C09-max"),
        pytest.param(0, 101, Error.ERR_OUT_OF_MEMORY, id="C09-max+1"),
        pytest.param(40, 60, Error.OK, id="C08-just-fits"),
        pytest.param(40, 61, Error.ERR_OUT_OF_MEMORY, id="C08-does-not-fit"),
        pytest.param(100, 0, Error.OK, id="empty-beside-full"),
        pytest.param(100, 1, Error.ERR_OUT_OF_MEMORY, id="C08-full"),
    ],
)
def test_bytes_that_wait_have_a_limit(waiting: int, size: int, error: Error) -> None:
    link = Link(outgoing=Limits(max_bytes=100, max_packets=10))
    transport = opened(link)
    transport.is_blocked = True
    link.send(bytes(waiting), is_text=False)

    assert link.send(bytes(size), is_text=False) is error
    assert transport.buffered_amount == waiting + (size if error is Error.OK else 0)


def test_packets_that_wait_have_a_limit() -> None:
    link = Link(outgoing=Limits(max_packets=2))
    transport = opened(link)
    transport.is_blocked = True

    assert [link.send(b"", is_text=False) for _ in range(3)] == [Error.OK, Error.OK, Error.ERR_OUT_OF_MEMORY]
    assert len(transport.sent) == 2


def test_sending_goes_on_when_there_is_room_again() -> None:
    link = Link(outgoing=Limits(max_bytes=10))
    transport = opened(link)
    transport.is_blocked = True
    link.send(bytes(10), is_text=False)
    assert link.send(b"x", is_text=False) is Error.ERR_OUT_OF_MEMORY
    assert link.is_open

    transport.drain()

    assert link.send(b"x", is_text=False) is Error.OK


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        pytest.param(b"ascii", Error.OK, id="E02-ascii"),
        pytest.param("grün €".encode(), Error.OK, id="E02-utf8"),
        pytest.param(b"", Error.OK, id="E02-empty"),
        pytest.param(b"\xff", Error.ERR_INVALID_DATA, id="E02-never-valid"),
        pytest.param(b"\xe2\x82", Error.ERR_INVALID_DATA, id="E02-cut-off"),
        pytest.param(b"\xed\xa0\x80", Error.ERR_INVALID_DATA, id="E02-surrogate"),
        pytest.param(b"\xc0\x80", Error.ERR_INVALID_DATA, id="E02-overlong"),
    ],
)
def test_text_has_to_be_utf8(payload: bytes, error: Error, link: Link) -> None:
    transport = opened(link)

    assert link.send(payload, is_text=True) is error
    assert link.send(payload, is_text=False) is Error.OK
    assert transport.sent == ([Sent(payload, is_text=True)] if error is Error.OK else []) + [Sent(payload, False)]


@pytest.mark.parametrize(("auto_flush", "flushes"), [(True, 2), (False, 0)])
def test_each_packet_is_written_at_once_by_default(auto_flush: bool, flushes: int) -> None:
    link = Link(auto_flush=auto_flush)
    transport = opened(link)

    link.send(b"one", is_text=False)
    link.send(b"two", is_text=False)
    assert transport.flushes == flushes

    link.flush()
    assert transport.flushes == flushes + 1


def test_flushing_without_a_transport_does_nothing(link: Link) -> None:
    link.flush()

    assert link.last_error is None


def test_sent_messages_are_counted(link: Link) -> None:
    opened(link)
    link.send(b"one", is_text=False)
    link.send(b"three", is_text=True)
    link.send(b"\xff", is_text=True)  # refused

    assert (link.sent_messages, link.sent_bytes) == (2, 8)


# The express of a transport


class ExpressTransport(FakeTransport):
    """One whose express takes messages of up to five bytes.

    Attributes:
        long: what went through `send`.
        takes_express: whether express takes anything.
    """

    def __init__(self) -> None:
        super().__init__()
        self.long: list[Sent] = []
        self.takes_express = True

    def send(self, payload: bytes, *, is_text: bool) -> None:
        super().send(payload, is_text=is_text)
        self.long.append(self.sent[-1])

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        return self.put_and_flush if self.auto_flush else self.put

    def put_and_flush(self, payload: bytes, is_text: bool) -> bool:
        if not self.put(payload, is_text):
            return False
        self.flush()
        return True

    def put(self, payload: bytes, is_text: bool) -> bool:
        if not self.takes_express or len(payload) > 5:
            return False
        super().send(payload, is_text=is_text)
        return True


def with_express(link: Link) -> ExpressTransport:
    """Returns an open one whose express the link keeps: one empty message was sent."""
    transport = ExpressTransport()
    transport.open(OpeningRequest(URL.parse("ws://host")))
    link.transport = transport
    transport.feed(Opened(""))
    transport.poll()
    link.open()
    link.send(b"", False)
    transport.long.clear()
    transport.sent.clear()
    return transport


@pytest.mark.parametrize("auto_flush", [True, False])
def test_short_messages_go_by_express_and_long_ones_do_not(auto_flush: bool) -> None:
    link = Link(auto_flush=auto_flush)
    transport = with_express(link)

    for payload in (b"short", b"longer", b"short"):
        assert link.send(payload, False) is Error.OK

    assert transport.sent == [Sent(b"short", False), Sent(b"longer", False), Sent(b"short", False)]
    assert transport.long == [Sent(b"longer", False)]
    assert (link.sent_messages, link.sent_bytes) == (4, 16)


def test_express_ends_when_the_connection_is_dropped(link: Link) -> None:
    transport = with_express(link)
    link.let_go()

    assert link.send(b"short", False) is Error.FAILED
    assert transport.sent == []


def test_the_reason_is_found_when_express_has_ended(link: Link) -> None:
    transport = with_express(link)
    transport.takes_express = False
    link.close(1000, "")

    assert link.send(b"short", False) is Error.FAILED
    assert transport.sent == []


@pytest.mark.parametrize(("auto_flush", "flushes"), [(True, 2), (False, 0)])
def test_express_writes_at_once_by_default(auto_flush: bool, flushes: int) -> None:
    link = Link(auto_flush=auto_flush)
    transport = with_express(link)
    before = transport.flushes

    link.send(b"one", False)
    link.send(b"two", False)

    assert transport.flushes == before + flushes


def test_the_next_message_goes_the_way_that_was_asked_for_last(link: Link) -> None:
    transport = with_express(link)
    before = transport.flushes

    for auto_flush, flushes in [(False, 0), (True, 2), (False, 2)]:
        link.auto_flush = auto_flush
        link.send(b"one", False)
        link.send(b"two", False)
        assert transport.flushes == before + flushes


@pytest.mark.parametrize(
    ("limits", "fitting"),
    [(Limits(max_bytes=10), 5), (Limits(max_packets=3), 3), (Limits(max_bytes=5, max_packets=3), 2)],
)
def test_the_limits_hold_by_express(limits: Limits, fitting: int) -> None:
    link = Link(outgoing=limits)
    transport = with_express(link)
    transport.is_blocked = True

    for _ in range(2):
        told = [link.send(b"ab", False) for _ in range(fitting + 2)]

        assert told == [Error.OK] * fitting + [Error.ERR_OUT_OF_MEMORY] * 2
        transport.drain()


@pytest.mark.parametrize("auto_flush", [True, False])
def test_waiting_data_is_written_first_if_there_is_no_room(auto_flush: bool) -> None:
    link = Link(outgoing=Limits(max_packets=2), auto_flush=auto_flush)
    transport = opened(link)
    transport.is_blocked = True
    assert [link.send(b"x", False) for _ in range(3)] == [Error.OK, Error.OK, Error.ERR_OUT_OF_MEMORY]

    transport.is_blocked = False

    assert link.send(b"y", False) is (Error.OK if auto_flush else Error.ERR_OUT_OF_MEMORY)


def test_text_has_to_be_utf8_by_express_too(link: Link) -> None:
    transport = with_express(link)

    assert link.send(b"\xff", True) is Error.ERR_INVALID_DATA
    assert link.send("ü".encode(), True) is Error.OK
    assert link.send(b"\xff", False) is Error.OK
    assert transport.sent == [Sent("ü".encode(), True), Sent(b"\xff", False)]
    assert transport.long == []


def test_a_long_text_is_looked_at_once(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(link)
    link.send(b"x", is_text=True)
    looked_at: list[bytes] = []
    monkeypatch.setattr("wsclient.websocket.link.is_utf8", lambda payload: looked_at.append(payload) or True)
    link.send("ü".encode() * 600, is_text=True)
    assert len(looked_at) == 1


# Reports about the connection


def test_an_open_link_reports_the_state_of_its_transport(link: Link) -> None:
    transport = opened(link)
    transport.is_blocked = True
    link.send(b"hello", is_text=False)

    assert (link.buffered_amount, link.buffered_messages) == (5, 1)
    assert link.remote_address == SERVER


@pytest.mark.parametrize("reach", [lambda link: None, connecting, ended], ids=["unconnected", "connecting", "ended"])
def test_a_link_that_is_not_open_reports_nothing(reach, link: Link) -> None:
    reach(link)

    assert (link.buffered_amount, link.buffered_messages, link.remote_address) == (0, 0, ("", 0))


@pytest.mark.parametrize("error", [Error.FAILED, Error.ERR_UNAVAILABLE])
def test_reading_nothing_fails_as_the_state_says(error: Error) -> None:
    link = Link(error_while_closed=error)
    assert link.inbox.when_empty is error

    opened(link)
    assert link.inbox.when_empty is Error.ERR_UNAVAILABLE

    link.let_go()
    assert link.inbox.when_empty is error


# Closing


def test_an_open_link_says_goodbye_and_stays_open(link: Link) -> None:
    transport = opened(link)

    link.close(3000, "bye")

    assert transport.closes == [(3000, "bye")]
    assert link.is_open
    assert link.is_closing_here
    assert not transport.is_aborted


def test_the_first_close_counts(link: Link) -> None:
    transport = closing(link)

    link.close(3000, "again")

    assert transport.closes == [(1000, "")]


def test_closing_while_connecting_lets_go(link: Link) -> None:
    transport = connecting(link)

    link.close(1000, "")

    assert transport.is_aborted
    assert transport.closes == []
    assert link.transport is None


@pytest.mark.parametrize("reach", [lambda link: None, ended], ids=["unconnected", "ended"])
def test_closing_a_closed_link_does_nothing(reach, link: Link) -> None:
    transport = reach(link)

    link.close(1000, "")

    assert transport is None or transport.closes == []
    assert not link.is_closing_here


def test_a_code_that_the_transport_refuses_changes_nothing(link: Link, monkeypatch: pytest.MonkeyPatch) -> None:
    transport = opened(link)

    def refuse(code: int, reason: str) -> None:
        raise ValueError("a page can only close with 1000 or 3000-4999")

    monkeypatch.setattr(transport, "close", refuse)
    with pytest.raises(ValueError, match="a page can only"):
        link.close(1001, "")

    assert not link.is_closing_here
    assert link.send(b"x", False) is Error.OK


@pytest.mark.parametrize("code", [0, 1000, 1001, 1003, 1007, 1011, 1012, 1014, 3000, 4999])
def test_a_code_may_be(code: int, link: Link) -> None:
    transport = opened(link)

    link.close(code, "")

    assert transport.closes == [(code, "")]


STATES = pytest.mark.parametrize(
    "reach",
    [lambda link: None, connecting, opened, closing, ended],
    ids=["unconnected", "connecting", "open", "closing", "ended"],
)


@STATES
@pytest.mark.parametrize("code", [-1, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65536, True], ids=repr)
def test_an_illegal_code_changes_nothing(code: int, reach, link: Link) -> None:
    transport = reach(link)
    before = (link.transport, link.is_open, link.is_closing_here)

    with pytest.raises(ValueError, match=f"close code {code}"):
        link.close(code, "")

    assert (link.transport, link.is_open, link.is_closing_here) == before
    assert transport is None or transport.closes in ([], [(1000, "")])


@pytest.mark.parametrize(
    "reason",
    [
        pytest.param("x" * 123, id="E06-123"),
        pytest.param("€" * 41, id="E06-123-in-41-characters"),
        pytest.param("", id="E06-none"),
    ],
)
def test_a_reason_may_be(reason: str, link: Link) -> None:
    transport = opened(link)

    link.close(1000, reason)

    assert transport.closes == [(1000, reason)]


@STATES
@pytest.mark.parametrize(
    ("reason", "words"),
    [
        pytest.param("x" * 124, "123 bytes", id="E06-124"),
        pytest.param("€" * 42, "123 bytes", id="E06-126-in-42-characters"),
        pytest.param("\ud800", "surrogates", id="E06-no-text"),
    ],
)
def test_an_illegal_reason_changes_nothing(reason: str, words: str, reach, link: Link) -> None:
    reach(link)
    before = (link.transport, link.is_open, link.is_closing_here)

    with pytest.raises(ValueError, match=words):
        link.close(1000, reason)

    assert (link.transport, link.is_open, link.is_closing_here) == before


@pytest.mark.parametrize(("code", "reason"), [("1000", ""), (None, ""), (1000.0, ""), (1000, b"bye"), (1000, None)])
def test_closing_takes_an_int_and_a_str(code: object, reason: object, link: Link) -> None:
    transport = opened(link)

    with pytest.raises(TypeError, match="close code"):
        link.close(code, reason)

    assert transport.closes == []


def test_letting_go_keeps_readable_messages(link: Link) -> None:
    transport = opened(link)
    link.inbox.extend(binary(b"kept"))
    link.events.append(binary(b"not read yet"))

    link.let_go()
    link.let_go()

    assert transport.is_aborted
    assert (link.transport, link.is_open, list(link.events)) == (None, False, [])
    assert list(link.inbox.packets) == [b"kept"]
