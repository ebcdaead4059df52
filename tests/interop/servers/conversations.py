"""Holds one conversation by wsclient or by the client of `websockets`.

Both have the same calls.
"""

from __future__ import annotations

import socket
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus, InvalidURI
from websockets.sync.client import ClientConnection, connect

from wsclient import Error, WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["SPEAKERS", "Closed", "Conversation", "Refused", "Silent"]

PATIENCE = 10.0  # seconds for one answer
LARGEST = 1 << 22


class Refused(Exception):
    """Raised if the connection did not open.

    Its text says why, with the HTTP status if there was one.
    """


class Closed(Exception):
    """The connection ended. Its text is the close code, then the reason."""


class Silent(Exception):
    """Nothing came in time."""


class Conversation(ABC):
    """A connection to a server. Every call waits.

    Attributes:
        protocol: the subprotocol that the server chose, or "".
    """

    protocol = ""

    @abstractmethod
    def open(self, url: str, protocols: Sequence[str] = (), *, compression: bool = False) -> None:
        """Connects. Raises Refused or Silent."""

    @abstractmethod
    def send(self, message: str | bytes) -> None:
        """Sends a message."""

    @abstractmethod
    def send_pieces(self, pieces: Sequence[str]) -> None:
        """Sends a text in fragments. Raises NotImplementedError if the client cannot."""

    @abstractmethod
    def receive(self) -> str | bytes:
        """Returns the next message. Raises Closed or Silent."""

    @abstractmethod
    def is_compressed(self) -> bool | None:
        """Returns True if compression was agreed on, None if the client does not say."""

    @abstractmethod
    def ping(self) -> bool:
        """Returns True if a ping was answered in time."""

    @abstractmethod
    def close(self, code: int, reason: str) -> str:
        """Closes, and returns what `wait_for_the_end` does."""

    @abstractmethod
    def wait_for_the_end(self) -> str:
        """Returns the close code and the reason. Raises Silent."""

    @abstractmethod
    def abandon(self) -> None:
        """Lets go of what is still open. Does not wait."""


class WithWsclient(Conversation):
    """Speaks by wsclient."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._client = self._stack.enter_context(WebSocketClient())
        self._client.set_buffers(LARGEST // 1024, 4096, LARGEST // 1024, 4096)

    def open(self, url: str, protocols: Sequence[str] = (), *, compression: bool = False) -> None:
        client = self._client
        client.compression = compression
        for name, value in (("max_redirects", 4), ("subprotocol_required", False)):
            if hasattr(client, name):
                setattr(client, name, value)
        opened: list[str] = []
        client.connection_established.connect(opened.append)
        if client.connect_to_url(url, protocols):
            raise Refused(str(client.last_error))
        self._poll_until(lambda: opened or self._is_over())
        if not opened:
            status = client.last_error.http_status if client.last_error else None
            raise Refused(str(status or "without a reply"))
        self.protocol = opened[0]

    def send(self, message: str | bytes) -> None:
        mode = self._client.WRITE_MODE_TEXT if isinstance(message, str) else self._client.WRITE_MODE_BINARY
        self._poll_until(lambda: self._client.send(message, mode) != Error.ERR_OUT_OF_MEMORY)

    def send_pieces(self, pieces: Sequence[str]) -> None:
        send_fragment = getattr(self._client, "send_fragment", None)
        if send_fragment is None:
            raise NotImplementedError
        for number, piece in enumerate(pieces, 1):
            send_fragment(piece, is_final=number == len(pieces))

    def receive(self) -> str | bytes:
        client = self._client
        self._poll_until(lambda: client.get_available_packet_count() or self._is_over())
        message = client.get_message()
        if message is None:
            raise Closed(self._end())
        return message

    def is_compressed(self) -> bool | None:
        if not hasattr(self._client, "get_response_headers"):
            return None
        headers = self._client.get_response_headers()
        return any("permessage-deflate" in value for _, value in headers)

    def ping(self) -> bool:
        self._client.heartbeat_interval = 0.2
        self._poll_until(lambda: self._client.get_latency() >= 0 or self._is_over())
        self._client.heartbeat_interval = 0.0
        return self._client.get_latency() >= 0

    def close(self, code: int, reason: str) -> str:
        self._client.disconnect_from_host(code, reason)
        return self.wait_for_the_end()

    def wait_for_the_end(self) -> str:
        self._poll_until(self._is_over)
        return self._end()

    def abandon(self) -> None:
        self._stack.close()

    def _is_over(self) -> bool:
        return self._client.get_connection_status() == self._client.CONNECTION_DISCONNECTED

    def _end(self) -> str:
        return f"{self._client.close_code} {self._client.close_reason}".strip()

    def _poll_until(self, is_so: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            if time.monotonic() > end:
                raise Silent
            self._client.poll()
            time.sleep(0.001)


class WithWebsockets(Conversation):
    """Speaks by the blocking client of websockets."""

    _connection: ClientConnection = None  # type: ignore[assignment] # until it is open

    def open(self, url: str, protocols: Sequence[str] = (), *, compression: bool = False) -> None:
        try:
            self._connection = connect(
                url,
                subprotocols=list(protocols) or None,  # type: ignore[arg-type]
                compression="deflate" if compression else None,
                proxy=None,
                max_size=LARGEST,
                open_timeout=PATIENCE,
                close_timeout=PATIENCE,
                ping_interval=None,
            )
        except InvalidStatus as error:
            raise Refused(str(error.response.status_code)) from error
        except InvalidURI as error:
            raise Refused("Location is not ws://") from error
        except TimeoutError as error:
            raise Silent from error
        except (InvalidMessage, OSError) as error:
            raise Refused("without a reply") from error
        self.protocol = self._connection.subprotocol or ""

    def send(self, message: str | bytes) -> None:
        try:
            self._connection.send(message)
        except ConnectionClosed as error:
            raise Closed(_end_of(error)) from error

    def send_pieces(self, pieces: Sequence[str]) -> None:
        self._connection.send(iter(pieces))

    def receive(self) -> str | bytes:
        try:
            return self._connection.recv(PATIENCE)
        except TimeoutError as error:
            raise Silent from error
        except ConnectionClosed as error:
            raise Closed(_end_of(error)) from error

    def is_compressed(self) -> bool:
        return bool(self._connection.protocol.extensions)

    def ping(self) -> bool:
        return self._connection.ping().wait(PATIENCE)

    def close(self, code: int, reason: str) -> str:
        self._connection.close(code, reason)
        return self.wait_for_the_end()

    def wait_for_the_end(self) -> str:
        try:
            while True:
                self._connection.recv(PATIENCE)
        except TimeoutError as error:
            raise Silent from error
        except ConnectionClosed as error:
            return _end_of(error)

    def abandon(self) -> None:
        if self._connection is not None:
            with suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_RDWR)


def _end_of(error: ConnectionClosed) -> str:
    """Returns what came from the server, or 1006 as a browser would."""
    return f"{error.rcvd.code} {error.rcvd.reason}".strip() if error.rcvd else "1006"


#: The clients that are compared, ours first.
SPEAKERS: dict[str, Callable[[], Conversation]] = {"wsclient": WithWsclient, "websockets": WithWebsockets}
