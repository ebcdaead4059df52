"""Tests names and addresses that fail, and a network that goes away.

These are rows G01 to G07, G21 and G24.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.hostile.scenario import MemoryWorld, Scene
from tests.hostile.wire import PING, PONG, TEXT, close, frame
from tests.hostile.worlds import LookupWorld, NamedWorld, found, found_by_getaddrinfo
from tests.support.fake_network import NO_PROXIES, FakeResolver
from wsclient import Error
from wsclient.transport.opening.attempt import Outside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = "192.0.2.1"  # listens in every world in memory
ELSEWHERE = "198.51.100.1"
HERE_TOO = "2001:db8::1"
FRAME = 0.016  # seconds


def attempt(scene: Scene, url: str = "") -> None:
    """Connects, and lets what happens at once happen."""
    assert scene.client.connect_to_url(url or scene.world.url) == Error.OK
    scene.step()


def fails(error: BaseException) -> Callable[..., Any]:
    """A name lookup that does."""

    def getaddrinfo(*_: object, **__: object) -> Any:
        raise error

    return getaddrinfo


def gives(*found: object) -> Callable[..., Any]:
    """A name lookup that does."""
    return lambda *_, **__: list(found)


def address(host: str) -> object:
    """Returns one result of `socket.getaddrinfo`."""
    if ":" in host:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (host, 80, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 80))


@pytest.mark.hostile("G01")
@pytest.mark.parametrize(
    ("getaddrinfo", "says"),
    [
        pytest.param(fails(socket.gaierror(socket.EAI_NONAME, "unknown")), "was not found", id="G01-NXDOMAIN"),
        pytest.param(fails(socket.gaierror(socket.EAI_AGAIN, "later")), "no name server answered", id="G01-later"),
        pytest.param(fails(socket.gaierror(socket.EAI_FAIL, "failed")), "failed", id="G01-server-fails"),
        pytest.param(fails(socket.gaierror(-999, "?")), "'game.example'", id="G01-unknown-error"),
        pytest.param(fails(OSError(errno.EMFILE, "Too many open files")), "open files", id="G01-no-descriptor"),
        pytest.param(fails(MemoryError()), "MemoryError", id="G01-no-memory"),
        pytest.param(fails(UnicodeError("label too long")), "label too long", id="G01-UnicodeError"),
        pytest.param(fails(ZeroDivisionError("?")), "the lookup of 'game.example' failed", id="G01-any-exception"),
        pytest.param(gives(), "has no address", id="G01-no-address"),
        pytest.param(gives((1, 1, 0, "", "/tmp/socket")), "has no address", id="G01-no-internet-address"),
        pytest.param(gives("nonsense"), "the lookup of 'game.example' failed", id="G01-nonsense"),
        pytest.param(lambda *_, **__: None, "the lookup of 'game.example' failed", id="G01-None"),
    ],
)
def test_a_lookup_that_fails_is_the_end(getaddrinfo: Callable[..., Any], says: str) -> None:
    world = LookupWorld(getaddrinfo)
    with Scene(world) as scene:
        attempt(scene)
        scene.run(lambda: scene.is_over)
        world.getaddrinfo = found_by_getaddrinfo

        scene.fails(says, stage="resolve")


@pytest.mark.hostile("G01")
@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "x" * 300, ".example"])
def test_a_name_that_cannot_be_is_not_even_looked_up(scene: Scene, host: str) -> None:
    """Python's own lookup raises `UnicodeError` for some of these."""
    scene.refuses("host", f"ws://{host}")


@pytest.mark.hostile("G01")
def test_a_lookup_that_never_ends_is_the_end_at_the_timeout() -> None:
    world = NamedWorld(None)
    with Scene(world) as scene:
        attempt(scene)
        scene.wait(9.8)
        assert scene.told == []
        scene.wait(0.4)
        world.resolver.outcome = found(HERE)

        scene.fails("the name 'game.example' was not looked up within 10 s", stage="resolve")


@pytest.mark.hostile("G01")
def test_of_200_addresses_a_few_are_tried() -> None:
    hosts = [f"198.51.100.{number}" for number in range(200)]
    world = LookupWorld(gives(*map(address, hosts)))
    with Scene(world) as scene:
        for host in hosts:
            world.network.fail(host)
        attempt(scene)
        scene.run(lambda: scene.is_over)
        assert world.network.connects == hosts[:16]
        world.getaddrinfo = found_by_getaddrinfo

        scene.fails("(16 addresses tried)", stage="connect")


@pytest.mark.hostile("G01")
def test_of_200_silent_addresses_only_a_few_are_open_at_once() -> None:
    world = LookupWorld(gives(*(address(f"198.51.100.{number}") for number in range(200))))
    with Scene(world) as scene:
        attempt(scene)
        while not scene.is_over:
            scene.wait(0.1)
            assert len(world.network.open_sockets) <= 6
        world.getaddrinfo = found_by_getaddrinfo

        scene.fails("did not answer within 10 s", stage="connect")


@pytest.mark.hostile("G01", "G04")
@pytest.mark.parametrize(
    "hosts",
    [
        pytest.param([HERE_TOO, HERE], id="G04-IPv6-first"),
        pytest.param([ELSEWHERE, HERE], id="G04-the-same-family"),
        pytest.param([HERE_TOO, "2001:db8::2", "2001:db8::3", HERE], id="G04-three-of-IPv6-first"),
    ],
)
def test_a_black_hole_costs_a_quarter_of_a_second(hosts: list[str]) -> None:
    world = LookupWorld(gives(*map(address, hosts)))
    with Scene(world) as scene:
        start = scene.clock.seconds
        attempt(scene)
        while not scene.servers:
            scene.wait(FRAME, tick=FRAME)
        assert 0.25 <= scene.clock.seconds - start < 0.3
        scene.run(lambda: scene.server.request)
        scene.server.send(scene.server.agreement(), close())
        world.getaddrinfo = found_by_getaddrinfo

        scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


