"""Connects to the first of several addresses that answers (RFC 8305).

If one family of addresses leads nowhere, that costs a quarter of a second.
"""

from __future__ import annotations

import errno
import os
import socket
from collections import deque
from itertools import chain, zip_longest
from math import inf
from typing import TYPE_CHECKING, Final

from wsclient.ground.stored_error import detached
from wsclient.ground.value import Value
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.descriptor import Descriptor
from wsclient.transport.failures import failure_from, is_more_telling
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.transport.readiness import Readiness
    from wsclient.transport.stream.stream import Stream

__all__ = ["ATTEMPT_DELAY", "MAX_ADDRESSES", "MAX_OPEN", "Address", "Race", "interleave"]

ATTEMPT_DELAY: Final = 0.25
"""The time between two starts, in seconds; RFC 8305 section 5 recommends this value."""

MAX_ADDRESSES: Final = 16
"""The most addresses of a host to try. Arbitrary: four seconds' worth, at one in a quarter of a second."""

MAX_OPEN: Final = 6
"""The most sockets that wait for an answer at once. Arbitrary; the oldest is closed when another one is due."""

# The results of a `connect` that has begun; on Windows EWOULDBLOCK.
_BEGUN: Final = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY, errno.EINTR})


# The errors for a link-local address without a zone (RFC 4007 section 11).
_NO_ZONE: Final = frozenset({errno.EINVAL, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL})
_LINK_LOCAL: Final = tuple(f"fe{digit}" for digit in "89ab")  # fe80::/10, RFC 4291 section 2.5.6


class Address(Value):
    """An address to connect to.

    Attributes:
        family: AF_INET, AF_INET6 or AF_UNIX.
        where: the argument of `socket.connect`. Its host is numeric, so that no name is looked up.
    """

    family: int
    where: tuple[str, int] | tuple[str, int, int, int] | str

    @property
    def host(self) -> str:
        """Returns the numeric host, or the path of a socket."""
        return self.where if isinstance(self.where, str) else self.where[0]


def interleave(addresses: Iterable[Address]) -> list[Address]:
    """Puts the families in turn, and lists each address once.

    The family of the first address comes first (RFC 8305 section 4).

    Returns:
        At most `MAX_ADDRESSES`.
    """
    addresses = list(addresses)
    if len(addresses) == 1:  # usually
        return addresses
    by_family: dict[int, list[Address]] = {}
    for address in dict.fromkeys(addresses):
        by_family.setdefault(address.family, []).append(address)
    in_turn = chain.from_iterable(zip_longest(*by_family.values()))
    return [address for address in in_turn if address is not None][:MAX_ADDRESSES]


