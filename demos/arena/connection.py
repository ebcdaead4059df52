"""A player's connection, which reconnects and whose state is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient import ReconnectPolicy

if TYPE_CHECKING:
    from wsclient import WebSocketClient

__all__ = ["Connection"]


class Connection:
    """Connects a client, and records what to show about the connection.

    Args:
        client: a client that is not connected yet.
        url: the server's URL.

    Attributes:
        url: the server's URL.
        why: the reason why the connection ended, or "" while connected.
        connections: how often the client was connected.

    Raises:
        ValueError: the URL is not valid.
    """

    def __init__(self, client: WebSocketClient, url: str) -> None:
        self.url = url
        self.why = ""
        self.connections = 0
        self._client = client
        self._attempt = 0
        client.connection_established.connect(self._on_established)
        client.reconnecting.connect(self._on_reconnecting)
        client.reconnection_failed.connect(self._on_failed)
        client.reconnect_policy = ReconnectPolicy(first_delay=0.25, max_delay=4.0)
        if client.connect_to_url(url):
            raise ValueError(f"{client.last_error}")

    @property
    def is_open(self) -> bool:
        """True if messages can be sent."""
        return self._client.get_connection_status() == self._client.CONNECTION_CONNECTED

    @property
    def line(self) -> str:
        """The state of the connection in a few words."""
        if self.is_open:
            return f"connected to {self.url}"
        if not self.why:
            return f"connecting to {self.url}"
        seconds = self._client.time_to_reconnect
        if seconds >= 0.0:
            return f"no connection, attempt {self._attempt} in {seconds:.1f} s"
        return f"no connection, attempt {self._attempt} under way" if self._attempt else "no connection"

    def _on_established(self, _protocol: str) -> None:
        self.why = ""
        self.connections += 1

    def _on_reconnecting(self, attempt: int, _delay: float) -> None:
        self.why = self._reason()
        self._attempt = attempt

    def _on_failed(self) -> None:
        self.why = self._reason()
        self._attempt = 0

    def _reason(self) -> str:
        client = self._client
        return client.close_reason or f"{client.last_error or 'The server has closed the connection.'}"