@pytest.mark.hostile("G05")
@pytest.mark.parametrize("at_once", [True, False], ids=["by connect itself", "behind it"])
@pytest.mark.parametrize("number", [errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES])
def test_the_next_address_is_tried_at_once_after_a_refusal(number: int, at_once: bool) -> None:
    world = LookupWorld(gives(address(HERE_TOO), address(ELSEWHERE), address(HERE)))
    with Scene(world) as scene:
        for host in (HERE_TOO, ELSEWHERE):
            world.network.fail(host, number, at_once=at_once)
        attempt(scene)
        scene.poll()
        assert world.network.connects == [HERE_TOO, ELSEWHERE, HERE]
        scene.run(lambda: scene.server.request)
        scene.server.send(scene.server.agreement(), close())

        scene.closes(1000, is_clean=True, before=[("close_request", 1000, "")])


class WindowsWorld(MemoryWorld):
    """Has only `select`, which reports a refused connection in its third set."""

    def __init__(self) -> None:
        super().__init__()
        self.network.fail(HERE)
        self._outside = Outside(
            resolver=FakeResolver(found(HERE)),
            environment=NO_PROXIES,
            readiness=self.network.readiness("select", is_windows=True),
            socket_factory=self.network.socket,  # type: ignore[arg-type]  # all that is used of it
        )


@pytest.mark.hostile("G06")
def test_a_port_that_windows_refuses_is_reported_at_once() -> None:
    world = WindowsWorld()
    with Scene(world) as scene:
        start = scene.clock.seconds
        attempt(scene)
        scene.run(lambda: scene.is_over)
        assert scene.clock.seconds - start < 0.1
        world.network.listen(HERE)

        scene.fails("refused the connection", stage="connect")


@pytest.mark.hostile("G06")
def test_a_real_port_that_refuses_is_reported_at_once(loopback: Scene) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        start = loopback.clock.seconds
        attempt(loopback, f"ws://127.0.0.1:{nobody.getsockname()[1]}")
        loopback.run(lambda: loopback.is_over)
    assert loopback.clock.seconds - start < 0.1

    loopback.fails("refused the connection", stage="connect")


@pytest.mark.hostile("G07")
@pytest.mark.parametrize("seconds", [10.0, 3.0])
def test_a_black_hole_ends_at_the_timeout(scene: Scene, seconds: float) -> None:
    assert isinstance(scene.world, MemoryWorld)
    scene.world.network._answers.clear()
    scene.client.handshake_timeout = seconds
    attempt(scene)
    scene.wait(seconds - 0.2)
    assert scene.told == []
    scene.wait(0.3)
    assert scene.world.network.open_sockets == []
    scene.world.network.listen(HERE)

    scene.fails(f"game.example:80 did not answer within {seconds:g} s", stage="connect")


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """More than `select` can count, so that what is opened next gets a number above."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2048:
        pytest.skip("this system does not give so many descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2048), hard))
    opened = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while opened[-1] < 1100:
            opened.append(os.dup(opened[0]))
        yield
    finally:
        for descriptor in opened:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.hostile("G21")
@pytest.mark.skipif(sys.platform == "win32", reason="descriptors of Windows are no small numbers")
def test_descriptors_above_1023_are_no_obstacle(many_descriptors: None, loopback: Scene) -> None:
    server = loopback.open(behind=frame(TEXT, b"Hello"))
    loopback.run(lambda: loopback.messages)
    assert loopback.client._link.transport._live._stream._socket.fileno() > 1023  # type: ignore[union-attr]
    server.send(close())

    loopback.closes(1000, is_clean=True, before=[("data", "Hello"), ("close_request", 1000, "")])


@pytest.mark.hostile("G24")
def test_a_network_that_swallows_everything_ends_it_within_the_heartbeat(scene: Scene) -> None:
    server = scene.open()
    server.is_deaf = True
    lost_at = scene.clock.seconds
    while not scene.is_over:
        scene.client.put_packet(b"position")  # the system takes it, and cannot know either
        scene.wait(1.0)
    assert scene.clock.seconds - lost_at <= 2 * scene.client.heartbeat_interval + 2.0

    scene.closes(None, "no pong for 20 s", before=[])


@pytest.mark.hostile("G24")
@pytest.mark.parametrize("call", ["send", "recv"])
@pytest.mark.parametrize("number", [errno.ENETDOWN, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ETIMEDOUT])
def test_a_network_error_ends_it_at_once(scene: Scene, number: int, call: str) -> None:
    server = scene.open()
    assert isinstance(scene.world, MemoryWorld)
    scene.world.network.faults[call] = [OSError(number, os.strerror(number))]
    scene.client.put_packet(b"position")
    if call == "recv":
        server.send(frame(PING))

    scene.closes(None, os.strerror(number), before=[])


@pytest.mark.hostile("G24")
def test_an_outage_shorter_than_the_heartbeat_goes_unnoticed(scene: Scene) -> None:
    server = scene.open()
    assert isinstance(scene.world, MemoryWorld)
    ours = scene.world.network.sockets[-1].stream
    ours.room = 0
    scene.client.put_packet(b"while it was away")
    scene.wait(39.0)
    assert not scene.is_over
    ours.room = None
    server.send(frame(PONG))
    scene.run(lambda: server.messages)

    assert server.messages == [b"while it was away"]
