from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_browser import FakeBrowser, pyodide
from tests.support.pygbag_bridge import pygbag_window
from wsclient.protocol.events import (
    BINARY,
    TEXT,
    CloseReceived,
    Ended,
    FailureKind,
    Messages,
    Opened,
    Stage,
)
from wsclient.protocol.url import URL
from wsclient.testing import FakeClock
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.bridge import PygbagWire, PyodideWire
from wsclient.transport.browser import BrowserTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_browser import JsSocket
    from wsclient.protocol.events import Event, Failure
    from wsclient.transport.bridge import Connect


class Page:
    """A browser, a clock that a test moves on, and transports in them."""

    def __init__(self, bridge: Callable[[FakeBrowser], Connect]) -> None:
        self.browser = FakeBrowser()
        self.clock = FakeClock()
        self.settings = Settings()
        self._connect = bridge(self.browser)

    def new(self) -> BrowserTransport:
        return BrowserTransport(self.settings, clock=self.clock, connect=self._connect)

    def transport(self, url: str = "ws://example.com/", *subprotocols: str) -> BrowserTransport:
        transport = self.new()
        transport.open(OpeningRequest(URL.parse(url), subprotocols))
        return transport

    def open_transport(self) -> BrowserTransport:
        transport = self.transport()
        self.socket.opens()
        assert transport.poll() == [Opened("")]
        return transport

    @property
    def socket(self) -> JsSocket:
        return self.browser.latest

    def pass_time(self, transport: BrowserTransport, seconds: float) -> list[Event]:
        """Polls ten times a second for so long, and returns what came."""
        events: list[Event] = []
        for _ in range(round(seconds * 10)):
            self.clock.advance(0.1)
            events += transport.poll()
        return events


@pytest.fixture(params=["pyodide", "pygbag"])
def page(request: pytest.FixtureRequest) -> Page:
    if request.param == "pyodide":
        return Page(lambda browser: partial(PyodideWire, *pyodide(browser)))
    return Page(lambda browser: partial(PygbagWire, pygbag_window(browser)))


def texts(*messages: str) -> Messages:
    return Messages([message.encode() for message in messages], TEXT * len(messages))


def failure_of(events: list[Event]) -> Failure:
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert ended.failure is not None
    return ended.failure


class TestOpening:
    def test_asks_the_browser_for_the_url(self, page: Page) -> None:
        page.transport("wss://example.com/a?b=c")

        assert page.socket.url == "wss://example.com:443/a?b=c"

    def test_opens_with_the_subprotocol_that_was_chosen(self, page: Page) -> None:
        transport = page.transport("ws://example.com/", "chat", "game")
        assert transport.poll() == []
        assert not transport.can_send

        page.socket.opens("game")

        assert transport.poll() == [Opened("game")]
        assert transport.can_send

    def test_fails_if_no_subprotocol_was_chosen(self, page: Page) -> None:
        transport = page.transport("ws://example.com/", "chat")

        page.socket.opens("")

        failure = failure_of(transport.poll())
        assert (failure.kind, failure.stage) == (FailureKind.SUBPROTOCOL, Stage.HANDSHAKE)
        assert page.socket.closed_with == [()]

    def test_opens_without_a_subprotocol_that_is_not_required(self, page: Page) -> None:
        page.settings.subprotocol_required = False
        transport = page.transport("ws://example.com/", "chat")

        page.socket.opens("")

        assert transport.poll() == [Opened("")]

    def test_fails_once_for_what_the_browser_does_not_explain(self, page: Page) -> None:
        transport = page.transport("ws://example.com:81/")

        page.socket.breaks()

        (ended,) = transport.poll()
        assert failure_of([ended]).kind is FailureKind.UNTOLD
        assert "example.com:81" in failure_of([ended]).detail

    def test_fails_with_the_browsers_words_at_once(self, page: Page) -> None:
        page.browser.refusal = "SecurityError: an insecure connection \x1b[31m from an https page"
        transport = page.transport()

        failure = failure_of(transport.poll())

        assert failure.kind is FailureKind.FORBIDDEN
        assert "SecurityError: an insecure connection \\x1b[31m" in failure.detail

    def test_fails_with_the_code_of_a_close_that_came_before_the_browser_had_opened(self, page: Page) -> None:
        transport = page.transport()

        page.socket.closes(4001, "room full")

        close, ended = transport.poll()
        assert close == CloseReceived(4001, "room full", is_answer=True)
        assert 'with code 4001: "room full"' in failure_of([ended]).detail

    def test_is_given_up_in_time(self, page: Page) -> None:
        page.settings.handshake_timeout = 2.0
        transport = page.transport()

        assert page.pass_time(transport, 1.9) == []
        failure = failure_of(page.pass_time(transport, 0.2))

        assert failure.kind is FailureKind.TIMEOUT
        assert page.socket.closed_with == [()]  # or it would block all later ones
        assert not page.socket.is_heard

    def test_waits_for_ever_without_a_timeout(self, page: Page) -> None:
        page.settings.handshake_timeout = 0.0

        assert page.pass_time(page.transport(), 60.0) == []

    def test_processes_arrived_events_before_the_deadline(self, page: Page) -> None:
        page.settings.handshake_timeout = 0.2
        transport = page.transport()
        page.clock.advance(0.25)
        page.socket.opens()

        assert transport.poll() == [Opened("")]

    def test_happens_once(self, page: Page) -> None:
        transport = page.transport()

        with pytest.raises(RuntimeError, match="not allowed while OPENING"):
            transport.open(OpeningRequest(URL.parse("ws://example.com/")))


