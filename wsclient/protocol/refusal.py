"""Explains why a server's reply did not open a WebSocket, and what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.fields import REDIRECTS
from wsclient.protocol.http11 import split_list
from wsclient.protocol.http_body import MAX_BODY_SIZE

if TYPE_CHECKING:
    from wsclient.protocol.http11 import NotHTTP, ResponseHead
    from wsclient.protocol.url import URL

__all__ = ["explain_not_http", "explain_status", "own_words"]

TLS_DETAIL = "the server speaks TLS here"

# The first bytes of other protocols on well-known ports.
OTHER_PROTOCOLS = {
    b"SSH-": "an SSH server",
    b"220": "a mail or FTP server",
    b"PRI ": "HTTP/2",
    b"RFB ": "a VNC server",
    b"GET ": "our own request: something there echoes what it gets",
}

# nginx, Apache and Go answer plain HTTP on a TLS port with a 400 and one of these texts, here in lower case.
PLAIN_HTTP_COMPLAINTS = (b"to https port", b"ssl-enabled server port", b"to an https server")

NO_UPGRADE = "it saw no upgrade to WebSocket; a proxy on the way may have taken it off"

HINTS = {
    400: "it did not understand the request; check the port, the path and the headers",
    401: "it wants credentials; put user:password@ into the URL, or send an Authorization header",
    403: "it does not let this client in; it may want a token, an Origin header or another address",
    404: "there is nothing at this path; check the URL",
    405: "there is no WebSocket at this path",
    407: "a proxy on the way wants credentials",
    408: "it waited too long for the request",
    410: "there is nothing at this path any more",
    426: NO_UPGRADE,
    429: "too many attempts; wait before the next one",
    500: "it failed; its own log knows more",
    502: "the server behind the proxy does not answer; try again later",
    503: "it is overloaded or down for maintenance; try again later",
    504: "the server behind the proxy does not answer; try again later",
    505: NO_UPGRADE,  # sent by a server behind a proxy that uses HTTP/1.0
    511: "the network wants a login first; a captive portal? Open any web page in a browser",
}
OTHER_HINTS = {
    2: "that is not a WebSocket; check the port and the path",
    3: "it wants the request elsewhere and does not say where",
    4: "it refused the request",
    5: "it failed; try again later",
}

# Replies of a server that did not receive the upgrade. Seen with nginx and Apache as reverse proxies.
WITHOUT_UPGRADE = (400, 426, 505)
HINT_OF_PROXIES = (
    "If a reverse proxy stands in between, let it pass Upgrade (nginx: proxy_http_version 1.1 and two "
    "proxy_set_header lines; Apache: upgrade=websocket on the first ProxyPass to that backend)."
)

HINT_OF_REDIRECTS = "To follow redirects, set max_redirects."

# When a server explains itself in JSON, the first of these keys counts (RFC 9457 has the last).
WORDS_IN_JSON = ("message", "error", "detail")
MAX_WORDS = 200  # characters


def explain_not_http(start: NotHTTP, *, is_secure: bool) -> Failure:
    """Explains a reply that is not HTTP, if its first bytes identify it.

    Args:
        start: the parsed first bytes.
        is_secure: True if the request was sent over TLS.
    """
    if start.is_tls and not is_secure:  # servers send an alert when they receive plain text
        return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.PLAIN_ON_TLS_PORT, detail=TLS_DETAIL)
    known = next((name for mark, name in OTHER_PROTOCOLS.items() if start.start.startswith(mark)), None)
    detail = f"this is not a WebSocket server: its reply is not HTTP, {start}"
    return Failure(
        stage=Stage.HANDSHAKE,
        kind=FailureKind.NOT_WEBSOCKET,
        detail=f"{detail} ({known})" if known else detail,
    )


def explain_status(head: ResponseHead, body: bytes, *, url: URL, fault: str = "") -> Failure:
    """Explains why a server may have answered with a status other than 101.

    It says what to try, too.

    Args:
        head: the reply's head, as far as it could be read.
        body: the beginning of the reply's body.
        url: the URL of the request.
        fault: the violation of HTTP after the status line; "" if there is none.
    """
    answer = f"the server answered {head.status} {escape(head.reason, 80)}".rstrip()
    if words := own_words(head, body):
        answer += f", saying '{words}'"
    kind, detail = FailureKind.HTTP_STATUS, f"{answer}: {_hint(head, body, url)}"
    if head.status == 400 and not url.is_secure and any(words in body.lower() for words in PLAIN_HTTP_COMPLAINTS):
        kind, detail = FailureKind.PLAIN_ON_TLS_PORT, f"{answer}: {TLS_DETAIL}"
    elif fault:
        detail += f". What follows breaks HTTP: {fault}"
    is_without_upgrade = kind is FailureKind.HTTP_STATUS and head.status in WITHOUT_UPGRADE
    return Failure(
        stage=Stage.HANDSHAKE,
        kind=kind,
        detail=detail,
        http_status=head.status,
        http_headers=head.headers,
        http_body=body,
        hint=HINT_OF_PROXIES if is_without_upgrade else HINT_OF_REDIRECTS if _may_be_followed(head) else "",
    )


def _may_be_followed(head: ResponseHead) -> bool:
    return head.status in REDIRECTS and bool(head.get_all("Location"))


def own_words(head: ResponseHead, body: bytes) -> str:
    """Returns the server's own explanation, safe to show; "" if there is none.

    This is the first line of a short plain text, or the message, error or detail of a short JSON object.
    """
    if len(body) >= MAX_BODY_SIZE or _is_encoded(head):
        return ""
    media_type = (head.get_all("Content-Type") or [""])[0].partition(";")[0].strip().lower()
    if media_type == "text/plain":
        text = body.decode("utf-8", "backslashreplace")
    elif media_type == "application/json" or media_type.endswith("+json"):
        text = _words_in_json(body)
    else:
        return ""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    is_new = line.lower() not in (head.reason.lower(), f"{head.status} {head.reason}".lower())
    return escape(line, MAX_WORDS) if is_new else ""


def _is_encoded(head: ResponseHead) -> bool:
    values = [*head.get_all("Content-Encoding"), *head.get_all("Transfer-Encoding")]
    return any(each.lower() not in ("identity", "chunked") for value in values for each in split_list(value))


def _words_in_json(body: bytes) -> str:
    import json  # noqa: PLC0415 - a millisecond, and few servers refuse in JSON

    try:
        found: object = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for _ in range(2):  # some servers nest it once: {"error": {"message": "..."}}
        if not isinstance(found, dict):
            break
        found = next((found[key] for key in WORDS_IN_JSON if isinstance(found.get(key), str | dict)), "")
    return found if isinstance(found, str) else ""


def _hint(head: ResponseHead, body: bytes, url: URL) -> str:
    locations = head.get_all("Location")
    if 300 <= head.status < 400 and locations:
        from wsclient.protocol.redirect import shown_location  # noqa: PLC0415 - for the few who are redirected

        target = shown_location(url, locations[0])
        return f"it redirects to '{target}', and redirects are not followed: connect there"
    if head.status == 200 and _is_html(head, body):
        return "that is a web page, not a WebSocket; is it a wrong port or path, or a captive portal?"
    versions = head.get_all("Sec-WebSocket-Version")
    if head.status == 426 and versions and "13" not in versions:  # RFC 6455 section 4.4
        return f"it speaks another version of the protocol: {escape(', '.join(versions), 40)}"
    return HINTS.get(head.status) or OTHER_HINTS.get(head.status // 100, "that is not a WebSocket")


def _is_html(head: ResponseHead, body: bytes) -> bool:
    is_declared = any(value.lower().startswith("text/html") for value in head.get_all("Content-Type"))
    return is_declared or body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html"))
