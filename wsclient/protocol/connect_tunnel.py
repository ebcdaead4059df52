"""Opens a way through an HTTP proxy by CONNECT (RFC 9110 section 9.3.6)."""

from __future__ import annotations

from binascii import b2a_base64
from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.protocol.events import FailureKind
from wsclient.protocol.http11 import BadHead, NotHTTP, ResponseHead, ResponseParser, split_list
from wsclient.protocol.tunnel import Tunnel, Tunnelled

if TYPE_CHECKING:
    from wsclient.protocol.events import Failure
    from wsclient.protocol.fields import Headers
    from wsclient.protocol.tunnel import Target

__all__ = ["MAX_INTERIM", "ConnectTunnel"]

MAX_INTERIM = 4
"""The most interim replies (1xx) before the final one. No proxy that was tried sends any."""

_HINT_OF_CREDENTIALS = 'Give them with the address: proxy = "http://user:password@host:port".'
_HINT_OF_BASIC = "This client knows Basic alone: ask those who run the proxy for it."


class ConnectTunnel(Tunnel):
    """One CONNECT request.

    If the proxy wants credentials, they are in the request. A refused request is only repeated on a new connection.

    Args:
        proxy: host and port of the proxy, for messages.
        target: the address that the proxy connects to.
        credentials: user name and password, sent as Basic; None if the proxy needs none.
        headers: more headers, as `check_headers` returns them. A Host or a Proxy-Authorization
            among them replaces the default.
    """

    def __init__(
        self, proxy: str, target: Target, *, credentials: tuple[str, str] | None = None, headers: Headers = ()
    ) -> None:
        super().__init__(proxy, target)
        names = {name.lower() for name, _ in headers}
        self._has_credentials = credentials is not None or "proxy-authorization" in names
        self._parser = ResponseParser()
        self._start = b""
        self._interim = 0
        lines = [f"CONNECT {target} HTTP/1.1"]
        if "host" not in names:
            lines.append(f"Host: {target}")
        if credentials is not None and "proxy-authorization" not in names:
            lines.append(f"Proxy-Authorization: {_basic(*credentials)}")
        lines += [f"{name}: {value}" for name, value in headers]
        self._message = "\r\n".join([*lines, "", ""]).encode()

    def receive_data(self, data: bytes) -> Tunnelled | Failure | None:
        """Takes received data. Returns the verdict, or None if more is needed."""
        self._start = self._start or data[:1]
        if self._start and self._start != b"H" and (failure := self._fail_stranger(self._start)):
            return failure
        try:
            found = self._parser.receive_data(data)
        except NotHTTP as error:
            return self._fail_unknown(error.start, "HTTP")
        except BadHead as error:
            return self._explain_broken(error)
        return self._receive_head(*found) if found else None

    def receive_eof(self) -> Failure:
        """Returns the failure if the proxy ends the connection before a verdict."""
        return self._fail_unfinished() if self._start else self._fail_unanswered()

    def _receive_head(self, head: ResponseHead, behind: bytes) -> Tunnelled | Failure | None:
        # Lengths and codings of a 2xx response are ignored: everything after the blank line belongs to the tunnel.
        if 200 <= head.status < 300:
            return Tunnelled(behind)
        if head.status >= 200 or head.status == 101:
            return self._refusal(head)
        self._interim += 1
        if self._interim > MAX_INTERIM:
            return self._fail(f"sent {head.status} again and again", "")
        self._parser = ResponseParser()
        return self.receive_data(behind)

    def _explain_broken(self, error: BadHead) -> Failure:
        head = self._parser.begun
        if head is not None and head.status >= 300:
            return self._refusal(head)
        return self._fail(f"breaks HTTP: {error}", "Check host and port.")

    def _refusal(self, head: ResponseHead) -> Failure:
        # Do not wait for the page: proxies put the reason in their status line.
        return self._explain(head).replace(http_status=head.status, http_headers=head.headers)

    def _explain(self, head: ResponseHead) -> Failure:
        said = f"answered {head.status} {escape(head.reason, 80)}".rstrip()
        match head.status:
            case 401 | 407:
                return self._explain_credentials(head)
            case 403 | 405:
                return self._fail_forbidden(said)
            case 404 | 500 | 502 | 503 | 504:
                return self._fail_unreachable(said)
            case _:
                hint = "This may be the address of a web server or of a reverse proxy."
                return self._fail(f"is not a forward proxy ({said})", hint)

    def _explain_credentials(self, head: ResponseHead) -> Failure:
        words = "wants a user name and password"
        if self._has_credentials:
            words = "did not accept the user name and password"
        offered = _schemes(head)
        if offered and "basic" not in (scheme.lower() for scheme in offered):
            words = f"{words} (offers {escape(', '.join(offered), 80)} only)"
            return self._fail(words, _HINT_OF_BASIC, kind=FailureKind.PROXY_CREDENTIALS)
        return self._fail(words, _HINT_OF_CREDENTIALS, kind=FailureKind.PROXY_CREDENTIALS)


def _basic(username: str, password: str) -> str:
    return "Basic " + b2a_base64(f"{username}:{password}".encode(), newline=False).decode("ascii")


def _schemes(head: ResponseHead) -> list[str]:
    """Returns the schemes of all challenges, in order, without parameters.

    See RFC 9110 section 11.6.1.
    """
    challenges = head.get_all("Proxy-Authenticate") or head.get_all("WWW-Authenticate")
    words = [element.partition(" ")[0] for challenge in challenges for element in split_list(challenge)]
    return list(dict.fromkeys(word for word in words if "=" not in word))
