"""The server's side of the opening handshake: bytes in, a request out.

See RFC 6455 section 4.2. The result may also be a refusal.
"""

from __future__ import annotations

from binascii import a2b_base64
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol.arguments import check_subprotocols
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Stage
from wsclient.protocol.fields import MAX_LINE_SIZE
from wsclient.protocol.handshake import KEY_SIZE, VERSION, accept_key, elements, has_element, join_head, shown
from wsclient.protocol.http11 import BadHead, HeadTooLarge, NotHTTP, RequestHead, RequestParser
from wsclient.protocol.url import percent_decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.protocol.fields import Headers

__all__ = ["Request", "ServerHandshake", "choose_subprotocol", "rejection"]

# The statuses of refusals: RFC 9110 sections 15.5 and 15.6, RFC 6585 section 5.
BAD_REQUEST = 400
METHOD_NOT_ALLOWED = 405
UPGRADE_REQUIRED = 426
HEADER_FIELDS_TOO_LARGE = 431
HTTP_VERSION_NOT_SUPPORTED = 505

# The reasons for statuses that a game's server may send. Other statuses have none, which is allowed. `http.HTTPStatus`
# has all of them, but its module takes milliseconds to import.
_REASONS = {
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    409: "Conflict",
    410: "Gone",
    426: "Upgrade Required",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
}

NO_WEBSOCKET = "This is a WebSocket server."
"""The text that a browser shows if it opens the server's port as a page."""

# Headers that refusals require (RFC 9110 sections 15.5.6 and 15.5.22, RFC 6455 section 4.4).
_HEADERS_OF_STATUS: dict[int, Headers] = {
    METHOD_NOT_ALLOWED: (("Allow", "GET"),),
    UPGRADE_REQUIRED: (("Upgrade", "websocket"), ("Sec-WebSocket-Version", VERSION)),
}


_LISTS = ("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")


class Request(Value):
    """The request of a client.

    Attributes:
        head: the request line and all headers.
        subprotocols: the requested subprotocols, in the client's order of preference.
        extensions: the offered extensions, unchecked; "" if there are none.
    """

    head: RequestHead
    subprotocols: tuple[str, ...]
    extensions: str

    @property
    def resource_name(self) -> str:
        """Returns path and query as they were sent.

        The first line of the request may have the whole URL; the rest of it is left out.
        """
        target = self.head.target
        scheme, separator, rest = target.partition("://")
        if target.startswith("/") or not separator or not scheme.isalpha():
            return target
        _, slash, path = rest.partition("/")
        return slash + path or "/"

    @property
    def path(self) -> str:
        """Returns the path without the query, percent-decoded and read as UTF-8."""
        return percent_decoded(self.resource_name.partition("?")[0]).decode(errors="replace")

    @property
    def query(self) -> str:
        """Returns the part after the "?", as it was sent; "" if there is none."""
        return self.resource_name.partition("?")[2]

    @property
    def headers(self) -> Headers:
        """Returns the names and values of the headers, in order."""
        return self.head.headers

    @property
    def origin(self) -> str:
        """Returns the Origin that a browser names; "" if there is none."""
        return self.get_header("Origin")

    def get_header(self, name: str, default: str = "") -> str:
        """Returns the value of a header, whose name may be in any case.

        Returns the first value if there are several.
        """
        return (self.head.get_all(name) or [default])[0]


class ServerHandshake:
    """One attempt to open a connection.

    Pass received data to `receive_data` until it returns something. Then send the result of `accept`. For a failure
    that has an `http_status`, send the result of `refuse` instead, and close the connection.

    Attributes:
        trailing_data: the data received after the request.
    """

    def __init__(self) -> None:
        self._parser = RequestParser()
        self._request: Request | None = None
        self.trailing_data: bytes = b""

    def receive_data(self, data: bytes) -> Request | Failure | None:
        """Takes received data, and returns the request if it is complete.

        Returns:
            The request, None if more data is needed, or a failure. Do not answer a failure without an `http_status`.
        """
        try:
            found = self._parser.receive_data(data)
        except NotHTTP as error:
            return _explain_stranger(error)
        except HeadTooLarge as error:
            return _failure(HEADER_FIELDS_TOO_LARGE, f"the request is too large: {error}")
        except BadHead as error:
            return _failure(BAD_REQUEST, f"the request breaks HTTP: {error}")
        if found is None:
            return None
        head, self.trailing_data = found
        if fault := _fault_of(head):
            return _failure(*fault)
        asked, offered = map(head.get_all, _LISTS)
        for name, values in zip(_LISTS, (asked, offered), strict=True):
            if sum(map(len, values)) > MAX_LINE_SIZE:  # no real list is that long, and reading it takes milliseconds
                detail = f"the request is too large: its {name} has more than {MAX_LINE_SIZE} bytes"
                return _failure(HEADER_FIELDS_TOO_LARGE, detail)
        try:
            subprotocols = check_subprotocols(elements(asked))
        except InvalidArgument as error:
            return _failure(BAD_REQUEST, str(error))
        self._request = Request(head, subprotocols, ", ".join(offered))
        return self._request

    def accept(self, subprotocol: str = "", extensions: str | None = None, headers: Headers = ()) -> bytes:
        """Returns the reply that opens the connection (RFC 6455 section 4.2.2).

        Args:
            subprotocol: one of the request's, or "" for none; see `choose_subprotocol`.
            extensions: the value of Sec-WebSocket-Extensions, or None.
            headers: more headers, as `check_headers` returns them.

        Raises:
            InvalidArgument: the client did not ask for that subprotocol.
            RuntimeError: `receive_data` has returned no request.
        """
        if self._request is None:
            raise RuntimeError("there is no request to accept")
        if subprotocol and subprotocol not in self._request.subprotocols:
            raise InvalidArgument(f"the client did not ask for the subprotocol {subprotocol}")
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(self._request.get_header('Sec-WebSocket-Key'))}",
        ]
        if subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        if extensions:
            lines.append(f"Sec-WebSocket-Extensions: {extensions}")
        return join_head(lines, headers)

    def refuse(self, failure: Failure) -> bytes:
        """Returns the reply to a request that `receive_data` found wrong.

        Returns b"" if the request must not be answered.
        """
        if failure.http_status is None:
            return b""
        text = failure.detail[:1].upper() + failure.detail[1:]
        return rejection(failure.http_status, body=f"{text}\n".encode())


