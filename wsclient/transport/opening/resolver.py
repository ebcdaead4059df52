"""Name lookup in a thread, since the system's blocks, sometimes for half a minute.

For wss the same thread imports `ssl` and builds the context, which together take longer than a frame.
"""

from __future__ import annotations

import socket
import sys
import threading
from typing import TYPE_CHECKING, Any, Final

from wsclient.ground.value import Value
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.transport.failures import reason_of
from wsclient.transport.opening.race import Address

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["Lookup", "Resolved", "Resolver", "TlsOptions", "numeric_address"]

_NETWORK_DOWN: Final = "no name server answered for {host!r} ({reason})"
_NOT_FOUND: Final = "name {host!r} was not found ({reason})"


class TlsOptions(Value):
    """The certificates to trust; see `Settings`."""

    verify: bool = True
    trusted_certificate: str | bytes | SSLContext | None = None


class Resolved(Value):
    """A name that was found.

    Attributes:
        addresses: in the system's order; at least one.
        secure: puts TLS on a stream, given the name that the certificate must have; None if it was not asked for.
    """

    addresses: tuple[Address, ...]
    secure: Secure | None = None


class Lookup:
    """One lookup under way. It may be forgotten at any time.

    Attributes:
        stage: `RESOLVE`; `TLS` while the addresses are known and TLS is being prepared.
        outcome: None until it is over. Only the thread writes it, once, so no lock is needed.
    """

    __slots__ = ("__weakref__", "outcome", "stage")

    def __init__(self, outcome: Resolved | Failure | None = None) -> None:
        self.stage: Stage = Stage.RESOLVE
        self.outcome: Resolved | Failure | None = outcome


class Resolver:
    """Starts lookups. It shares nothing with the threads, so that none of them keeps anything alive."""

    def __init__(self, getaddrinfo: Callable[..., list[Any]] | None = None) -> None:
        """Nothing happens yet.

        Args:
            getaddrinfo: the lookup, called in the thread only; None for what `socket.getaddrinfo` is at that time,
                which gevent may have replaced.
        """
        self._getaddrinfo = getaddrinfo

    def start(self, host: str, port: int, tls: TlsOptions | None) -> Lookup:
        """Begins, and returns at once.

        Args:
            host: a name or a numeric address.
            port: 1-65535.
            tls: None for no TLS. Then a numeric address is answered at once, without a thread.
        """
        address = numeric_address(host, port)
        if address is not None and tls is None:
            return Lookup(Resolved((address,), None))
        if address is not None and tls is not None and _is_prepared(tls):
            return Lookup(_with_tls((address,), tls))
        lookup = Lookup()
        arguments = (lookup, host, port, address, tls, self._getaddrinfo or socket.getaddrinfo)
        try:
            _start_thread(_run, arguments, f"wsclient lookup of {host}")
        except (RuntimeError, MemoryError) as error:
            lookup.outcome = _failure(FailureKind.SYSTEM, _words_for_no_thread(error), error)
        return lookup


