"""Ctrl+C in the middle of `poll()` (row G23)."""

from __future__ import annotations

import functools
import linecache
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.hostile.scenario import MemoryWorld, Scene, SecureWorld
from tests.hostile.wire import BINARY, PING, TEXT, close, frame
from tests.support.source import PACKAGE, ROOT
from wsclient import Error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

FILES = str(ROOT / PACKAGE)
FRAME = 0.25  # seconds
TALKS_AT, CLOSES_AT, HANGS_UP_AT, MOST_FRAMES = 10, 12, 20, 200  # frames
SAMPLES = 40

# Where the signal that ends it all is on its way to the handlers: what is interrupted there counts as delivered.
APPLYING = frozenset({"_tell_next", "_tell_event", "_end", "let_go", "_work"})
TELLING = {"_tell_owed", "_tell", "_hook", "_emit", "_emit_to_each", "_on_disconnect", "_on_error"}


class Interruption:
    """Raises `KeyboardInterrupt` at the n-th executed line of the library.

    Args:
        at: which line; 0 for none.
        within: only lines of these functions; of all if there are none.

    Attributes:
        lines: how many were executed.
        function: the function in which it was raised; "" before.
    """

    def __init__(self, at: int, within: frozenset[str] = frozenset()) -> None:
        self.lines = 0
        self.function = ""
        self._at = at
        self._within = within

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Counts what is executed inside, and swallows the interrupt as a game would."""
        before = sys.gettrace()
        sys.settrace(self._trace)
        try:
            yield
        except KeyboardInterrupt:
            assert self.function
        finally:
            sys.settrace(before)

    def _trace(self, running: FrameType, event: str, _argument: object) -> Any:
        if not running.f_code.co_filename.startswith(FILES) or running.f_code.co_name == "__del__":
            return None
        if event == "line" and (not self._within or running.f_code.co_name in self._within):
            self.lines += 1
            if 0 < self._at <= self.lines and not self.function and not _is_bare_return(running):
                self.function = running.f_code.co_name
                raise KeyboardInterrupt
        return self._trace


def _is_bare_return(running: FrameType) -> bool:
    """Returns True if the line only returns a value that exists already.

    No real interruption can happen before that.
    """
    words = linecache.getline(running.f_code.co_filename, running.f_lineno).split()
    return words[:1] == ["return"] and len(words) == 2 and words[1].isidentifier()


def play(scene: Scene, interruption: Interruption) -> None:
    """A short life of a connection: the server agrees, talks, closes, and hangs up."""
    assert scene.client.connect_to_url(scene.world.url) == Error.OK
    for number in range(MOST_FRAMES):
        scene.clock.advance(FRAME)
        with interruption.watching():
            scene.poll()
        if scene.is_over:
            return
        serve(scene, number)
    assert interruption.function in TELLING, f"no end: interrupted in {interruption.function}, {scene.client!r}"
    assert not scene.told or scene.told[-1][0] != "closed"


def serve(scene: Scene, number: int) -> None:
    """Does the server's part of that frame."""
    scene.serve()
    if not scene.servers:
        return
    server = scene.server
    if server.request and not server.sent:
        server.send(server.agreement(), frame(TEXT, b"one"), frame(PING))
    if number == TALKS_AT:
        server.send(frame(BINARY, b"two"))
    if number == CLOSES_AT:
        server.send(close(4000))
    if number == HANGS_UP_AT:
        server.end_behind()


@functools.cache
def lines_of(world: Callable[[], MemoryWorld], within: frozenset[str] = frozenset()) -> int:
    """Counts the lines of the library that a life takes.

    Everything that the first life loads is loaded before.
    """
    for _ in range(2):
        with Scene(world()) as scene:
            undisturbed = Interruption(0, within)
            play(scene, undisturbed)
            scene.closes(4000, is_clean=True, before=[("data", "one"), ("data", b"two"), ("close_request", 4000, "")])
    return undisturbed.lines


def check(world: Callable[[], MemoryWorld], interruption: Interruption) -> None:
    """There is one end, and the next attempt works."""
    with Scene(world()) as scene:
        play(scene, interruption)
        ends = [told for told in scene.told if told[0] in ("closed", "error")]
        assert ends == scene.told[-1:] or interruption.function in TELLING
        assert interruption.function
        assert isinstance(scene.world, MemoryWorld)
        for forgotten in scene.world.network.open_sockets:  # unreachable now: a real one would be closed
            forgotten.close()
        scene.told.clear()
        scene.open().send(close())

        scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("G23")
@pytest.mark.parametrize("world", [MemoryWorld, SecureWorld], ids=["ws", "wss"])
@pytest.mark.parametrize("part", range(SAMPLES))
def test_there_is_one_end_and_the_next_attempt_works_wherever_it_strikes(
    world: Callable[[], MemoryWorld], part: int
) -> None:
    """At a sample of the lines, spread over the whole life."""
    check(world, Interruption(1 + lines_of(world) * part // SAMPLES))


@pytest.mark.hostile("G23")
def test_at_any_line_that_applies_an_event_there_is_one_end_and_the_next_attempt_works() -> None:
    for at in range(1, lines_of(MemoryWorld, APPLYING) + 1):
        check(MemoryWorld, Interruption(at, APPLYING))


@pytest.mark.hostile("G23")
@pytest.mark.parametrize("signal_name", ["connection_established", "data_received", "connection_closed"])
def test_a_real_one_in_a_handler_propagates_at_once_and_the_rest_runs_later(scene: Scene, signal_name: str) -> None:
    def press(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    scene.client.connect(signal_name, press, flags=scene.client.CONNECT_ONESHOT)
    server = scene.connect()
    server.send(server.agreement(), frame(TEXT, b"one"), frame(TEXT, b"two"), close(4000))
    server.step()
    with pytest.raises(KeyboardInterrupt):
        scene.run(lambda: scene.polls > MOST_FRAMES)
    scene.run(lambda: scene.is_over)

    told = [("data", "one"), ("data", "two"), ("close_request", 4000, "")]
    scene.closes(4000, is_clean=True, before=told)


PACKETS = [b"one", b"two", bytes(2000), b"three", b"four"]


def send(scene: Scene, interruption: Interruption) -> list[bytes]:
    """Sends until it is interrupted. Gives what was accepted."""
    client = scene.client
    accepted: list[bytes] = []
    with interruption.watching():
        accepted.extend(packet for packet in PACKETS if client.put_packet(packet) == Error.OK)
        client.flush()
        client.put_packet(b"behind")
        client.poll()
    return accepted


@pytest.mark.hostile("G23")
@pytest.mark.parametrize("auto_flush", [True, False], ids=["at-once", "collected"])
@pytest.mark.parametrize("world", [MemoryWorld, SecureWorld], ids=["ws", "wss"])
def test_nothing_is_sent_twice_or_lost_wherever_it_strikes(world: Callable[[], MemoryWorld], auto_flush: bool) -> None:
    at, lines = 0, 1
    while at <= lines:
        with Scene(world()) as scene:
            server = scene.open()
            scene.client.auto_flush = auto_flush
            interruption = Interruption(at)
            accepted = send(scene, interruption)
            scene.client.put_packet(b"last")
            scene.client.flush()
            scene.run()

            attempted = iter([*PACKETS, b"behind", b"last"])
            assert all(packet in attempted for packet in server.messages), "in order, none twice"
            if not scene.is_over:
                missing = [packet for packet in [*accepted, b"last"] if packet not in server.messages]
                assert not missing, f"{missing} got lost in {interruption.function}"
        lines = lines if at else interruption.lines
        at += 1 if world is MemoryWorld else 5
