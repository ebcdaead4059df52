"""ConnectionFailure: describes why a connection failed, for players too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.ground.escape import escape
from wsclient.ground.stored_error import detached
from wsclient.ground.value import Value
from wsclient.protocol.close_code import CloseCode, meaning_of
from wsclient.protocol.events import FailureKind, Stage

if TYPE_CHECKING:
    from wsclient.protocol.events import Failure

__all__ = ["ConnectionFailure"]


class ConnectionFailure(Value):
    """Describes what went wrong, where, and what to try.

    Not in Godot, where signals have no reason.

    Attributes:
        stage: the stage in which it failed: "arguments", "resolve", "proxy", "connect", "tls", "handshake", "open" or
            "close".
        error: the error as one of Godot's codes; never `OK`.
        message: describes what happened in a sentence for a player. It is safe to show, because text from the peer is
            escaped.
        hint: suggests what the programmer can do; "" if the message says enough.
        http_status: the status of the server's reply, such as 404; None if there was no reply.
        http_headers: the headers of that reply, as pairs of name and value, in order.
        http_body: the first 4 KiB of that reply's body.
        cause: the exception that caused it, without its traceback; None if there was none.
        is_repeated: True if the server broke the protocol, as in the previous connection; for a `ReconnectPolicy`.
    """

    stage: str
    error: Error
    message: str
    hint: str = ""
    http_status: int | None = None
    http_headers: tuple[tuple[str, str], ...] = ()
    http_body: bytes = b""
    cause: BaseException | None = None
    is_repeated: bool = False

    @classmethod
    def of_call(
        cls, error: Error, message: str, cause: BaseException | None = None, *, hint: str = ""
    ) -> ConnectionFailure:
        """Describes a call that was refused and changed nothing."""
        told = _sentence(message)
        return cls(Stage.ARGUMENTS.value, error, told, hint and _sentence(hint), cause=detached(cause))

    @classmethod
    def of_close(cls, code: int, reason: str, cause: BaseException | None = None) -> ConnectionFailure:
        """Describes a Close that the server sent, by its code."""
        said = f"code {code} ({escape(reason)})" if reason else f"code {code}"
        error, hint = _CLOSES.get(code, (Error.ERR_CONNECTION_ERROR, "The server's own log may say more."))
        message = f"The server closed the connection: {meaning_of(code)}, {said}."
        return cls(Stage.CLOSE.value, error, message, hint, cause=detached(cause))

    @classmethod
    def of_connection(cls, failure: Failure) -> ConnectionFailure:
        """Describes a failure reported by a transport."""
        error, hint = _MEANING[failure.kind]
        if failure.stage is Stage.RESOLVE and error is Error.ERR_TIMEOUT:
            hint = _HINT_OF_LOOKUP  # no server was involved yet
        hint = f"{failure.hint or hint} {failure.note}".strip()
        before, errors = _BEFORE, _ERROR_OF_STATUS
        if failure.stage is Stage.PROXY:  # a proxy's message is not about the server
            before, errors = {}, {}
        what = before.get(failure.kind, "") + failure.detail
        return cls(
            stage=failure.stage.value,
            error=errors.get(failure.http_status, error),
            message=_sentence(what),
            hint=hint,
            http_status=failure.http_status,
            http_headers=failure.http_headers,
            http_body=failure.http_body,
            cause=detached(failure.cause),
        )

    def details(self) -> str:
        """Returns everything in one line, for a log."""
        status = f" (HTTP {self.http_status})" if self.http_status is not None else ""
        return f"{self.error} in stage {self.stage}{status}: {self.message} {self.hint}".rstrip()

    def __str__(self) -> str:
        """Returns the message."""
        return self.message

    def __repr__(self) -> str:
        return f"<ConnectionFailure {self.details()}>"


def _sentence(detail: str) -> str:
    # A host name or a name in code keeps its lower case.
    start = detail[:1].upper() if detail.partition(" ")[0].isalpha() else detail[:1]
    return start + detail[1:] + ("" if detail.endswith((".", "!", "?")) else ".")


_HINT_OF_BROWSER = (
    "A browser does not tell pages why; its console may. Is the server running, and is this its port? It may also have "
    "refused (401, 403, a redirect), its certificate may not be trusted, an https page may have asked for ws://, or "
    "the browser blocks this port."
)

# Maps the transport's failures to what users see: Godot's code, and what to try.
_MEANING: dict[FailureKind, tuple[Error, str]] = {
    FailureKind.INVALID_ARGUMENT: (Error.ERR_INVALID_PARAMETER, ""),
    FailureKind.NAME_NOT_FOUND: (
        Error.ERR_CANT_RESOLVE,
        "Check the spelling of the host name, and whether this computer is online.",
    ),
    FailureKind.REFUSED: (
        Error.ERR_CANT_CONNECT,
        "Is the server running, and is this its port?",
    ),
    FailureKind.UNREACHABLE: (
        Error.ERR_CANT_CONNECT,
        "Check the network connection, and whether a firewall stands in between.",
    ),
    FailureKind.SYSTEM: (
        Error.ERR_CANT_ACQUIRE_RESOURCE,
        "This computer is out of resources or forbids this: close other programs, check its firewall, try again.",
    ),
    FailureKind.CERTIFICATE: (
        Error.ERR_UNAUTHORIZED,
        "Check this computer's clock and the server's name; for a private certificate, set trusted_ssl_certificate.",
    ),
    FailureKind.TLS: (
        Error.ERR_CANT_CONNECT,
        "The server may be too old, or ask for a certificate.",
    ),
    FailureKind.TLS_ON_PLAIN_PORT: (
        Error.ERR_CANT_CONNECT,
        "Try ws:// in place of wss://, or another port.",
    ),
    FailureKind.PLAIN_ON_TLS_PORT: (
        Error.ERR_CANT_CONNECT,
        "Try wss:// in place of ws://, or another port.",
    ),
    FailureKind.NOT_WEBSOCKET: (
        Error.ERR_CANT_CONNECT,
        "Something other than a WebSocket server is listening there: check host and port.",
    ),
    FailureKind.HTTP_STATUS: (
        Error.ERR_CANT_CONNECT,
        "",  # each status has its own
    ),
    FailureKind.BAD_RESPONSE: (
        Error.ERR_CANT_CONNECT,
        "The server, or a proxy before it, does not speak WebSocket as RFC 6455 has it.",
    ),
    FailureKind.SUBPROTOCOL: (
        Error.ERR_CANT_CONNECT,
        "Ask for the subprotocols that the server knows, or for none.",
    ),
    FailureKind.PROXY: (
        Error.ERR_CANT_CONNECT,
        "Check the address of the proxy, and what it allows.",
    ),
    FailureKind.PROXY_CREDENTIALS: (
        Error.ERR_UNAUTHORIZED,
        'Give them with the address: proxy = "http://user:password@host:port".',
    ),
    FailureKind.TIMEOUT: (
        Error.ERR_TIMEOUT,
        "The server may be down, overloaded, or behind a firewall.",
    ),
    FailureKind.LOST: (
        Error.ERR_CONNECTION_ERROR,
        "The server may have stopped, or the network may have failed; connect again.",
    ),
    FailureKind.VIOLATION: (
        Error.ERR_INVALID_DATA,
        "Connect again; if that does not help, tell the people who run the server.",
    ),
    FailureKind.TOO_BIG: (
        Error.ERR_OUT_OF_MEMORY,
        "Raise the limit with set_buffers() before connecting, or let the server send less at a time.",
    ),
    FailureKind.HEARTBEAT: (
        Error.ERR_TIMEOUT,
        "The network may have failed; connect again.",
    ),
    FailureKind.UNTOLD: (
        Error.ERR_CANT_CONNECT,
        _HINT_OF_BROWSER,
    ),
    FailureKind.FORBIDDEN: (
        Error.ERR_CANT_CONNECT,
        "An https page can use wss:// only; browsers block some ports, and the page's content security policy counts.",
    ),
    FailureKind.DEAF: (
        Error.ERR_TIMEOUT,
        "The network may have failed in one direction; connect again.",
    ),
    FailureKind.INTERRUPTED: (
        Error.ERR_CONNECTION_ERROR,
        "Connect again.",
    ),
}

# The close codes that mean more to the client than the end of the connection.
_CLOSES: dict[int, tuple[Error, str]] = {
    CloseCode.MESSAGE_TOO_BIG: (
        Error.ERR_OUT_OF_MEMORY,
        "Send smaller messages, or raise the limit of the server.",
    ),
    CloseCode.POLICY_VIOLATION: (
        Error.ERR_UNAUTHORIZED,
        "Check what this client sends, and whether the server lets it.",
    ),
    CloseCode.UNAUTHORIZED: (Error.ERR_UNAUTHORIZED, "Check the credentials that are sent."),
    CloseCode.FORBIDDEN: (Error.ERR_UNAUTHORIZED, "Check the credentials that are sent."),
    CloseCode.SERVICE_RESTART: (Error.ERR_CONNECTION_ERROR, "Connect again in a few seconds."),
    CloseCode.TRY_AGAIN_LATER: (Error.ERR_BUSY, "Connect again later."),
}

_HINT_OF_LOOKUP = "Check whether this computer is online."

# For kinds of failure whose detail alone says little to a player.
_BEFORE: dict[FailureKind, str] = {
    FailureKind.CERTIFICATE: "the server cannot be trusted: ",
    FailureKind.VIOLATION: "the server broke the WebSocket protocol: ",
    FailureKind.TOO_BIG: "a message is too big: ",
    FailureKind.HEARTBEAT: "the server has fallen silent: ",
}

_ERROR_OF_STATUS: dict[int | None, Error] = {
    401: Error.ERR_UNAUTHORIZED,
    407: Error.ERR_UNAUTHORIZED,
    403: Error.ERR_UNAUTHORIZED,
    404: Error.ERR_DOES_NOT_EXIST,
    503: Error.ERR_BUSY,
}
