"""Worlds that are wrong before any frame is sent.

Their names are not found, their addresses are silent, or their TLS is someone else's.
"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from tests.hostile.raw_server import MemoryEnd, TlsEnd
from tests.hostile.scenario import MemoryWorld
from tests.support.fake_network import FakeResolver, addresses
from tests.support.threads import finish_lookups
from wsclient.transport.opening.resolver import Resolved, Resolver

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from tests.hostile.raw_server import ServerEnd
    from wsclient.protocol.events import Failure
    from wsclient.transport.opening.resolver import Lookup, Question

__all__ = ["LookupWorld", "NamedWorld", "TlsWorld", "found", "found_by_getaddrinfo"]

ADDRESS = "192.0.2.1"


def found(*hosts: str) -> Resolved:
    """Returns the answer of a name server."""
    return Resolved(addresses(*hosts))


class NamedWorld(MemoryWorld):
    """A world in which the test decides what the name server answers.

    Attributes:
        resolver: its `outcome` is what the next lookups find; None for nothing, ever.
    """

    def __init__(self, outcome: Resolved | Failure | None) -> None:
        super().__init__()
        self.resolver = FakeResolver(outcome)
        self._outside = self.network.outside(self.resolver)


class LookupWorld(MemoryWorld):
    """Looks names up as the library does it, in a thread.

    The test provides the call.

    Attributes:
        getaddrinfo: what is called in the place of the system's.
    """

    def __init__(self, getaddrinfo: Callable[..., Any]) -> None:
        super().__init__()
        self.getaddrinfo = getaddrinfo
        self._outside = self.network.outside(_PromptResolver(self._look_up))

    def _look_up(self, *args: object, **options: object) -> Any:
        return self.getaddrinfo(*args, **options)


class TlsWorld(LookupWorld):
    """Whom to trust is what the user set, as the library understands it.

    Attributes:
        context: the server's; None for a server that does not speak TLS.
    """

    url = "wss://game.example"

    def __init__(self, context: ssl.SSLContext | None) -> None:
        super().__init__(found_by_getaddrinfo)
        self.context = context

    def accept(self) -> ServerEnd | None:
        end = super().accept()
        return end if self.context is None or not isinstance(end, MemoryEnd) else TlsEnd(end.stream, self.context)


def found_by_getaddrinfo(_host: str, port: int, **_: object) -> list[Any]:
    """Returns the result of `socket.getaddrinfo` for a name with one address."""
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ADDRESS, port))]


class _PromptResolver(Resolver):
    """Its thread ends before the result is checked, so its pace does not matter."""

    def start(self, question: Question) -> Lookup:
        lookup = super().start(question)
        finish_lookups()
        return lookup
