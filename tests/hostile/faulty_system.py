"""Counts all calls to the system, and can make any of them fail."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.support.fake_network import FakeNetwork
from tests.support.fake_select import FakeSelect
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.fake_network import FakeSocket
    from wsclient.transport.opening.resolver import Resolver

__all__ = ["Fault", "FaultyNetwork", "FaultySystem"]

# Calls whose work is done although they complain: a descriptor is gone whatever close says (close(2)), and a
# connection that was interrupted goes on by itself (connect(2)).
DONE_ANYWAY = frozenset({"close", "shutdown", "connect_ex"})


class Fault(NamedTuple):
    """The failure of a call.

    Attributes:
        call: which call.
        nth: which of all calls by that name, from 0.
        number: the error; None for one byte at a time, of `recv` and `send` only.
        is_lasting: whether all later calls by that name go wrong too.
    """

    call: str
    nth: int
    number: int | None
    is_lasting: bool = False


class FaultySystem:
    """Counts the calls to the system.

    It makes one of them fail, or all from one on.

    Attributes:
        fault: what goes wrong; None for nothing.
        calls: the names of all calls, in order.
        hits: how often it went wrong.
    """

    def __init__(self, fault: Fault | None = None) -> None:
        self.fault = fault
        self.calls: list[str] = []
        self.hits = 0
        self._counts: dict[str, int] = {}

    def call(self, name: str, function: Callable[..., Any], *args: Any) -> Any:
        """Makes a call, or has it go wrong."""
        index = self._counts.get(name, 0)
        self._counts[name] = index + 1
        self.calls.append(name)
        if not self._goes_wrong(name, index):
            return function(*args)
        assert self.fault is not None
        self.hits += 1
        if self.fault.number is None:
            return function(1) if name == "recv" else function(args[0][:1])
        if name in DONE_ANYWAY:
            function(*args)
        if name == "connect_ex":  # which says its errors instead of raising them
            return self.fault.number
        raise OSError(self.fault.number, os.strerror(self.fault.number))

    def _goes_wrong(self, name: str, index: int) -> bool:
        fault = self.fault
        if fault is None or name != fault.call:
            return False
        return index >= fault.nth if fault.is_lasting else index == fault.nth


class FaultyNetwork(FakeNetwork):
    """A network whose every call goes through a `FaultySystem`."""

    def __init__(self, system: FaultySystem) -> None:
        super().__init__()
        self.system = system
        self.select = FakeSelect(self, ("epoll", "poll", "select"))

    def outside(self, resolver: Resolver | None = None, random_bytes: Callable[[int], bytes] = os.urandom) -> Outside:
        """All of the world that a transport sees."""
        world = super().outside(resolver)
        return Outside(
            resolver=world.resolver,
            environment=world.environment,
            readiness=Readiness(_Select(self.select, self.system)),  # type: ignore[arg-type]  # all that is used of it
            socket_factory=lambda family, kind: _Socket(
                self.system.call("socket", self.socket, family, kind), self.system
            ),  # type: ignore[arg-type,return-value]  # the same
            random_bytes=lambda size: self.system.call("getrandom", random_bytes, size),
        )

    def _make_socket(self, family: int, kind: int) -> _Socket:
        return _Socket(self.system.call("socket", self.socket, family, kind), self.system)


class _Socket:
    """A socket's calls, one by one."""

    def __init__(self, inner: FakeSocket, system: FaultySystem) -> None:
        self.fileno = inner.fileno
        for name in (
            "setblocking", "connect_ex", "getsockopt", "getpeername", "getsockname", "setsockopt", "recv", "send",
            "shutdown", "close",
        ):  # fmt: skip
            setattr(self, name, _tapped(system, name, getattr(inner, name)))


class _Select:
    """The module `select`, as Linux has it."""

    POLLIN = FakeSelect.POLLIN
    POLLOUT = FakeSelect.POLLOUT
    EPOLLIN = FakeSelect.EPOLLIN

    def __init__(self, inner: FakeSelect, system: FaultySystem) -> None:
        self._inner = inner
        self._system = system

    def epoll(self) -> _Epoll:
        return _Epoll(self._system.call("epoll_create", self._inner.epoll), self._system)

    def poll(self) -> _Poll:
        return _Poll(self._inner.poll(), self._system)


class _Epoll:
    def __init__(self, inner: Any, system: FaultySystem) -> None:
        self.register = _tapped(system, "epoll_ctl", inner.register)
        self.poll = _tapped(system, "epoll_wait", inner.poll)
        self.close = inner.close


class _Poll:
    def __init__(self, inner: Any, system: FaultySystem) -> None:
        self.register = inner.register  # remembered by Python alone
        self.poll = _tapped(system, "poll", inner.poll)


def _tapped(system: FaultySystem, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: system.call(name, function, *args)
