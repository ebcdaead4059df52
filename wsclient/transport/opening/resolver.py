"""Looks up names in a thread, because the lookup may block for half a minute.

The same thread asks the environment for a proxy. For wss, it also imports `ssl` and builds the context, which together
take longer than a frame.
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
from wsclient.transport.opening.route import Route

if TYPE_CHECKING:
    from collections.abc import Callable
    from ssl import SSLContext

    from wsclient.transport.opening.environment import ProxyEnvironment
    from wsclient.transport.opening.milestones import Secure
    from wsclient.transport.opening.route import Place
    from wsclient.transport.stream.stream import Stream
    from wsclient.transport.stream.tls_stream import TlsStream

__all__ = ["Lookup", "Question", "Resolved", "Resolver", "TlsOptions", "known_at_once", "numeric_address"]

_AF_UNIX: Final[int] = getattr(socket, "AF_UNIX", -1)

_NO_CERTIFICATE: Final = "it has no certificate in PEM or DER form, or a damaged one"
_HINT_OF_CERTIFICATES: Final = (
    "Set trusted_ssl_certificate to the path of a PEM file, PEM text, DER bytes, or an ssl.SSLContext."
)

_NETWORK_DOWN: Final = "no name server answered for {host!r} ({reason})"
_NOT_FOUND: Final = "name {host!r} was not found ({reason})"


class TlsOptions(Value):
    """The certificates to trust; see `Settings`."""

    verify: bool = True
    trusted_certificate: str | bytes | SSLContext | None = None


class Question(Value):
    """The facts to find out before TCP is connected.

    Attributes:
        route: the known part of the route.
        tls: the certificates to trust, if the route uses TLS.
        environment: the environment to ask for a proxy; None if the route is final.
        families: the families of the addresses that may be used.
    """

    route: Route
    tls: TlsOptions = TlsOptions()
    environment: ProxyEnvironment | None = None
    families: tuple[int, ...] = (socket.AF_INET, socket.AF_INET6)


class Resolved(Value):
    """The result of a successful lookup.

    Attributes:
        addresses: the addresses of the first place of the route, in the system's order; at least one.
        secure: puts TLS on a stream, for the name that the certificate must have; None if TLS is not used.
        route: the final route; None if it is that of the question.
    """

    addresses: tuple[Address, ...]
    secure: Secure | None = None
    route: Route | None = None


class Lookup:
    """One lookup in progress. It may be dropped at any time.

    Attributes:
        stage: `RESOLVE` or `PROXY`; `TLS` if the addresses are known and TLS is being prepared.
        place: the place whose name is looked up.
        outcome: the result; None until the lookup has ended. Only the thread writes it, once, so no lock is needed.
    """

    __slots__ = ("__weakref__", "outcome", "place", "stage")

    def __init__(self, outcome: Resolved | Failure | None = None, place: Place | None = None) -> None:
        self.stage: Stage = Stage.RESOLVE if place is None or place.proxy is None else Stage.PROXY
        self.place: Place | None = place
        self.outcome: Resolved | Failure | None = outcome

    def begin(self, stage: Stage, place: Place) -> None:
        """Called by the thread when another part of the work begins."""
        self.stage, self.place = stage, place


class Resolver:
    """Starts lookups.

    It shares nothing with the threads, so that none of them keeps anything alive.
    """

    def __init__(self, getaddrinfo: Callable[..., list[Any]] | None = None) -> None:
        """Does nothing yet.

        Args:
            getaddrinfo: the lookup, only called in the thread; None for `socket.getaddrinfo` at that time,
                which gevent may have replaced.
        """
        self._getaddrinfo = getaddrinfo

    def start(self, question: Question) -> Lookup:
        """Starts a lookup in a thread, and returns immediately.

        See `known_at_once` for questions that need none.
        """
        first = question.route.first
        lookup = Lookup(None, first)
        arguments = (lookup, question, self._getaddrinfo or socket.getaddrinfo)
        try:
            _start_thread(_run, arguments, f"wsclient lookup of {first.host}")
        except (RuntimeError, MemoryError) as error:
            lookup.outcome = _without_thread(error)
        return lookup


def numeric_address(host: str, port: int) -> Address | None:
    """Returns the address of a numeric host; None for a name.

    Returns None for an address with a zone too.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.inet_pton(family, host)
    except OSError:
        return None
    return Address(family, (host, port, 0, 0) if family == socket.AF_INET6 else (host, port))


def known_at_once(question: Question) -> Resolved | Failure | None:
    """Returns the answer if it takes no time.

    Returns None if it needs a name lookup, the environment, or a new TLS context.
    """
    route = question.route
    first = route.first
    if first.socket_path:
        return Resolved((Address(_AF_UNIX, first.socket_path),))
    address = numeric_address(first.host, first.port)
    if address is not None and address.family not in question.families:
        return _without_family(first)
    if address is None or question.environment is not None or (first.proxy is not None and _asks_for_address(route)):
        return None
    if not route.is_secure:
        return Resolved((address,))
    return _with_tls((address,), question.tls) if _is_prepared(question.tls) else None


def _asks_for_address(route: Route) -> bool:
    """Returns True if the server has to be looked up although a proxy connects to it."""
    proxy = route.first.proxy
    return proxy is not None and not proxy.resolves and not route.server.address


