from __future__ import annotations

import platform
import sys
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.support.fake_browser import FakeBrowser, JsException, pyodide
from tests.support.pygbag_bridge import pygbag_window
from wsclient.transport.bridge import PygbagWire, PyodideWire, find_bridge

if TYPE_CHECKING:
    from wsclient.transport.bridge import Connect, News, Wire


@pytest.fixture
def browser() -> FakeBrowser:
    return FakeBrowser()


@pytest.fixture(params=["pyodide", "pygbag", "old-pygbag"])
def connect(request: pytest.FixtureRequest, browser: FakeBrowser) -> Connect:
    """Makes WebSockets over each bridge; the old browser cannot write base64."""
    if request.param == "pyodide":
        return partial(PyodideWire, *pyodide(browser))
    if request.param == "old-pygbag":
        del browser.Uint8Array.fromBase64
    return partial(PygbagWire, pygbag_window(browser))


@pytest.fixture
def wire(connect: Connect) -> Wire:
    return connect("ws://example.com:80/", ())


ALL = ["", "text", "käse 🐍", "\0 and more", b"", b"binary", bytes(range(256)), "x" * 70_000, b"y" * 70_000]


def flat(news: list[News]) -> list[object]:
    """Events by their type, and messages as they were sent."""
    told: list[object] = []
    for item in news:
        if isinstance(item, dict):
            told.append(item)
        else:
            told += [payload.decode() if is_text else payload for payload, is_text in item.each()]
    return told


class TestConnecting:
    def test_asks_for_the_url_and_the_subprotocols(self, connect: Connect, browser: FakeBrowser) -> None:
        connect("ws://example.com:80/room?id=7", ("chat", "game"))

        assert (browser.latest.url, browser.latest.protocols) == ("ws://example.com:80/room?id=7", ["chat", "game"])

    def test_wants_binary_messages_in_their_order(self, wire: Wire, browser: FakeBrowser) -> None:
        assert browser.latest.binaryType == "arraybuffer"

    def test_raises_what_the_browser_throws(self, connect: Connect, browser: FakeBrowser) -> None:
        browser.refusal = "SecurityError: mixed content"

        with pytest.raises(Exception, match="mixed content"):
            connect("ws://example.com:80/", ())

    def test_reports_the_subprotocol(self, wire: Wire, browser: FakeBrowser) -> None:
        assert wire.protocol == ""
        browser.latest.opens("chat")
        assert wire.protocol == "chat"


class TestTaking:
    def test_brings_every_event_in_order(self, wire: Wire, browser: FakeBrowser) -> None:
        browser.latest.opens()
        browser.latest.brings("one", b"two")
        browser.latest.closes(4001, "room full")

        open_event, *messages, close_event = flat(wire.take(10))

        assert open_event["type"] == "open"
        assert messages == ["one", b"two"]
        assert close_event == {"type": "close", "code": 4001, "reason": "room full", "wasClean": True}

    @pytest.mark.parametrize("message", ALL, ids=lambda message: repr(message)[:20])
    def test_returns_a_whole_message(self, wire: Wire, browser: FakeBrowser, message: str | bytes) -> None:
        for _ in range(3):  # the first one may be read in another way
            browser.latest.brings(message, message)
            assert flat(wire.take(10)) == [message, message]

    def test_returns_the_close_after_messages_read_with_it(self, wire: Wire, browser: FakeBrowser) -> None:
        browser.latest.brings("first")
        wire.take(1)
        browser.latest.brings("last", b"of all")
        browser.latest.breaks()

        assert [item["type"] if isinstance(item, dict) else item for item in flat(wire.take(10))] == [
            "last",
            b"of all",
            "error",
            "close",
        ]

    def test_returns_messages_after_long_texts(self, wire: Wire, browser: FakeBrowser) -> None:
        for run in (["x" * 1000], ["ä" * 1000, "short"], [b"binary", "text"], ["a" * 999], [b"b"], ["c" * 999, "d"]):
            browser.latest.brings(*run)
            assert flat(wire.take(10)) == run
        browser.latest.brings("last" * 1000)
        browser.latest.closes(1000)

        assert [type(item) for item in flat(wire.take(10))] == [str, dict]

    def test_leaves_other_events_in_the_queue(self, wire: Wire, browser: FakeBrowser) -> None:
        browser.latest.brings(*map(str, range(5)))

        assert flat(wire.take(3)) == ["0", "1", "2"]
        assert wire.queue.length == 2
        assert flat(wire.take(3)) == ["3", "4"]


class TestSending:
    @pytest.mark.parametrize("message", ALL, ids=lambda message: repr(message)[:20])
    def test_hands_a_message_over_whole(self, wire: Wire, browser: FakeBrowser, message: str | bytes) -> None:
        if isinstance(message, str):
            wire.send_text(message.encode())
        else:
            wire.send_bytes(message)

        assert browser.latest.sent == [message]
        assert wire.buffered == len(message.encode() if isinstance(message, str) else message)


class TestClosing:
    @pytest.mark.parametrize("reason", ["", "bye", "a\0b"])
    def test_hands_over_code_and_reason(self, wire: Wire, browser: FakeBrowser, reason: str) -> None:
        wire.close(4000, reason)

        assert browser.latest.closed_with == [(4000, reason)]

    def test_has_no_code_for_0(self, wire: Wire, browser: FakeBrowser) -> None:
        wire.close(0, "unsaid")

        assert browser.latest.closed_with == [()]

    def test_stops_listening_when_it_lets_go(self, wire: Wire, browser: FakeBrowser) -> None:
        wire.let_go()

        assert not browser.latest.is_heard
        assert browser.latest.closed_with == [()]


class TestFinding:
    def test_takes_pyodide_s(self, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
        js, ffi = pyodide(browser)
        monkeypatch.setitem(sys.modules, "js", js)
        monkeypatch.setitem(sys.modules, "pyodide", SimpleNamespace(ffi=ffi))

        assert isinstance(find_bridge()("ws://example.com:80/", ()), PyodideWire)

    def test_takes_pygbags_bridge_with_a_stand_in_of_pyodide(
        self, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "js", pygbag_window(browser))
        monkeypatch.setitem(sys.modules, "pyodide", SimpleNamespace(ffi=SimpleNamespace()))
        monkeypatch.setattr(platform, "window", pygbag_window(browser), raising=False)

        assert isinstance(find_bridge()("ws://example.com:80/", ()), PygbagWire)

    def test_names_a_package_if_there_is_no_websocket(
        self, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser.WebSocket = None
        js, ffi = pyodide(browser)
        monkeypatch.setitem(sys.modules, "js", js)
        monkeypatch.setitem(sys.modules, "pyodide", SimpleNamespace(ffi=ffi))

        with pytest.raises(RuntimeError, match=r"Node\.js.*undici"):
            find_bridge()

    def test_reports_a_missing_browser(self) -> None:
        with pytest.raises(RuntimeError, match="no browser around"):
            find_bridge()


def test_errors_of_the_browser_are_exceptions_of_pyodide(browser: FakeBrowser) -> None:
    browser.refusal = "SyntaxError: bad URL"

    with pytest.raises(JsException, match="bad URL"):
        PyodideWire(*pyodide(browser), "ws://", ())
