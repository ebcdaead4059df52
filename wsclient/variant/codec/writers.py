"""Makes the function that encodes the values of a type, according to its layout."""

from __future__ import annotations

from array import array
from functools import partial
from struct import Struct, error
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.dialect import IS_WIDE, Layout
from wsclient.variant.codec.text import encode_text, encode_utf8
from wsclient.variant.types.number_pools import little_endian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.variant.codec.dialect import VariantType
    from wsclient.variant.types.components import Components
    from wsclient.variant.types.handles import RID, Signal
    from wsclient.variant.types.node_path import NodePath

    TextEncoder = Callable[[str], bytes]

    Writer = Callable[[Any], bytes]
    """Encodes one value with its header. Raises TypeError or OverflowError if it cannot be encoded."""

__all__ = ["writer_for"]

PADDING: Final = (b"", b"\0\0\0", b"\0\0", b"\0")  # by length & 3
U32: Final = Struct("<I")
TWO_U32: Final = Struct("<II")


def writer_for(row: VariantType) -> Writer:
    """Returns the function that encodes values of one type, unless it is a container."""
    return _MAKERS[row.layout](row)


def _nothing(row: VariantType) -> Writer:
    header = U32.pack(row.code)
    return lambda _: header


def _bool(row: VariantType) -> Writer:
    encoded = TWO_U32.pack(row.code, 0), TWO_U32.pack(row.code, 1)
    return lambda value: encoded[value]


def _int(row: VariantType) -> Writer:
    code, narrow, wide = row.code, Struct("<Ii").pack, Struct("<Iq").pack

    def write(value: int) -> bytes:
        if -0x80000000 <= value <= 0x7FFFFFFF:
            return narrow(code, value)
        try:
            return wide(code | IS_WIDE, value)
        except error:
            raise OverflowError(f"a number of {value.bit_length()} bits does not fit in 64") from None

    return write


def _real(row: VariantType) -> Writer:
    code, narrow, wide = row.code, Struct("<If"), Struct("<Id")

    def write(value: float) -> bytes:
        try:
            encoded = narrow.pack(code, value)
        except OverflowError:  # beyond the range of 32 bits
            return wide.pack(code | IS_WIDE, value)
        # NaN differs from itself, so it always has 64 bits, as in the engine.
        return encoded if narrow.unpack(encoded)[1] == value else wide.pack(code | IS_WIDE, value)

    return write


def _string(encode: TextEncoder, row: VariantType) -> Writer:
    code, head = row.code, TWO_U32.pack

    def write(value: str) -> bytes:
        try:
            data = value.encode()
        except UnicodeEncodeError:
            data = encode(value)
        return head(code, len(data)) + data + PADDING[len(data) & 3]

    return write


def _components(row: VariantType) -> Writer:
    code, kind = row.code, row.python
    pack = Struct(f"<I{kind.WIDTH}{kind.FORMAT}").pack

    def write(value: Components[Any]) -> bytes:
        try:
            return pack(code, *value)
        except OverflowError:  # one exceeds 32 bits: an array makes it infinite, as the engine does
            return U32.pack(code) + little_endian(array("f", value)).tobytes()
        except error:
            raise OverflowError(f"a number of {value!r} does not fit in 32 bits") from None

    return write


def _node_path(encode: TextEncoder, row: VariantType) -> Writer:
    head = Struct("<IIII").pack

    def write(value: NodePath) -> bytes:
        names, subnames = value.names, value.subnames
        start = head(row.code, len(names) | 0x80000000, len(subnames), value.is_absolute())
        return start + b"".join([_counted(encode(name)) for name in (*names, *subnames)])

    return write


def _counted(data: bytes) -> bytes:
    return U32.pack(len(data)) + data + PADDING[len(data) & 3]


def _object(row: VariantType) -> Writer:
    header, pack = row.code | IS_WIDE, Struct("<IQ").pack
    return lambda value: pack(header, value.object_id)


def _rid(row: VariantType) -> Writer:
    code, pack = row.code, Struct("<IQ").pack

    def write(value: RID) -> bytes:
        return pack(code, value.get_id())

    return write


def _signal(row: VariantType) -> Writer:
    header, pack = U32.pack(row.code), Struct("<Q").pack

    def write(value: Signal) -> bytes:
        return header + _counted(encode_utf8(value.name)) + pack(value.object_id)

    return write


def _bytes(row: VariantType) -> Writer:
    code, head = row.code, TWO_U32.pack
    return lambda value: head(code, len(value)) + value + PADDING[len(value) & 3]


def _pool(row: VariantType) -> Writer:
    code, head = row.code, TWO_U32.pack
    return lambda value: head(code, len(value)) + value.to_wire()


def _strings(encode: TextEncoder, row: VariantType) -> Writer:
    code, head = row.code, TWO_U32.pack

    def write(value: Iterable[str]) -> bytes:
        texts = [_counted(encode(text) + b"\0") for text in value]
        return head(code, len(texts)) + b"".join(texts)

    return write


_MAKERS: dict[Layout, Callable[[VariantType], Writer]] = {
    Layout.NOTHING: _nothing,
    Layout.BOOL: _bool,
    Layout.INT: _int,
    Layout.REAL: _real,
    Layout.STRING: partial(_string, encode_text),
    Layout.UTF8_STRING: partial(_string, encode_utf8),
    Layout.COMPONENTS: _components,
    Layout.WIDE_COMPONENTS: _components,
    Layout.NODE_PATH: partial(_node_path, encode_text),
    Layout.UTF8_NODE_PATH: partial(_node_path, encode_utf8),
    Layout.RID: _rid,
    Layout.OBJECT: _object,
    Layout.SIGNAL: _signal,
    Layout.BYTES: _bytes,
    Layout.POOL: _pool,
    Layout.WIDE_POOL: _pool,
    Layout.STRINGS: partial(_strings, encode_text),
    Layout.UTF8_STRINGS: partial(_strings, encode_utf8),
}
