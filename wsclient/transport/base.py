"""Defines the boundary between the library and the network.

A transport carries messages and the events of a connection. It does not carry bytes: a browser does the handshake and
the framing itself, so a part that can be replaced has to work above them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Final, Literal

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from wsclient.protocol.cookies import Cookies
    from wsclient.protocol.events import Event
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.proxy import Proxy
    from wsclient.protocol.url import URL
    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.stream.tls_sessions import TlsSessions
    from wsclient.transport.traffic import Traffic

__all__ = ["SMALLEST_LIMIT", "OpeningRequest", "Settings", "Transport", "needs_nobody", "no_express"]

SMALLEST_LIMIT: Final = 125
"""The least `max_message_size` in effect, in bytes: a control frame must fit (RFC 6455 section 5.5)."""


class Settings:
    """The settings of the user, shared with the transport.

    Changes take effect immediately. Times are seconds, 0 means none. Sizes are bytes.
    """

    __slots__ = (
        "address_family",
        "close_timeout",
        "compression",
        "cookies",
        "handshake_headers",
        "handshake_timeout",
        "heartbeat_interval",
        "local_address",
        "max_frame_size",
        "max_message_size",
        "max_redirects",
        "max_waiting",
        "no_delay",
        "proxy",
        "proxy_headers",
        "subprotocol_required",
        "tls_server_name",
        "tls_sessions",
        "trusted_certificate",
        "verify_ssl",
    )

    def __init__(
        self,
        *,
        handshake_timeout: float = 10.0,
        close_timeout: float = 5.0,
        heartbeat_interval: float = 20.0,
        max_message_size: int = 16 * 1024 * 1024,
        verify_ssl: bool = True,
        trusted_certificate: str | bytes | SSLContext | None = None,
        compression: bool = False,
        no_delay: bool = True,
    ) -> None:
        self.handshake_timeout: float = handshake_timeout
        self.close_timeout: float = close_timeout
        self.heartbeat_interval: float = heartbeat_interval
        self.max_message_size: int = max_message_size
        self.max_frame_size: int = 0  # payload of a sent frame; 0: no limit
        self.max_waiting: int = 4096  # messages, received and not read
        self.verify_ssl: bool = verify_ssl
        self.trusted_certificate: str | bytes | SSLContext | None = trusted_certificate
        self.compression: bool = compression
        self.no_delay: bool = no_delay
        self.proxy: Proxy | Literal[""] | None = None  # None: the environment decides; "": never one
        self.proxy_headers: Headers = ()
        self.handshake_headers: Headers = ()  # in addition to those of the request; win over them
        self.subprotocol_required: bool = True
        self.max_redirects: int = 0
        self.cookies: Cookies | None = None  # None: none are kept
        self.tls_server_name: str = ""  # "": that of the URL
        self.local_address: str = ""  # numeric, to send from; "": any
        self.address_family: str = "any"  # or "ipv4", "ipv6"
        self.tls_sessions: TlsSessions | None = None  # made by the first TLS; kept for reconnections


class OpeningRequest(Value):
    """The connection to open; its arguments have been checked.

    Attributes:
        connect_timeout: seconds for name lookup and TCP together, if shorter than `handshake_timeout`; 0 for no limit.
    """

    url: URL
    subprotocols: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    connect_timeout: float = 0.0


def needs_nobody() -> None:
    """Does nothing. The default of `Transport.wake`."""


class Transport(ABC):
    """The path of one connection to the other side.

    It is used once: call `open`, then `poll` until it returns `Ended`.

    No method blocks or raises because of the network or the peer: all of that becomes events.
    A transport has no reference to its user, so dropping the user frees both.
    """

    #: The bytes of whole messages after which a client's `poll()` stops reading. Arbitrary: more than a game receives
    #: in a frame, but so few that their memory is still cached when the next ones arrive.
    enough: int = 1024 * 1024

    #: True if `send_ping` and `send_fragment` can be called; no browser lets pages do that
    has_frames: bool = False

    #: True if `express` writes each message at once
    auto_flush: bool = True

    #: True to remember each message until it is sent, for `unsent_messages`; if it is set after `open`, it takes effect
    #: as soon as no earlier message waits
    remembers: bool = False

    #: counts the bytes of frames, unless the frames are hidden from this transport; set it before `open`
    traffic: Traffic | None = None

    #: called when there is work that no descriptor and no time will show; set by a `PollGroup`
    wake: Callable[[], object] = staticmethod(needs_nobody)

    @property
    @abstractmethod
    def clock(self) -> Callable[[], float]:
        """Returns the monotonic clock, in seconds, that budgets are measured with."""

    def refusal_of(self, request: OpeningRequest) -> str:
        """Returns why this transport cannot open a request, for users; "" if it can.

        A page, for instance, cannot send headers. Call this before `open`.
        """
        return ""

    @abstractmethod
    def open(self, request: OpeningRequest) -> None:
        """Starts the attempt and returns.

        If it fails, even immediately, `poll` returns the failure.
        """

    @abstractmethod
    def poll(self, read: bool = True) -> list[Event]:
        """Takes one bounded step.

        It writes waiting data, reads once at most, then checks the deadlines.

        Args:
            read: False if the receiver's queue is full. Data from the peer then waits in the network.

        Returns:
            The events, in order; empty if nothing happened.
        """

    def is_quiet(self) -> bool:
        """Returns True if a cheap check shows that `poll` has nothing to do.

        Returns False if that is unknown. In most frames of a game, nothing else is called. Only call it if the last
        `poll` returned nothing.
        """
        return False

    def settings_changed(self) -> None:
        """Called when a setting has changed, such as one that deadlines depend on."""
        return

    @property
    def descriptor(self) -> Descriptor | None:
        """Returns the descriptor that is ready when data arrives.

        If it returns None, call `poll` each time.
        """
        return None

    @property
    def rests_until(self) -> float:
        """Returns the time of the next `poll` if `descriptor` is not ready before.

        The time is one of `clock`; -inf means immediately, and `SOON` that only the network or the other side can let
        it go on, which nothing announces.
        """
        return -inf

    def was_polled(self, at: float, is_readable: bool | None) -> None:
        """Called before `poll` by an object that watched this transport at rest.

        Args:
            at: the time until which it watched, on `clock`.
            is_readable: True if the descriptor is ready; None if unknown.
        """
        return

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """Returns True if another `poll` would return or write more.

        It would not have to ask the system.
        """

    @property
    @abstractmethod
    def can_send(self) -> bool:
        """Returns True if the connection is open, and no Close was sent or received."""

    @abstractmethod
    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message behind the unsent ones.

        The caller has checked `can_send` and the limits.
        """

    def send_ping(self, payload: bytes) -> None:
        """Queues a ping of at most 125 bytes; `poll` returns its `PongReceived`.

        Needs `has_frames` and `can_send`.
        """
        raise NotImplementedError

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        """Queues a fragment of a message; see `Connection.send_fragment`.

        Needs `has_frames` and `can_send`.
        """
        raise NotImplementedError

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        """Returns a function that sends a short message, text or binary.

        The function returns False if the message must go through `send`.

        The function writes the message at once if `auto_flush` is set, and queues it if not. It may be kept until it
        first returns False or `auto_flush` changes. The caller has checked the limits, but does not have to check
        `can_send`.
        """
        return no_express

    def queue_frame(self, frame: bytes, size: int) -> bool:
        """Queues a short message by its frame, which was made once for many.

        It does not wake the transport.

        Args:
            frame: as `protocol.outgoing.plain_frame` returned it.
            size: of its payload.

        Returns:
            False, with nothing queued, if it must go through `send`.
        """
        return False

    @abstractmethod
    def flush(self) -> None:
        """Writes as much as the system takes now, up to a limit.

        If that fails, `poll` returns the failure.
        """

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake.

        The Close is sent after the unsent messages. Code 0 sends a Close without a code.

        Raises:
            ValueError: this transport cannot send such a code. Nothing has changed.
        """

    @abstractmethod
    def abort(self) -> None:
        """Drops everything immediately and silently, in any state.

        No event follows. May be called twice.
        """

    @property
    @abstractmethod
    def buffered_amount(self) -> int:
        """Returns how many bytes of payload `send` has accepted that are not sent yet."""

    @property
    @abstractmethod
    def buffered_messages(self) -> int:
        """Returns how many messages `send` has accepted that are not completely sent.

        A message is sent when the system has taken it.
        """

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        """Returns each incompletely sent message, in full, and if it is text.

        Call it after the connection has ended, but before `abort`. Returns an empty list unless `remembers` is set.
        """
        return []

    @property
    def latency(self) -> float:
        """Returns the round trip of the last ping, in seconds; -1.0 before the first.

        Only pings that this transport sent by itself count.
        """
        return -1.0

    @property
    def unanswered_pings(self) -> int:
        """Returns how many pings of this transport no pong has answered."""
        return 0

    @property
    def write_stall(self) -> float:
        """Returns for how many seconds the system has taken no byte of waiting data.

        Returns 0.0 if no data waits, or if unknown.
        """
        return 0.0

    @property
    def silence(self) -> float:
        """Returns the seconds since the last byte arrived, even one of a pong.

        Returns -1.0 if the connection is not open, or if unknown.
        """
        return -1.0

    @property
    def response_headers(self) -> Headers:
        """Returns the headers of the server's 101, in order; () if not open or unknown."""
        return ()

    @property
    def remote_address(self) -> tuple[str, int]:
        """Returns the numeric address and port of the other side.

        Returns ("", 0) if the connection is not open, or if unknown.
        """
        return ("", 0)

    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets immediately (TCP_NODELAY) if enabled, the default.

        Does nothing if there is no such option.
        """
        return


def no_express(payload: bytes, is_text: bool) -> bool:  # noqa: ARG001 - stands for one that can
    """Refuses every message. The `express` of transports that have no fast path."""
    return False
