"""CarrierSettings: the settings that both of Godot 4's WebSocket peers have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.godot4.carrier import Carrier
    from wsclient.websocket.connection_failure import ConnectionFailure

__all__ = ["CarrierSettings"]


class CarrierSettings:
    """The settings of a `Carrier`, with Godot's names.

    They apply to the next connection.
    """

    _carrier: Carrier

    @property
    def last_error(self) -> ConnectionFailure | None:
        """Why the last call or connection failed; None if it did not. Not in Godot."""
        return self._carrier.last_error

    @property
    def supported_protocols(self) -> list[str]:
        """The subprotocols to ask for, in order of preference."""
        return list(self._carrier.supported_protocols)

    @supported_protocols.setter
    def supported_protocols(self, protocols: Iterable[str]) -> None:
        self._carrier.supported_protocols = tuple(protocols)

    @property
    def handshake_headers(self) -> list[str]:
        """Additional headers of the request, each in the form "Name: value"."""
        return list(self._carrier.request_headers)

    @handshake_headers.setter
    def handshake_headers(self, headers: Iterable[str]) -> None:
        self._carrier.request_headers = tuple(headers)

    @property
    def inbound_buffer_size(self) -> int:
        """The limit in bytes of incoming data. Default 65535.

        It applies to a single message, and to all messages that wait to be read together.
        """
        return self._carrier.inbound_buffer_size

    @inbound_buffer_size.setter
    def inbound_buffer_size(self, size: int) -> None:
        self._carrier.inbound_buffer_size = _checked("inbound_buffer_size", size)

    @property
    def outbound_buffer_size(self) -> int:
        """The limit in bytes of outgoing data. Default 65535.

        It applies to a single message, and to all messages that wait to be sent together.
        """
        return self._carrier.outbound_buffer_size

    @outbound_buffer_size.setter
    def outbound_buffer_size(self, size: int) -> None:
        self._carrier.outbound_buffer_size = _checked("outbound_buffer_size", size)

    @property
    def max_queued_packets(self) -> int:
        """The most packets that may wait in each direction. Default 4096.

        When this many wait to be read, the server is held back.
        """
        return self._carrier.max_queued_packets

    @max_queued_packets.setter
    def max_queued_packets(self, count: int) -> None:
        self._carrier.max_queued_packets = _checked("max_queued_packets", count)


def _checked(name: str, value: int) -> int:
    if value < 1:
        raise ValueError(f"{name} is {value!r}: it has to be 1 or more")
    return int(value)
