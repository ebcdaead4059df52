"""The opening handshake, both roles (RFC 6455 section 4): bytes in, a verdict out."""

from __future__ import annotations

import hashlib
import os
from binascii import a2b_base64, b2a_base64
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol import deflate
from wsclient.protocol.arguments import check_headers, check_subprotocols
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.http11 import (
    MAX_LINE_SIZE,
    BadHead,
    Head,
    Headers,
    NotHTTP,
    RequestHead,
    RequestParser,
    ResponseHead,
    ResponseParser,
    split_list,
)
from wsclient.protocol.http_body import BodyPrefix
from wsclient.protocol.refusal import explain_not_http, explain_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.url import URL

# The checks of arguments are offered here too: whoever makes a handshake needs them first.
__all__ = ["ClientHandshake", "Request", "ServerHandshake", "accept_key", "check_headers", "check_subprotocols"]

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 section 1.3
VERSION = "13"  # RFC 6455 section 4.1
KEY_SIZE = 16  # bytes, RFC 6455 section 4.1

# RFC 9110 section 15.5 and 15.6: how a server refuses.
BAD_REQUEST = 400
METHOD_NOT_ALLOWED = 405
UPGRADE_REQUIRED = 426
HTTP_VERSION_NOT_SUPPORTED = 505


