"""Sockets of an invented world.

Calls that would wait in the real world fail here.
"""

from __future__ import annotations

import errno
import os
import socket
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.support.fake_select import FakeSelect
from tests.support.memory_stream import MemoryStream
from wsclient.transport.opening.attempt import Outside
from wsclient.transport.opening.environment import ProxyEnvironment
from wsclient.transport.opening.race import Address
from wsclient.transport.opening.resolver import Lookup, Resolved, Resolver
from wsclient.transport.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Failure
    from wsclient.transport.opening.resolver import Question

__all__ = ["NO_PROXIES", "FakeNetwork", "FakeResolver", "FakeSocket", "addresses"]

CALLS_THAT_MAY_WAIT = frozenset({"connect_ex", "recv", "send"})


def addresses(*hosts: str, port: int = 80) -> tuple[Address, ...]:
    """Returns the addresses of numeric hosts, as a resolver would."""
    return tuple(
        Address(socket.AF_INET6, (host, port, 0, 0)) if ":" in host else Address(socket.AF_INET, (host, port))
        for host in hosts
    )


NO_PROXIES = ProxyEnvironment(variables={}, has_system_settings=False)

FOUND = Resolved(addresses("192.0.2.1"))


class FakeNetwork:
    """Decides which host answers on which port.

    An unknown host never answers, as if its SYN fell into a black hole.

    Attributes:
        sockets: every socket made, in order.
        accepted: the servers' ends of what was connected, in order.
        faults: by the name of a socket call, the errors that its next calls raise.
        greeting: what every server sends as soon as it has accepted.
        questions: how often readiness was asked for.
        connects: the numeric hosts that were tried, in order.
    """

    def __init__(self) -> None:
        self.sockets: list[FakeSocket] = []
        self.accepted: list[MemoryStream] = []
        self.faults: dict[str, list[OSError | None]] = {}
        self.greeting = b""
        self.questions = 0
        self.connects: list[str] = []
        self._answers: dict[str, int] = {}
        self._at_once: set[str] = set()

    def listen(self, *hosts: str) -> None:
        """Has hosts accept every connection."""
        self._answers.update(dict.fromkeys(hosts, 0))

    def fail(self, host: str, number: int = errno.ECONNREFUSED, *, at_once: bool = False) -> None:
        """Makes a host fail with an error.

        It fails in `connect_ex` itself or, usually, some time after it.
        """
        self._answers[host] = number
        if at_once:
            self._at_once.add(host)

    def answer(self, host: str) -> int | None:
        """Returns the error that connecting to a host ends with.

        Returns 0 for success, and None while it has not ended.
        """
        return self._answers.get(host)

    def answers_at_once(self, host: str) -> bool:
        """Returns True if `connect_ex` itself reports the failure."""
        return host in self._at_once

    def socket(self, family: int, kind: int) -> FakeSocket:
        """Makes a socket; to be used in the place of `socket.socket`."""
        self.raise_fault("socket")
        made = FakeSocket(self, family, kind)
        self.sockets.append(made)
        return made

    def raise_fault(self, call: str) -> None:
        """Raises the next error that the test has laid out for a call."""
        if self.faults.get(call) and (error := self.faults[call].pop(0)) is not None:
            raise error

    @property
    def open_sockets(self) -> list[FakeSocket]:
        """Returns the sockets that were not closed."""
        return [made for made in self.sockets if not made.is_closed]

    def readiness(self, *names: str, is_windows: bool = False, **options: Any) -> Readiness:
        """Returns a Readiness with the named functions of `select`.

        If none is named, it has all functions of Linux.
        """
        return Readiness(FakeSelect(self, names or ("epoll", "poll", "select"), is_windows=is_windows), **options)

    def outside(self, resolver: Resolver | None = None, random_bytes: Callable[[int], bytes] = os.urandom) -> Outside:
        """Returns all of the world that a transport sees.

        Without a resolver, names are looked up like numeric hosts.
        """
        return Outside(
            resolver=resolver or FakeResolver(),
            environment=NO_PROXIES,
            readiness=self.readiness(),
            socket_factory=self.socket,
            random_bytes=random_bytes,
        )


