"""KeptMessages: messages sent without a connection, which wait for the next one."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["KeptMessages"]

logger: Final = logging.getLogger("wsclient.reconnect")


class KeptMessages:
    """Messages in the order in which they will be sent. The caller checks the limits.

    Attributes:
        size: the bytes of their payloads.
    """

    __slots__ = ("_messages", "size")

    def __init__(self) -> None:
        self._messages: list[tuple[bytes, bool]] = []
        self.size: int = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, payload: bytes, *, is_text: bool) -> None:
        """Adds a message after the others."""
        self._messages.append((payload, is_text))
        self.size += len(payload)

    def add_first(self, messages: Sequence[tuple[bytes, bool]]) -> None:
        """Adds messages before the others, because they were sent earlier."""
        self._messages[:0] = messages
        self.size += sum(len(payload) for payload, _ in messages)

    def take(self) -> list[tuple[bytes, bool]]:
        """Removes and returns all messages. Each has its payload, and True if it is text."""
        messages, self._messages = self._messages, []
        self.size = 0
        return messages

    def let_go(self, place: str, why: str) -> None:
        """Removes all messages. Logs their number if there are any.

        Args:
            place: host and port of the server, at the start of the log line.
            why: the reason, as the end of a sentence.
        """
        size = self.size
        if messages := self.take():
            words = "%s: %d kept messages of %d bytes are dropped, unsent: %s"
            logger.warning(words, place, len(messages), size, why)
