"""CarrierSettings: the settings that Godot 4's two peers over WebSockets have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.godot4.carrier import Carrier
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["CarrierSettings"]


class CarrierSettings:
    """Settings of a `Carrier`, with Godot's names. They count for the next connection."""

    _carrier: Carrier

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Why the last call was refused, or the connection failed; None if nothing failed. Not in Godot."""
        return self._carrier.last_error

    @property
    def supported_protocols(self) -> list[str]:
        """Subprotocols to ask for, the preferred one first."""
        return list(self._carrier.supported_protocols)

    @supported_protocols.setter
    def supported_protocols(self, protocols: Iterable[str]) -> None:
        self._carrier.supported_protocols = tuple(protocols)

    @property
    def handshake_headers(self) -> list[str]:
        """Further headers of the request, each "Name: value"."""
        return list(self._carrier.request_headers)

    @handshake_headers.setter
    def handshake_headers(self, headers: Iterable[str]) -> None:
        self._carrier.request_headers = tuple(headers)

    @property
    def inbound_buffer_size(self) -> int:
        """Bytes of the largest message that is received, and of all that wait to be read. Default 65535."""
        return self._carrier.inbound_buffer_size

    @inbound_buffer_size.setter
    def inbound_buffer_size(self, size: int) -> None:
        self._carrier.inbound_buffer_size = _checked("inbound_buffer_size", size)

    @property
    def outbound_buffer_size(self) -> int:
        """Bytes of the largest message that can be sent, and of all that wait to leave. Default 65535."""
        return self._carrier.outbound_buffer_size

    @outbound_buffer_size.setter
    def outbound_buffer_size(self, size: int) -> None:
        self._carrier.outbound_buffer_size = _checked("outbound_buffer_size", size)

    @property
    def max_queued_packets(self) -> int:
        """Packets that wait, each way; when so many do, the server is held back. Default 4096."""
        return self._carrier.max_queued_packets

    @max_queued_packets.setter
    def max_queued_packets(self, count: int) -> None:
        self._carrier.max_queued_packets = _checked("max_queued_packets", count)


def _checked(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name} is {value!r}: it has to be 1 or more")
    return int(value)
