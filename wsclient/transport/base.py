"""The boundary between the library and the network: a transport carries messages and connection events.

It does not carry bytes: a browser does the handshake and the framing itself, so a replaceable part has to work above
them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Literal

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

__all__ = ["OpeningRequest", "Settings", "Transport", "needs_nobody", "no_express"]


class Settings:
    """The settings of the user, shared with the transport. Changes take effect immediately.

    Times are seconds, 0 means none. Sizes are bytes.
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
        self.max_frame_size: int = 0  # payload of a frame that is sent; 0: any
        self.max_waiting: int = 4096  # messages, received and not read
        self.verify_ssl: bool = verify_ssl
        self.trusted_certificate: str | bytes | SSLContext | None = trusted_certificate
        self.compression: bool = compression
        self.no_delay: bool = no_delay
        self.proxy: Proxy | Literal[""] | None = None  # None: the environment decides; "": never one
        self.proxy_headers: Headers = ()
        self.handshake_headers: Headers = ()  # besides those of the request, and more telling
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
    """Does nothing: the default of `Transport.wake` if nothing lets the transport rest."""


class Transport(ABC):
    """The path of one connection to the other side. Used once: `open`, then `poll` until `Ended`.

    No method blocks or raises because of the network or the peer: all of that becomes events.
    A transport has no reference to its user, so dropping the user frees both.
    """

    #: Bytes of whole messages after which a client's `poll()` stops reading. Arbitrary: more than a game receives in a
    #: frame, and few enough that their memory is still cached when the next ones arrive.
    enough: int = 1024 * 1024

    #: whether `send_ping` and `send_fragment` can be called; no browser lets pages
    has_frames: bool = False

    #: whether `express` writes each message at once
    auto_flush: bool = True

    #: whether to remember each message until it has left, for `unsent_messages`; to be set before `open`
    remembers: bool = False

    #: called when something is left to do that no descriptor and no time will show; set by a `PollGroup`
    wake: Callable[[], object] = staticmethod(needs_nobody)

    @property
    @abstractmethod
    def clock(self) -> Callable[[], float]:
        """The monotonic clock, in seconds, that budgets are measured with."""

    def refusal_of(self, request: OpeningRequest) -> str:
        """Returns the reason, for users, why this transport cannot open a request; "" if it may.

        A page, for instance, cannot send headers. Call it before `open`.
        """
        return ""

    @abstractmethod
    def open(self, request: OpeningRequest) -> None:
        """Starts the attempt and returns. `poll` returns the failure, even an immediate one."""

    @abstractmethod
    def poll(self, read: bool = True) -> list[Event]:
        """Takes one bounded step: writes what waits, reads at most once, then looks at the deadlines.

        Args:
            read: False if the receiver's queue is full. Data from the peer then waits in the network.

        Returns:
            The events, in order; empty if nothing happened.
        """

    def is_quiet(self) -> bool:
        """Returns True if a cheap check shows that `poll` has nothing to do; False if that is unknown.

        Most frames of a game call nothing else. Only to be called if the last `poll` returned nothing.
        """
        return False

    def settings_changed(self) -> None:
        """Called when a setting was changed, one that deadlines depend on for instance."""
        return

    @property
    def descriptor(self) -> Descriptor | None:
        """The descriptor that becomes ready when data arrives; None if there is none, so call `poll` each time."""
        return None

    @property
    def rests_until(self) -> float:
        """The time of the next `poll`, on `clock`, unless `descriptor` is ready before; -inf for immediately."""
        return -inf

    def was_polled(self, at: float, is_readable: bool | None) -> None:
        """Called before `poll` by an object that let this transport rest, and looked after it meanwhile.

        Args:
            at: until when it did, on `clock`.
            is_readable: whether the descriptor is ready; None if unknown.
        """
        return

    @property
    @abstractmethod
    def has_more(self) -> bool:
        """True if another `poll` would return or write more without asking the system."""

    @property
    @abstractmethod
    def can_send(self) -> bool:
        """True if `send` is allowed: open, and no Close frame was sent or received."""

    @abstractmethod
    def send(self, payload: bytes, *, is_text: bool) -> None:
        """Queues one message after unsent ones. The caller has checked `can_send` and the limits."""

    def send_ping(self, payload: bytes) -> None:
        """Queues a ping of at most 125 bytes; `poll` returns its `PongReceived`. Needs `has_frames` and `can_send`."""
        raise NotImplementedError

    def send_fragment(self, payload: bytes, *, is_text: bool, is_final: bool) -> None:
        """Queues a fragment of a message; see `Connection.send_fragment`. Needs `has_frames` and `can_send`."""
        raise NotImplementedError

    @property
    def express(self) -> Callable[[bytes, bool], bool]:
        """Sends a short message, text or binary. Returns False if it must go through `send`.

        It writes the message at once if `auto_flush` is set, and queues it otherwise. It may be kept until it first
        returns False or `auto_flush` is changed. The caller has looked at the limits, but need not ask `can_send`.
        """
        return no_express

    @abstractmethod
    def flush(self) -> None:
        """Writes as much as the system takes now, a bounded amount. A failure is returned by `poll`."""

    @abstractmethod
    def close(self, code: int, reason: str) -> None:
        """Starts the closing handshake: Close is sent after unsent messages. Code 0 is a Close without a code.

        Raises:
            ValueError: this transport cannot send such a code. Nothing is changed.
        """

    @abstractmethod
    def abort(self) -> None:
        """Drops everything immediately and silently: no event follows. May be called twice, and in any state."""

    @property
    @abstractmethod
    def buffered_amount(self) -> int:
        """Bytes of payload accepted by `send` and not yet passed to the system."""

    @property
    @abstractmethod
    def buffered_messages(self) -> int:
        """The number of messages accepted by `send` and not yet completely passed to the system."""

    def unsent_messages(self) -> list[tuple[bytes, bool]]:
        """Returns each incompletely sent message, in full, and whether it is text.

        Call it after the connection has ended, and before `abort`. Empty unless `remembers` is set.
        """
        return []

    @property
    def latency(self) -> float:
        """Seconds, the round trip of the last ping that this transport sent; -1.0 before the first."""
        return -1.0

    @property
    def unanswered_pings(self) -> int:
        """Pings that this transport sent and that no pong has answered."""
        return 0

    @property
    def write_stall(self) -> float:
        """Seconds since the system last took a byte, if some wait for room; 0.0 if none do, or if unknown."""
        return 0.0

    @property
    def silence(self) -> float:
        """Seconds since the last byte arrived, if only of a pong; -1.0 when not open, or if unknown."""
        return -1.0

    @property
    def response_headers(self) -> Headers:
        """The headers of the server's 101, in order; () when not open, or if unknown."""
        return ()

    @property
    def remote_address(self) -> tuple[str, int]:
        """Numeric address and port of the other side; ("", 0) when not open, or if unknown."""
        return ("", 0)

    def set_no_delay(self, enabled: bool) -> None:
        """Sends small packets immediately (TCP_NODELAY), the default. Does nothing if there is no such option."""
        return


def no_express(payload: bytes, is_text: bool) -> bool:  # noqa: ARG001 - stands for one that can
    """Refuses every message; the `express` of a transport that has none."""
    return False
