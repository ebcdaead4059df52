"""The stream of frames, for both roles.

The library must read the same as `model.py`, however the stream is cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fuzz.model import Limits, read_stream
from fuzz.targets.pieces import in_pieces, split_off
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import CloseReceived, Ended, FailureKind, Messages, PingReceived, PongReceived
from wsclient.protocol.masking import mask

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fuzz.model import Told
    from wsclient.protocol.deflate import Agreement
    from wsclient.protocol.events import Event

__all__ = ["LIMITS", "check_built", "check_client", "check_server", "receive"]

LIMITS = Limits(size=600, fragments=6)
"""Low enough for short inputs to reach it; above 125, which control frames need."""


def check_client(data: bytes) -> int:
    """Reads the input as the bytes of a server; returns the number of frames."""
    return _check(data, Role.CLIENT)


def check_server(data: bytes) -> int:
    """Reads the input as the bytes of a client."""
    return _check(data, Role.SERVER)


def check_built(data: bytes) -> int:
    """Builds frames as the input says.

    Nearly all of them are legal, so that the input is read far.
    """
    (choice,), rest = split_off(data, 1)
    role = Role.SERVER if choice & 1 else Role.CLIENT
    stream = b"".join(_frames(rest, is_masked=role is Role.SERVER))
    return _check(bytes((choice,)) + stream, role)


def _check(data: bytes, role: Role) -> int:
    (choice,), stream = split_off(data, 1)
    seen = read_stream(stream, LIMITS, is_masked=role is Role.SERVER)
    for pieces in ([stream], in_pieces(stream, choice >> 1)):
        connection = _connection(role)
        told = receive(connection, pieces)
        expected = [*seen.told]
        if not expected or expected[-1][0] not in ("close", "refused"):
            expected.append(("lost",))
        assert told == expected, f"{told} instead of {expected}"
        assert connection.is_closed
    return seen.frames


def _connection(role: Role, deflate: Agreement | None = None) -> Connection:
    return Connection(
        role, max_message_size=LIMITS.size, max_fragments=LIMITS.fragments, random_bytes=bytes, deflate=deflate
    )


def receive(connection: Connection, pieces: Iterable[bytes]) -> list[Told]:
    """Passes pieces of data to a connection, and then the end of TCP.

    This is what the transport does.

    Returns:
        What it told, in the model's words; ("lost",) where TCP ended too early.
    """
    told: list[Told] = []
    for piece in pieces:
        connection.receive_data(piece)
        told += _told(connection)
    connection.receive_eof()
    told += _told(connection)
    assert connection.next_events() == []
    return told


def _told(connection: Connection) -> Iterator[Told]:
    while True:
        sent = b""
        for event in connection.next_events():
            yield from _in_words(event)
        while piece := connection.data_to_send():
            sent += piece
        if connection.is_closing:
            connection.data_sent()
        if not connection.has_undecoded and not sent:
            return


def _in_words(event: Event) -> Iterator[Told]:
    match event:
        case Messages():
            assert event.payloads, "a run of no messages"
            yield from (("text" if is_text else "binary", payload) for payload, is_text in event.each())
        case PingReceived():
            yield ("ping", event.payload)
        case PongReceived():
            yield ("pong", event.payload)
        case CloseReceived():
            assert not event.is_answer
            yield ("close", event.code, event.reason)
        case Ended(was_clean=True):
            assert event.failure is None
        case Ended(failure=failure):
            assert failure is not None
            assert failure.detail.isprintable()
            yield ("lost",) if failure.kind is FailureKind.LOST else ("refused", _code(failure.cause))


def _code(cause: BaseException | None) -> object:
    return getattr(cause, "code", None)


# Two bytes of the input make one frame: its kind and its length. The payload follows in the input.
_OPCODES = (1, 2, 1, 2, 0, 0, 9, 10, 8, 1, 2, 0, 2, 1, 0, 3)
_LENGTHS = (0, 1, 2, 5, 16, 64, 125, 126)


def _frames(data: bytes, *, is_masked: bool) -> Iterator[bytes]:
    while len(data) >= 2:
        what, how = data[0], data[1]
        length = _LENGTHS[how & 7] + (how >> 5)
        payload, data = data[2 : 2 + length], data[2 + length :]
        opcode = _OPCODES[what & 15]
        is_final = opcode >= 8 or what & 0x70 != 0x70  # one data frame in eight is not final
        if opcode == 8:
            payload = (1000 + how % 12).to_bytes(2, "big") + payload[:100]
        head = bytes((is_final << 7 | opcode | (0x40 if what == 0xFF else 0),))
        size = len(payload)
        head += bytes((is_masked << 7 | min(size, 126),)) + (size.to_bytes(2, "big") if size > 125 else b"")
        key = bytes((what, how, 7, 9)) if is_masked else b""
        yield head + key + (mask(payload, key) if key else payload)
