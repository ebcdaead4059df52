"""Tests laws that hold for any calls, states, handlers and servers.

H01, H03, H11: one terminal signal an attempt; established <= data* <= close request <= closed, or an error alone;
nothing told outside poll(); nothing received lost, doubled or out of order; limits kept; no exception but
TypeError and ValueError of the caller's own argument, and what handlers raised.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.fake_transport import FakeNetwork, FakeTransport, binary, failure, text
from wsclient.core.reference import Reference
from wsclient.multiplayer.godot3 import relay
from wsclient.multiplayer.godot3.relay import IdAssigned, PeerAdded, PeerPacket, PeerRemoved
from wsclient.protocol.events import CloseReceived, Ended, Messages
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.peer import WebSocketPeer

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.hostile("H01", "H03", "H11"), pytest.mark.untraced]

CONNECTING, CONNECTED = WebSocketClient.CONNECTION_CONNECTING, WebSocketClient.CONNECTION_CONNECTED

LETTERS = {
    "connection_established": "e",
    "data_received": "d",
    "server_close_request": "q",
    "connection_closed": "c",
    "connection_error": "x",
    "peer_connected": "a",
    "peer_disconnected": "r",
    "peer_packet": "k",
    "connection_succeeded": "s",
    "connection_failed": "F",
    "server_disconnected": "S",
}
TERMINALS = frozenset("cxFS")
WHOLE_ATTEMPT = "x|ed*q?c|[ark]*q?F|[ark]*s[ark]*q?S"
BEGUN_ATTEMPT = "ed*q?|[ark]*(?:s[ark]*)?q?"
LEGAL = re.compile(f"(?:{WHOLE_ATTEMPT})*(?:{BEGUN_ATTEMPT})?")


class PlannedError(Exception):
    """Raised by handlers."""


class PlannedInterrupt(BaseException):
    """Raised by handlers; not an Exception."""


def _public_calls(cls: type) -> list[str]:
    """Returns the methods of a class that are not signals.

    The one that is called on purpose is left out.
    """
    inherited = {"poll", *dir(Reference)}
    names = [name for name in dir(cls) if not name.startswith("_") and name not in inherited]
    return sorted(name for name in names if inspect.isfunction(getattr(cls, name)))


def _properties(cls: type) -> list[str]:
    return sorted(name for name in dir(cls) if getattr(getattr(cls, name, None), "fset", None) is not None)


NUMBERS = (True, -1, 0, 1, 2, 7, 1000, 3000, 2**31, 2**40, 0.5, -0.5, float("nan"))
TEXTS = ("", "x", "ws://host", "ws://host:0", "\ud800")
BYTES_LIKE = (b"", b"x", b"\xff" * 2000, bytearray(b"x"), memoryview(b"x"))
OTHERS = (None, [], ["chat"], ["X: y"], {}, {"X": "y"}, (), object())
ARGUMENTS = st.sampled_from([*NUMBERS, *TEXTS, *BYTES_LIKE, *OTHERS])

# Calls with valid arguments. Each is one step, after which its effect is checked.
ACTIONS: dict[str, Callable[[WebSocketClient], object]] = {
    "connect": lambda client: client.connect_to_url("ws://host"),
    "connect in multiplayer mode": lambda client: client.connect_to_url("ws://host", gd_mp_api=True),
    "connect to nothing": lambda client: client.connect_to_url(""),
    "disconnect": lambda client: client.disconnect_from_host(),
    "disconnect with a code": lambda client: client.disconnect_from_host(3000, "bye"),
    "close the peer": lambda client: client.get_peer(1).close(),  # type: ignore[union-attr]  # peer 1 is always there
    "leave": lambda client: client.__exit__(None, None, None),
    "put": lambda client: client.put_packet(b"hello"),
    "put much": lambda client: client.put_packet(bytes(900)),
    "read": lambda client: client.get_packet(),
    "read all": lambda client: client.get_packets(),
    "read as message": lambda client: client.get_message(),
    "ask for the kind": lambda client: client.was_string_packet(),
    "ask for the sender": lambda client: client.get_packet_peer(),
    "set small buffers": lambda client: client.set_buffers(1, 3, 1, 3),
    "count": lambda client: client.get_statistics(),
    "show": repr,
}
SEVERITY = st.sampled_from(["go on", "go on", "go on", "raise", "interrupt", "take long"])


class ClientMachine(RuleBasedStateMachine):
    """A client, its scripted server, and handlers that do what was planned for them."""

    @initialize(budget=st.sampled_from([0, 0.004, 10.0]), has_hooks=st.booleans())
    def begin(self, budget: float, has_hooks: bool) -> None:
        self.network = FakeNetwork()
        hooks = {"_on_peer_packet": lambda _self: None} if has_hooks else {}
        self.client: WebSocketClient = type("Client", (WebSocketClient,), hooks)(transport=self.network)
        self.client.poll_budget = budget
        self.told = ""
        self.told_data = 0
        self.silent_ends = 0
        self.is_polling = False
        self.plans: deque[Callable[[], object]] = deque()
        self.scripted: dict[FakeTransport, str] = {}
        self.number = 0
        for name in LETTERS:
            self.client.connect(name, partial(self.handle, name))

    # What handlers do

    def handle(self, name: str, *_args: object) -> None:
        assert self.is_polling, f"{name} was told outside poll()"
        self.told += LETTERS[name]
        self.told_data += LETTERS[name] in "dk"
        self.check_state()
        if self.plans:
            self.plans.popleft()()

    def perform(self, action: Callable[[], object]) -> None:
        """Makes a call that may be refused.

        It records if the call ended an attempt silently.
        """
        attempts, status, told = len(self.network.transports), self.client.get_connection_status(), self.told
        with contextlib.suppress(TypeError, ValueError):
            action()
        assert self.told == told
        if len(self.network.transports) > attempts:
            self.told_data = 0
        elif status == CONNECTING and self.client.get_connection_status() != CONNECTING:
            self.silent_ends += 1

    def finish(self, severity: str) -> None:
        if severity == "raise":
            raise PlannedError
        if severity == "interrupt":
            raise PlannedInterrupt
        if severity == "take long":
            self.network.clock.advance(0.1)

    # What the game does

    @rule(name=st.sampled_from(sorted(ACTIONS)))
    def act(self, name: str) -> None:
        self.perform(partial(ACTIONS[name], self.client))

    @rule(name=st.sampled_from(sorted(ACTIONS)), severity=SEVERITY)
    def plan(self, name: str, severity: str) -> None:
        def act_then_finish() -> None:
            self.perform(partial(ACTIONS[name], self.client))
            self.client.poll()  # inside a poll: nothing
            self.finish(severity)

        self.plans.append(act_then_finish)

    @rule(name=st.sampled_from(_public_calls(WebSocketClient)), arguments=st.lists(ARGUMENTS, max_size=4))
    def call_anything(self, name: str, arguments: list[object]) -> None:
        self.perform(lambda: self.call(self.client, name, arguments))

    @rule(name=st.sampled_from(_public_calls(WebSocketPeer)), arguments=st.lists(ARGUMENTS, max_size=4))
    def call_anything_on_the_peer(self, name: str, arguments: list[object]) -> None:
        self.perform(lambda: self.call(self.client.get_peer(1), name, arguments))

    def call(self, target: object, name: str, arguments: list[object]) -> None:
        overflow = (OverflowError,) if name == "put_var" else ()
        with contextlib.suppress(*overflow):
            getattr(target, name)(*arguments)

    @rule(name=st.sampled_from(_properties(WebSocketClient)), value=ARGUMENTS)
    def set_anything(self, name: str, value: object) -> None:
        self.perform(lambda: setattr(self.client, name, value))

    @rule()
    def poll(self) -> None:
        self.is_polling = True
        attempts = len(self.network.transports)
        with contextlib.suppress(PlannedError, PlannedInterrupt):
            self.client.poll()
        self.is_polling = False
        assert len(self.network.transports) >= attempts

    # What the server does

    @property
    def script(self) -> str:
        """Returns how far the server's script is for the newest attempt.

        This is "", "opened", "closed" or "ended".
        """
        return self.scripted.get(self.network.latest, "")

    def feed(self, *events: object, now: str) -> None:
        self.network.latest.feed(*events)
        self.scripted[self.network.latest] = now

    def can(self, *scripts: str) -> bool:
        return bool(self.network.transports) and self.script in scripts

    @precondition(lambda self: self.can(""))
    @rule(count=st.integers(0, 5))
    def the_server_accepts(self, count: int) -> None:
        self.network.latest.reads_on = True
        self.network.latest.open_now("", *self.messages(count))
        self.scripted[self.network.latest] = "opened"

    @precondition(lambda self: self.can("opened"))
    @rule(count=st.integers(1, 8))
    def the_server_sends(self, count: int) -> None:
        self.feed(*self.messages(count), now="opened")

    @precondition(lambda self: self.can("opened"))
    @rule(
        message=st.sampled_from([IdAssigned(7), PeerAdded(1), PeerAdded(20), PeerRemoved(20)]), times=st.integers(1, 3)
    )
    def the_server_tells_of_peers(self, message: relay.RelayMessage, times: int) -> None:
        self.feed(binary(*[relay.encode(message)] * times), now="opened")

    @precondition(lambda self: self.can("opened"))
    @rule(code=st.sampled_from([1000, 1005, 4000]), count=st.integers(0, 5))
    def the_server_closes(self, code: int, count: int) -> None:
        close = CloseReceived(code, "", is_answer=bool(self.network.latest.closes))
        self.feed(*self.messages(count), close, now="closed")

    @precondition(lambda self: self.can("", "opened", "closed"))
    @rule(was_clean=st.booleans(), is_deadline=st.booleans())
    def it_ends(self, was_clean: bool, is_deadline: bool) -> None:
        ended = Ended(was_clean, None if was_clean else failure())
        if is_deadline:
            self.network.latest.interrupt(ended)
            self.scripted[self.network.latest] = "ended"
        else:
            self.feed(ended, now="ended")

    @rule(is_blocked=st.booleans())
    def the_network_is_blocked(self, is_blocked: bool) -> None:
        for transport in self.network.transports[-1:]:
            transport.is_blocked = is_blocked

    def messages(self, count: int) -> list[Messages]:
        """Runs of both kinds; in multiplayer mode they are packets of a peer."""
        payloads = []
        for _ in range(count):
            self.number += 1
            payloads.append(relay.encode(PeerPacket(1, 0, b"%d" % self.number + b"." * (self.number % 7) * 90)))
        half = count // 2
        # The relay's zeros are valid UTF-8 too.
        runs = [binary(*payloads[:half]), text(*(payload.decode() for payload in payloads[half:]))]
        return [run for run in runs if run.payloads]

    # Laws

    def check_state(self) -> None:
        assert LEGAL.fullmatch(self.told), self.told
        link, client = self.client._link, self.client
        assert (client.get_connection_status() == CONNECTED) is link.is_open
        assert link.is_open <= (link.transport is not None)
        live = [each for each in self.network.transports if not each.is_aborted]
        assert live == ([link.transport] if link.transport is not None else [])
        assert client.get_available_packet_count() == len(link.inbox.packets)
        assert client._session is not None or self.told_data == link.inbox.received
        assert (client.get_unique_id(), client.get_peers()) == (0, []) or link.is_open

    @property
    def owes_an_end(self) -> bool:
        owed = self.client._owed
        return owed is not None and LETTERS[owed.name] in TERMINALS

    @invariant()
    def every_attempt_ends_once(self) -> None:
        self.check_state()
        terminals = sum(letter in TERMINALS for letter in self.told)
        is_live = self.client._link.transport is not None
        assert terminals + self.silent_ends + is_live + self.owes_an_end == len(self.network.transports)

    @invariant()
    def nothing_is_lost_and_no_limit_passed(self) -> None:
        link = self.client._link
        packets, events, received = link.inbox.packets, link.events, link.inbox.received
        waiting = [payload for event in events if isinstance(event, Messages) for payload in event.payloads]
        if self.client._session is None and self.network.transports:
            given = self.network.latest.given
            assert list(packets) == given[received - len(packets) : received]
            assert link.transport is None or given[received:] == waiting
        if link.transport is not None and not (events and isinstance(events[-1], Ended)):
            assert len(packets) <= link.inbox.max_packets
            assert sum(map(len, packets)) <= link.inbox.max_bytes
        assert not waiting or len(self.network.latest.reads) > 0

    def teardown(self) -> None:
        if not hasattr(self, "client"):
            return
        self.plans.clear()
        self.client.poll_budget = 1.0
        self.perform(self.client.disconnect_from_host)
        if self.network.transports and self.client._link.transport is not None and self.script != "ended":
            self.network.latest.interrupt(Ended(was_clean=False))
        for _ in range(4):
            self.poll()
            self.client.get_packets()
        self.every_attempt_ends_once()
        assert self.client._link.transport is None or self.script == "ended"
        self.client.__exit__(None, None, None)


TestClient = pytest.mark.untraced(ClientMachine.TestCase)
TestClient.settings = settings(stateful_step_count=40)


def test_the_grammar_of_signals_knows_right_from_wrong() -> None:
    legal = ["", "x", "e", "ec", "eddqc", "xxec", "ecF", "aaskrqS", "asS", "aF", "edq", "as"]
    illegal = ["c", "d", "ex", "ecc", "eqd", "ede", "eqqc", "sF", "asF", "ee", "aS", "ecd"]

    assert [each for each in legal if not LEGAL.fullmatch(each)] == []
    assert [each for each in illegal if LEGAL.fullmatch(each)] == []
