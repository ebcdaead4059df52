"""The extensions of the opening handshake: what a server reads of an offer, and a client of the answer.

The server's own answer means the same to the client.
"""

from __future__ import annotations

from fuzz.targets.pieces import split_off
from wsclient.protocol.deflate import Agreement, BadAnswer, Direction, accept_offer, read_answer
from wsclient.protocol.handshake import elements

__all__ = ["check"]


def check(data: bytes) -> int:
    """Reads one Sec-WebSocket-Extensions field, behind a byte of choices."""
    (choice,), field = split_off(data, 1)
    parts = elements([line.decode("latin-1") for line in field.splitlines()])
    try:
        _check_agreement(read_answer(parts))
    except BadAnswer as error:
        assert str(error).isprintable()
    wish = Agreement(Direction(bool(choice & 1), 8 + (choice >> 1 & 7)), Direction(bool(choice & 16), 15))
    accepted = accept_offer(parts, wish)
    if accepted is not None:
        answer, agreement = accepted
        assert read_answer(elements([answer])) == agreement
        assert agreement.of_client.window_bits == 15 or "client_max_window_bits" in ", ".join(parts)
    return len(parts)


def _check_agreement(agreement: Agreement | None) -> None:
    if agreement is not None:
        assert all(8 <= each.window_bits <= 15 for each in (agreement.of_client, agreement.of_server))