def numeric_address(host: str, port: int) -> Address | None:
    """Returns the address of a numeric host; None for a name, and for an address with a zone."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host)
    except OSError:
        return None
    return Address(family, (host, port, 0, 0) if family == socket.AF_INET6 else (host, port))


def _start_thread(target: Callable[..., None], arguments: tuple[object, ...], name: str) -> None:
    try:
        # A daemon: the interpreter's exit never waits for a name server.
        threading.Thread(target=target, args=arguments, name=name, daemon=True).start()
    except RuntimeError as error:
        if "interpreter" not in str(error):
            raise
        # Most subinterpreters have threads, but no daemons.
        threading.Thread(target=target, args=arguments, name=name, daemon=False).start()


def _words_for_no_thread(error: RuntimeError | MemoryError) -> str:
    if "interpreter" in str(error):
        way_out = "connect from the main interpreter, or by ws:// to a numeric address"
        return f"this interpreter forbids threads, and a name lookup needs one: {way_out} ({error})"
    return f"no thread for the name lookup: {reason_of(error)}"


def _is_prepared(tls: TlsOptions) -> bool:
    """Returns whether `_with_tls` would return at once."""
    module = sys.modules.get("wsclient.transport.stream.tls_context")
    contexts = getattr(module, "CONTEXTS", None)  # another thread may be importing it right now
    return contexts is not None and contexts.has(tls)


def _run(
    lookup: Lookup,
    host: str,
    port: int,
    address: Address | None,
    tls: TlsOptions | None,
    getaddrinfo: Callable[..., list[Any]],
) -> None:
    """Runs in the thread. Whatever happens becomes a result."""
    try:
        addresses = (address,) if address is not None else _look_up(host, port, getaddrinfo)
        if isinstance(addresses, Failure):
            lookup.outcome = addresses
        elif tls is None:
            lookup.outcome = Resolved(addresses)
        else:
            lookup.stage = Stage.TLS
            lookup.outcome = _with_tls(addresses, tls)
    except Exception as error:  # noqa: BLE001 - an exception that leaves a thread is printed, and nobody learns of it
        what = "the lookup of" if lookup.stage is Stage.RESOLVE else "what TLS needs for"
        detail = f"{what} {host!r} failed: {reason_of(error)}"
        lookup.outcome = Failure(stage=lookup.stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)


def _look_up(host: str, port: int, getaddrinfo: Callable[..., list[Any]]) -> tuple[Address, ...] | Failure:
    try:
        found = getaddrinfo(host, port, family=socket.AF_UNSPEC, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        is_down = error.errno == socket.EAI_AGAIN
        kind = FailureKind.UNREACHABLE if is_down else FailureKind.NAME_NOT_FOUND
        words = _NETWORK_DOWN if is_down else _NOT_FOUND
        return _failure(kind, words.format(host=host, reason=error.strerror or error), error)
    except UnicodeError as error:  # the IDNA encoder, which sees every name, refuses empty and long labels
        return _failure(FailureKind.NAME_NOT_FOUND, _NOT_FOUND.format(host=host, reason=error), error)
    addresses = tuple(
        Address(family, where) for family, _, _, _, where in found if family in (socket.AF_INET, socket.AF_INET6)
    )
    return addresses or _failure(FailureKind.NAME_NOT_FOUND, f"name {host!r} has no address")


def _with_tls(addresses: tuple[Address, ...], tls: TlsOptions) -> Resolved | Failure:
    # Imported here and nowhere else: `ssl` takes as long as a frame, and who uses ws only never needs it.
    from wsclient.transport.stream.tls_context import CONTEXTS  # noqa: PLC0415 - see above
    from wsclient.transport.stream.tls_stream import TlsStream  # noqa: PLC0415 - see above

    try:
        context = CONTEXTS.get(tls)
    except (OSError, ValueError, TypeError) as error:
        return _untrusted(tls, error)

    def secure(stream: Stream, name: str) -> TlsStream:
        return TlsStream(stream, context, name)

    return Resolved(addresses, secure)


def _untrusted(tls: TlsOptions, error: Exception) -> Failure:
    if tls.trusted_certificate is None:
        detail, kind = f"the root certificates of this machine cannot be read: {reason_of(error)}", FailureKind.SYSTEM
    else:
        file = f": {error.filename}" if isinstance(error, OSError) and error.filename else ""
        detail = f"the trusted certificate cannot be read: {reason_of(error)}{file}"
        kind = FailureKind.INVALID_ARGUMENT
    return Failure(stage=Stage.TLS, kind=kind, detail=detail, cause=error)


def _failure(kind: FailureKind, detail: str, cause: BaseException | None = None) -> Failure:
    return Failure(stage=Stage.RESOLVE, kind=kind, detail=detail, cause=cause)