class FakeResolver(Resolver):
    """Answers every lookup with the same; with None for never.

    Attributes:
        lookups: those that were started, for a test to answer late.
        asked: what each was started with.
    """

    def __init__(self, outcome: Resolved | Failure | None = FOUND) -> None:
        super().__init__(_never_called)
        self.outcome = outcome
        self.lookups: list[Lookup] = []
        self.asked: list[Question] = []

    def start(self, question: Question) -> Lookup:
        self.asked.append(question)
        self.lookups.append(Lookup(self.outcome, question.route.first))
        return self.lookups[-1]


class FakeSocket:
    """The part of a socket that the transport uses, in a `FakeNetwork`.

    Attributes:
        calls: the calls so far, by name, in order.
        options: what was set by `setsockopt`.
    """

    _filenos = count(100_000)  # far above what `select` takes

    def __init__(self, network: FakeNetwork, family: int, kind: int) -> None:
        self.family = family
        self.kind = kind
        self.calls: list[str] = []
        self.options: dict[tuple[int, int], object] = {}
        self.bound: tuple[str, int] | None = None
        self.is_closed = False
        self.is_connected_to_itself = False
        self._fileno = next(self._filenos)
        self._network = network
        self._may_wait = True
        self._where: tuple[str, int] = ("", 0)
        self._stream: MemoryStream | None = None

    @property
    def has_finished_connecting(self) -> bool:
        """Whether connecting has come to an end, good or bad."""
        return self._network.answer(self._where[0]) is not None

    @property
    def has_failed_connecting(self) -> bool:
        """Whether it was a bad one."""
        return bool(self._network.answer(self._where[0]))

    @property
    def is_readable(self) -> bool:
        """Whether `recv` would bring something."""
        return self._stream is not None and bool(self._stream.is_readable())

    def fileno(self) -> int:
        return -1 if self.is_closed else self._fileno

    def setblocking(self, flag: bool) -> None:
        self._may_wait = flag

    def bind(self, where: tuple[str, int]) -> None:
        self._call("bind")
        self.bound = where

    def connect_ex(self, where: tuple[str, int]) -> int:
        self._call("connect_ex")
        self._network.connects.append(where[0])
        self._where = (where[0], where[1])
        number = self._network.answer(where[0])
        if number and self._network.answers_at_once(where[0]):
            return number
        return errno.EINPROGRESS

    def getsockopt(self, level: int, option: int) -> int:
        assert (level, option) == (socket.SOL_SOCKET, socket.SO_ERROR)
        self._call("getsockopt")
        number = self._network.answer(self._where[0])
        assert number is not None, "asked before connecting had ended"
        if number == 0:
            self._stream, server = MemoryStream.pair()
            self._network.accepted.append(server)
            server.send(self._network.greeting)
        return number

    def getpeername(self) -> tuple[str, int]:
        self._call("getpeername")
        return self._where

    def getsockname(self) -> tuple[str, int]:
        return self._where if self.is_connected_to_itself else ("198.51.100.7", 50_000)

    def setsockopt(self, level: int, option: int, value: object) -> None:
        self._call("setsockopt")
        self.options[level, option] = value

    def recv(self, max_bytes: int) -> bytes:
        self._call("recv")
        assert self._stream is not None
        data = self._stream.receive(max_bytes)
        if data is None:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return data

    def send(self, data: bytes | memoryview) -> int:
        self._call("send")
        assert self._stream is not None
        sent = self._stream.send(data)
        if data and not sent:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return sent

    def shutdown(self, how: int) -> None:
        assert how == socket.SHUT_WR
        self._call("shutdown")
        assert self._stream is not None
        self._stream.end()

    def close(self) -> None:
        self._call("close")
        self.is_closed = True
        if self._stream is not None:
            self._stream.close()

    @property
    def stream(self) -> MemoryStream:
        """This end of the connection, for its knobs."""
        assert self._stream is not None
        return self._stream

    def _call(self, name: str) -> None:
        self.calls.append(name)
        assert not (self._may_wait and name in CALLS_THAT_MAY_WAIT), f"{name} on a blocking socket"
        assert name == "close" or not self.is_closed, f"{name} on a closed socket"
        self._network.raise_fault(name)


def _never_called(*_: object, **__: object) -> list[object]:
    raise AssertionError("a fake resolver looks nothing up")
