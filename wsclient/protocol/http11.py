"""Reads the head of an HTTP/1.1 message as it arrives (RFC 9112).

It is strict and bounded, and takes linear time.

It has only what an opening handshake needs: no bodies, no pipelines. It refuses bare line feeds, folded lines and
spaces before a colon, although RFC 9112 allows a lenient reader to accept them, because two readers may see two
different messages in them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from wsclient.ground.escape import escape
from wsclient.ground.value import Value
from wsclient.protocol.fields import FIELD_VALUE, MAX_HEADERS, MAX_LINE_SIZE, TOKEN, Headers, is_field_value, is_token

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "BadHead",
    "Head",
    "HeadParser",
    "HeadTooLarge",
    "NotHTTP",
    "RequestHead",
    "RequestParser",
    "ResponseHead",
    "ResponseParser",
    "split_list",
]

_VISIBLE = bytes(range(0x21, 0x7F))

_NAME = b"HTTP/"
_TOO_LONG = f"it has a line of more than {MAX_LINE_SIZE} bytes"


class BadHead(Exception):
    """Raised if the head breaks RFC 9112 or exceeds the limits.

    The text says how. It is caught inside `protocol`.
    """


class HeadTooLarge(BadHead):
    """Raised if the head exceeds `MAX_LINE_SIZE` or `MAX_HEADERS`.

    It is caught inside `protocol`.
    """


class NotHTTP(BadHead):
    """Raised if the data does not begin as HTTP does. It is caught inside `protocol`.

    Args:
        start: the first bytes, at most 5, by which a caller may recognize another protocol.
    """

    def __init__(self, start: bytes) -> None:
        self.start = start
        #: True if they are those of a TLS alert or handshake, version 3.x (RFC 8446 section 5.1)
        self.is_tls: bool = start.startswith((b"\x15\x03", b"\x16\x03"))
        super().__init__(f"it starts with '{escape(start)}'")


class Head(Value):
    """The attributes that requests and responses have in common.

    Attributes:
        version: "1.1" or "1.0".
    """

    version: str
    headers: Headers

    def get_all(self, name: str) -> list[str]:
        """Returns the values of every field with this name, in any case, in order."""
        wanted = name.lower()
        return [value for key, value in self.headers if key.lower() == wanted]

    def by_name(self) -> dict[str, list[str]]:
        """Returns the same of all fields, by their names in lower case."""
        values: dict[str, list[str]] = {}
        for key, value in self.headers:
            values.setdefault(key.lower(), []).append(value)
        return values


class ResponseHead(Head):
    """Status line and header of a response (RFC 9112 section 4).

    Attributes:
        status: 100-999.
        reason: "" if the server gave none.
    """

    status: int
    reason: str


class RequestHead(Head):
    """Request line and header of a request (RFC 9112 section 3)."""

    method: str
    target: str


HeadType = TypeVar("HeadType", bound=Head)


class HeadParser(ABC, Generic[HeadType]):
    """Reads one head from bytes that arrive in pieces.

    Subclasses parse the first line.
    """

    def __init__(self) -> None:
        self._line = bytearray()  # the start of an incomplete line
        self._make_head: Callable[[Headers], HeadType] | None = None  # set when the first line is complete
        self._headers: list[tuple[str, str]] = []

    @property
    def begun(self) -> HeadType | None:
        """Returns the head with the headers that were read so far.

        Returns None if its first line is incomplete.
        """
        return self._make_head(tuple(self._headers)) if self._make_head is not None else None

    def receive_data(self, data: bytes) -> tuple[HeadType, bytes] | None:
        """Takes received data.

        Do not call it again after it has returned a head or raised an error.

        Returns:
            The head and the bytes after it, or None if the head is incomplete.

        Raises:
            BadHead: the head breaks the rules or exceeds the limits.
            NotHTTP: the data is not HTTP.
        """
        buffer = self._line
        buffer += data
        if self._make_head is None:
            # Always check five bytes, so that the result does not depend on how the data was split.
            if len(buffer) < len(_NAME):
                return None
            self._check_start(bytes(buffer[: len(_NAME)]))
        # Only new data is searched, so that no byte is searched again with each piece of its line.
        if b"\n" in (data if len(buffer) - len(data) >= len(_NAME) else buffer):
            *lines, rest = bytes(buffer).split(b"\n")
            if found := self._parse_lines(lines):
                head, end = found
                return head, bytes(buffer[end:])
            buffer[:] = rest
        if len(buffer) > MAX_LINE_SIZE + 1:  # one more, because the last may be the carriage return
            raise HeadTooLarge(_TOO_LONG)
        return None

    def _parse_lines(self, lines: list[bytes]) -> tuple[HeadType, int] | None:
        """Takes complete lines.

        If the empty line is among them, it returns the head and the number of its bytes.
        """
        headers, end = self._headers, 0
        for line in lines:
            end += len(line) + 1
            content = line.removesuffix(b"\r")
            if len(content) > MAX_LINE_SIZE:
                raise HeadTooLarge(_TOO_LONG)
            make_head = self._make_head
            if make_head is None:
                self._make_head = self._parse_first_line(content)
                self._check_first_line(content)
            if len(content) == len(line):  # only now, so that `begun` has the first line
                raise BadHead("it has a line that ends without a carriage return")
            if make_head is None:
                continue
            if not content:
                return make_head(tuple(headers)), end
            if len(headers) == MAX_HEADERS:
                raise HeadTooLarge(f"it has more than {MAX_HEADERS} header lines")
            headers.append(_parse_header(content))
        return None

    @abstractmethod
    def _check_start(self, start: bytes) -> None:
        """Raises NotHTTP if the first five bytes rule out that HTTP follows."""

    @abstractmethod
    def _parse_first_line(self, line: bytes) -> Callable[[Headers], HeadType]:
        """Returns a head made of this line and the headers. Raises BadHead."""

    def _check_first_line(self, line: bytes) -> None:
        """Raises BadHead for a fault that leaves the first line readable.

        `begun` still has the line then.
        """


class ResponseParser(HeadParser[ResponseHead]):
    """Reads the head of a response."""

    def _check_start(self, start: bytes) -> None:
        if start != _NAME:
            raise NotHTTP(start)

    def _parse_first_line(self, line: bytes) -> Callable[[Headers], ResponseHead]:
        # RFC 9112 section 4: "HTTP/1.1 101 Switching Protocols"; the reason may be empty. Some servers leave out the
        # space before an empty reason, which is unambiguous.
        name, _, rest = line.partition(b" ")
        status, _, reason = rest.partition(b" ")
        version = _parse_version(name)
        is_status = len(status) == 3 and status.isdigit() and status >= b"100"
        if version is None or not is_status:
            raise BadHead(_malformed(line))
        return lambda headers: ResponseHead(version, headers, int(status), reason.decode("latin-1"))

    def _check_first_line(self, line: bytes) -> None:
        if not is_field_value(line):
            raise BadHead(_malformed(line))


class RequestParser(HeadParser[RequestHead]):
    """Reads the head of a request."""

    def _check_start(self, start: bytes) -> None:
        if not is_token(start[:1]):
            raise NotHTTP(start)

    def _parse_first_line(self, line: bytes) -> Callable[[Headers], RequestHead]:
        # RFC 9112 section 3: "GET /chat HTTP/1.1", one space each.
        parts = line.split(b" ", 3)
        version = _parse_version(parts[-1])
        if len(parts) != 3 or version is None or not is_token(parts[0]) or not _is_visible(parts[1]):
            raise BadHead(f"its request line is malformed: '{escape(line)}'")
        return lambda headers: RequestHead(version, headers, parts[0].decode("ascii"), parts[1].decode("ascii"))


def split_list(value: str) -> list[str]:
    """Returns the elements of a comma-separated list, stripped.

    See RFC 9110 section 5.6.1.

    Empty elements are left out. A comma within a quoted string is not a separator; the quotes are kept.
    A quoted string that is never closed extends to the end.
    """
    elements = value.split(",") if '"' not in value else _split_outside_quotes(value)
    return [element for element in (element.strip(" \t") for element in elements) if element]


def _split_outside_quotes(value: str) -> list[str]:
    elements = []
    begin = 0
    is_quoted = is_escaped = False
    for index, char in enumerate(value):
        if is_escaped:
            is_escaped = False
        elif char == '"':
            is_quoted = not is_quoted
        elif char == "\\":
            is_escaped = is_quoted
        elif char == "," and not is_quoted:
            elements.append(value[begin:index])
            begin = index + 1
    elements.append(value[begin:])
    return elements


def _malformed(line: bytes) -> str:
    return f"its status line is malformed: '{escape(line)}'"


def _parse_version(text: bytes) -> str | None:
    """Returns "1.1" for b"HTTP/1.1"; None if it is not a version of HTTP/1."""
    if text == b"HTTP/1.1":
        return "1.1"
    if len(text) != 8 or not text.startswith(_NAME + b"1.") or not text[7:].isdigit():
        return None
    return text[5:].decode("ascii")


def _parse_header(line: bytes) -> tuple[str, str]:
    name, colon, value = line.partition(b":")
    if line[0] in b" \t":
        raise BadHead("it has a folded header line")  # RFC 9112 section 5.2
    if not colon:
        raise BadHead(f"it has a header line without a colon: '{escape(line, 80)}'")
    # As `is_token` and `is_field_value`, with two calls less for each header.
    if not name or name.translate(None, TOKEN):  # a space before the colon as well: RFC 9112 section 5.1
        raise BadHead(f"it has a malformed header name: '{escape(name, 80)}'")
    if value.translate(None, FIELD_VALUE):
        raise BadHead(f"it has a control character in the header {escape(name, 80)}")
    return name.decode("ascii"), value.strip(b" \t").decode("latin-1")


def _is_visible(text: bytes) -> bool:
    return bool(text) and not text.translate(None, _VISIBLE)
