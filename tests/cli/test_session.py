"""Tests one connection on the command line, on a network in memory.

It checks what is sent, what is shown, and how it ends.
"""

from __future__ import annotations

import pytest

from tests.support.fake_transport import FakeNetwork, binary, failure, text
from wsclient.cli.console import Console
from wsclient.cli.options import ExitCode, Options
from wsclient.cli.report import PlainReport
from wsclient.cli.session import Session
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Stage
from wsclient.websocket.client import WebSocketClient


class ScriptedConsole(Console):
    """Plays one step of a script in each wait.

    The session never waits longer than the script lasts.
    """

    def __init__(self, typed: bytes | None = None) -> None:
        super().__init__()
        self.typed: list[bytes] = [] if typed is None else [typed, b""]
        self.steps: list = []
        self.idle = 0
        self.waits: list[tuple[float, bool]] = []

    def _read(self) -> bytes | None:
        return self.typed.pop(0) if self.typed else None

    def wait(self, seconds: float, *, for_lines: bool) -> None:
        self.waits.append((seconds, for_lines))
        if self.steps:
            self.steps.pop(0)()
        else:
            self.idle += 1
            assert self.idle < 5, "the script is over, the session is not"


class Play:
    """A session on a scripted network. `run` returns the exit code."""

    def __init__(self, typed: bytes | None = None, **options: object) -> None:
        self.network = FakeNetwork()
        self.console = ScriptedConsole(typed)
        self.lines: list[str] = []
        self.is_interrupted = False
        self.client = WebSocketClient(transport=self.network)
        report = PlainReport(lambda line, style: self.lines.append(line.split(" ", 1)[1]))
        self.session = Session(
            Options(url="ws://host", **options),
            self.client,
            self.console,
            report,
            is_interrupted=lambda: self.is_interrupted,
            clock=self.network.clock,
        )

    @property
    def transport(self):
        return self.network.latest

    def then(self, step) -> Play:
        self.console.steps.append(step)
        return self

    def opens(self, subprotocol: str = "") -> Play:
        return self.then(lambda: self.transport.open_now(subprotocol))

    def comes(self, *events) -> Play:
        return self.then(lambda: self.transport.feed(*events))

    def answers_close(self, code: int = 1000) -> Play:
        return self.comes(CloseReceived(code, "", is_answer=True), Ended(was_clean=True))

    def run(self) -> ExitCode:
        with self.client:
            return self.session.run()


OPENED = "* connected to 192.0.2.1 port 80"


def test_each_line_is_sent_as_text_and_the_end_of_the_input_ends_it():
    play = Play(b"one\ntwo").opens().then(lambda: None).answers_close()

    assert play.run() is ExitCode.DONE
    assert [(each.payload, each.is_text) for each in play.transport.sent] == [(b"one", True), (b"two", True)]
    assert play.transport.closes == [(1000, "")]
    assert play.lines == [OPENED, ">      3 text   one", ">      3 text   two", "* closed: code 1000"]


def test_nothing_is_read_before_the_connection_is_open():
    play = Play(b"one").then(lambda: None).then(lambda: None).then(lambda: seen.append(list(play.console.typed)))
    seen: list[list[bytes]] = []
    play.opens().then(lambda: None).answers_close()
    play.run()

    assert seen == [[b"one", b""]]


def test_messages_after_our_close_are_still_shown():
    play = Play(b"").opens().comes(text("late")).answers_close()
    play.run()

    assert "<      4 text   late" in play.lines


def test_listening_ends_after_so_many_messages_and_not_with_the_input():
    play = Play(b"", listen=2).opens().comes(text("a")).comes(binary(b"b"), text("c"))
    play.then(lambda: None).answers_close()

    assert play.run() is ExitCode.DONE
    assert [line for line in play.lines if line.startswith("<")] == ["<      1 text   a", "<      1 binary 62"]
    assert play.transport.closes == [(1000, "")]


@pytest.mark.parametrize(
    ("code", "listen", "outcome"),
    [
        pytest.param(1000, None, ExitCode.DONE, id="normal"),
        pytest.param(1001, None, ExitCode.DONE, id="going-away"),
        pytest.param(1005, None, ExitCode.DONE, id="no-code"),
        pytest.param(4000, None, ExitCode.ENDED_BADLY, id="another-code"),
        pytest.param(1000, 1, ExitCode.ENDED_BADLY, id="before-the-message-came"),
    ],
)
def test_a_close_by_the_server_is_judged_by_its_code(code, listen, outcome):
    play = Play(listen=listen).opens().comes(CloseReceived(code, "", is_answer=False), Ended(was_clean=True))

    assert play.run() is outcome


