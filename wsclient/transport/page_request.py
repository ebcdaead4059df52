"""Decides which options a page can pass to its browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape

if TYPE_CHECKING:
    from wsclient.protocol.url import URL
    from wsclient.transport.base import OpeningRequest, Settings

__all__ = ["address_of", "refusal_of"]

_INSTEAD: Final = "use a subprotocol, the query of the URL, or a first message"


def address_of(url: URL) -> str:
    """Returns the URL for the browser, without user name and password.

    The URL has been checked already.
    """
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{'wss' if url.is_secure else 'ws'}://{host}:{url.port}{url.resource_name}"


def refusal_of(request: OpeningRequest, settings: Settings) -> str:
    """Returns why a page cannot have an option, and an alternative; "" if it can."""
    url = request.url
    if url.socket_path:
        return "a browser has no Unix domain sockets: use ws://"
    if headers := (*request.headers, *settings.handshake_headers):
        names = ", ".join(name for name, _ in headers)
        return f"a browser does not let pages send headers ({escape(names, 80)}): {_INSTEAD}"
    if url.username is not None:
        return f"a browser sends no user name and password of a ws:// URL: {_INSTEAD}"
    if url.is_secure and not settings.verify_ssl:
        return "a browser checks every certificate, so verify_ssl = False cannot be had: make it trust the server's"
    if url.is_secure and settings.trusted_certificate is not None:
        return "a browser trusts its own certificates alone: leave trusted_ssl_certificate out, and add it there"
    if settings.tls_server_name or settings.local_address or settings.address_family != "any":
        return "a browser chooses addresses and names itself: leave tls_server_name, local_address, address_family out"
    if settings.proxy:
        return "a browser has its own settings for proxies: leave proxy out, and set it there"
    return ""