class TestRefusing:
    def test_names_what_a_page_cannot_have(self, page: Page) -> None:
        request = OpeningRequest(URL.parse("ws://a/"), (), (("X-Token", "secret"),))

        assert "headers (X-Token)" in page.new().refusal_of(request)

    @pytest.mark.parametrize("code", [1001, 1011, 2999, 5000])
    def test_leaves_a_connection_open_whose_close_code_no_browser_sends(self, page: Page, code: int) -> None:
        transport = page.open_transport()

        with pytest.raises(ValueError, match=f"close code {code}: use 1000"):
            transport.close(code, "")

        assert transport.can_send
        assert page.socket.closed_with == []


class TestReceiving:
    def test_returns_messages_of_both_kinds_in_order(self, page: Page) -> None:
        transport = page.open_transport()

        page.socket.brings("käse", b"\0\xff", "", b"")

        assert transport.poll() == [Messages(["käse".encode(), b"\0\xff", b"", b""], TEXT + BINARY + TEXT + BINARY)]
        assert transport.poll() == []

    def test_brings_messages_that_came_with_the_opening(self, page: Page) -> None:
        transport = page.transport()

        page.socket.opens()
        page.socket.brings("early")

        assert transport.poll() == [Opened(""), texts("early")]

    def test_takes_more_and_more_at_once_up_to_a_hundred(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings(*map(str, range(250)))

        counts = []
        while events := transport.poll():
            counts.append((len(events[0].payloads), transport.has_more))

        assert [count for count, _ in counts] == [8, 16, 32, 64, 100, 30]
        assert [has_more for _, has_more in counts] == [True] * 5 + [False]

    def test_takes_fewer_large_ones_at_once(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings(*[bytes(100_000)] * 250)

        counts = [len(transport.poll()[0].payloads) for _ in range(6)]

        assert counts == [8, 4, 2, 4, 2, 4]

    def test_asks_once_whether_anything_came(self, page: Page) -> None:
        transport = page.open_transport()
        assert transport.is_quiet()

        page.socket.brings("news")

        assert not transport.is_quiet()
        transport.poll()
        assert transport.is_quiet()

    def test_refuses_a_message_over_the_limit_and_brings_those_before(self, page: Page) -> None:
        page.settings.max_message_size = 1000
        transport = page.open_transport()
        page.socket.brings("before", b"x" * 1000, b"x" * 1001, "behind")

        messages, ended = transport.poll()

        assert isinstance(messages, Messages)
        assert [len(payload) for payload in messages.payloads] == [6, 1000]
        assert failure_of([ended]).kind is FailureKind.TOO_BIG
        assert page.socket.closed_with == [()]
        assert not page.socket.is_heard

    def test_measures_text_in_utf_8(self, page: Page) -> None:
        page.settings.max_message_size = 1000
        transport = page.open_transport()
        page.socket.brings("ä" * 501)

        assert failure_of(transport.poll()).kind is FailureKind.TOO_BIG


class TestFallingBehind:
    def test_keeps_messages_until_there_is_room(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings("one", "two")

        assert transport.poll(read=False) == []
        assert transport.has_more
        page.socket.brings("three")

        assert transport.poll() == [texts("one", "two", "three")]
        assert not transport.has_more

    def test_ends_if_too_many_messages_pile_up_and_reports_the_loss(self, page: Page) -> None:
        page.settings.max_waiting = 1000
        transport = page.open_transport()
        page.socket.brings(*["x"] * 15_000)

        assert transport.poll(read=False) == []
        page.socket.brings(*["y"] * 1_100)
        messages, ended = transport.poll(read=False)

        assert messages == texts(*["x"] * 8)
        assert failure_of([ended]).kind is FailureKind.TOO_BIG
        assert "16100 messages wait unread" in failure_of([ended]).detail
        assert "16092 of them are lost" in failure_of([ended]).detail

    def test_ends_if_too_many_bytes_pile_up(self, page: Page) -> None:
        page.settings.max_message_size = 1000
        transport = page.open_transport()

        page.socket.brings(*[b"x" * 1000] * 4)
        assert transport.poll(read=False) == []
        page.socket.brings(b"one more")
        messages, ended = transport.poll(read=False)

        assert isinstance(messages, Messages)
        assert messages.size == 4008
        assert "messages of 4008 bytes wait unread" in failure_of([ended]).detail

    def test_ends_with_all_messages_if_the_server_closes(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings("unread")
        page.socket.closes()

        assert transport.poll(read=False) == [
            texts("unread"),
            CloseReceived(1000, "", is_answer=False),
            Ended(was_clean=True),
        ]


class TestSending:
    def test_hands_over_messages_of_both_kinds(self, page: Page) -> None:
        transport = page.open_transport()

        transport.send("käse".encode(), is_text=True)
        transport.send(b"\0\xff", is_text=False)
        assert transport.express(b"short", True)

        assert page.socket.sent == ["käse", b"\0\xff", "short"]

    def test_counts_unsent_messages(self, page: Page) -> None:
        transport = page.open_transport()
        for payload in (b"12345", b"678", b"90"):
            transport.send(payload, is_text=False)
        transport.flush()
        assert (transport.buffered_amount, transport.buffered_messages) == (10, 3)

        page.socket.bufferedAmount = 5
        assert (transport.buffered_amount, transport.buffered_messages) == (5, 2)
        page.socket.bufferedAmount = 4
        assert transport.buffered_messages == 2
        page.socket.drains()
        assert (transport.buffered_amount, transport.buffered_messages) == (0, 0)

    def test_remembers_unsent_messages_after_the_end(self, page: Page) -> None:
        transport = page.transport()
        transport.remembers = True
        page.socket.opens()
        transport.poll()
        for payload in (b"12345", b"678", b"90"):
            assert not transport.express(payload, False)
            transport.send(payload, is_text=False)
        page.socket.bufferedAmount = 5
        assert transport.unsent_messages() == [(b"678", False), (b"90", False)]

        page.socket.bufferedAmount = 4
        page.socket.breaks()
        assert isinstance(transport.poll()[-1], Ended)

        assert transport.unsent_messages() == [(b"678", False), (b"90", False)]

    def test_is_refused_while_not_open(self, page: Page) -> None:
        transport = page.transport()

        assert not transport.express(b"early", True)
        with pytest.raises(RuntimeError, match="while OPENING"):
            transport.send(b"early", is_text=True)

    def test_is_refused_while_closing(self, page: Page) -> None:
        transport = page.open_transport()
        express = transport.express
        transport.close(1000, "")

        assert not transport.can_send
        assert not express(b"late", False)
        assert page.socket.sent == []


class TestClosing:
    def test_is_clean_when_the_server_answers(self, page: Page) -> None:
        transport = page.open_transport()

        transport.close(3000, "bye")
        assert transport.poll() == []
        page.socket.closes(3000, "bye")

        assert page.socket.closed_with == [(3000, "bye")]
        assert transport.poll() == [CloseReceived(3000, "bye", is_answer=True), Ended(was_clean=True)]

    def test_returns_events_that_wait_in_the_page(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings("in time")

        transport.close(1000, "")

        assert transport.poll() == [texts("in time")]

    def test_ends_without_an_answer(self, page: Page) -> None:
        transport = page.open_transport()
        page.clock.advance(1000.0)  # before it begins, no time counts
        transport.close(1000, "")

        assert page.pass_time(transport, 4.9) == []
        failure = failure_of(page.pass_time(transport, 0.2))

        assert (failure.kind, failure.stage) == (FailureKind.TIMEOUT, Stage.CLOSE)
        assert not page.socket.is_heard

    @pytest.mark.parametrize("code", [1000, 1001, 1005, 4999])
    def test_by_the_server_is_reported_as_received(self, page: Page, code: int) -> None:
        transport = page.open_transport()

        page.socket.closes(code, "so")

        assert transport.poll() == [CloseReceived(code, "so", is_answer=False), Ended(was_clean=True)]

    def test_by_the_server_may_end_early(self, page: Page) -> None:
        transport = page.open_transport()

        page.socket.closes(1001, was_clean=False)  # Firefox, if TCP ends before its answer

        assert transport.poll() == [CloseReceived(1001, "", is_answer=False), Ended(was_clean=False)]

    @pytest.mark.parametrize(("closes", "stage"), [(False, Stage.OPEN), (True, Stage.CLOSE)], ids=["open", "closing"])
    def test_is_not_clean_if_the_connection_is_lost(self, page: Page, closes: bool, stage: Stage) -> None:
        transport = page.open_transport()
        if closes:
            transport.close(1000, "")

        page.socket.breaks()

        (ended,) = transport.poll()
        assert failure_of([ended]).kind is FailureKind.LOST
        assert failure_of([ended]).stage is stage


class TestLettingGo:
    def test_is_silent_and_final(self, page: Page) -> None:
        transport = page.open_transport()
        page.socket.brings("unread")

        transport.abort()
        transport.abort()

        assert page.socket.closed_with == [()]
        assert not page.socket.is_heard
        assert (transport.poll(), transport.can_send, transport.has_more) == ([], False, False)
        assert (transport.buffered_amount, transport.buffered_messages) == (0, 0)

    def test_of_an_attempt_closes_it(self, page: Page) -> None:
        transport = page.transport()

        transport.close(1000, "")

        assert page.socket.closed_with == [()]

    def test_happens_if_it_is_dropped(self, page: Page) -> None:
        page.open_transport()

        assert not page.socket.is_heard
        assert page.socket.closed_with == [()]


def test_details_hidden_by_a_browser_are_unknown(page: Page) -> None:
    transport = page.open_transport()
    transport.set_no_delay(False)

    assert (transport.latency, transport.silence, transport.remote_address) == (-1.0, -1.0, ("", 0))


@pytest.mark.faults("B24")
def test_a_normal_life_is_logged_for_debugging_only(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient")
    transport = page.open_transport()
    page.socket.closes(1000, "bye")
    transport.poll()

    assert {record.levelno for record in caplog.records} == {logging.DEBUG}
    assert [message for message in caplog.messages if not message.startswith("example.com:80: ")] == []
    assert len(caplog.messages) == 3


def test_messages_are_logged_on_request(page: Page, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "wsclient.frames")
    transport = page.open_transport()
    transport.send(b"ping", is_text=True)
    page.socket.brings("pong")
    transport.poll()

    assert "> text 4 bytes: ping" in caplog.text
    assert "< text 4 bytes: pong" in caplog.text
