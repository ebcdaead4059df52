"""The events of a connection, as plain values in the order in which they happen.

A connection emits `Opened`, then any number of the others, then exactly one `Ended`. An attempt that never opens only
emits `Ended`.
"""

from __future__ import annotations

from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING

from wsclient.ground.value import Value
from wsclient.protocol.message_run import BINARY, TEXT, Messages

if TYPE_CHECKING:
    from wsclient.protocol.server_handshake import Request

__all__ = [
    "BINARY",
    "TEXT",
    "CloseReceived",
    "Ended",
    "Event",
    "Failure",
    "FailureKind",
    "Messages",
    "Opened",
    "PingReceived",
    "PongReceived",
    "Requested",
    "Stage",
]


class Stage(StrEnum):
    """The stage that a connection had reached when it failed."""

    ARGUMENTS = "arguments"
    RESOLVE = "resolve"
    PROXY = "proxy"
    CONNECT = "connect"
    TLS = "tls"
    HANDSHAKE = "handshake"
    OPEN = "open"
    CLOSE = "close"


class FailureKind(Enum):
    """The reason for a failure, as far as it determines what to try next."""

    INVALID_ARGUMENT = auto()
    NAME_NOT_FOUND = auto()
    REFUSED = auto()
    UNREACHABLE = auto()
    SYSTEM = auto()  # this machine: no descriptors, no threads, no memory, no randomness
    CERTIFICATE = auto()
    TLS = auto()
    TLS_ON_PLAIN_PORT = auto()  # we spoke TLS, the server did not
    PLAIN_ON_TLS_PORT = auto()  # the server speaks TLS, we did not
    NOT_WEBSOCKET = auto()  # the reply is not HTTP at all
    HTTP_STATUS = auto()  # an HTTP reply, with another status than 101
    BAD_RESPONSE = auto()  # a reply that breaks RFC 6455 section 4.1 or HTTP
    SUBPROTOCOL = auto()
    PROXY = auto()  # a proxy on the way to the server refused or failed, or is not a proxy
    PROXY_CREDENTIALS = auto()  # a proxy wants a user name and password, or others
    TIMEOUT = auto()
    LOST = auto()  # TCP ended without a Close frame
    VIOLATION = auto()  # the peer broke RFC 6455; a Close frame said so
    TOO_BIG = auto()  # a message over the limit
    HEARTBEAT = auto()  # no byte after a ping
    DEAF = auto()  # data is received, but data that we send does not arrive
    UNTOLD = auto()  # a browser knows the reason, but does not pass it to the page
    FORBIDDEN = auto()  # a browser does not let the page do it
    INTERRUPTED = auto()  # a call was interrupted in the middle of its work, usually by Ctrl+C


class Failure(Value):
    """Describes how an attempt or a connection failed.

    Attributes:
        detail: describes what happened, without a full stop; safe to show (control characters are escaped).
        http_status: the status of the server's or the proxy's reply; None if there was none.
        http_body: the first 4 KiB of its body, at most.
        cause: the exception that caused it, if any.
        hint: what to try, as a full sentence; "" if the kind of failure says enough.
        note: the origin of a proxy's address, shown last and in brackets; "" if there is none.
    """

    stage: Stage
    kind: FailureKind
    detail: str
    http_status: int | None = None
    http_headers: tuple[tuple[str, str], ...] = ()
    http_body: bytes = b""
    cause: BaseException | None = None
    hint: str = ""
    note: str = ""


class Opened(Value):
    """The opening handshake succeeded (RFC 6455 section 4.1)."""

    subprotocol: str  # "" if none was agreed on


class Requested(Value):
    """A client asks a server for a connection, in a valid request.

    It has not been answered yet.
    """

    request: Request


class PingReceived(Value):
    """A ping (RFC 6455 section 5.5.2). Its answer is already on its way."""

    payload: bytes


class PongReceived(Value):
    """A pong, solicited or not (RFC 6455 section 5.5.3)."""

    payload: bytes


class CloseReceived(Value):
    """A valid Close frame (RFC 6455 section 5.5.1).

    Attributes:
        code: `CloseCode.NO_STATUS` if the frame had none (RFC 6455 section 7.1.5).
        is_answer: True if our own Close was sent before.
    """

    code: int
    reason: str
    is_answer: bool


class Ended(Value):
    """The last event.

    Attributes:
        was_clean: True if a Close frame was sent and a valid one received.
        failure: the failure; None if the connection ended as it should.
    """

    was_clean: bool
    failure: Failure | None = None


Event = Requested | Opened | Messages | PingReceived | PongReceived | CloseReceived | Ended
