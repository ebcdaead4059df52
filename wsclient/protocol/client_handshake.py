"""The client's side of the opening handshake: bytes in, a verdict out.

See RFC 6455 section 4.1.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE, Headers
from wsclient.protocol.handshake import (
    KEY_SIZE,
    VERSION,
    accept_key,
    elements,
    encoded_key,
    has_element,
    join_head,
    shown,
)
from wsclient.protocol.http11 import BadHead, NotHTTP, ResponseHead, ResponseParser
from wsclient.protocol.http_body import BodyPrefix
from wsclient.protocol.refusal import explain_not_http, explain_status

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.deflate import Agreement
    from wsclient.protocol.url import URL

__all__ = ["USER_AGENT", "ClientHandshake"]

USER_AGENT = "Python-wsclient/0.2"
"""The default User-Agent (RFC 9110 section 10.1.5). Some hosts refuse requests that have none."""


class ClientHandshake:
    """One attempt to open a connection.

    Send `request`, then pass received data to `receive_data` until it returns a verdict. Do not call it after that.

    Args:
        url: the URL to open.
        subprotocols: as `check_subprotocols` returns them.
        headers: more headers, as `check_headers` returns them. Host, User-Agent and Authorization replace the defaults.
        random_bytes: returns that many unpredictable bytes. The constructor raises what it raises.
        offers_deflate: True to offer permessage-deflate (RFC 7692).
        requires_subprotocol: True if the server must choose one of the subprotocols, if there are any.

    Attributes:
        request: the bytes to send.
        response: the head of the server's final reply; None before it.
        deflate: the agreed compression; None if nothing is compressed.
        trailing_data: the data received after the reply: the first frames.
    """

    def __init__(
        self,
        url: URL,
        subprotocols: tuple[str, ...] = (),
        headers: Headers = (),
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        offers_deflate: bool = False,
        requires_subprotocol: bool = True,
    ) -> None:
        self._url = url
        self._subprotocols = subprotocols
        self._key = encoded_key(random_bytes(KEY_SIZE))
        self._offers_deflate = offers_deflate
        self._requires_subprotocol = requires_subprotocol
        self._parser = ResponseParser()
        self._has_begun = False
        self._interim_lines = 0  # the lines of all interim replies together
        self._body: BodyPrefix | None = None
        self.request: bytes = self._make_request(headers)
        self.response: ResponseHead | None = None
        self.deflate: Agreement | None = None
        self.trailing_data: bytes = b""

    def receive_data(self, data: bytes) -> Opened | Failure | None:
        """Takes received data, and returns a verdict if there is one.

        Returns:
            The verdict, or None if more data is needed. If the server refuses, the verdict is returned when the first 4
            KiB of its page are complete. If time runs out before that, `pending_failure` has it.
        """
        self._has_begun = self._has_begun or bool(data)
        if self._body is not None:
            return self._receive_body(self._body, data)
        try:
            found = self._find_final_head(data)
        except NotHTTP as error:
            return explain_not_http(error, is_secure=self._url.is_secure)
        except BadHead as error:
            return self._explain_broken(error)
        return self._receive_head(*found) if found else None

    def receive_eof(self) -> Failure:
        """Returns the failure if the server ends the connection before a verdict."""
        if failure := self.pending_failure:
            return failure
        if self._has_begun:
            return self._fail(FailureKind.LOST, "the server closed the connection in the middle of its reply")
        # OpenSSL recognizes a plain request and closes the connection without a reply.
        want_tls = "" if self._url.is_secure else "want wss:// instead of ws://, "
        return self._fail(
            FailureKind.LOST,
            f"the server closed the connection without an answer: it may {want_tls}not speak WebSocket on this port, "
            "or not like the path, the subprotocols or the headers",
        )

    @property
    def pending_failure(self) -> Failure | None:
        """Returns the refusal as far as it is known, even if its reply still arrives.

        Returns None if there is no refusal.
        """
        head = self.response or self._parser.begun
        if head is None or head.status < 200:
            return None
        return explain_status(head, self._body.content if self._body else b"", url=self._url)

    def _make_request(self, headers: Headers) -> bytes:
        # The order and spelling are Godot's.
        given = {name.lower() for name, _ in headers} if headers else ()
        lines = [f"GET {self._url.resource_name} HTTP/1.1"]
        if "host" not in given:
            lines.append(f"Host: {self._url.host_header}")
        lines += [
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {self._key}",
            f"Sec-WebSocket-Version: {VERSION}",
        ]
        if "user-agent" not in given:
            lines.append(f"User-Agent: {USER_AGENT}")
        if self._subprotocols:
            lines.append(f"Sec-WebSocket-Protocol: {','.join(self._subprotocols)}")
        if self._offers_deflate:
            from wsclient.protocol.deflate import OFFER  # noqa: PLC0415 - only if it is used

            lines.append(f"Sec-WebSocket-Extensions: {OFFER}")
        if self._url.username is not None and "authorization" not in given:
            lines.append(f"Authorization: {self._url.authorization}")
        return join_head(lines, headers)

    def _find_final_head(self, data: bytes) -> tuple[ResponseHead, bytes] | None:
        """Skips interim replies (RFC 9110 section 15.2).

        All of them together may have as many lines as one head.
        """
        while found := self._parser.receive_data(data):
            head, data = found
            if head.status >= 200 or head.status == 101:
                return found
            self._interim_lines += 1 + len(head.headers)
            if self._interim_lines > MAX_HEADERS:
                raise BadHead(f"it sent {head.status} again and again")
            self._parser = ResponseParser()
        return None

    def _explain_broken(self, error: BadHead) -> Failure:
        """Returns the failure for a broken head.

        If the status is known, it says more than the error after it.
        """
        head = self._parser.begun
        if head is None or head.status < 200:
            return self._fail(FailureKind.BAD_RESPONSE, f"the server's reply breaks HTTP: {error}")
        return explain_status(head, b"", url=self._url, fault=str(error))

    def _receive_head(self, head: ResponseHead, behind: bytes) -> Opened | Failure | None:
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
        """Makes the checks of RFC 6455 section 4.1 that a client must make."""
        values = head.by_name()
        fault = self._fault_of_upgrade(head, values)
        if fault is None and "sec-websocket-extensions" in values:
            fault = self._fault_of_extensions(values["sec-websocket-extensions"])
        if fault:
            return self._fail(FailureKind.BAD_RESPONSE, fault)
        chosen = values.get("sec-websocket-protocol", [])
        if fault := self._fault_of_subprotocol(chosen):
            return self._fail(FailureKind.SUBPROTOCOL, fault)
        return Opened(chosen[0] if chosen else "")

    def _fault_of_upgrade(self, head: ResponseHead, values: dict[str, list[str]]) -> str | None:
        upgrades, connections = values.get("upgrade", []), values.get("connection", [])
        accepts = values.get("sec-websocket-accept", [])
        if head.version == "1.0":
            return "the server agreed in HTTP/1.0, which has no upgrade"
        if len(upgrades) != 1 or upgrades[0].lower() != "websocket":  # item 2
            return f"the server's reply must have one header 'Upgrade: websocket', not {shown(upgrades)}"
        if not has_element(connections, "upgrade"):  # item 3
            return f"the server's reply must have 'Connection: Upgrade', not {shown(connections)}"
        if accepts != [accept_key(self._key)]:  # item 4
            return (
                "the server's reply must have one Sec-WebSocket-Accept, made from the key of this request, "
                f"not {shown(accepts)}: something else may have answered in its place"
            )
        return None

    def _fault_of_extensions(self, values: list[str]) -> str | None:
        if sum(map(len, values)) > MAX_LINE_SIZE:
            return f"the server's list of extensions is longer than {MAX_LINE_SIZE} bytes"
        extensions = elements(values)
        if not extensions:  # an empty list names none
            return None
        if not self._offers_deflate:  # item 5
            return f"the server uses an extension that was not offered: {shown(extensions)}"
        from wsclient.protocol.deflate import BadAnswer, read_answer  # noqa: PLC0415 - loaded by `_make_request`

        try:
            self.deflate = read_answer(extensions)
        except BadAnswer as error:
            return str(error)
        return None

    def _fault_of_subprotocol(self, chosen: list[str]) -> str | None:
        if not self._subprotocols:  # item 6
            return f"the server chose a subprotocol, {shown(chosen)}, and none was asked for" if chosen else None
        if not chosen and not self._requires_subprotocol:
            return None
        asked = escape(", ".join(self._subprotocols))
        if not chosen:  # stricter than RFC 6455, as Godot and browsers are
            return f"the server chose none of the subprotocols that were asked for ({asked})"
        if len(chosen) > 1 or chosen[0] not in self._subprotocols:
            return f"the server chose the subprotocol {shown(chosen)}, which was not asked for ({asked})"
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