class ClientHandshake:
    """One attempt to open a connection, from the client's side (RFC 6455 section 4.1).

    Send `request`, then give what arrives to `receive_data` until it answers; do not call it again after that.

    Args:
        url: what to open.
        subprotocols: as `check_subprotocols` gives them.
        headers: as `check_headers` gives them. An Authorization among them wins over the URL's user information.
        random_bytes: a source of that many unguessable bytes. What it raises leaves the constructor.
        offers_deflate: whether to offer permessage-deflate (RFC 7692).

    Attributes:
        request: the bytes to send.
        response: the head of the server's final reply; None before it.
        deflate: what the server made of that offer; None: nothing is compressed.
        trailing_data: what arrived behind the reply: the first frames.
    """

    def __init__(
        self,
        url: URL,
        subprotocols: tuple[str, ...] = (),
        headers: Headers = (),
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        offers_deflate: bool = False,
    ) -> None:
        self._url = url
        self._subprotocols = subprotocols
        self._key = _base64(random_bytes(KEY_SIZE))
        self._offers_deflate = offers_deflate
        self._parser = ResponseParser()
        self._has_begun = False
        self._was_told_to_wait = False
        self._body: BodyPrefix | None = None
        self.request: bytes = self._make_request(headers)
        self.response: ResponseHead | None = None
        self.deflate: deflate.Agreement | None = None
        self.trailing_data: bytes = b""

    def receive_data(self, data: bytes) -> Opened | Failure | None:
        """Takes what arrived.

        Returns:
            The verdict, or None while more is needed. Where the server refuses, that is until the first 4 KiB of
            its page are complete; should time run out before, `pending_failure` has the verdict.
        """
        self._has_begun = self._has_begun or bool(data)
        if self._body is not None:
            return self._receive_body(self._body, data)
        try:
            found = self._parser.receive_data(data)
        except NotHTTP as error:
            return explain_not_http(error, is_secure=self._url.is_secure)
        except BadHead as error:
            return self._fail(FailureKind.BAD_RESPONSE, f"the server's reply breaks HTTP: {error}")
        return self._receive_head(*found) if found else None

    def receive_eof(self) -> Failure:
        """Takes note that the server will send nothing more, before `receive_data` answered."""
        if failure := self.pending_failure:
            return failure
        if self._has_begun:
            return self._fail(FailureKind.LOST, "the server closed the connection in the middle of its reply")
        # OpenSSL knows a plain request when it sees one, and hangs up without a word.
        want_tls = "" if self._url.is_secure else "want wss:// instead of ws://, "
        return self._fail(
            FailureKind.LOST,
            f"the server closed the connection without an answer: it may {want_tls}not speak WebSocket on this port, "
            "or not like the path, the subprotocols or the headers",
        )

    @property
    def pending_failure(self) -> Failure | None:
        """What is known of a refusal whose page is still arriving; None where there is none."""
        if self._body is None or self.response is None:
            return None
        return explain_status(self.response, self._body.content, is_secure=self._url.is_secure)

    def _make_request(self, headers: Headers) -> bytes:
        # Order and spelling are Godot's.
        lines = [
            f"GET {self._url.resource_name} HTTP/1.1",
            f"Host: {self._url.host_header}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {self._key}",
            f"Sec-WebSocket-Version: {VERSION}",
        ]
        if self._subprotocols:
            lines.append(f"Sec-WebSocket-Protocol: {','.join(self._subprotocols)}")
        if self._offers_deflate:
            lines.append(f"Sec-WebSocket-Extensions: {deflate.OFFER}")
        if self._url.authorization and not any(name.lower() == "authorization" for name, _ in headers):
            lines.append(f"Authorization: {self._url.authorization}")
        return _join_head(lines, headers)

    def _receive_head(self, head: ResponseHead, behind: bytes) -> Opened | Failure | None:
        if head.status < 200 and head.status != 101:
            # RFC 9110 section 15.2: interim replies come before the final one. One is plenty here.
            if self._was_told_to_wait:
                return self._fail(FailureKind.BAD_RESPONSE, f"the server sent {head.status} again and again")
            self._was_told_to_wait = True
            self._parser = ResponseParser()
            return self.receive_data(behind)
        self.response = head
        if head.status != 101:
            self._body = BodyPrefix(head)
            return self._receive_body(self._body, behind)
        self.trailing_data = behind
        return self._judge(head)

    def _receive_body(self, body: BodyPrefix, data: bytes) -> Failure | None:
        body.receive_data(data)
        return self.pending_failure if body.is_complete else None

    def _judge(self, head: ResponseHead) -> Opened | Failure:
        """The checks of RFC 6455 section 4.1, behind the list of what the client must validate."""
        if fault := self._fault_of_upgrade(head) or self._fault_of_extensions(head):
            return self._fail(FailureKind.BAD_RESPONSE, fault)
        chosen = head.get_all("Sec-WebSocket-Protocol")
        if fault := self._fault_of_subprotocol(chosen):
            return self._fail(FailureKind.SUBPROTOCOL, fault)
        return Opened(chosen[0] if chosen else "")

    def _fault_of_upgrade(self, head: ResponseHead) -> str | None:
        upgrades = head.get_all("Upgrade")
        accepts = head.get_all("Sec-WebSocket-Accept")
        if head.version == "1.0":
            return "the server agreed in HTTP/1.0, which has no upgrade"
        if [value.lower() for value in upgrades] != ["websocket"]:  # item 2
            return f"the server's reply must have one header 'Upgrade: websocket', not {_shown(upgrades)}"
        if not _has_element(head, "Connection", "upgrade"):  # item 3
            return f"the server's reply must have 'Connection: Upgrade', not {_shown(head.get_all('Connection'))}"
        if accepts != [accept_key(self._key)]:  # item 4
            return (
                "the server's reply must have one Sec-WebSocket-Accept, made from the key of this request, "
                f"not {_shown(accepts)}: something else may have answered in its place"
            )
        return None

    def _fault_of_extensions(self, head: ResponseHead) -> str | None:
        extensions = head.get_all("Sec-WebSocket-Extensions")
        if extensions and not self._offers_deflate:  # item 5
            return f"the server uses an extension that was not offered: {_shown(extensions)}"
        if sum(map(len, extensions)) > MAX_LINE_SIZE:
            return f"the server's list of extensions is longer than {MAX_LINE_SIZE} bytes"
        try:
            self.deflate = deflate.read_answer(_elements(head, "Sec-WebSocket-Extensions"))
        except deflate.BadAnswer as error:
            return str(error)
        return None

    def _fault_of_subprotocol(self, chosen: list[str]) -> str | None:
        asked = escape(", ".join(self._subprotocols))
        if not self._subprotocols:  # item 6
            return f"the server chose a subprotocol, {_shown(chosen)}, and none was asked for" if chosen else None
        if not chosen:  # stricter than RFC 6455, as Godot and browsers are
            return f"the server chose none of the subprotocols that were asked for ({asked})"
        if len(chosen) > 1 or chosen[0] not in self._subprotocols:
            return f"the server chose the subprotocol {_shown(chosen)}, which was not asked for ({asked})"
        return None

    def _fail(self, kind: FailureKind, detail: str) -> Failure:
        head = self.response
        return Failure(
            stage=Stage.HANDSHAKE,
            kind=kind,
            detail=detail,
            http_status=head.status if head else None,
            http_headers=head.headers if head else (),
        )


class Request(Value):
    """What a client asks a server for.

    Attributes:
        head: the request line and all headers.
        subprotocols: in the client's order of preference; empty where it asks for none.
        extensions: what it offers, not judged; "" for nothing.
    """

    head: RequestHead
    subprotocols: tuple[str, ...]
    extensions: str