def _start_thread(target: Callable[..., None], arguments: tuple[object, ...], name: str) -> None:
    try:
        # A daemon, so that the interpreter never waits for a name server when it exits.
        threading.Thread(target=target, args=arguments, name=name, daemon=True).start()
    except RuntimeError as error:
        if "interpreter" not in str(error):
            raise
        # Most subinterpreters allow threads, but not daemons.
        threading.Thread(target=target, args=arguments, name=name, daemon=False).start()


def _without_thread(error: RuntimeError | MemoryError) -> Failure:
    if "interpreter" in str(error):
        detail = f"this interpreter forbids threads, and a name lookup needs one ({error})"
        hint = "Connect from the main interpreter, or by ws:// to a numeric address."
        return _failure(FailureKind.SYSTEM, detail, error, hint=hint)
    return _failure(FailureKind.SYSTEM, f"no thread for the name lookup: {reason_of(error)}", error)


def _is_prepared(tls: TlsOptions) -> bool:
    """Returns True if `_with_tls` would return immediately."""
    module = sys.modules.get("wsclient.transport.stream.tls_context")
    contexts = getattr(module, "CONTEXTS", None)  # another thread may be importing it now
    return contexts is not None and contexts.has(tls)


def _run(lookup: Lookup, question: Question, getaddrinfo: Callable[..., list[Any]]) -> None:
    """Runs in the thread. Turns any exception into a result."""
    try:
        lookup.outcome = _answer(lookup, question, getaddrinfo)
    except Exception as error:  # noqa: BLE001 - an exception that leaves a thread is only printed
        host = (lookup.place or question.route.first).host
        what = "what TLS needs for" if lookup.stage is Stage.TLS else "the lookup of"
        detail = f"{what} {host!r} failed: {reason_of(error)}"
        lookup.outcome = Failure(stage=lookup.stage, kind=FailureKind.SYSTEM, detail=detail, cause=error)


def _answer(lookup: Lookup, question: Question, getaddrinfo: Callable[..., list[Any]]) -> Resolved | Failure:
    route = question.route
    if question.environment is not None:
        lookup.begin(Stage.PROXY, route.server)
        proxy = question.environment.proxy_for(route.server)
        if isinstance(proxy, Failure):
            return proxy
        route = Route((proxy, route.server)) if proxy is not None else route
    if _asks_for_address(route):
        lookup.begin(Stage.RESOLVE, route.server)
        of_server = _addresses(route.server, question.families, getaddrinfo)
        if isinstance(of_server, Failure):
            return of_server
        route = Route((*route.hops[:-1], route.server.replace(address=of_server[0].host)))
    lookup.begin(Stage.RESOLVE if route.first.proxy is None else Stage.PROXY, route.first)
    addresses = _addresses(route.first, question.families, getaddrinfo)
    if isinstance(addresses, Failure):
        return addresses
    found = None if route is question.route else route
    if not route.is_secure:
        return Resolved(addresses, None, found)
    lookup.begin(Stage.TLS, route.server)
    return _with_tls(addresses, question.tls, found)


def _addresses(
    place: Place, families: tuple[int, ...], getaddrinfo: Callable[..., list[Any]]
) -> tuple[Address, ...] | Failure:
    address = numeric_address(place.host, place.port)
    found = (address,) if address is not None else _look_up(place.host, place.port, getaddrinfo)
    if isinstance(found, Failure):
        return found
    return tuple(each for each in found if each.family in families) or _without_family(place)


def _without_family(place: Place) -> Failure:
    detail = f"{place} has no address of the family that is asked for"
    return Failure(
        stage=Stage.RESOLVE,
        kind=FailureKind.NAME_NOT_FOUND,
        detail=detail,
        hint="Change address_family or local_address.",
    )


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


def _with_tls(addresses: tuple[Address, ...], tls: TlsOptions, route: Route | None = None) -> Resolved | Failure:
    # Imported only here: `ssl` takes as long as a frame, and programs that use only ws never need it.
    from wsclient.transport.opening import securing  # noqa: F401, PLC0415 - for the frame in which TLS begins
    from wsclient.transport.stream.tls_context import CONTEXTS  # noqa: PLC0415 - see above
    from wsclient.transport.stream.tls_stream import TlsStream  # noqa: PLC0415 - see above

    try:
        context = CONTEXTS.get(tls)
    except (OSError, ValueError, TypeError) as error:
        return _untrusted(tls, error)

    def secure(stream: Stream, name: str) -> TlsStream:
        return TlsStream(stream, context, name)

    return Resolved(addresses, secure, route)


def _untrusted(tls: TlsOptions, error: Exception) -> Failure:
    if tls.trusted_certificate is None:
        detail, kind = f"the root certificates of this machine cannot be read: {reason_of(error)}", FailureKind.SYSTEM
        return Failure(stage=Stage.TLS, kind=kind, detail=detail, cause=error)
    why = _NO_CERTIFICATE
    if isinstance(error, OSError) and error.filename:
        why = f"{reason_of(error)}: {error.filename}"
    detail, kind = f"the trusted certificate cannot be read: {why}", FailureKind.INVALID_ARGUMENT
    return Failure(stage=Stage.TLS, kind=kind, detail=detail, cause=error, hint=_HINT_OF_CERTIFICATES)


def _failure(kind: FailureKind, detail: str, cause: BaseException | None = None, *, hint: str = "") -> Failure:
    return Failure(stage=Stage.RESOLVE, kind=kind, detail=detail, cause=cause, hint=hint)
