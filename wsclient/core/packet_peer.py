"""PacketPeer: sends and receives packets."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from operator import index
from typing import TYPE_CHECKING, Final, Protocol

from wsclient.core.reference import Reference
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect

__all__ = ["BytesLike", "PacketPeer", "bytes_of"]

logger: Final = logging.getLogger("wsclient.packets")

# In bytes. The bounds and the default are Godot's (PacketPeer.encode_buffer_max_size).
SMALLEST_ENCODE_BUFFER = 1024
LARGEST_ENCODE_BUFFER = 256 * 1024 * 1024
DEFAULT_ENCODE_BUFFER = 8 * 1024 * 1024

DEFAULT_DECODE_ITEMS = 65_536

_HINT_OF_ITEMS: Final = "Raise decode_buffer_max_items, or take the packet as bytes with get_packet()"


class BytesLike(Protocol):
    """An object that exports its bytes, such as bytes, bytearray or a numpy array.

    This is the buffer protocol of PEP 688.
    """

    def __buffer__(self, flags: int, /) -> memoryview: ...


class PacketPeer(Reference, ABC):
    """Sends and receives packets, as bytes or as Godot's Variants.

    To write your own peer, implement `get_available_packet_count()`, `_get_packet()` and `_put_packet()`.
    Source: the Godot 3.6 class reference, PacketPeer.
    """

    # These are attributes of the class until they are changed, which is rare: an instance with more than thirty
    # attributes takes 1.3 KiB more.
    _packet_error = Error.OK
    _encode_buffer_max_size = DEFAULT_ENCODE_BUFFER
    _decode_buffer_max_items = DEFAULT_DECODE_ITEMS
    _returned_packet: bytes | None = None
    _allows_object_decoding = False

    _free_names = frozenset({"_get_dialect", "_get_packet", "_put_packet", "_set_packet_error", "_unget_packet"})

    def __init__(self) -> None:
        super().__init__()
        # For `put_var` and `get_var`: imported here, because a game creates its peers before its first frame.
        import wsclient.variant  # noqa: F401, PLC0415 - objects that only have signals do not need it

    # To be implemented by a peer

    @abstractmethod
    def get_available_packet_count(self) -> int:
        """Returns the number of packets that can be read."""

    def _get_packet(self) -> bytes:
        """Returns and removes the oldest packet; called only if there is one.

        A peer with its own `get_packet` does not need this method.
        """
        raise NotImplementedError(f"{self.get_class()} must write _get_packet()")

    def _unget_packet(self, packet: bytes) -> None:
        """Puts back the packet that was taken last, so that it is the next one again.

        This keeps it outside the peer's queue, so that `get_available_packet_count()` does not count it; a peer with a
        queue overrides this.
        """
        self._returned_packet = packet

    @abstractmethod
    def _put_packet(self, packet: bytes) -> Error:
        """Sends a packet, which may be empty, and returns the result."""

    # Packets

    def get_packet(self) -> bytes:
        """Returns and removes the oldest packet.

        Returns:
            Its bytes; b"" if there is no packet, in which case `get_packet_error()` returns `ERR_UNAVAILABLE`. A packet
            may be empty as well; `get_packet_error()` then returns `OK`.
        """
        if (returned := self._returned_packet) is not None:
            self._returned_packet = None
            self._set_packet_error(Error.OK)
            return returned
        if self.get_available_packet_count() <= 0:
            self._set_packet_error(Error.ERR_UNAVAILABLE)
            return b""
        packet = self._get_packet()
        self._set_packet_error(Error.OK)
        return packet

    def put_packet(self, buffer: BytesLike) -> Error:
        """Sends one packet.

        Args:
            buffer: anything bytes-like. It is copied unless it is `bytes`, so it may change afterwards.

        Returns:
            `OK` if the packet is on its way; otherwise an error, and nothing of the packet is sent.

        Raises:
            TypeError: `buffer` is not bytes-like; for a `str`, see `send_text` of a WebSocketPeer.
        """
        return self._put_packet(bytes_of(buffer))

    def get_packet_error(self) -> Error:
        """Returns the result of the last `get_packet()` or `get_var()`.

        Returns `OK` before the first.
        """
        return self._packet_error

    # Variants

    def get_var(self, allow_objects: bool = False) -> object:
        """Takes the oldest packet, and decodes the Variant in it.

        Args:
            allow_objects: as in Godot, or the property `allow_object_decoding`. Objects are never created: see
                `wsclient.variant.decode`.

        Returns:
            The value; `wsclient.variant` has the Python type for each of Godot's. None, which may be a value too, if
            there was no packet or it was refused: then `get_packet_error()` returns why, and a log line shows where
            in the packet. `ERR_INVALID_DATA`: it is not a Variant, and was removed. `ERR_OUT_OF_MEMORY`: it has more
            than `decode_buffer_max_items` values, and stays in the queue, so that `get_packet()` can return its
            bytes.
        """
        from wsclient.variant import VariantError, decode  # noqa: PLC0415 - loaded by __init__

        packet = self.get_packet()
        if error := self.get_packet_error():
            logger.warning("get_var: no packet to read (%s)", error.name)
            return None
        most, objects = self._decode_buffer_max_items, allow_objects or self._allows_object_decoding
        try:
            return decode(packet, allow_objects=objects, max_items=most, dialect=self._get_dialect())
        except VariantError as refusal:
            error = Error[refusal.error]
            is_over_limit = error is Error.ERR_OUT_OF_MEMORY
            words = f"the packet has more than {most} values" if is_over_limit else str(refusal)
            self._refuse(error, f"get_var: {words}", refusal, hint=_HINT_OF_ITEMS if is_over_limit else "")
        if error is Error.ERR_OUT_OF_MEMORY:
            self._unget_packet(packet)
        self._set_packet_error(error)
        return None

    def put_var(self, value: object, full_objects: bool = False) -> Error:
        """Encodes a value as one of Godot's Variants, and sends it as one packet.

        Args:
            value: see `wsclient.variant` for which Python type becomes which of Godot's.
            full_objects: sends whole objects in Godot; no effect here, because there are none.

        Returns:
            As `put_packet`; `ERR_OUT_OF_MEMORY`, logged, if it takes more than `encode_buffer_max_size` bytes, and
            `ERR_INVALID_DATA` if it is nested too deep.

        Raises:
            TypeError: the value, or one inside it, has a type that no Variant has; the message says at which place.
            OverflowError: an int does not fit 64 bits.
        """
        from wsclient.variant import VariantError, encode  # noqa: PLC0415 - as above

        del full_objects
        try:
            packet = encode(value, max_size=self._encode_buffer_max_size, dialect=self._get_dialect())
        except VariantError as refusal:
            return self._refuse(Error[refusal.error], f"put_var: {refusal}", refusal)
        return self.put_packet(packet)

    @property
    def encode_buffer_max_size(self) -> int:
        """The maximum size in bytes of the Variant in `put_var`. Default 8 MiB.

        It is a power of two from 1024 bytes to 256 MiB. A number within this range is rounded up to a power of two.
        Any other number is logged and ignored.
        """
        return self.get_encode_buffer_max_size()

    @encode_buffer_max_size.setter
    def encode_buffer_max_size(self, max_size: int) -> None:
        self.set_encode_buffer_max_size(max_size)

    def set_encode_buffer_max_size(self, max_size: int) -> None:
        """Sets `encode_buffer_max_size`."""
        size = index(max_size)
        if SMALLEST_ENCODE_BUFFER <= size <= LARGEST_ENCODE_BUFFER:
            self._encode_buffer_max_size = 1 << (size - 1).bit_length()
        else:
            bounds = (SMALLEST_ENCODE_BUFFER, LARGEST_ENCODE_BUFFER)
            logger.error("encode_buffer_max_size: %d is not from %d to %d", size, *bounds)

    def get_encode_buffer_max_size(self) -> int:
        """Returns `encode_buffer_max_size`."""
        return self._encode_buffer_max_size

    @property
    def decode_buffer_max_items(self) -> int:
        """The maximum number of values that `get_var` decodes. Default 65,536.

        With the limit, a single packet cannot stop a frame. Each value counts, at any depth: containers and keys too, a
        pool once, and each string of a PoolStringArray. A number below 1 is logged and ignored. Not in Godot.
        """
        return self.get_decode_buffer_max_items()

    @decode_buffer_max_items.setter
    def decode_buffer_max_items(self, max_items: int) -> None:
        self.set_decode_buffer_max_items(max_items)

    def set_decode_buffer_max_items(self, max_items: int) -> None:
        """Sets `decode_buffer_max_items`."""
        items = index(max_items)
        if items < 1:
            logger.error("decode_buffer_max_items: %d is not 1 or more", items)
        else:
            self._decode_buffer_max_items = items

    def get_decode_buffer_max_items(self) -> int:
        """Returns `decode_buffer_max_items`."""
        return self._decode_buffer_max_items

    @property
    def allow_object_decoding(self) -> bool:
        """True if `get_var` always behaves as with `allow_objects`. Default False.

        Deprecated in Godot.
        """
        return self.is_object_decoding_allowed()

    @allow_object_decoding.setter
    def allow_object_decoding(self, enable: bool) -> None:
        self.set_allow_object_decoding(enable)

    def set_allow_object_decoding(self, enable: bool) -> None:
        """Sets `allow_object_decoding`."""
        self._allows_object_decoding = bool(enable)

    def is_object_decoding_allowed(self) -> bool:
        """Returns `allow_object_decoding`."""
        return self._allows_object_decoding

    # For subclasses

    def _get_dialect(self) -> Dialect:
        """Returns the version of the engine whose Variants are used: Godot 3."""
        from wsclient.variant import GODOT_3  # noqa: PLC0415 - loaded by __init__

        return GODOT_3

    def _refuse(self, error: Error, message: str, cause: BaseException | None = None, *, hint: str = "") -> Error:
        """Logs why a call is refused, and returns the error.

        If a peer keeps its last error, it records this one too.
        """
        del cause
        logger.error("%s", f"{message}. {hint}" if hint else message)
        return error

    def _set_packet_error(self, error: Error) -> None:
        """Sets the result of `get_packet_error`.

        A subclass that overrides one must override the other.
        """
        self._packet_error = error


def bytes_of(buffer: BytesLike, caller: str = "put_packet") -> bytes:
    """Returns the bytes of a buffer, without a copy if it is `bytes`.

    Args:
        buffer: anything bytes-like.
        caller: the method that takes it, for the message.

    Raises:
        TypeError: it is not bytes-like.
    """
    if type(buffer) is bytes:
        return buffer
    try:
        with memoryview(buffer) as view:  # let go of at once, so that the buffer may be resized
            return view.tobytes()
    except TypeError:
        way_out = "send_text(text), or put_packet(text.encode())" if caller == "put_packet" else "text.encode()"
        advice = f": use {way_out}" if isinstance(buffer, str) else ""
        raise TypeError(f"{caller}() takes bytes, not {type(buffer).__name__}{advice}") from None
