"""Follows redirects of the opening handshake (RFC 9110 section 15.4).

It finds their targets, and decides what must not be sent there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.fields import REDIRECTS
from wsclient.protocol.url import URL

if TYPE_CHECKING:
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.http11 import ResponseHead

__all__ = [
    "BadRedirect",
    "RedirectChain",
    "check_redirected_address",
    "headers_for",
    "is_same_origin",
    "resolve_location",
    "shown_location",
]

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}

# Headers that are sent to the first origin only: these two, and all whose names have one of these words.
_SECRETS = ("authorization", "cookie")
_SECRET_WORDS = ("token", "key", "auth")


class BadRedirect(Exception):
    """Raised for a redirect that must not be followed.

    The text says why, and is safe to show.

    Args:
        why: what the server does, as the end of a sentence.
        hint: what to try, as a full sentence.
    """

    def __init__(
        self, why: str, hint: str = "The server has to name an address that begins with ws:// or wss://."
    ) -> None:
        super().__init__(why)
        self.hint = hint


class RedirectChain:
    """The addresses of one attempt: the first, and the targets of redirects.

    Args:
        url: the first address of the attempt.
        limit: the maximum number of redirects to follow.
    """

    def __init__(self, url: URL, limit: int) -> None:
        self._urls = [url]
        self._limit = limit

    def follows(self, head: ResponseHead) -> bool:
        """Returns True if this reply is a redirect that `follow` will follow or refuse."""
        return self._limit > 0 and head.status in REDIRECTS and bool(head.get_all("Location"))

    def follow(self, head: ResponseHead, *, address: str = "") -> URL | Failure:
        """Returns the target of a redirect, or the reason not to follow it.

        Args:
            head: the head of the reply; see `follows`.
            address: the numeric address of the server that sent it; "" if unknown, as behind a proxy.
        """
        try:
            target = resolve_location(self._urls[-1], head.get_all("Location")[0])
            self._check(target)
            check_redirected_address(address, target.host)
        except BadRedirect as error:
            chain = " -> ".join(map(str, self._urls))
            return Failure(
                stage=Stage.HANDSHAKE,
                kind=FailureKind.HTTP_STATUS,
                detail=f"the server answered {head.status} {escape(head.reason, 80)}, and {error} ({chain})",
                http_status=head.status,
                http_headers=head.headers,
                hint=error.hint,
            )
        self._urls.append(target)
        return target

    def _check(self, target: URL) -> None:
        if _same_request(target, self._urls):
            raise BadRedirect(f"redirects in a circle, to {target}", "The server's redirects must be corrected.")
        if len(self._urls) > self._limit:
            why = f"redirects more than {self._limit} time{'s' * (self._limit > 1)}, to {target}"
            raise BadRedirect(why, "Connect to the last address, or raise max_redirects.")


def resolve_location(url: URL, location: str) -> URL:
    """Returns the target of a redirect from `url` (RFC 3986 section 5).

    It reads http as ws, and https as wss. It ignores user and password in the target; those of `url` stay within its
    origin.

    Args:
        url: the URL of the request.
        location: the header's value, read as Latin-1.

    Raises:
        BadRedirect: the target is not a WebSocket URL, or leads from wss to ws.
    """
    # urljoin() resolves http. Its module is large and rarely needed, so it is imported here.
    from urllib.parse import urljoin  # noqa: PLC0415

    text = _text_of(location)
    try:
        base = f"http{'s' * url.is_secure}://{url.host_header}{url.resource_name}"
        scheme, separator, rest = (text if _has_scheme(text) else urljoin(base, text)).partition("://")
        if not separator or scheme.lower() not in _SCHEMES:
            raise BadRedirect(f"redirects to '{_without_secrets(text)}', which is no address of a WebSocket")
        target = URL.parse(f"{_SCHEMES[scheme.lower()]}://{rest}")
    except ValueError as error:  # urljoin's, and InvalidArgument
        why = f": {error}" if isinstance(error, InvalidArgument) else ""
        raise BadRedirect(f"redirects to an address that cannot be used{why}") from error
    if url.is_secure and not target.is_secure:
        why = f"redirects from wss:// to {target}, which anybody on the way can read"
        raise BadRedirect(
            why, "The server has to redirect to wss://; behind TLS termination, web servers often do not."
        )
    if url.socket_path and (target.host, target.port, target.is_secure) == (url.host, url.port, url.is_secure):
        target = target.replace(socket_path=url.socket_path)  # a relative target is on the same socket
    if is_same_origin(url, target):
        return target.replace(username=url.username, password=url.password)
    return target.replace(username=None, password=None)


def headers_for(url: URL, target: URL, headers: Headers) -> Headers:
    """Returns the headers of a request for `url` that `target` may have too.

    Secrets are not sent to another origin.
    """
    if is_same_origin(url, target):
        return headers
    return tuple((name, value) for name, value in headers if not _is_secret(name.lower()) and name.lower() != "host")


def is_same_origin(one: URL, other: URL) -> bool:
    """Returns True if two URLs have the same scheme, host and port.

    See RFC 6454 section 5.
    """
    return _origin(one) == _origin(other)


def _origin(url: URL) -> tuple[bool, str, int, str]:
    return url.is_secure, url.host, url.port, url.socket_path


def check_redirected_address(address: str, target: str) -> None:
    """Checks that no public server redirects into this computer's private network.

    Args:
        address: the numeric address of the server that redirects; "" if unknown.
        target: the host that it redirects to, or a numeric address of that host.

    Raises:
        BadRedirect: the server is in the public network, and the target is not.
    """
    if address and not _is_private(address) and _is_private(target):
        why = f"redirects from the public network to {escape(target, 80)}, which is private"
        raise BadRedirect(why, "If that address is right, connect to it directly.")


def shown_location(url: URL, location: str) -> str:
    """Returns the target of a redirect for logs.

    If possible, it fits `connect_to_url` too.
    """
    try:
        return str(resolve_location(url, location)).partition("?")[0]
    except BadRedirect:
        return _without_secrets(location)


def _has_scheme(text: str) -> bool:
    # A relative reference has no colon before its first slash (RFC 3986 section 4.2).
    return ":" in text.partition("/")[0].partition("?")[0].partition("#")[0]


def _text_of(location: str) -> str:
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location


def _same_request(url: URL, others: list[URL]) -> bool:
    return any(is_same_origin(url, other) and url.resource_name == other.resource_name for other in others)


def _is_secret(name: str) -> bool:
    return name in _SECRETS or any(word in name for word in _SECRET_WORDS)


def _is_private(host: str) -> bool:
    from ipaddress import ip_address  # noqa: PLC0415 - a millisecond, for those few who are redirected

    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_global


def _without_secrets(location: str) -> str:
    """Returns the target of a redirect without user information, query and fragment."""
    address = location.partition("#")[0].partition("?")[0]
    scheme, slashes, rest = address.partition("//")
    authority, slash, path = rest.partition("/")
    return escape(scheme + slashes + authority.rpartition("@")[2] + slash + path)