def test_a_lost_connection_is_reported_with_its_reason():
    ended = Ended(was_clean=False, failure=failure(FailureKind.LOST, Stage.OPEN, "the network went away"))
    play = Play().opens().comes(ended)

    assert play.run() is ExitCode.ENDED_BADLY
    assert play.lines[1].startswith("! The network went away.")
    assert play.lines[2] == "! lost: no Close frame"


def test_a_failed_attempt_is_reported_with_its_reason():
    ended = Ended(was_clean=False, failure=failure(FailureKind.REFUSED, Stage.CONNECT, "host refused"))
    play = Play(b"one").comes(ended)

    assert play.run() is ExitCode.NOT_CONNECTED
    assert [line.split(".")[0] for line in play.lines] == ["! Host refused"]


def test_a_wrong_argument_is_reported_before_connecting():
    play = Play(headers=["no colon"])

    assert play.run() is ExitCode.USAGE
    assert len(play.lines) == 1
    assert play.network.transports == []


def test_an_interrupt_closes_with_going_away():
    play = Play().opens().then(lambda: setattr(play, "is_interrupted", True)).answers_close(1001)

    assert play.run() is ExitCode.INTERRUPTED
    assert play.transport.closes == [(1001, "")]
    assert play.lines[-1] == "* closed: code 1001"


def test_an_interrupt_ends_an_attempt_at_once():
    play = Play().then(lambda: setattr(play, "is_interrupted", True)).then(lambda: None)

    assert play.run() is ExitCode.INTERRUPTED
    assert play.transport.is_aborted


def test_the_timeout_ends_it_in_any_case():
    play = Play(timeout=5.0, listen=9).opens().then(lambda: play.network.clock.advance(5.0)).answers_close()

    assert play.run() is ExitCode.TIMEOUT
    assert play.transport.closes == [(1000, "")]


def test_the_settings_reach_the_client():
    play = Play(b"", insecure=True, cert="own.pem", protocols=["chat"], headers=["A: 1"], listen=1)
    play.then(lambda: None).opens("chat").comes(text("x")).then(lambda: None).answers_close()
    play.run()

    assert (play.client.verify_ssl, play.client.trusted_ssl_certificate) == (False, "own.pem")
    assert list(play.transport.request.subprotocols) == ["chat"]
    assert list(play.transport.request.headers) == [("A", "1")]
    assert play.lines[0] == f"{OPENED}, subprotocol chat"


def test_pings_are_measured_counted_and_summed_up():
    play = Play(b"never read", ping=True, interval=0.5, listen=2).opens()
    for seconds in (0.010, 0.020):
        play.then(lambda seconds=seconds: setattr(play.transport, "round_trip", seconds))
    play.then(lambda: None).answers_close()

    assert play.run() is ExitCode.DONE
    assert play.client.heartbeat_interval == 0.5
    assert play.lines[1:3] == ["* round trip 1: 10.000 ms", "* round trip 2: 20.000 ms"]
    assert play.lines[-1].startswith("* 2 round trips in ms: minimum 10.000, mean 15.000,")
    assert play.transport.sent == []
    assert {seconds for seconds, _ in play.console.waits} == {0.001}


def test_messages_between_pings_are_shown_and_do_not_count():
    play = Play(ping=True, listen=1).opens().comes(text("x"))
    play.then(lambda: setattr(play.transport, "round_trip", 0.5)).then(lambda: None).answers_close()
    play.run()

    assert play.lines[1:3] == ["<      1 text   x", "* round trip 1: 500.000 ms"]


def test_statistics_are_shown_at_the_end():
    play = Play(b"x", stats=True).opens().then(lambda: None).answers_close()
    play.run()

    assert "* messages sent: 1" in play.lines


def test_the_input_waits_while_much_is_unsent():
    play = Play(listen=1).opens()
    play.then(lambda: setattr(play.transport, "is_blocked", True))
    play.then(lambda: play.console.typed.append(b"x" * 1024 * 1024 + b"\n"))
    play.then(lambda: play.console.typed.append(b"late\n"))
    play.then(lambda: None).then(lambda: None).comes(text("enough")).then(lambda: None).answers_close()
    play.run()

    assert len(play.transport.sent) == 1
    assert play.console.typed == [b"late\n"]
    assert play.console.waits[-1] == (0.01, False)


def test_an_invalid_line_is_refused_and_the_next_one_sent():
    play = Play(b"\xff\nnext\n").opens().then(lambda: None).answers_close()
    play.run()

    assert [each.payload for each in play.transport.sent] == [b"next"]
    assert play.lines[1].startswith("! The text cannot be sent")
