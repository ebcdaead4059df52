"""Three clients behind one face: what a game does with each of them in its frames."""

from __future__ import annotations

import select
import socket
import threading
import time
from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import Final

import websocket
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.shapes import MIB
from wsclient import Error, WebSocketClient

__all__ = ["CLIENTS", "GameClient"]

_ATTEMPT = 10.0  # seconds
_SEND = 5.0  # seconds; who has not sent a packet by then is said to wait


class GameClient(ABC):
    """One client.

    Attributes:
        is_open: whether something can be sent.
        told: how it ended, in words; "" while it goes on.
    """

    def __init__(self) -> None:
        self.is_open = False
        self.told = ""

    @abstractmethod
    def connect(self, url: str) -> None:
        """Connects, or begins to."""

    @abstractmethod
    def take(self, seconds: float) -> int:
        """Takes what has come, for so many seconds at most; gives the number of messages."""

    @abstractmethod
    def send(self, packet: bytes) -> None:
        """Sends a packet."""

    @abstractmethod
    def close(self) -> None:
        """Closes."""


class Ours(GameClient):
    """wsclient: `poll()`."""

    def __init__(self) -> None:
        super().__init__()
        self._client = WebSocketClient()
        self._client.connection_closed.connect(self._closed)
        self._client.connection_error.connect(self._failed)

    def connect(self, url: str) -> None:
        self._client.connect_to_url(url)

    def take(self, seconds: float) -> int:
        self._client.poll_budget = seconds
        self._client.poll()
        self.is_open = self._client.get_connection_status() == WebSocketClient.CONNECTION_CONNECTED
        return len(self._client.get_packets())

    def send(self, packet: bytes) -> None:
        if self._client.put_packet(packet) == Error.ERR_OUT_OF_MEMORY:
            self.told = "`ERR_OUT_OF_MEMORY` at 16 MiB, the connection untouched"

    def close(self) -> None:
        self._client.disconnect_from_host()

    def _closed(self, was_clean: bool) -> None:
        self.told = "closed cleanly" if was_clean else "`connection_closed(False)`"

    def _failed(self) -> None:
        failure = self._client.last_error
        page = ", the page" if failure and failure.http_body else ""
        status = f", status {failure.http_status}{page}" if failure and failure.http_status else ""
        self.told = f"`connection_error`{status}"


class WebsocketsBlocking(GameClient):
    """websockets: `recv(timeout=0)`."""

    _connection: ClientConnection

    def __init__(self) -> None:
        super().__init__()
        self._stack = ExitStack()

    def connect(self, url: str) -> None:
        try:
            connecting = connect(url, open_timeout=_ATTEMPT, max_size=16 * MIB, compression=None, proxy=None)
            self._connection = self._stack.enter_context(connecting)
        except InvalidStatus as error:
            page = ", the page" if error.response.body else ""
            self.told = f"`InvalidStatus`, status {error.response.status_code}{page}"
        except (InvalidHandshake, TimeoutError) as error:
            self.told = f"`{type(error).__name__}`"
        else:
            self.is_open = True

    def take(self, seconds: float) -> int:
        count, end = 0, time.perf_counter() + seconds
        try:
            while time.perf_counter() < end:
                self._connection.recv(timeout=0)
                count += 1
        except TimeoutError:
            pass
        except ConnectionClosed as closed:
            self.told = "closed cleanly" if closed.rcvd and closed.sent else f"`{type(closed).__name__}`"
        return count

    def send(self, packet: bytes) -> None:
        # A blocking send may wait for ever, which takes too long to measure.
        stop = threading.Timer(_SEND, self._connection.socket.shutdown, [socket.SHUT_RDWR])
        stop.start()
        try:
            self._connection.send(packet)
        except ConnectionClosed:
            self.told = f"waits in `send()` until the server reads, here stopped after {_SEND:g} s"
        finally:
            stop.cancel()

    def close(self) -> None:
        self._connection.close()
        self.told = "closed"


class WebsocketClient(GameClient):
    """websocket-client: `select()`, then `recv()`."""

    _connection: websocket.WebSocket

    def connect(self, url: str) -> None:
        try:
            self._connection = websocket.create_connection(url, timeout=_ATTEMPT)
        except websocket.WebSocketBadStatusException as error:
            page = ", the page" if error.resp_body else ""
            self.told = f"`WebSocketBadStatusException`, status {error.status_code}{page}"
        except (websocket.WebSocketException, OSError) as error:
            self.told = f"`{type(error).__name__}`"
        else:
            self.is_open = True

    def take(self, seconds: float) -> int:
        count, end = 0, time.perf_counter() + seconds
        try:
            while time.perf_counter() < end and select.select([self._connection], [], [], 0)[0]:
                opcode, _ = self._connection.recv_data()
                if opcode == websocket.ABNF.OPCODE_CLOSE:
                    self.told = "closed cleanly"
                    break
                count += 1
        except (websocket.WebSocketException, OSError) as error:
            self.told = f"`{type(error).__name__}`"
        return count

    def send(self, packet: bytes) -> None:
        self._connection.settimeout(_SEND)
        try:
            self._connection.send_binary(packet)
        except websocket.WebSocketException as error:
            self.told = f"`{type(error).__name__}`, after the {_SEND:g} s that were set"

    def close(self) -> None:
        self._connection.close()
        self.told = "closed"


CLIENTS: Final[dict[str, type[GameClient]]] = {
    "wsclient": Ours,
    "websockets, blocking": WebsocketsBlocking,
    "websocket-client": WebsocketClient,
}
"""By the name that the table has."""
