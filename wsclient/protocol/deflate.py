"""Negotiates permessage-deflate in the opening handshake.

See RFC 7692 sections 5 and 7.1. compression.py does the compressing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.escape import escape
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_WINDOW_BITS", "OFFER", "Agreement", "BadAnswer", "Direction", "accept_offer", "read_answer"]

_NAME = "permessage-deflate"

#: The offer of a client. The server may ask for a smaller window of the client, and choose everything else.
OFFER = f"{_NAME}; client_max_window_bits"

#: The bits of a window of 32 KiB (RFC 7692 section 7.1.2), the default if neither side asks for less.
MAX_WINDOW_BITS = 15

# Only these forms are allowed: no leading zero, no digit of another script (RFC 7692 section 7.1.2).
_WINDOW_BITS = {str(bits): bits for bits in range(8, MAX_WINDOW_BITS + 1)}

_MOST_OFFERS = 32  # that are read; arbitrary: clients make two or three, and thousands would take milliseconds

_CLIENT_BITS = "client_max_window_bits"
_FLAGS = ("client_no_context_takeover", "server_no_context_takeover")
_BITS = (_CLIENT_BITS, "server_max_window_bits")


class BadAnswer(Exception):
    """Raised if the server's answer to an offer breaks RFC 7692.

    The message says how, and is safe to show.
    """


class Direction(Value):
    """How one side compresses (RFC 7692 section 7.1).

    Attributes:
        takes_context_over: True if a message may refer to earlier ones.
        window_bits: 8-15. A message may refer back by 2 to the power of this number, in bytes.
    """

    takes_context_over: bool = True
    window_bits: int = MAX_WINDOW_BITS


class Agreement(Value):
    """The agreed compression of the client and of the server."""

    of_client: Direction = Direction()
    of_server: Direction = Direction()


_NO_WISH = Agreement()


def read_answer(extensions: Sequence[str]) -> Agreement | None:
    """Reads a server's answer to `OFFER`.

    Args:
        extensions: the elements of Sec-WebSocket-Extensions.

    Returns:
        The agreed compression; None if the server does not want any.

    Raises:
        BadAnswer: this is not an answer to that offer. The connection must not be used (RFC 7692 section 7.1).
    """
    if not extensions:
        return None
    if len(extensions) > 1:
        raise BadAnswer(f"the server uses more extensions than the one that was offered: {_shown(extensions)}")
    name, parameters = _parse(extensions[0])
    if name != _NAME:
        raise BadAnswer(f"the server uses an extension that was not offered: {_shown(extensions)}")
    agreement = None if parameters is None else _agreement(parameters)
    if agreement is None:
        raise BadAnswer(f"the server's parameters of {_NAME} break RFC 7692: {_shown(extensions)}")
    return agreement


def accept_offer(extensions: Sequence[str], wish: Agreement = _NO_WISH) -> tuple[str, Agreement] | None:
    """Accepts the first offer of permessage-deflate that a server can keep.

    See RFC 7692 section 5.

    Args:
        extensions: the elements of the request's Sec-WebSocket-Extensions; only the first 32 are read.
        wish: the server's preference. The client's window is made smaller only if the client allows it.

    Returns:
        The value of the reply's Sec-WebSocket-Extensions, and the agreement; None if there is no such offer.
    """
    for extension in extensions[:_MOST_OFFERS]:
        name, parameters = _parse(extension)
        if name != _NAME or parameters is None:
            continue
        can_limit_client = _CLIENT_BITS in parameters
        if parameters.get(_CLIENT_BITS, "") is None:  # RFC 7692 section 7.1.2.2: it needs no value in an offer
            del parameters[_CLIENT_BITS]
        offer = _agreement(parameters)
        if offer is not None:
            client = _both(offer.of_client, wish.of_client)
            if not can_limit_client:
                client = Direction(client.takes_context_over)
            agreement = Agreement(client, _both(offer.of_server, wish.of_server))
            return _answer(agreement), agreement
    return None


def _both(one: Direction, other: Direction) -> Direction:
    takes_context_over = one.takes_context_over and other.takes_context_over
    return Direction(takes_context_over, min(one.window_bits, other.window_bits))


def _answer(agreement: Agreement) -> str:
    words = [_NAME]
    for side, direction in (("server", agreement.of_server), ("client", agreement.of_client)):
        if not direction.takes_context_over:
            words.append(f"{side}_no_context_takeover")
        if direction.window_bits < MAX_WINDOW_BITS:
            words.append(f"{side}_max_window_bits={direction.window_bits}")
    return "; ".join(words)


def _parse(extension: str) -> tuple[str, dict[str, str | None] | None]:
    """Splits an extension into its name and its parameters by name.

    The parameters are None if one occurs twice (RFC 7692 section 7.1).
    """
    # Cut at each semicolon, even a quoted one: no value that is allowed here has one.
    name, *words = (word.strip(" \t") for word in extension.split(";"))
    parameters: dict[str, str | None] = {}
    for word in words:
        parameter, equals, value = word.partition("=")
        parameters[parameter.rstrip(" \t")] = _unquoted(value.lstrip(" \t")) if equals else None
    return name, parameters if len(parameters) == len(words) else None


def _unquoted(value: str) -> str:
    # RFC 6455 section 9.1: a value may be a quoted string that holds a token.
    return value[1:-1] if len(value) > 2 and value[0] == value[-1] == '"' else value


def _agreement(parameters: dict[str, str | None]) -> Agreement | None:
    """Returns the agreement that the parameters state.

    Returns None if one of them is unknown or has a wrong value (RFC 7692 section 7.1).
    """
    has_no_takeover = {name for name in _FLAGS if name in parameters and parameters[name] is None}
    bits = {name: _WINDOW_BITS[value] for name, value in parameters.items() if name in _BITS and value in _WINDOW_BITS}
    if len(has_no_takeover) + len(bits) < len(parameters):
        return None
    client, server = (
        Direction(flag not in has_no_takeover, bits.get(window, MAX_WINDOW_BITS))
        for flag, window in zip(_FLAGS, _BITS, strict=True)
    )
    return Agreement(client, server)


def _shown(extensions: Sequence[str]) -> str:
    return f"'{escape(', '.join(extensions), 80)}'"
