from __future__ import annotations

import errno
import os
import select
import socket
from types import SimpleNamespace

import pytest

from tests.support.fake_network import FakeNetwork, FakeSocket
from tests.support.fake_select import FakeSelect
from wsclient.transport.readiness import Readiness

LINUX = ("epoll", "poll", "select")
MACOS = ("poll", "select")
WINDOWS = ("select",)

each_system = pytest.mark.parametrize(
    ("names", "is_windows"),
    [
        pytest.param(LINUX, False, id="Linux"),
        pytest.param(MACOS, False, id="macOS"),
        pytest.param(WINDOWS, True, id="Windows"),
    ],
)


def connecting(network: FakeNetwork, host: str) -> FakeSocket:
    made = network.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    made.connect_ex((host, 80))
    return made


@each_system
def test_shows_if_an_open_connection_is_readable(names: tuple[str, ...], is_windows: bool) -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    made = connecting(network, "192.0.2.1")
    made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    watch = network.readiness(*names, is_windows=is_windows).watch(made.fileno())
    assert not watch.is_readable()
    network.accepted[0].send(b"hello")
    assert watch.is_readable()
    watch.close()
    watch.close()


@each_system
def test_finds_the_sockets_that_have_finished_connecting(names: tuple[str, ...], is_windows: bool) -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    network.fail("192.0.2.2")
    readiness = network.readiness(*names, is_windows=is_windows)
    good, refused, silent = (connecting(network, f"192.0.2.{number}") for number in (1, 2, 3))
    assert readiness.connected([good, refused, silent]) == [good, refused]
    assert readiness.connected([silent]) == []


@each_system
def test_makes_no_system_call_without_sockets(names: tuple[str, ...], is_windows: bool) -> None:
    network = FakeNetwork()
    assert network.readiness(*names, is_windows=is_windows).connected([]) == []
    assert network.questions == 0


@pytest.mark.hostile("G08")
@each_system
def test_no_connection_is_reported_if_the_system_cannot_answer(names: tuple[str, ...], is_windows: bool) -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    made = connecting(network, "192.0.2.1")
    network.faults = {call: [OSError(errno.EINTR, os.strerror(errno.EINTR))] for call in ("poll", "select")}
    readiness = network.readiness(*names, is_windows=is_windows)
    assert readiness.connected([made]) == []
    assert readiness.connected([made]) == [made]


def test_watches_by_poll_when_there_is_no_descriptor_left_for_epoll() -> None:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    made = connecting(network, "192.0.2.1")
    made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    system = FakeSelect(network, LINUX)
    system.epoll_error = OSError(errno.EMFILE, os.strerror(errno.EMFILE))
    watch = Readiness(system).watch(made.fileno())
    network.accepted[0].send(b"hello")
    assert watch.is_readable()


def test_closes_its_epoll() -> None:
    network = FakeNetwork()
    made = connecting(network, "192.0.2.1")
    system = FakeSelect(network, LINUX)
    watch = Readiness(system).watch(made.fileno())
    assert system.open_epolls == 1
    watch.close()
    assert system.open_epolls == 0


def test_keeps_no_epoll_that_cannot_watch() -> None:
    network = FakeNetwork()
    made = connecting(network, "192.0.2.1")
    system = FakeSelect(network, LINUX)
    system.register_error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    Readiness(system).watch(made.fileno())
    assert system.open_epolls == 0


@pytest.mark.parametrize("names", [LINUX, MACOS, WINDOWS], ids=["epoll", "poll", "select"])
def test_real_sockets_are_judged_alike(names: tuple[str, ...]) -> None:
    constants = ("POLLIN", "POLLOUT", "EPOLLIN")
    system = SimpleNamespace(**{name: getattr(select, name) for name in (*names, *constants) if hasattr(select, name)})
    if not hasattr(system, names[0]):
        pytest.skip("this system has no such function")
    readiness = Readiness(system)
    here, there = socket.socketpair()
    with here, there:
        watch = readiness.watch(here.fileno())
        assert not watch.is_readable()
        there.send(b"x")
        assert watch.is_readable()
        here.recv(1)
        assert not watch.is_readable()
        there.close()
        assert watch.is_readable()
        watch.close()


@pytest.mark.hostile("G21")
def test_descriptors_above_1023_are_no_obstacle() -> None:
    """The limit of select is not ours."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 1200:
        pytest.skip("this machine allows no descriptors above 1023")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    here, there = socket.socketpair()
    filled = [os.dup(there.fileno()) for _ in range(1024)]
    try:
        high = socket.socket(fileno=os.dup(here.fileno()))
        with high:
            assert high.fileno() > 1023
            assert Readiness().connected([high]) == [high]
            watch = Readiness().watch(high.fileno())
            there.send(b"x")
            assert watch.is_readable()
            watch.close()
    finally:
        for descriptor in filled:
            os.close(descriptor)
        here.close()
        there.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
