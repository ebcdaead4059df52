"""Checks the subprotocols and headers of an opening handshake.

This is done before anything is started.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from wsclient.ground.escape import escape
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.fields import MAX_HEADERS, MAX_LINE_SIZE, Headers, is_token

__all__ = ["check_headers", "check_subprotocols", "merge_headers"]

# The handshake writes some of these itself, and the others would announce a body that does not follow. Of "Sec-...",
# the handshake owns Sec-WebSocket-*; the rest is reserved for browsers (Fetch standard, forbidden request-header). Host
# is allowed, and replaces the default.
OWNED_HEADERS = frozenset({"upgrade", "connection", "content-length", "transfer-encoding"})
OWNED_PREFIX = "sec-"

# One character, so it cannot backtrack. Compiled with the first header, because that takes as long as an import.
_NOT_IN_A_VALUE = r"[\x00-\x08\x0a-\x1f\x7f-\x9f\ud800-\udfff]"


def check_subprotocols(protocols: Iterable[str]) -> tuple[str, ...]:
    """Checks the subprotocols to ask for (RFC 6455 section 4.1, item 10).

    Spaces around a name are removed. Godot ignores them when it compares names, but would send them to the server.

    Raises:
        TypeError: it is a single str, or something in it is not a str.
        InvalidArgument: a name is empty, is not a token, or occurs twice; or the names are too long together.
    """
    if isinstance(protocols, tuple) and not protocols:
        return ()
    if isinstance(protocols, str | bytes | bytearray) or not isinstance(protocols, Iterable):
        raise TypeError(f"subprotocols must be a list of str, not {type(protocols).__name__}")
    checked: dict[str, None] = {}
    size = 0
    for protocol in protocols:
        if not isinstance(protocol, str):
            raise TypeError(f"a subprotocol must be a str, not {type(protocol).__name__}")
        name = protocol.strip(" \t")
        size += len(name) + 1
        if not _is_token(name):
            raise InvalidArgument(f"subprotocol '{escape(protocol, 80)}' is not a token: letters, digits and -._ are")
        if name in checked:
            raise InvalidArgument(f"subprotocol '{escape(name, 80)}' is asked for twice")
        if size > MAX_LINE_SIZE:
            raise InvalidArgument(f"the subprotocols are longer than {MAX_LINE_SIZE} bytes together")
        checked[name] = None
    return tuple(checked)


def check_headers(headers: Iterable[str] | Mapping[str, str]) -> Headers:
    """Checks the headers to add to the request (RFC 9110 section 5).

    Text is sent as UTF-8, as in Godot, but many servers only understand ASCII. Errors never show a value.

    Args:
        headers: strings such as "Name: value", or a mapping of names to values.

    Returns:
        Names and values, without the space around them.

    Raises:
        TypeError: it is a single str, or something in it is not a str.
        InvalidArgument: a name is not a token or belongs to the handshake, a value has a control character such as a
            line break, one header is longer than 8 KiB, or there are more than 128.
    """
    if isinstance(headers, tuple) and not headers:
        return ()
    checked: list[tuple[str, str]] = []
    for number, (name, value) in enumerate(_pairs(headers), start=1):
        if number > MAX_HEADERS:
            raise InvalidArgument(f"there are more than {MAX_HEADERS} headers")
        _check_header(name, value, number)
        checked.append((name, value))
    return tuple(checked)


def merge_headers(headers: Headers, others: Headers) -> Headers:
    """Returns both lists of headers, in this order.

    If both have a name, in any case, only the values of `others` are kept.
    """
    names = {name.lower() for name, _ in others}
    return (*(pair for pair in headers if pair[0].lower() not in names), *others)


def _pairs(headers: Iterable[str] | Mapping[str, str]) -> Iterable[tuple[str, str]]:
    if isinstance(headers, str | bytes | bytearray) or not isinstance(headers, Iterable):
        raise TypeError(f'headers must be a list of "Name: value" or a mapping, not {type(headers).__name__}')
    if isinstance(headers, Mapping):
        for name, value in headers.items():
            _check_type(name, "the name of a header")
            _check_type(value, f"the value of header {escape(name, 80)}")
            yield name, value.strip(" \t")
        return
    for number, line in enumerate(headers, start=1):
        _check_type(line, f"header {number}")
        name, colon, value = line.partition(":")
        if not colon:
            raise InvalidArgument(f'header {number} has no colon: "Name: value" is needed')
        yield name, value.strip(" \t")


def _check_header(name: str, value: str, number: int) -> None:
    if not _is_token(name):
        raise InvalidArgument(f"header {number} has a name that is no token: '{escape(name, 40)}'")
    if name.lower() in OWNED_HEADERS or name.lower().startswith(OWNED_PREFIX):
        raise InvalidArgument(f"header {escape(name, 80)} belongs to the handshake")
    if len(f"{name}: {value}".encode(errors="surrogatepass")) > MAX_LINE_SIZE:
        raise InvalidArgument(f"header {escape(name, 80)} is longer than {MAX_LINE_SIZE} bytes")
    if re.search(_NOT_IN_A_VALUE, value):
        raise InvalidArgument(f"header {escape(name, 80)} has a line break or another control character in its value")


def _check_type(value: object, what: str) -> None:
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a str, not {type(value).__name__}")


def _is_token(text: str) -> bool:
    return text.isascii() and is_token(text.encode())
