"""What a server that does not open a WebSocket means, in words that say what to try next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.events import Failure, FailureKind, Stage

if TYPE_CHECKING:
    from wsclient.protocol.http11 import NotHTTP, ResponseHead

__all__ = ["explain_not_http", "explain_status"]

TLS_DETAIL = "the server speaks TLS here"

# RFC 8446 section 5.1: an alert or a handshake record, version 3.x. Servers send the alert when they get plain text.
TLS_RECORDS = (b"\x15\x03", b"\x16\x03")

# How the other strangers that live on well-known ports begin.
OTHER_PROTOCOLS = {
    b"SSH-": "an SSH server",
    b"220": "a mail or FTP server",
    b"PRI ": "HTTP/2",
    b"RFB ": "a VNC server",
    b"GET ": "our own request: something there echoes what it gets",
}

# nginx, Apache and Go answer plain HTTP on a TLS port with a 400 and one of these; in lower case.
PLAIN_HTTP_COMPLAINTS = (b"to https port", b"ssl-enabled server port", b"to an https server")

HINTS = {
    400: "it did not understand the request; check the port, the path and the headers",
    401: "it wants credentials; put user:password@ into the URL, or send an Authorization header",
    403: "it does not let this client in; it may want a token, an Origin header or another address",
    404: "there is nothing at this path; check the URL",
    405: "there is no WebSocket at this path",
    407: "a proxy on the way wants credentials",
    408: "it waited too long for the request",
    410: "there is nothing at this path any more",
    426: "it saw no upgrade to WebSocket; a proxy on the way may have taken it off",
    429: "too many attempts; wait before the next one",
    500: "it failed; its own log knows more",
    502: "the server behind the proxy does not answer; try again later",
    503: "it is overloaded or down for maintenance; try again later",
    504: "the server behind the proxy does not answer; try again later",
    511: "the network wants a login first; a captive portal? Open any web page in a browser",
}
OTHER_HINTS = {
    2: "that is no WebSocket; check the port and the path",
    3: "it wants the request elsewhere and does not say where",
    4: "it refused the request",
    5: "it failed; try again later",
}


def explain_not_http(start: NotHTTP, *, is_secure: bool) -> Failure:
    """Says what answered, as far as its first bytes tell.

    Args:
        start: what its bytes were found to be.
        is_secure: whether we spoke TLS to it.
    """
    if start.start.startswith(TLS_RECORDS) and not is_secure:
        return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.PLAIN_ON_TLS_PORT, detail=TLS_DETAIL)
    known = next((name for mark, name in OTHER_PROTOCOLS.items() if start.start.startswith(mark)), None)
    detail = f"this is not a WebSocket server: its reply is not HTTP, {start}"
    return Failure(
        stage=Stage.HANDSHAKE,
        kind=FailureKind.NOT_WEBSOCKET,
        detail=f"{detail} ({known})" if known else detail,
    )


def explain_status(head: ResponseHead, body: bytes, *, is_secure: bool) -> Failure:
    """Says why the server may have answered with another status than 101, and what to try.

    Args:
        head: the reply's head.
        body: the beginning of the reply's body.
        is_secure: whether we spoke TLS to it.
    """
    answer = f"the server answered {head.status} {escape(head.reason, 80)}".rstrip()
    kind, detail = FailureKind.HTTP_STATUS, f"{answer}: {_hint(head, body)}"
    if head.status == 400 and not is_secure and any(words in body.lower() for words in PLAIN_HTTP_COMPLAINTS):
        kind, detail = FailureKind.PLAIN_ON_TLS_PORT, f"{answer}: {TLS_DETAIL}"
    return Failure(
        stage=Stage.HANDSHAKE,
        kind=kind,
        detail=detail,
        http_status=head.status,
        http_headers=head.headers,
        http_body=body,
    )


def _hint(head: ResponseHead, body: bytes) -> str:
    locations = head.get_all("Location")
    if 300 <= head.status < 400 and locations:
        return f"it redirects to '{_without_secrets(locations[0])}', and redirects are not followed: connect there"
    if head.status == 200 and _is_html(head, body):
        return "that is a web page and no WebSocket; is it a wrong port or path, or a captive portal?"
    versions = head.get_all("Sec-WebSocket-Version")
    if head.status == 426 and versions and "13" not in versions:  # RFC 6455 section 4.4
        return f"it speaks another version of the protocol: {escape(', '.join(versions), 40)}"
    return HINTS.get(head.status) or OTHER_HINTS.get(head.status // 100, "that is no WebSocket")


def _is_html(head: ResponseHead, body: bytes) -> bool:
    is_declared = any(value.lower().startswith("text/html") for value in head.get_all("Content-Type"))
    return is_declared or body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))


def _without_secrets(location: str) -> str:
    """The target of a redirect fit for logs: without user information, query and fragment."""
    address = location.partition("#")[0].partition("?")[0]
    scheme, slashes, rest = address.partition("//")
    authority, slash, path = rest.partition("/")
    return escape(scheme + slashes + authority.rpartition("@")[2] + slash + path)