class Race:
    """Connects to the first address that answers.

    Call `step` until it returns something.
    """

    def __init__(
        self,
        addresses: Iterable[Address],
        *,
        host: str,
        place: str,
        readiness: Readiness,
        socket_factory: Callable[[int, int], socket.socket] = socket.socket,
        local_address: str = "",
    ) -> None:
        """Starts nothing yet.

        Args:
            addresses: the addresses, in the resolver's order.
            host: the host, as the user wrote it.
            place: host and port, for messages.
            readiness: asks the system.
            socket_factory: makes a socket of a family and a type.
            local_address: numeric, to connect from; "" for any.
        """
        self._waiting = deque(interleave(addresses))
        self._count = len(self._waiting)
        self._open: dict[socket.socket, Address] = {}
        self._watched: tuple[socket.socket, Descriptor] | None = None
        self._next_at = float("-inf")
        self._failure: Failure | None = None
        self._host = host
        self._shown_place = place
        self._readiness = readiness
        self._socket_factory = socket_factory
        self._local_address = local_address

    def step(self, now: float) -> Stream | Failure | None:
        """Starts the connections that are due, and checks those that have begun.

        Args:
            now: seconds, on any clock that does not run backwards.

        Returns:
            The connected stream; the failure if no address could be connected to; None if neither is decided.
        """
        while True:
            self._start_due(now)
            finished = self._readiness.connected(list(self._open))
            if not finished:
                break
            for connected in finished:
                if stream := self._take(connected):
                    self.close()
                    return stream
            self._next_at = now  # a failure starts the next at once
        return None if self._open or self._waiting else self._summary()

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the descriptor that is ready when connecting ends.

        Returns None unless exactly one socket is open.
        """
        if len(self._open) != 1:
            return None
        ((connecting, _),) = self._open.items()
        if self._watched is None or self._watched[0] is not connecting:
            self._watched = (connecting, Descriptor(connecting.fileno(), for_writing=True))
        return self._watched[1]

    @property
    def next_start(self) -> float:
        """Returns when the next address is tried, on the clock of `step`.

        Returns infinity if none is left.
        """
        return self._next_at if self._waiting else inf

    def close(self) -> None:
        """Closes the sockets that are still open. May be called twice."""
        self._waiting.clear()
        while self._open:
            self._open.popitem()[0].close()

    def _start_due(self, now: float) -> None:
        while self._waiting and now >= self._next_at:
            if len(self._open) >= MAX_OPEN:
                self._drop_oldest()
            if self._start(self._waiting.popleft()):
                self._next_at = now + ATTEMPT_DELAY

    def _start(self, address: Address) -> bool:
        candidate = None
        try:
            candidate = self._socket_factory(address.family, socket.SOCK_STREAM)
            candidate.setblocking(False)
            if self._local_address and not isinstance(address.where, str):
                candidate.bind((self._local_address, 0))
            number = candidate.connect_ex(address.where)
            # A Unix socket connects immediately or fails. EAGAIN means that the server's queue is full.
            if number not in _BEGUN or (number and isinstance(address.where, str)):
                raise OSError(number, os.strerror(number))
        except OSError as error:
            if candidate is not None:
                candidate.close()
            self._note(error, address)
            return False
        self._open[candidate] = address
        return True

    def _take(self, connected: socket.socket) -> TcpStream | None:
        address = self._open.pop(connected)
        try:
            if number := connected.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise OSError(number, os.strerror(number))
            return TcpStream(connected, self._readiness)
        except OSError as error:
            connected.close()
            self._note(error, address)
            return None

    def _drop_oldest(self) -> None:
        oldest = next(iter(self._open))
        address = self._open.pop(oldest)
        oldest.close()
        self._note(OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)), address)

    def _note(self, error: OSError, address: Address) -> None:
        failure = _special_failure(error, address, self._place(address), self._local_address)
        if failure is None:
            failure = failure_from(error, Stage.CONNECT, self._place(address))
        if self._failure is None or is_more_telling(failure, self._failure):
            self._failure = failure

    def _place(self, address: Address) -> str:
        if isinstance(address.where, str) or address.host == self._host:
            return self._shown_place
        return f"{self._shown_place} ({address.host})"

    def _summary(self) -> Failure:
        if self._failure is None:
            error = OSError(errno.EHOSTUNREACH, "the name has no address")
            return failure_from(error, Stage.CONNECT, self._shown_place)
        if self._count == 1:
            return self._failure
        return self._failure.replace(detail=f"{self._failure.detail} ({self._count} addresses tried)")


def _special_failure(error: OSError, address: Address, place: str, local_address: str) -> Failure | None:
    """Returns a failure for an error that means something special for this address.

    Returns None if its meaning is the same for all addresses.
    """
    if error.errno == errno.EADDRNOTAVAIL and local_address:
        detail = f"this machine has no address {local_address} to connect to {place} from"
        hint = "Set local_address to an address of one of its network interfaces."
        kind = FailureKind.INVALID_ARGUMENT
    elif error.errno in _NO_ZONE and _lacks_zone(address):
        detail = f"{place} is a link-local address, which means nothing without a zone, the name of a network interface"
        hint = f"Write it behind the address: [{address.host}%eth0], for instance."
        kind = FailureKind.INVALID_ARGUMENT
    elif error.errno == errno.EADDRNOTAVAIL and address.family == socket.AF_INET:
        detail = f"this machine has no local port left for a connection to {place}"
        hint = "Close connections to it, or wait a minute until the ports of those that were closed are free again."
        kind = FailureKind.SYSTEM
    else:
        return None
    return Failure(stage=Stage.CONNECT, kind=kind, detail=detail, cause=detached(error), hint=hint)


def _lacks_zone(address: Address) -> bool:
    where = address.where
    return not isinstance(where, str) and len(where) == 4 and where[3] == 0 and where[0].lower().startswith(_LINK_LOCAL)
