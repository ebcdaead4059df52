"""Messages: a run of whole messages, as one object."""

from __future__ import annotations

from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["BINARY", "TEXT", "Messages"]

#: The kinds of messages in `Messages.kinds`; as numbers, they are false and true.
BINARY, TEXT = b"\0", b"\1"


class Messages:  # noqa: PLW1641 - it is mutable, so it must not be a key
    """A run of whole messages, in order of arrival; never empty.

    One object has many messages, of both kinds. Passing on each message alone would take longer than decoding it, and
    so would passing on each kind alone when text and binary messages alternate. Text is bytes of valid UTF-8.

    Attributes:
        payloads: one for each message.
        kinds: a byte for each message: `TEXT` or `BINARY`.
        size: the bytes of all payloads.
    """

    __slots__ = ("kinds", "payloads", "size")

    def __init__(self, payloads: list[bytes], kinds: bytes, size: int | None = None) -> None:
        """Keeps the payloads and their kinds.

        Args:
            payloads: as above.
            kinds: as above.
            size: the bytes of all payloads, if they were counted.
        """
        self.payloads: list[bytes] = payloads
        self.kinds: bytes = kinds
        self.size: int = sum(map(len, payloads)) if size is None else size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Messages):
            return NotImplemented
        return (self.payloads, self.kinds) == (other.payloads, other.kinds)

    def __repr__(self) -> str:
        return f"Messages({self.payloads}, {self.kinds!r})"

    def each(self) -> Iterator[tuple[bytes, int]]:
        """Iterates over the messages as pairs of the payload and a number, 1 for text."""
        return zip(self.payloads, self.kinds, strict=True)

    def texts(self) -> Iterable[bytes]:
        """Returns the payloads that are text."""
        return compress(self.payloads, self.kinds) if BINARY in self.kinds else self.payloads

    def extend(self, others: Messages) -> None:
        """Appends another run."""
        self.payloads += others.payloads
        self.kinds += others.kinds
        self.size += others.size

    def take(self, count: int) -> Messages:
        """Removes up to `count` messages from the front and returns them."""
        taken = Messages(self.payloads[:count], self.kinds[:count])
        self._drop(count, taken.size)
        return taken

    def drop(self, count: int) -> None:
        """Removes up to `count` messages from the front."""
        self._drop(count, sum(map(len, self.payloads[:count])))

    def _drop(self, count: int, size: int) -> None:
        del self.payloads[:count]
        self.kinds = self.kinds[count:]
        self.size -= size
