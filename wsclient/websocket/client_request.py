"""ClientRequest: the request of a client, and the answer to it."""

from __future__ import annotations

from _thread import get_ident
from typing import TYPE_CHECKING

from wsclient.core.ownership import refuse_thread
from wsclient.core.uncopyable import Uncopyable
from wsclient.ground.escape import escape
from wsclient.protocol.arguments import check_headers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wsclient.protocol.fields import Headers
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.served import ServedTransport

__all__ = ["ClientRequest"]


class ClientRequest(Uncopyable):
    """A client's valid opening request. Not in Godot.

    Call `accept`, `reject` or `defer` in a handler of `client_request`. If none of them is called, the request is
    accepted. A deferred request can be answered in any later frame, until `handshake_timeout` is over.

    Attributes:
        path: the path without the query, percent-decoded.
        resource_name: path and query as they were sent.
        query: the part after the "?", as it was sent; "" if there is none.
        headers: names and values, in order.
        origin: the Origin that a browser sends; "" if there is none.
        protocols: the subprotocols that the client asks for, the preferred one first.
        remote_address: the numeric address and port of the client.
        is_secure: True if the connection uses TLS.
    """

    def __init__(
        self,
        request: Request,
        transport: ServedTransport,
        remote_address: tuple[str, int],
        *,
        protocol: str,
        headers: Headers,
        is_secure: bool,
    ) -> None:
        """Called by a server only.

        Args:
            request: the request of the client.
            transport: waits for the answer.
            remote_address: see the attribute.
            protocol: the subprotocol chosen by the server's own list.
            headers: the headers that each reply of the server has.
            is_secure: see the attribute.
        """
        self._request = request
        self._transport = transport
        self._protocol = protocol
        self._extra_headers = headers
        self.path: str = request.path
        self.resource_name: str = request.resource_name
        self.query: str = request.query
        self.headers: tuple[tuple[str, str], ...] = tuple(request.headers)
        self.origin: str = request.origin
        self.protocols: tuple[str, ...] = request.subprotocols
        self.remote_address: tuple[str, int] = remote_address
        self.is_secure: bool = is_secure
        self._thread = get_ident()  # that of `poll()`
        self._is_decided = False
        self._is_deferred = False

    @property
    def is_decided(self) -> bool:
        """Returns True if `accept` or `reject` was called."""
        return self._is_decided

    @property
    def is_deferred(self) -> bool:
        """Returns True if `defer` was called."""
        return self._is_deferred

    def get_header(self, name: str, default: str = "") -> str:
        """Returns the value of a header, whose name may be in any case.

        Returns the first value if there are several.
        """
        return self._request.get_header(name, default)

    def accept(self, protocol: str | None = None, headers: Iterable[str] | Mapping[str, str] = ()) -> None:
        """Accepts the client.

        Args:
            protocol: one of `protocols`, or "" for none; None for the one chosen by the server's own list.
            headers: more headers for the reply, as `"Name: value"` strings or a mapping.

        Raises:
            RuntimeError: it was decided already, or the client has left; or another thread polls the server.
            ValueError: a header must not be sent, or the client did not ask for that protocol.
        """
        if protocol and protocol not in self.protocols:
            raise ValueError(f"the client did not ask for the subprotocol {protocol}, but for {self.protocols}")
        checked = check_headers(headers)
        self._decide()
        chosen = self._protocol if protocol is None else protocol
        self._transport.accept(chosen, (*self._extra_headers, *checked))

    def reject(
        self, status: int = 403, body: str | bytes = "", headers: Iterable[str] | Mapping[str, str] = ()
    ) -> None:
        """Refuses the client with an HTTP status.

        Args:
            status: the HTTP status, 200-599.
            body: a page with the reason, in plain text unless the headers name another type.
            headers: more headers for the reply.

        Raises:
            RuntimeError: it was decided already, or the client has left; or another thread polls the server.
            ValueError: the status is not one of these, or a header must not be sent.
        """
        if not 200 <= status <= 599:
            raise ValueError(f"a request is rejected with a status from 200 to 599, not {status}")
        checked = check_headers(headers)
        self._decide()
        self._transport.reject(status, checked, body.encode() if isinstance(body, str) else body)

    def defer(self) -> None:
        """Keeps the client waiting for an answer in a later frame.

        If there is no answer within `handshake_timeout`, the client receives a 503.

        Raises:
            RuntimeError: it was decided already.
        """
        if self._is_decided:
            raise RuntimeError("this request has been decided")
        self._is_deferred = True

    def __repr__(self) -> str:
        host, port = self.remote_address
        return f"<ClientRequest {escape(self.path, 100)} from {host} port {port}>"

    def _decide(self) -> None:
        if (thread := get_ident()) != self._thread:
            refuse_thread("this request", self._thread, thread, "may not decide it: do that where the server is polled")
        if self._is_decided:
            raise RuntimeError("this request has been decided: accept() or reject() was called before")
        self._is_decided = True