class ServerHandshake:
    """One attempt to open a connection, from the server's side (RFC 6455 section 4.2).

    Give what arrives to `receive_data` until it answers, then send what `accept` or `reject` makes.

    Attributes:
        trailing_data: what arrived behind the request.
    """

    def __init__(self) -> None:
        self._parser = RequestParser()
        self._request: Request | None = None
        self.trailing_data: bytes = b""

    def receive_data(self, data: bytes) -> Request | Failure | None:
        """Takes what arrived.

        Returns:
            The request, None while more is needed, or a failure whose `http_status` is fit for `reject`.
        """
        try:
            found = self._parser.receive_data(data)
        except BadHead as error:
            return _bad_request(BAD_REQUEST, f"the request breaks HTTP: {error}")
        if found is None:
            return None
        head, self.trailing_data = found
        if fault := _fault_of_request(head):
            return _bad_request(*fault)
        try:
            subprotocols = check_subprotocols(_elements(head, "Sec-WebSocket-Protocol"))
        except InvalidArgument as error:
            return _bad_request(BAD_REQUEST, str(error))
        self._request = Request(head, subprotocols, ", ".join(head.get_all("Sec-WebSocket-Extensions")))
        return self._request

    def accept(self, subprotocol: str = "", extensions: str | None = None, headers: Headers = ()) -> bytes:
        """Makes the reply that opens the connection (RFC 6455 section 4.2.2).

        Args:
            subprotocol: one of the request's, or "" for none.
            extensions: the value of Sec-WebSocket-Extensions, or None.
            headers: more of them, as `check_headers` gives them.

        Raises:
            InvalidArgument: the client did not ask for that subprotocol.
            RuntimeError: `receive_data` has given no request.
        """
        if self._request is None:
            raise RuntimeError("there is no request to accept")
        if subprotocol and subprotocol not in self._request.subprotocols:
            raise InvalidArgument(f"the client did not ask for the subprotocol {subprotocol}")
        key = self._request.head.get_all("Sec-WebSocket-Key")[0]
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept_key(key)}",
        ]
        if subprotocol:
            lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
        if extensions:
            lines.append(f"Sec-WebSocket-Extensions: {extensions}")
        return _join_head(lines, headers)

    def reject(self, status: int, headers: Headers = (), body: bytes = b"") -> bytes:
        """Makes a reply that refuses; the connection is to be closed behind it.

        Args:
            status: 200-599, as a rule a failure's `http_status`.
            headers: more of them, as `check_headers` gives them.
            body: a page that says why.
        """
        from http import HTTPStatus  # noqa: PLC0415 - a client never needs it, and its import would cost each one

        reasons = {known.value: known.phrase for known in HTTPStatus}
        lines = [f"HTTP/1.1 {status} {reasons.get(status, '')}", "Connection: close", f"Content-Length: {len(body)}"]
        if status == UPGRADE_REQUIRED:  # RFC 6455 section 4.4, RFC 9110 section 15.5.22
            lines += ["Upgrade: websocket", f"Sec-WebSocket-Version: {VERSION}"]
        return _join_head(lines, headers) + body


def accept_key(key: str) -> str:
    """The Sec-WebSocket-Accept that answers a Sec-WebSocket-Key (RFC 6455 section 4.2.2, item 5.4)."""
    digest = hashlib.sha1((key + GUID).encode("latin-1"), usedforsecurity=False).digest()
    return _base64(digest)


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


def _fault_of_request(head: RequestHead) -> tuple[int, str] | None:
    """The checks of RFC 6455 section 4.2.1, and the status that answers what is wrong."""
    keys, versions = head.get_all("Sec-WebSocket-Key"), head.get_all("Sec-WebSocket-Version")
    if head.method != "GET":
        return METHOD_NOT_ALLOWED, f"the request's method is {escape(head.method, 40)}, not GET"
    if head.version == "1.0":
        return HTTP_VERSION_NOT_SUPPORTED, "the request is HTTP/1.0, which has no upgrade"
    if len(head.get_all("Host")) != 1:  # RFC 9112 section 3.2
        return BAD_REQUEST, "the request must have one Host"
    if not _has_element(head, "Upgrade", "websocket") or not _has_element(head, "Connection", "upgrade"):
        return UPGRADE_REQUIRED, "the request asks for no WebSocket"
    if versions != [VERSION]:
        return UPGRADE_REQUIRED, f"the request must have Sec-WebSocket-Version 13, not {_shown(versions)}"
    if len(keys) != 1 or not _is_key(keys[0]):
        return BAD_REQUEST, f"the request must have one Sec-WebSocket-Key of 16 bytes, not {_shown(keys)}"
    return None


def _bad_request(status: int, detail: str) -> Failure:
    return Failure(stage=Stage.HANDSHAKE, kind=FailureKind.NOT_WEBSOCKET, detail=detail, http_status=status)


def _is_key(text: str) -> bool:
    try:
        return len(a2b_base64(text, strict_mode=True)) == KEY_SIZE
    except ValueError:  # binascii.Error is one, and so is a letter that is not ASCII
        return False


def _join_head(lines: list[str], headers: Headers) -> bytes:
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers), "", ""]).encode()


def _elements(head: Head, name: str) -> list[str]:
    """All elements of a list that may be spread over several lines (RFC 9110 section 5.3)."""
    return [element for value in head.get_all(name) for element in split_list(value)]


def _has_element(head: Head, name: str, wanted: str) -> bool:
    if [value.lower() for value in head.get_all(name)] == [wanted]:
        return True  # it is alone, as a rule
    # Nobody means such a list, and looking through it would take milliseconds.
    if sum(map(len, head.get_all(name))) > MAX_LINE_SIZE:
        return False
    return wanted in (element.lower() for element in _elements(head, name))


def _shown(values: list[str]) -> str:
    return f"'{escape(', '.join(values), 80)}'" if values else "none"
