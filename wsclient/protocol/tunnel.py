"""Opens a way through a proxy, in the proxy's own protocol.

Bytes go in and out, and the result is a verdict.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol.events import Failure, FailureKind, Stage

__all__ = ["Target", "Tunnel", "Tunnelled"]

_TLS_RECORDS = (0x15, 0x16)  # RFC 8446 section 5.1: an alert and a handshake. No other protocol here begins like this.


class Target(Value):
    """The address that a proxy connects to.

    This is the server, as written in the URL or as looked up.

    Attributes:
        host: a name in ASCII, or an IPv4 or IPv6 address without brackets.
        port: 1-65535.
    """

    host: str
    port: int

    def __str__(self) -> str:
        """Returns the host and port, with brackets for IPv6.

        The zone of an address is left out, because it is only valid on this machine.
        """
        return f"[{self.host.partition('%')[0]}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Tunnelled(Value):
    """The proxy has agreed, so the data that follows is between client and server.

    Attributes:
        trailing_data: the data received after the proxy's answer, which is the server's.
    """

    trailing_data: bytes = b""


class Tunnel(ABC):
    """One attempt to get through a proxy.

    Send the result of `next_message`, pass received data to `receive_data`, and send the next message, until there is a
    verdict. Send each message in one write, because some proxies expect to read it at once.

    Args:
        proxy: host and port of the proxy, for messages.
        target: the address that the proxy connects to.
    """

    def __init__(self, proxy: str, target: Target) -> None:
        self._proxy = proxy
        self._target = target
        self._message = b""

    def next_message(self) -> bytes:
        """Returns the data to send now, only once.

        Returns b"" if an answer has to arrive first.
        """
        message, self._message = self._message, b""
        return message

    @abstractmethod
    def receive_data(self, data: bytes) -> Tunnelled | Failure | None:
        """Takes received data. Returns the verdict, or None if more is needed."""

    @abstractmethod
    def receive_eof(self) -> Failure:
        """Returns the failure if the proxy ends the connection before a verdict."""

    def fail_behind_yes(self) -> Failure:
        """Returns the failure of a connection that ended after the proxy agreed.

        The server had not sent a byte yet.
        """
        return self._fail(
            f"said yes to {self._target}, and ended the connection",
            "The server behind it may be down, or the port wrong.",
        )

    def fail_too_late(self, seconds: float) -> Failure:
        """Returns the failure for a proxy that has not answered in time."""
        return self._fail(
            f"accepted the connection and did not answer within {seconds:g} s",
            "It may not be a proxy of that kind, or not reach the server.",
            kind=FailureKind.TIMEOUT,
        )

    def _fail_unanswered(self) -> Failure:
        hint = f"It may not reach {self._target}, or not be a proxy of that kind."
        return self._fail("closed without an answer", hint)

    def _fail_unfinished(self) -> Failure:
        return self._fail("closed in the middle of its answer", "")

    def _fail_unreachable(self, why: str) -> Failure:
        words = f"could not reach {self._target} ({why})"
        return self._fail(words, "Check the server's address as the proxy sees it.")

    def _fail_forbidden(self, why: str) -> Failure:
        hint = "Ports 80 and 443 are allowed most often: serve the game as wss on 443."
        return self._fail(f"does not allow {self._target} ({why})", hint)

    def _fail_stranger(self, start: bytes) -> Failure | None:
        """Returns the failure of a port that speaks another protocol.

        The first byte identifies the protocol. Returns None if it is unknown.
        """
        if start[:1] == b"H":
            return self._fail("speaks HTTP", "Write http:// in front of its address.")
        if start[:1] == b"\x05":
            return self._fail("speaks SOCKS", "Write socks5:// or socks5h:// in front of its address.")
        if start[:1] == b"\0":
            return self._fail("speaks SOCKS4", "Write socks4a:// in front of its address.")
        if start[0] in _TLS_RECORDS:
            return self._fail("speaks TLS", "Write https:// in front of its address.")
        return None

    def _fail_unknown(self, start: bytes, wanted: str) -> Failure:
        return self._fail(f"is no {wanted} proxy: its answer starts with '{escape(start, 20)}'", "Check host and port.")

    def _fail(self, words: str, hint: str, *, kind: FailureKind = FailureKind.PROXY) -> Failure:
        return Failure(stage=Stage.PROXY, kind=kind, detail=f"the proxy {self._proxy} {words}", hint=hint)
