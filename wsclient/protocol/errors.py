"""What can be wrong: with a caller's argument, or with what the peer sent."""

from __future__ import annotations

__all__ = ["MAX_REASON_SIZE", "InvalidArgument", "ProtocolViolation"]

# RFC 6455 section 5.5: a control frame carries at most 125 bytes; a Close frame spends two of them on its code.
MAX_REASON_SIZE = 123


class InvalidArgument(ValueError):
    """The caller passed a value that cannot work; the message names the part ("port 0 is not in 1-65535").

    It never holds what might be a secret: no user information of a URL, no value of a header.
    """


class ProtocolViolation(Exception):
    """The peer broke RFC 6455. Raised and caught inside `protocol` only, where it becomes a Close frame and an event.

    Args:
        code: the close code that tells the peer (RFC 6455 section 7.4.1): 1002, 1007, 1009 or 1011.
        reason: why, in short English. What does not fit a Close frame (123 bytes of UTF-8) is cut off.
    """

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason: str = reason.encode(errors="replace")[:MAX_REASON_SIZE].decode(errors="ignore")
        super().__init__(f"{code}: {self.reason}")