def choose_subprotocol(request: Request, known: Sequence[str]) -> str | Failure:
    """Returns the first subprotocol of the client's list that the server supports.

    Returns:
        "" if the server supports none; a failure if it supports some, but none that the client asks for.
    """
    if not known:
        return ""
    chosen = next((name for name in request.subprotocols if name in known), None)
    if chosen is not None:
        return chosen
    return _failure(BAD_REQUEST, f"the request must ask for one of the subprotocols {', '.join(known)}")


def rejection(status: int, headers: Headers = (), body: bytes = b"") -> bytes:
    """Returns a reply that refuses the request. Close the connection after it.

    Args:
        status: 200-599.
        headers: more headers, as `check_headers` returns them. A Content-Type among them replaces that of plain text.
        body: the explanation; if empty, a line with the status and its name is sent.
    """
    reason = _REASONS.get(status, "")
    lines = [f"HTTP/1.1 {status} {reason}", "Connection: close"]
    if status in (204, 304):  # RFC 9110 section 6.4.1
        body = b""
    else:
        body = body or f"{status} {reason}".rstrip().encode() + b"\n"
        lines.append(f"Content-Length: {len(body)}")
        if not any(name.lower() == "content-type" for name, _ in headers):
            lines.append("Content-Type: text/plain; charset=utf-8")
    return join_head(lines, (*_HEADERS_OF_STATUS.get(status, ()), *headers)) + body


def _explain_stranger(error: NotHTTP) -> Failure:
    if error.is_tls:
        detail = "the client speaks TLS, and this port does not"
        return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.TLS_ON_PLAIN_PORT, detail=detail)
    return _failure(BAD_REQUEST, f"the request is not HTTP: {error}")


def _fault_of(head: RequestHead) -> tuple[int, str] | None:
    """Checks a request by RFC 6455 section 4.2.1.

    Returns the status and the words that answer the first fault.
    """
    if head.method != "GET":
        return METHOD_NOT_ALLOWED, f"the request's method is {escape(head.method, 40)}, not GET"
    if head.version == "1.0":
        return HTTP_VERSION_NOT_SUPPORTED, "the request is HTTP/1.0, which has no upgrade"
    if len(head.get_all("Host")) != 1:  # RFC 9112 section 3.2
        return BAD_REQUEST, "the request must have one Host"
    if _announces_body(head):
        return BAD_REQUEST, "the request must not have a body"
    if not has_element(head.get_all("Upgrade"), "websocket"):
        return UPGRADE_REQUIRED, NO_WEBSOCKET
    connections = head.get_all("Connection")
    if not has_element(connections, "upgrade"):
        connection = shown(connections)
        return UPGRADE_REQUIRED, f"the request must have 'Connection: Upgrade', not {connection}"
    versions, keys = head.get_all("Sec-WebSocket-Version"), head.get_all("Sec-WebSocket-Key")
    if versions != [VERSION]:
        return UPGRADE_REQUIRED, f"the request must have Sec-WebSocket-Version 13, not {shown(versions)}"
    if len(keys) != 1 or not _is_key(keys[0]):
        return BAD_REQUEST, f"the request must have one Sec-WebSocket-Key of 16 bytes, not {shown(keys)}"
    return None


def _announces_body(head: RequestHead) -> bool:
    lengths = head.get_all("Content-Length")
    return bool(head.get_all("Transfer-Encoding")) or any(length.strip("0") or not length for length in lengths)


def _failure(status: int, detail: str) -> Failure:
    return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.NOT_WEBSOCKET, detail=detail, http_status=status)


def _is_key(text: str) -> bool:
    try:
        return len(a2b_base64(text, strict_mode=True)) == KEY_SIZE
    except ValueError:  # binascii.Error is one, and so is a letter that is not ASCII
        return False
